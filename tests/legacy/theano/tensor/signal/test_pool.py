"""Pooling by Theano's classes and names; the numbers are tested in tests/nnet."""

import inspect

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from symopt.legacy.theano.tensor.signal import conv, downsample, pool
from tests.legacy.theano.tensor.evaluate import value

X = np.random.default_rng(0).normal(size=(2, 3, 6, 7))


@pytest.mark.core
def test_all_names_pool_alike():
    x = T.tensor4("x")
    pooled = [
        pool.pool_2d(x, (2, 2), True),
        pool.pool_2d(x, ds=(2, 2), ignore_border=True, st=(2, 2)),
        pool.Pool(ignore_border=True)(x, (2, 2)),
        pool.Pool(True, "max", 2)(x, ws=(2, 2), stride=(2, 2), pad=(0, 0)),
        downsample.max_pool_2d(x, (2, 2), ignore_border=True),
        downsample.max_pool_2d(x, (2, 2), True, (2, 2), (0, 0), "max"),
        downsample.DownsampleFactorMax((2, 2), True)(x),
    ]
    for found in value(pooled, x=X):
        np.testing.assert_array_equal(found, X[:, :, :, :6].reshape(2, 3, 3, 2, 3, 2).max((3, 5)))
    assert isinstance(pooled[0].owner.op, pool.Pool)
    with pytest.raises(ValueError, match="mode"):
        pool.Pool(mode="median")


@pytest.mark.parametrize("ignore_border", [True, False])
@pytest.mark.parametrize(("ws", "stride"), [((2, 2), None), ((3, 2), (2, 1)), ((2, 2), (3, 3))])
def test_out_shape(ignore_border, ws, stride):
    x, wanted = T.tensor4("x"), []
    pooled = value(pool.pool_2d(x, ws, ignore_border, stride), x=X)
    wanted = list(pooled.shape)
    assert pool.Pool.out_shape(X.shape, ws, ignore_border, stride) == wanted
    assert pool.Pool.out_shape(X.shape, ds=ws, ignore_border=ignore_border, st=stride) == wanted
    symbolic = pool.Pool.out_shape([x.shape[i] for i in range(4)], ws, ignore_border, stride)
    assert [int(n) for n in value(symbolic, x=X)] == wanted


def test_pooling_of_one_axis():
    v = T.matrix("v")
    np.testing.assert_array_equal(
        value(pool.Pool(True, ndim=1)(v, (2,)), v=X[0, 0]),
        X[0, 0, :, :6].reshape(6, 3, 2).max(2),
    )
    with pytest.raises(ValueError, match="ndim"):
        pool.Pool(ndim=4)


@pytest.mark.parametrize("error", [ValueError, NotImplementedError])
def test_errors_are_theanos_too(error):
    for wrong in (
        {"input": T.vector(), "ws": (2, 2)},
        {"input": T.matrix(), "ws": (2, 2), "pad": (1, 1), "ignore_border": False},
        {"input": T.matrix(), "ws": (2, 2), "pad": (2, 2), "ignore_border": True},
        {"input": T.matrix()},
    ):
        with pytest.raises(error, match="pool_2d"):
            pool.pool_2d(**wrong)
    assert list(inspect.signature(pool.pool_2d).parameters)[:3] == ["input", "ws", "ignore_border"]


def test_errors_of_out_shape():
    for wrong in ({}, {"ws": (2, 2), "ds": (2, 2)}):
        with pytest.raises(ValueError, match="out_shape"):
            pool.Pool.out_shape((4, 4), **wrong)
    with pytest.raises(TypeError, match="imgshape"):
        pool.Pool.out_shape((4,), (2, 2))


def test_gradients_by_class():
    x, g = T.tensor4("x"), T.tensor4("g")
    above = np.ones((2, 3, 3, 3))
    y = pool.pool_2d(x, (2, 2), True)
    wanted = T.grad(None, x, known_grads={y: g})
    found = pool.MaxPoolGrad(True)(x, y, g, (2, 2))
    mean = pool.pool_2d(x, (2, 2), True, mode="average_inc_pad")
    wanted_mean = T.grad(None, x, known_grads={mean: g})
    found_mean = pool.AveragePoolGrad(True, "average_inc_pad")(x, g, (2, 2), (2, 2), (0, 0))
    back = pool.DownsampleFactorMaxGradGrad(True)(x, y, x, (2, 2))
    a, b, c, d, e, f = value([wanted, found, wanted_mean, found_mean, back, y], x=X, g=above)
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(c, d)
    np.testing.assert_array_equal(e, f)


def test_convolution_of_single_images():
    one, many = T.matrix("x"), T.tensor3("y")
    k, kernels = T.matrix("k"), T.tensor3("w")
    image, filters = X[0, 0], X[0, :, :2, :2]
    found = value(
        [conv.conv2d(one, k), conv.conv2d(many, k), conv.conv2d(one, kernels),
         conv.conv2d(many, kernels, border_mode="full")],
        x=image, y=X[0], k=filters[0], w=filters,
    )  # fmt: skip
    assert [f.shape for f in found] == [(5, 6), (3, 5, 6), (3, 5, 6), (3, 3, 7, 8)]
    np.testing.assert_allclose(found[0][0, 0], (image[:2, :2] * filters[0, ::-1, ::-1]).sum())
    np.testing.assert_allclose(
        found[3][1, 2, 1:6, 1:7], value(conv.conv2d(one, k), x=X[0, 1], k=filters[2])
    )
    with pytest.raises(AssertionError, match="input"):
        conv.conv2d(T.tensor4(), k)
