import numpy as np
import pytest
import theano
import theano.tensor as T

import strata
from strata import layers as L


@pytest.fixture(autouse=True)
def seeded():
    before = strata.random.get_rng()
    strata.random.set_rng(np.random.RandomState(42))
    yield
    strata.random.set_rng(before)


def values(expression, *inputs):
    return (
        expression.eval()
        if not inputs
        else theano.function(*inputs[:1] + (expression,))(*inputs[1])
    )


class TestDense:
    @pytest.fixture
    def dense(self):
        return L.DenseLayer(L.InputLayer((None, 4)), num_units=3, name="dense")

    def test_output(self, dense):
        x = np.random.RandomState(0).randn(2, 4).astype(theano.config.floatX)
        out = L.get_output(dense, T.constant(x)).eval()
        expected = np.maximum(0, x.dot(dense.W.get_value()) + dense.b.get_value())
        assert np.allclose(out, expected)

    def test_names_and_tags(self, dense):
        assert [p.name for p in L.get_all_params(dense)] == ["dense.W", "dense.b"]
        assert L.get_all_params(dense, regularizable=True) == [dense.W]
        assert L.count_params(dense) == 15

    def test_leading_axes(self):
        layer = L.DenseLayer((2, 3, 4, 5), 6, num_leading_axes=2)
        assert layer.output_shape == (2, 3, 6)
        assert layer.get_output_for(T.ones((2, 3, 4, 5))).eval().shape == (2, 3, 6)

    def test_wrong_values(self, dense):
        with pytest.raises(ValueError) as e:
            L.set_all_param_values(dense, [np.zeros((1, 1)), np.zeros(3)])
        assert "has shape (4, 3)" in str(e.value)
        with pytest.raises(ValueError):
            L.set_all_param_values(dense, [])

    def test_nonpositive(self):
        with pytest.raises(ValueError):
            L.DenseLayer((0, 4), 3)
        with pytest.raises(ValueError):
            L.InputLayer((3, 4), T.vector())


def convolve(x, w, stride=1, pad=0, flip=True):
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="constant")
    if flip:
        w = w[:, :, ::-1, ::-1]
    k = w.shape[2]
    rows = (x.shape[2] - k) // stride + 1
    cols = (x.shape[3] - k) // stride + 1
    out = np.zeros((x.shape[0], w.shape[0], rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = x[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.tensordot(patch, w, ((1, 2, 3), (1, 2, 3)))
    return out


@pytest.mark.parametrize("stride,pad,flip", [(1, 0, True), (2, 1, True), (1, 2, False)])
def test_conv2d(stride, pad, flip):
    x = np.random.RandomState(1).randn(2, 3, 6, 5).astype(theano.config.floatX)
    layer = L.Conv2DLayer(
        (2, 3, 6, 5),
        4,
        3,
        stride=stride,
        pad=pad,
        flip_filters=flip,
        nonlinearity=None,
        b=strata.init.Constant(0.5),
    )
    out = layer.get_output_for(T.constant(x)).eval()
    assert out.shape == layer.output_shape
    assert np.allclose(out, convolve(x, layer.W.get_value(), stride, pad, flip) + 0.5, atol=1e-5)


@pytest.mark.parametrize(
    "size,stride,ignore_border", [(2, None, True), (2, None, False), (3, 2, True), (3, 2, False)]
)
def test_pooled_shapes(size, stride, ignore_border):
    layer = L.MaxPool2DLayer((2, 3, 7, 9), size, stride=stride, ignore_border=ignore_border)
    assert layer.get_output_for(T.ones((2, 3, 7, 9))).eval().shape == layer.output_shape


def test_transposed_convolution_is_the_gradient():
    below = L.InputLayer((2, 3, 4, 4))
    layer = L.TransposedConv2DLayer(
        below, 2, 3, stride=2, nonlinearity=None, b=None, flip_filters=False
    )
    x = T.tensor4()
    out = layer.get_output_for(x)
    y = T.tensor4()
    forwards = T.nnet.conv2d(y, layer.W, subsample=(2, 2))
    gradient = T.grad(None, y, known_grads={forwards: x})
    f = theano.function([x, y], [out, gradient])
    rng = np.random.RandomState(2)
    a, b = f(
        rng.randn(2, 3, 4, 4).astype(theano.config.floatX),
        rng.randn(*layer.output_shape).astype(theano.config.floatX),
    )
    assert a.shape == layer.output_shape
    assert np.allclose(a, b, atol=1e-5)


class TestDropout:
    def test_mean_and_shared_axes(self):
        layer = L.DropoutLayer((100, 100), p=0.3)
        out = layer.get_output_for(T.ones((100, 100))).eval()
        assert 0.97 < out.mean() < 1.03
        assert len(np.unique(out)) == 2
        layer = L.DropoutLayer((20, 10, 3), p=0.5, shared_axes=(-1,))
        out = layer.get_output_for(T.ones((20, 10, 3))).eval()
        assert (out.std(axis=2) == 0).all() and out.std() > 0

    def test_deterministic(self):
        layer = L.DropoutLayer((3, 4), p=0.9)
        x = T.matrix()
        assert layer.get_output_for(x, deterministic=True) is x


class TestBatchNorm:
    def test_needs_sizes(self):
        with pytest.raises(ValueError):
            L.BatchNormLayer((10, None))

    def test_training_moves_the_statistics(self):
        layer = L.BatchNormLayer((None, 3), alpha=0.5)
        x = T.matrix()
        train = theano.function([x], layer.get_output_for(x))
        test = theano.function([x], layer.get_output_for(x, deterministic=True))
        data = np.random.RandomState(3).randn(50, 3).astype(theano.config.floatX) * 2 + 1
        out = train(data)
        assert np.allclose(out.mean(axis=0), 0, atol=1e-5)
        assert np.allclose(layer.mean.get_value(), 0.5 * data.mean(axis=0), rtol=1e-4)
        before = layer.mean.get_value()
        test(data)
        assert (layer.mean.get_value() == before).all()

    def test_around_a_layer(self):
        dense = L.DenseLayer((None, 4), 3, nonlinearity=strata.nonlinearities.tanh, name="d")
        top = L.batch_norm(dense)
        assert dense.b is None
        names = [p.name for p in L.get_all_params(top)]
        assert names == ["d.W", "d_bn.beta", "d_bn.gamma", "d_bn.mean", "d_bn.inv_std"]
        assert len(L.get_all_params(top, trainable=True)) == 3


def test_merging_and_reshaping():
    a, b = L.InputLayer((None, 2)), L.InputLayer((None, 3))
    top = L.ReshapeLayer(L.ConcatLayer([a, b]), ([0], 5, 1))
    assert top.output_shape == (None, 5, 1)
    out = L.get_output(top, {a: T.ones((4, 2)), b: np.zeros((4, 3))}).eval()
    assert out.shape == (4, 5, 1) and out.sum() == 8
