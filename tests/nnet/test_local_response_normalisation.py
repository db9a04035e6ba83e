"""Local response normalisation: PyTorch's numbers, its definition, gradients, errors."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from symopt.errors import HyperparameterError, ShapeError
from symopt.nnet import local_response_normalisation
from tests.nnet.evaluate import evaluate, evaluate_with_gradients


def by_loops(x, alpha, k, beta, n):
    out = np.empty_like(x)
    for i in range(x.shape[1]):
        near = x[:, max(0, i - n // 2) : i + n // 2 + 1]
        out[:, i] = x[:, i] / (k + alpha * (near**2).sum(1)) ** beta
    return out


@pytest.mark.parametrize(
    "backend",
    # Numba needs a minute and more for assignments to slices of four dimensions.
    ["python", "c", pytest.param("numba", marks=pytest.mark.long), "jax"],
)
def test_definition_and_gradient(backend):
    """More and fewer channels than n, a view in another order; the gradient as in Python."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((5, 3, 7, 2)).T
    x.flags.writeable = False
    r = rng.standard_normal(x.shape)

    settings = [(0.3, 1.0, 0.5, 3), (1e-4, 2.0, 0.75, 5), (0.3, 1.5, 0.9, 17)]
    settings = settings[:1] if backend == "numba" else settings  # seconds for each operation
    cotangents = [r] * len(settings)

    def build(x):
        return [local_response_normalisation(x, *setting) for setting in settings]

    outputs, (gradient,) = evaluate_with_gradients(backend, build, cotangents, ["x"], x=x)
    for output, setting in zip(outputs, settings, strict=True):
        np.testing.assert_allclose(output, by_loops(x, *setting), rtol=1e-12)
    _, (wanted,) = evaluate_with_gradients("python", build, cotangents, ["x"], x=x)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-11, atol=1e-12)


@pytest.mark.core
@pytest.mark.parametrize("n", [1, 3, 9])
def test_finite_differences(n):
    x = np.random.default_rng(2).standard_normal((2, 4, 3))
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(
            lambda x: local_response_normalisation(x, 0.5, 1.0, 0.75, n), [x], rng=np.random
        )


def test_pytorch():
    """PyTorch divides alpha by n."""
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(3).standard_normal((2, 6, 3, 4))
    theirs = torch.nn.functional.local_response_norm(torch.tensor(x), 5, 0.1, 0.75, 1.0).numpy()
    (ours,) = evaluate("python", lambda x: local_response_normalisation(x, 0.1 / 5, 1.0), x=x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.core
def test_dtype_and_shape():
    x = pt.tensor("x", dtype="float32", shape=(None, 6, 4, 4))
    y = local_response_normalisation(x)
    assert y.type.dtype == "float32"
    assert y.type.shape == x.type.shape
    assert pytensor.grad(y.sum(), x).dtype == "float32"
    assert by_loops(np.ones((1, 1, 1, 1)), 1e-4, 2.0, 0.75, 5) == local_response_normalisation(
        np.ones((1, 1, 1, 1))
    ).eval(mode="FAST_COMPILE")  # the defaults
    assert local_response_normalisation(pt.tensor4(dtype="int8")).dtype == pytensor.config.floatX
    for shape in ((0, 3, 2, 2), (2, 0, 2, 2), (1, 1, 2, 0)):
        (empty,) = evaluate("python", local_response_normalisation, x=np.zeros(shape, "float32"))
        assert empty.shape == shape
        assert empty.dtype == "float32"


@pytest.mark.core
@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"n": 4}, "n=4 is even"),
        ({"n": 0}, "n=0"),
        ({"k": 0.0}, "k=0.0 is out of range"),
        ({"alpha": -1.0}, "alpha=-1.0"),
        ({"beta": float("nan")}, "beta=nan"),
    ],
)
def test_errors(keywords, words):
    with pytest.raises(HyperparameterError, match=f"local_response_normalisation: {words}"):
        local_response_normalisation(pt.tensor4(), **keywords)
    with pytest.raises(ShapeError, match="x=v has 1 dimensions"):
        local_response_normalisation(pt.vector("v"))
