"""Theano's classes and functions of convolutions; their numbers are tested in tests/nnet."""

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from symopt.legacy.theano.tensor import nnet
from symopt.legacy.theano.tensor.nnet import abstract_conv, conv, conv3d2d, corr
from symopt.nnet import conv as own
from tests.legacy.theano.tensor.evaluate import value

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(2, 3, 6, 7)), RNG.normal(size=(4, 3, 2, 3))
ABOVE = RNG.normal(size=(2, 4, 3, 3))


@pytest.mark.core
def test_transposed_by_class_and_by_function():
    w, g, shape = T.tensor4("w"), T.tensor4("g"), T.lvector("shape")
    op = abstract_conv.AbstractConv2d_gradInputs(subsample=(2, 2), filter_flip=False)
    by_list = op(w, g, (6, 7))
    by_vector = op(w, g, shape)
    by_name = nnet.conv2d_transpose(
        g, w, (None, None, 6, 7), input_dilation=(2, 2), filter_flip=False
    )
    a, b, c = value([by_list, by_vector, by_name], w=W, g=ABOVE, shape=[6, 7])
    wanted = value(
        own.conv2d_grad_wrt_inputs(g, w, (None, None, 6, 7), None, "valid", (2, 2), False),
        w=W,
        g=ABOVE,
    )
    for found in (a, b, c):
        np.testing.assert_array_equal(found, wanted)


def test_isinstance():
    x, w = T.tensor4(), T.tensor4()
    op = nnet.conv2d(x, w).owner.op
    assert isinstance(op, abstract_conv.AbstractConv2d)
    assert isinstance(op, nnet.ConvOp)
    assert not isinstance(op, abstract_conv.AbstractConv3d)
    assert not isinstance(op, abstract_conv.AbstractConv2d_gradInputs)
    assert not isinstance(op, corr.CorrMM)

    class Own(abstract_conv.AbstractConv2d):
        pass

    assert isinstance(Own(), Own)
    assert not isinstance(op, Own)


@pytest.mark.parametrize(
    ("error", "settings"),
    [
        (ValueError, {"border_mode": "same"}),
        (ValueError, {"border_mode": (1, 2, 3)}),
        (ValueError, {"subsample": (1,)}),
        (ValueError, {"num_groups": 0}),
        (ValueError, {"imshp": (T.lscalar(), 1, 1, 1)}),
    ],
)
def test_settings_are_checked(error, settings):
    with pytest.raises(error):
        abstract_conv.AbstractConv2d(**settings)


def test_conv2d_of_nnet():
    x, w = T.tensor4("x"), T.tensor4("w")
    with pytest.warns(UserWarning, match="unroll_batch"):
        old = nnet.conv2d(x, w, image_shape=(2, 3, 6, 7), unroll_batch=4)
    with pytest.raises(ValueError, match="old name"):
        nnet.conv2d(x, w, (2, 3, 6, 7), image_shape=(2, 3, 6, 7))
    with pytest.raises(ValueError, match="logical"):
        nnet.conv2d(x, w, imshp_logical=(3, 6, 7))
    with pytest.raises(AssertionError):
        conv.conv2d(x, w, (2, 3, 6, 7), (4, 2, 2, 3))
    older = conv.conv2d(x, w, (2, 3, 6, 7), (4, 3, 2, 3), subsample=(1, 1), version=3)
    a, b = value([old, older], x=X, w=W)
    np.testing.assert_array_equal(a, b)
    assert conv.ConvOp.getOutputShape((6, 7), (2, 3), (2, 2), "full") == (4, 5)


def test_dtype_and_errors():
    assert nnet.conv2d(T.ftensor4(), T.dtensor4()).dtype == "float32"
    for error in (TypeError, ValueError):
        with pytest.raises(error, match="input has 2"):
            nnet.conv2d(T.matrix(), T.tensor4())


