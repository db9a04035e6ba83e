"""Locally connected layers: their definition, and shared filters as a special case."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from symopt.errors import HyperparameterError, ShapeError
from symopt.nnet.conv import conv2d
from symopt.nnet.unshared_convolution import unshared_conv2d
from tests.nnet.evaluate import ALL, evaluate, evaluate_with_gradients

RNG = np.random.default_rng(0)
SETTINGS = [
    {},
    {"border_mode": "half", "filter_flip": False},
    {"border_mode": "full", "num_groups": 2},
    {"border_mode": ((0, 1), (2, 0)), "subsample": (2, 1), "filter_dilation": (1, 2)},
]


def spread(w, shape):
    """The same filters at every place, (results, rows, columns, channels, ...)."""
    lengths = [w.shape[d] for d in range(4)]
    return pt.alloc(w[:, None, None], lengths[0], *shape, *lengths[1:])


@pytest.mark.parametrize("backend", ALL)
def test_shared_filters_are_a_special_case(backend):
    x, w = RNG.normal(size=(2, 4, 5, 6)), RNG.normal(size=(2, 2, 3, 2))
    for settings in SETTINGS[2:] if backend == "python" else SETTINGS[3:]:
        groups = settings.get("num_groups", 1)
        kernel = w if groups == 2 else np.concatenate([w, w], axis=1)
        (shared,) = evaluate("python", lambda x, w, s=settings: conv2d(x, w, **s), x=x, w=kernel)
        above = RNG.normal(size=shared.shape)

        def unshared(x, w, settings=settings, places=shared.shape[2:]):
            filters = spread(w, places)
            return unshared_conv2d(x, filters, filter_shape=(None,) * 4 + (3, 2), **settings)

        (y,), gradients = evaluate_with_gradients(
            backend, unshared, [above], ["x", "w"], x=x, w=kernel
        )
        (_,), wanted = evaluate_with_gradients(
            "python", lambda x, w, s=settings: conv2d(x, w, **s), [above], ["x", "w"], x=x, w=kernel
        )
        np.testing.assert_allclose(y, shared, rtol=1e-9, atol=1e-9)
        for a, b in zip(gradients, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.core
def test_definition():
    x, w = RNG.normal(size=(2, 3, 4, 4)), RNG.normal(size=(5, 3, 2, 3, 2, 3))
    (y,) = evaluate(
        "python",
        lambda x, w: unshared_conv2d(x, w, None, (5, 3, 2, 3, 2, 3), filter_flip=False),
        x=x,
        w=w,
    )
    for i in range(3):
        for j in range(2):
            patch = x[:, :, i : i + 2, j : j + 3]
            np.testing.assert_allclose(y[:, :, i, j], np.einsum("ncab,ocab->no", patch, w[:, i, j]))


def test_errors():
    x, w = pt.tensor4("x"), pt.tensor("w", shape=(None,) * 6)
    with pytest.raises(ShapeError, match="filter_shape"):
        unshared_conv2d(x, w)
    with pytest.raises(ShapeError, match="filters has 4 dimensions"):
        unshared_conv2d(x, x)
    with pytest.raises(HyperparameterError, match="border_mode"):
        unshared_conv2d(x, w, None, (None,) * 4 + (2, 2), border_mode="same")
