"""Convolutions on all backends: Theano's numbers, shapes, gradients of gradients, errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad
from pytensor.tensor.shape import Shape_i

import symopt
from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.nnet import (
    causal_conv1d,
    conv1d,
    conv2d,
    conv2d_grad_wrt_inputs,
    conv2d_grad_wrt_weights,
    conv2d_transpose,
    conv3d,
    conv3d_grad_wrt_inputs,
    conv3d_grad_wrt_weights,
    get_conv_output_shape,
    separable_conv2d,
    separable_conv3d,
)
from symopt.pytensor_internals import ShapeInference
from tests.nnet.evaluate import BACKENDS, compiled, evaluate
from tests.nnet.golden_cases import check_golden_cases

PYTHON = {"cxx": "", "mode": "FAST_COMPILE"}


def of(**keywords):
    return lambda x, w: conv2d(x, w, **keywords)


GOLDEN = {
    "valid": of(),
    "valid_noflip": of(filter_flip=False),
    "half": of(border_mode="half"),
    "half_even": of(border_mode="half"),
    "full": of(border_mode="full"),
    "pad_int1": of(border_mode=1),
    "pad_tuple12": of(border_mode=(1, 2)),
    "pad_asym": of(border_mode=((1, 0), (2, 1))),
    "valid_sub22": of(subsample=(2, 2)),
    "half_sub22": of(border_mode="half", subsample=(2, 2)),
    "half_sub22_noflip": of(border_mode="half", subsample=(2, 2), filter_flip=False),
    "full_sub21": of(border_mode="full", subsample=(2, 1)),
    "dil22": of(filter_dilation=(2, 2)),
    "half_dil21": of(border_mode="half", filter_dilation=(2, 1)),
    "dil_sub": of(filter_dilation=(2, 2), subsample=(2, 1), border_mode=1),
    "groups2": of(num_groups=2),
    "groups2_half_sub2": of(num_groups=2, border_mode="half", subsample=(2, 2)),
    "depthwise": of(num_groups=4, border_mode="half"),
    "k1x1": of(),
    "k7x7_half_sub2": of(border_mode="half", subsample=(2, 2)),
    "grad_wrt_inputs_valid": lambda y, w: conv2d_grad_wrt_inputs(y, w, (2, 3, 7, 6)),
    "grad_wrt_inputs_sub2": lambda y, w: conv2d_grad_wrt_inputs(
        y, w, (2, 3, 8, 10), border_mode="half", subsample=(2, 2)
    ),
    "grad_wrt_weights_valid": lambda x, y: conv2d_grad_wrt_weights(x, y, (4, 3, 3, 2)),
    "conv2d_transpose_sub2": lambda y, w: conv2d_transpose(
        y, w, (2, 3, 9, 10), input_dilation=(2, 2)
    ),
    "conv2d_transpose_half_sub2": lambda y, w: conv2d_transpose(
        y, w, (2, 3, 8, 10), border_mode="half", input_dilation=(2, 2)
    ),
    "conv3d_valid": lambda x, w: conv3d(x, w),
    "separable_conv2d": lambda x, d, p: separable_conv2d(x, d, p, num_channels=3),
    "causal_conv1d": lambda x, w: causal_conv1d(x, w, (4, 3, 3)),
    "causal_conv1d_dil2": lambda x, w: causal_conv1d(x, w, (4, 3, 3), filter_dilation=2),
}


@pytest.mark.core
@pytest.mark.parametrize("backend", ["python", "c"])
def test_equals_theano(backend):
    check_golden_cases(backend, "conv", GOLDEN)


def test_equals_theano_on_jax():
    check_golden_cases("jax", "conv", GOLDEN)


def test_equals_theano_on_numba():
    """One case for each setting: Numba compiles every convolution for more than a second."""
    cases = ("half_even", "pad_asym", "half_sub22_noflip", "dil_sub", "groups2_half_sub2")
    check_golden_cases("numba", "conv", {case: GOLDEN[case] for case in cases})


@pytest.mark.long
def test_equals_theano_on_numba_in_all_cases():
    check_golden_cases("numba", "conv", GOLDEN)


# Input, filters and settings that all four algorithms have to agree on.
WINOGRADS = [
    ((2, 3, 7, 6), (4, 3, 3, 3), {"border_mode": "half"}),
    ((1, 17, 6, 41), (19, 17, 3, 3), {"border_mode": ((0, 2), (1, 0))}),
    ((2, 4, 5, 5), (6, 2, 3, 3), {"border_mode": "full", "num_groups": 2, "filter_flip": False}),
    ((1, 2, 3, 3), (1, 2, 3, 3), {}),
]
CONVOLUTIONS = [
    *WINOGRADS,
    ((2, 4, 12, 11), (6, 2, 3, 2), {"subsample": (2, 3), "num_groups": 2, "border_mode": 2}),
    ((1, 2, 13, 9), (3, 2, 3, 3), {"filter_dilation": (2, 3), "border_mode": "full"}),
    ((1, 3, 40, 50), (2, 3, 11, 9), {"border_mode": "half", "subsample": (1, 2)}),
    ((3, 5, 6, 7), (7, 5, 1, 1), {}),
    ((1, 2, 9, 9), (2, 2, 2, 2), {"subsample": (4, 5)}),
    ((1, 70, 4, 3), (5, 70, 3, 3), {"border_mode": "half", "filter_flip": False}),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("algorithm", ["direct", "im2col", "fft", "winograd"])
def test_algorithms_agree_with_numpy(algorithm, dtype, rng):
    inputs, outputs, arrays = [], [], []
    for shape, kernel, settings in WINOGRADS if algorithm == "winograd" else CONVOLUTIONS:
        x, w = pt.tensor(dtype=dtype, shape=(None,) * 4), pt.tensor(dtype=dtype, shape=(None,) * 4)
        y = conv2d(x, w, algorithm=algorithm, **settings)
        length = get_conv_output_shape(
            shape,
            kernel,
            settings.get("border_mode", "valid"),
            settings.get("subsample", (1, 1)),
            settings.get("filter_dilation", (1, 1)),
        )
        r = rng.normal(size=length).astype(dtype)
        inputs += [x, w]
        arrays += [rng.normal(size=shape).astype(dtype), rng.normal(size=kernel).astype(dtype)]
        outputs += [y, *pytensor.grad((y * r).sum(), [x, w])]
    values = compiled("c", inputs, outputs)(*arrays)
    references = compiled("python", inputs, outputs)(*(a.astype(dtype) for a in arrays))
    for value, reference in zip(values, references, strict=True):
        scale = np.abs(reference).max()
        assert np.abs(value - reference).max() <= scale * (1e-13 if dtype == "float64" else 1e-5)


MEMORY = """
import re
from pathlib import Path
import numpy as np, pytensor, pytensor.tensor as pt, symopt

