"""Patches of images: Theano's numbers, every mode by its definition, gradients, errors."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from symopt.errors import HyperparameterError, ShapeError
from symopt.nnet import images2neibs, neibs2images
from tests.nnet.evaluate import evaluate
from tests.nnet.golden_cases import check_golden_cases

GOLDEN = {
    "images2neibs_valid": lambda x: images2neibs(x, neib_shape=(2, 3), mode="valid"),
    "images2neibs_step": lambda x: images2neibs(x, (3, 3), (1, 1)),
    "images2neibs_ignore_borders": lambda x: images2neibs(x, (2, 2), mode="ignore_borders"),
    "images2neibs_wrap": lambda x: images2neibs(x, (3, 3), (1, 1), "wrap_centered"),
    "images2neibs_half": lambda x: images2neibs(x, (3, 3), (1, 1), "half"),
    "images2neibs_full": lambda x: images2neibs(x, (3, 3), (1, 1), "full"),
    "neibs2images": lambda x: neibs2images(images2neibs(x, (2, 3)), (2, 3), (2, 3, 6, 6)),
}

# shape of the images, neib_shape, neib_step, mode
CASES = [
    ((2, 1, 7, 5), (3, 2), (2, 3), "valid"),
    ((1, 2, 7, 5), (3, 2), (1, 2), "ignore_borders"),
    ((1, 1, 5, 6), (3, 5), (2, 4), "wrap_centered"),
    ((2, 2, 4, 7), (2, 3), (2, 3), "half"),
    ((1, 2, 4, 5), (2, 3), (2, 3), "full"),
]


def by_loops(x, shape, step, mode):
    """The rows of the matrix, written out; zeros or the other side where the image ends."""
    (r, c), (step_r, step_c) = shape, step
    pads = {"half": (r // 2, c // 2), "wrap_centered": (r // 2, c // 2), "full": (r - 1, c - 1)}
    top, left = pads.get(mode, (0, 0))
    kind = "wrap" if mode == "wrap_centered" else "constant"
    padded = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)), mode=kind)
    return np.array(
        [
            image[i : i + r, j : j + c].ravel()
            for image in padded.reshape(-1, *padded.shape[2:])
            for i in range(0, padded.shape[2] - r + 1, step_r)
            for j in range(0, padded.shape[3] - c + 1, step_c)
        ]
    )


@pytest.mark.core
def test_golden_python():
    check_golden_cases("python", "pool_bn_neibs", GOLDEN)


@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
def test_golden(backend):
    """Theano's outputs, and its gradients where it has any."""
    few = ("images2neibs_step", "images2neibs_full")
    cases = {case: GOLDEN[case] for case in few} if backend == "numba" else GOLDEN
    check_golden_cases(backend, "pool_bn_neibs", cases)