def test_correlations():
    x, w, g = T.tensor4("x"), T.tensor4("w"), T.tensor4("g")
    forward = corr.CorrMM("valid")(x, w)
    by_x = corr.CorrMM_gradInputs("valid")(w, g)
    by_w = corr.CorrMM_gradWeights("valid")(x, g)
    above = RNG.normal(size=(2, 4, 5, 5))
    found = value([forward, by_x, by_w], x=X, w=W, g=above)
    plain = nnet.conv2d(x, w, filter_flip=False)
    wanted = value([plain, *T.grad(None, [x, w], known_grads={plain: g})], x=X, w=W, g=above)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b)
    with pytest.raises(ValueError, match="shape is needed"):
        corr.CorrMM_gradInputs("half", subsample=(2, 2))(w, g)


def test_shapes():
    assert abstract_conv.get_conv_output_shape(
        (2, 3, 6, 7), (4, 3, 2, 3), "half", (2, 1), (1, 2)
    ) == (2, 4, 4, 7)
    assert abstract_conv.get_conv_output_shape(
        (None, 3, 6, None), (4, 3, 2, 3), ((1, 2), 0), (1, 1)
    ) == (None, 4, 8, None)
    assert abstract_conv.get_conv_gradinputs_shape((4, 3, 2, 3), (2, 4, 5, 5), "valid", (1, 1)) == (
        2,
        3,
        6,
        7,
    )
    assert abstract_conv.get_conv_gradweights_shape(
        (2, 3, 6, 7), (2, 4, 5, 5), "valid", (1, 1)
    ) == (4, 3, 2, 3)
    assert abstract_conv.border_mode_to_pad((1, (0, 2)), 2, (3, 3)) == ((1, 1), (0, 2))
    assert not abstract_conv.check_conv_gradinputs_shape(
        (2, 3, 6, 7), (4, 3, 2, 3), (2, 4, 5, 6), "valid", (1, 1)
    )
    with pytest.raises(ValueError, match="length 0"):
        abstract_conv.assert_conv_shape((1, 1, 0, 2))


def test_films():
    """Theano's own formula: a sum over the frames of two-dimensional convolutions, flipped."""
    x, w = T.tensor5("x"), T.tensor5("w")
    film, filters = RNG.normal(size=(2, 4, 2, 5, 5)), RNG.normal(size=(3, 2, 2, 2, 2))
    found = value(conv3d2d.conv3d(x, w, border_mode=("half", "valid", "valid"),
                                  filters_shape=(3, 2, 2, 2, 2)), x=film, w=filters)  # fmt: skip
    padded = np.pad(film, ((0, 0), (1, 1), (0, 0), (0, 0), (0, 0)))
    frame, kernel = T.tensor4("f"), T.tensor4("k")
    one = lambda t, k: value(nnet.conv2d(frame, kernel), f=padded[:, t], k=filters[:, k])  # noqa: E731
    wanted = np.stack([one(t + 1, 0) + one(t, 1) for t in range(5)], axis=1)
    np.testing.assert_allclose(found, wanted)


def test_filters_of_their_own_at_each_place():
    x, w, g = T.tensor4("x"), T.TensorType("float64", (False,) * 6)("w"), T.tensor4("g")
    settings = {"unshared": True, "filter_flip": False, "num_groups": 3}
    filters = RNG.normal(size=(6, 5, 5, 1, 2, 3))
    forward = nnet.conv2d(x, w, filter_shape=filters.shape, **settings)
    op = dict(kshp=filters.shape, **settings)
    pairs = [
        abstract_conv.AbstractConv2d_gradInputs(**op)(w, g, (6, 7)),
        abstract_conv.AbstractConv2d_gradWeights(**op)(x, g, (2, 3)),
    ]
    wanted = T.grad(None, [x, w], known_grads={forward: g})
    found = value([*pairs, *wanted], x=X, w=filters, g=RNG.normal(size=(2, 6, 5, 5)))
    np.testing.assert_allclose(found[0], found[2])
    np.testing.assert_allclose(found[1], found[3])
    with pytest.raises(NotImplementedError, match="unshared"):
        abstract_conv.AbstractConv3d(unshared=True)