def memory(which):
    return 1024 * int(re.search(which + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

x, w = np.ones((64, 32, 40, 40), "float32"), np.ones((32, 32, 3, 3), "float32")
a, b = pt.ftensor4(), pt.ftensor4()
for algorithm in ("direct", "im2col", "fft", "winograd"):
    y = symopt.nnet.conv2d(a, b, border_mode="half", algorithm=algorithm)
    outputs = [y, *pytensor.grad(None, [a, b], known_grads={y: y})]
    f = symopt.function([a, b], outputs, backend="c")
    f(x[:1], w)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    made = sum(z.nbytes for z in f(x, w))
    print(algorithm, memory("VmHWM") - before - made)
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads Linux's peak memory")
def test_workspaces_do_not_grow_with_the_batch():
    """Of 64 images, 13 MB, it keeps nothing but the results; a process of its own has the peak."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], check=True, capture_output=True, text=True
    )
    beyond = dict(line.split() for line in done.stdout.splitlines())
    assert set(beyond) == {"direct", "im2col", "fft", "winograd"}
    assert all(int(size) < 4 * 2**20 for size in beyond.values()), beyond


def test_measurements_of_auto():
    """The table is there for each direction, and each algorithm wins somewhere."""
    folder = Path(symopt.__file__).parent / "backends/c/nnet/convolution"
    rows = json.loads((folder / "measured.json").read_text("utf8"))["measurements"]
    assert {row["direction"] for row in rows} == {"forward", "by input", "by weights"}
    winners = {min(row["ms"], key=row["ms"].get) for row in rows}
    assert winners == {"direct", "im2col", "fft", "winograd"}


@pytest.mark.parametrize("native", [True, False])
def test_the_native_operation_is_used(native, monkeypatch):
    monkeypatch.setattr(symopt.config, "native", native)
    x, w = pt.tensor4("x"), pt.tensor4("w")
    f = symopt.function([x, w], conv2d(x, w), backend="c").compile()
    if native:
        (node,) = f.maker.fgraph.apply_nodes
        assert "symopt_convolution_float64_run" in node.op.source
    else:
        assert any("NativeConvolution" in type(n.op).__name__ for n in f.maker.fgraph.apply_nodes)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.mark.core
@pytest.mark.parametrize(
    "settings",
    [
        {"border_mode": "half", "subsample": (2, 1), "filter_dilation": (1, 2)},
        {"border_mode": ((1, 0), (0, 2)), "num_groups": 2, "filter_flip": False},
    ],
)
def test_gradients_and_their_gradients(settings, rng):
    groups = settings.get("num_groups", 1)
    x, w = rng.normal(size=(2, 4, 5, 6)), rng.normal(size=(2, 4 // groups, 2, 3))
    with pytensor.config.change_flags(**PYTHON):
        verify_grad(lambda x, w: conv2d(x, w, **settings), [x, w], rng=rng)
        y = rng.normal(size=conv2d(pt.constant(x), pt.constant(w), **settings).type.shape)
        verify_grad(lambda y, w: conv2d_grad_wrt_inputs(y, w, x.shape, **settings), [y, w], rng=rng)
        verify_grad(
            lambda x, y: conv2d_grad_wrt_weights(x, y, w.shape, **settings), [x, y], rng=rng
        )


def test_gradients_in_three_dimensions(rng):
    settings = {"border_mode": (1, 0, 1), "subsample": (1, 2, 1)}
    x, w = rng.normal(size=(1, 2, 3, 5, 4)), rng.normal(size=(2, 2, 2, 2, 3))
    with pytensor.config.change_flags(**PYTHON):
        verify_grad(lambda x, w: conv3d(x, w, **settings), [x, w], rng=rng)
        y = rng.normal(size=conv3d(pt.constant(x), pt.constant(w), **settings).type.shape)
        verify_grad(lambda y, w: conv3d_grad_wrt_inputs(y, w, x.shape, **settings), [y, w], rng=rng)
        verify_grad(
            lambda x, y: conv3d_grad_wrt_weights(x, y, w.shape, **settings), [x, y], rng=rng
        )


@pytest.mark.parametrize("backend", BACKENDS)
def test_three_dimensions_and_one(backend, rng):
    """Against the python backend; with stride, dilation, groups and uneven padding."""

    def build(x3, w3, x1, w1):
        deep = conv3d(
            x3, w3, border_mode="half", subsample=(2, 1, 2), filter_dilation=(1, 2, 1), num_groups=2
        )
        flat = conv1d(x1, w1, border_mode=(3, 1), subsample=2, filter_dilation=2)
        wrt = [x3, w3, x1, w1]
        return [deep, flat, *pytensor.grad((deep**2).sum() + (flat**2).sum(), wrt)]

    arrays = {
        "x3": rng.normal(size=(2, 4, 5, 6, 7)),
        "w3": rng.normal(size=(2, 2, 2, 3, 3)),
        "x1": rng.normal(size=(2, 3, 9)),
        "w1": rng.normal(size=(4, 3, 3)),
    }
    wanted = evaluate("python", build, **arrays)
    assert wanted[0].shape == (2, 2, 3, 6, 4)
    assert wanted[1].shape == (2, 4, 5)
    for value, reference in zip(evaluate(backend, build, **arrays), wanted, strict=True):
        np.testing.assert_allclose(value, reference, 1e-11, 1e-11)


@pytest.mark.parametrize("backend", BACKENDS)
def test_strided_read_only_and_float32_arrays(backend, rng):
    """Non-contiguous views and arrays that may not be written; float32 stays float32."""
    x = rng.normal(size=(6, 7, 2, 3)).astype("float32").transpose(3, 2, 0, 1)[::-1]
    w = rng.normal(size=(4, 2, 3, 3)).astype("float32")[:, :, ::-1, ::2]
    w.flags.writeable = False
    assert not x.flags.c_contiguous

    def build(x, w):
        y = conv2d(x, w, border_mode="half")
        return [y, *pytensor.grad((y * y).sum(), [x, w])]

    values = evaluate(backend, build, x=x, w=w)
    wanted = evaluate("python", build, x=x.astype("float64"), w=w.astype("float64"))
    for value, reference in zip(values, wanted, strict=True):
        assert value.dtype == "float32"
        np.testing.assert_allclose(value, reference, 2e-5, 2e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_in_the_batch(backend):
    def build(x, w):
        y = conv2d(x, w, border_mode=1)
        return [y, *pytensor.grad(y.sum(), [x, w])]

    x, w = np.zeros((0, 3, 5, 6)), np.ones((2, 3, 3, 3))
    y, gx, gw = evaluate(backend, build, x=x, w=w)
    assert y.shape == (0, 2, 5, 6)
    assert gx.shape == (0, 3, 5, 6)
    np.testing.assert_array_equal(gw, np.zeros_like(w))


@pytest.mark.core
def test_static_shapes_are_carried_through():
    x, w = pt.tensor(shape=(None, 4, 9, None)), pt.tensor(shape=(6, 2, 3, 3))
    y = conv2d(x, w, border_mode="half", subsample=(2, 2), num_groups=2)
    assert y.type.shape == (None, 6, 5, None)
    gx, gw = pytensor.grad(y.sum(), [x, w])
    assert gw.type.shape == (6, 2, 3, 3)
    assert gx.type.shape[:2] == (None, 4)
    assert conv2d(x, w.astype("float32"), num_groups=2).dtype == "float64"
    assert conv2d(pt.itensor4(), pt.ftensor4()).dtype == "float64"
    assert conv2d(pt.ftensor4(), pt.ftensor4()).dtype == "float32"
    known = conv2d(pt.tensor4(), pt.tensor4(), (8, 3, 10, None), (2, 3, 3, 3))
    assert known.type.shape == (None, 2, 8, None)


def test_shape_inference_without_computing(rng):
    x, w = pt.tensor4("x"), pt.tensor4("w")
    y = conv2d(x, w, border_mode="half", subsample=(2, 3), filter_dilation=(2, 1))
    outputs = [y, *pytensor.grad((y * y).sum(), [x, w])]
    with pytensor.config.change_flags(cxx=""):
        f = pytensor.function([x, w], [z.shape for z in outputs], mode="FAST_RUN")
    assert not any("Convolution" in str(node.op) for node in f.maker.fgraph.apply_nodes)
    arrays = rng.normal(size=(2, 3, 11, 10)), rng.normal(size=(4, 3, 3, 2))
    values = compiled("python", [x, w], outputs)(*arrays)
    for shape, value in zip(f(*arrays), values, strict=True):
        assert tuple(shape) == value.shape


def test_a_length_that_stays_is_that_of_the_input():
    x, w = pt.tensor4("x"), pt.tensor4("w")
    for _ in range(3):  # a deep network's lengths would grow with each layer
        x = conv2d(x, w, filter_shape=(4, 4, 3, 3), border_mode="half")
    _, channels, rows, _ = ShapeInference().lengths(x)
    assert int(channels.eval()) == 4
    assert isinstance(rows.owner.op, Shape_i)


@pytest.mark.parametrize("backend", BACKENDS)
def test_in_a_loop_forward_and_backward(backend, rng):
    """A convolution of a state that a loop carries, as in attention with coverage."""

    def build(x, w, v):
        def step(before, w, v):
            return pt.tanh(conv2d(before, w, border_mode="half") + v)

        states = pytensor.scan(
            step, outputs_info=[x], non_sequences=[w, v], n_steps=4, return_updates=False
        )
        return [states[-1], *pytensor.grad((states**2).sum(), [x, w])]

    arrays = {
        "x": rng.normal(size=(2, 2, 5, 6)),
        "w": rng.normal(size=(2, 2, 3, 3)) / 4,
        "v": rng.normal(size=(2, 2, 5, 6)),
    }
    wanted = evaluate("python", build, **arrays)
    for value, reference in zip(evaluate(backend, build, **arrays), wanted, strict=True):
        np.testing.assert_allclose(value, reference, 1e-11, 1e-11)


@pytest.mark.core
@pytest.mark.parametrize("backend", ["python", "c"])
def test_errors_when_it_runs(backend):
    x, w, y = pt.tensor4("x"), pt.tensor4("w"), pt.tensor4("y")
    f = compiled(backend, [x, w], [conv2d(x, w)])
    with pytest.raises(ShapeError, match=r"take 2 channels .* has 3"):
        f(np.ones((1, 3, 5, 5)), np.ones((4, 2, 3, 3)))
    with pytest.raises(ShapeError, match=r"\(1, 3, 2, 5\).*larger than the input"):
        f(np.ones((1, 3, 2, 5)), np.ones((4, 3, 3, 3)))
    g = compiled(backend, [y, w], [conv2d_grad_wrt_inputs(y, w, (1, 3, 5, 5))])
    with pytest.raises(
        ShapeError, match=r"shape \(1, 4, 3, 3\), but the gradient .* \(1, 4, 4, 3\)"
    ):
        g(np.ones((1, 4, 4, 3)), np.ones((4, 3, 3, 3)))
    h = compiled(backend, [x, y], [conv2d_grad_wrt_weights(x, y, (4, 3, 3, 3))])
    with pytest.raises(ShapeError, match="but the gradient"):
        h(np.ones((2, 3, 5, 5)), np.ones((1, 4, 3, 3)))


@pytest.mark.core
def test_errors_when_it_is_built():
    x, w = pt.tensor(shape=(2, 3, 5, 5)), pt.tensor(shape=(4, 3, 3, 3))
    with pytest.raises(ShapeError, match="num_groups=2"):
        conv2d(x, w, num_groups=2)
    with pytest.raises(ShapeError, match="larger than the input"):
        conv2d(x, pt.tensor(shape=(4, 3, 6, 3)))
    with pytest.raises(ShapeError, match="filters has 3 dimensions; expected 4"):
        conv2d(x, pt.tensor3())
    with pytest.raises(ShapeError, match="input_shape"):
        conv2d(x, w, input_shape=(2, 3, 6, 5))
    with pytest.raises(HyperparameterError, match=r"border_mode='same'.*'half'"):
        conv2d(x, w, border_mode="same")
    with pytest.raises(HyperparameterError, match="subsample"):
        conv2d(x, w, subsample=(0, 1))
    with pytest.raises(HyperparameterError, match="filter_dilation"):
        conv2d(x, w, filter_dilation=(1, 1, 1))
    with pytest.raises(HyperparameterError, match="algorithm='gemm'"):
        conv2d(x, w, algorithm="gemm")
    with pytest.raises(HyperparameterError, match="unshared"):
        conv2d(x, w, unshared=True)
    with pytest.raises(HyperparameterError, match="image_shape"):
        conv2d(x, w, input_shape=(2, 3, 5, 5), image_shape=(2, 3, 5, 5))
    with pytest.raises(HyperparameterError, match="algorithm='fft'"):
        conv3d(pt.tensor5(), pt.tensor5(), algorithm="fft")
    with pytest.raises(DTypeError, match="input is complex128"):
        conv2d(pt.ztensor4(), w)
    with pytest.raises(ShapeError, match="input_shape=None"):
        conv2d_grad_wrt_inputs(x, w, None)


def test_separable_in_three_dimensions(rng):
    """A multiplier of 2, against two convolutions written out."""
    x, d = rng.normal(size=(1, 2, 4, 4, 4)), rng.normal(size=(4, 1, 2, 2, 2))
    p = rng.normal(size=(3, 4, 1, 1, 1))
    (value,) = evaluate("python", lambda x, d, p: separable_conv3d(x, d, p, 2), x=x, d=d, p=p)
    each = evaluate("python", lambda x, d: conv3d(x, d, num_groups=2), x=x, d=d)[0]
    np.testing.assert_allclose(value, np.einsum("bcijk,oc->boijk", each, p[:, :, 0, 0, 0]), 1e-12)