@pytest.mark.core
@pytest.mark.parametrize(("shape", "neib_shape", "neib_step", "mode"), CASES)
def test_definition_and_gradient(shape, neib_shape, neib_step, mode):
    """The same for sizes known and unknown, integers and symbolic vectors; finite differences."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape)
    expected = by_loops(x, neib_shape, neib_step, mode)
    view = np.ascontiguousarray(x.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0)
    view.flags.writeable = False

    def build(x, shape, step):
        known = pt.specify_shape(x, view.shape)
        return [
            images2neibs(x, neib_shape, neib_step, mode),
            images2neibs(known, np.array(neib_shape), pt.constant(neib_step), mode),
            images2neibs(x, shape, step, mode),
        ]

    arrays = {"shape": np.array(neib_shape), "step": np.array(neib_step)}
    for found in evaluate("python", build, x=view, **arrays):
        np.testing.assert_array_equal(found, expected)
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(lambda x: images2neibs(x, neib_shape, neib_step, mode), [x], rng=rng)


@pytest.mark.core
def test_there_and_back():
    """``neibs2images`` undoes it, with symbolic shapes too; what no patch covers is 0."""
    x = np.arange(2 * 1 * 5 * 7, dtype="float32").reshape(2, 1, 5, 7)

    def build(x, shape):
        whole = x[:, :, :4, :6]
        return [
            neibs2images(images2neibs(whole, (2, 3)), (2, 3), (2, 1, 4, 6)),
            neibs2images(images2neibs(whole, shape), shape, whole.shape),
            neibs2images(
                images2neibs(x, (2, 3), mode="ignore_borders"), (2, 3), x.shape, "ignore_borders"
            ),
        ]

    a, b, c = evaluate("python", build, x=x, shape=np.array([2, 3]))
    covered = np.zeros_like(x)
    covered[:, :, :4, :6] = x[:, :, :4, :6]
    np.testing.assert_array_equal(a, x[:, :, :4, :6])
    np.testing.assert_array_equal(b, x[:, :, :4, :6])
    np.testing.assert_array_equal(c, covered)
    assert {a.dtype, b.dtype, c.dtype} == {np.dtype("float32")}
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(
            lambda y: neibs2images(y, (2, 3), (1, 1, 5, 7), "ignore_borders"),
            [np.arange(24.0).reshape(4, 6)],
            rng=np.random,
        )


@pytest.mark.core
def test_static_shapes_and_empty_batches():
    x = pt.tensor("x", dtype="float32", shape=(2, 3, 6, 6))
    assert images2neibs(x, (2, 3)).type.shape == (36, 6)
    assert images2neibs(x, (3, 3), (1, 1), "full").type.shape == (384, 9)
    assert images2neibs(x, (3, 3), (1, 1), "full").type.dtype == "float32"
    assert neibs2images(pt.matrix(), (2, 3), (2, 3, 6, 6)).type.shape == (2, 3, 6, 6)
    empty = np.zeros((0, 2, 4, 4), "float32")
    found = evaluate(
        "python",
        lambda x: [
            images2neibs(x, (2, 2)),
            images2neibs(x, (3, 3), (1, 1), "half"),
            images2neibs(x[:, :, :1], (2, 2), (1, 1), "ignore_borders"),
        ],
        x=empty,
    )
    assert [y.shape for y in found] == [(0, 4), (0, 9), (0, 4)]


@pytest.mark.core
def test_inconsistent_sizes():
    """An error when the graph is built if the sizes are known, else when it is run."""
    known = pt.tensor("x", dtype="float64", shape=(1, 1, 5, 6))
    words = r"neib_shape=\(2, 3\) and neib_step=\(2, 3\) in mode='valid'"
    with pytest.raises(ShapeError, match=words + r".*ten4 has shape \(1, 1, 5, 6\)"):
        images2neibs(known, (2, 3))
    with pytest.raises(ShapeError, match=words):
        evaluate("python", lambda x: images2neibs(x, (2, 3)), x=np.zeros((1, 1, 5, 6)))
    with pytest.raises(ShapeError, match="patches of odd size"):
        images2neibs(known, (2, 3), mode="wrap_centered")
    for mode in ("half", "full", "wrap_centered", "valid"):
        with pytest.raises(ShapeError, match=mode):
            images2neibs(known, (7, 7), (1, 1), mode)
    with pytest.raises(ShapeError, match="original_shape"):
        neibs2images(pt.matrix(), (2, 3), (1, 1, 5, 6))


@pytest.mark.core
def test_arguments_are_checked():
    x = pt.tensor4("x")
    with pytest.raises(HyperparameterError, match="mode='same' is unknown; expected one of"):
        images2neibs(x, (2, 2), mode="same")
    with pytest.raises(HyperparameterError, match="neibs2images: mode='half'"):
        neibs2images(pt.matrix(), (2, 2), (1, 1, 2, 2), mode="half")
    for bad in ((0, 2), (2,), 2, (2.0, 2), "22", (True, 2)):
        with pytest.raises(HyperparameterError, match="neib_shape=.*expected 2 integers"):
            images2neibs(x, bad)
    with pytest.raises(HyperparameterError, match="neib_step="):
        images2neibs(x, (2, 2), (0, 1))
    with pytest.raises(HyperparameterError, match="neib_shape=.*expected 2 integers"):
        images2neibs(x, pt.matrix())
    with pytest.raises(ShapeError, match="ten4=m has 2 dimensions; expected 4"):
        images2neibs(pt.matrix("m"), (2, 2))
    with pytest.raises(ShapeError, match="neibs=x has 4 dimensions; expected a matrix"):
        neibs2images(x, (2, 2), (1, 1, 2, 2))
