"""Softmax, cross-entropies and activations: dtypes and errors of Theano's."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano.tensor import nnet
from symopt.legacy.theano.tensor.nnet import blocksparse, bn, ctc, neighbours
from tests.legacy.theano.tensor.evaluate import value

X = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.core
def test_dtypes_with_integer_targets():
    p = nnet.softmax(T.fmatrix())
    assert nnet.binary_crossentropy(p, T.lmatrix()).dtype == "float64"
    assert nnet.binary_crossentropy(p, T.bmatrix()).dtype == "float32"
    assert nnet.sigmoid_binary_crossentropy(T.fmatrix(), T.imatrix()).dtype == "float64"
    assert nnet.categorical_crossentropy(p, T.lmatrix()).dtype == "float64"
    assert nnet.categorical_crossentropy(p, T.lvector()).dtype == "float32"
    assert nnet.sigmoid(T.ivector()).dtype == nnet.relu(T.ivector()).dtype == "float64"
    with theano.config.change_flags(floatX="float64"):
        assert nnet.relu(T.fvector(), 0.1).dtype == nnet.selu(T.fvector()).dtype == "float64"
    with theano.config.change_flags(floatX="float32"):
        assert nnet.relu(T.fvector(), 0.1).dtype == nnet.elu(T.fvector(), 0.3).dtype == "float32"


def test_names_that_pickles_hold():
    for name in ("ScalarSigmoid", "ScalarSoftplus", "scalar_sigmoid", "sigmoid_inplace"):
        assert hasattr(nnet.sigm, name), name


def test_errors():
    for wrong in (T.imatrix(), T.tensor3(), T.scalar()):
        with pytest.raises(ValueError, match="softmax"):
            nnet.softmax(wrong)
    with pytest.raises(TypeError, match="categorical_crossentropy"):
        nnet.categorical_crossentropy(T.tensor3(), T.lvector())


def test_operations():
    x, y, d = T.matrix("x"), T.lvector("y"), T.vector("d")
    p = nnet.softmax(x)
    assert isinstance(p.owner.op, nnet.Softmax)
    wanted = T.grad(None, x, known_grads={nnet.crossentropy_softmax_1hot(x, y)[0]: d})
    found = nnet.crossentropy_softmax_1hot_with_bias_dx(d, p, y)
    by_p = nnet.crossentropy_categorical_1hot_grad(d, p, y)
    a, b, c = value(
        [wanted, found, nnet.softmax_grad(by_p, p)], x=X, y=[0, 3, 1], d=[1.0, 2.0, 3.0]
    )
    np.testing.assert_allclose(a, b)
    np.testing.assert_allclose(a, c)
    np.testing.assert_allclose(value(nnet.softmax_op(x), x=X), value(p, x=X))
    np.testing.assert_allclose(value(nnet.softmax_graph(x), x=X), value(p, x=X))


def test_blocks():
    """One block chosen by hand."""
    rng = np.random.default_rng(1)
    weights, h, b = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(1, 2, 4)), np.zeros((3, 5))
    w, x, bias = T.tensor4("w"), T.tensor3("h"), T.matrix("b")
    i, j = T.lmatrix("i"), T.lmatrix("j")
    found = blocksparse.sparse_block_dot(w, x, i, bias, j)
    result = value(found, w=weights, h=h, b=b, i=[[1, 0]], j=[[2]])
    np.testing.assert_allclose(result[0, 0], h[0, 0] @ weights[1, 2] + h[0, 1] @ weights[0, 2])
    outer = blocksparse.sparse_block_outer(w, x, T.tensor3("y"), i, j)
    y = rng.normal(size=(1, 1, 5))
    sums = value(outer, w=0 * weights, h=h, y=y, i=[[1, 0]], j=[[2]])
    np.testing.assert_allclose(sums[1, 2], np.outer(h[0, 0], y[0, 0]))
    assert not sums[:, :2].any()


def test_other_operations_by_class():
    x = T.tensor4("x")
    images = np.arange(16.0).reshape(1, 1, 4, 4)
    np.testing.assert_array_equal(
        value(neighbours.Images2Neibs("valid")(x, (2, 2)), x=images),
        value(nnet.neighbours.images2neibs(x, (2, 2)), x=images),
    )
    assert ctc.ctc_available()
    m, v = T.matrix("m"), T.vector("v")
    _, mean, invstd = bn.AbstractBatchNormTrain((0,))(m, v, v)
    np.testing.assert_allclose(value(mean, m=X, v=np.ones(4)), X.mean(0))
    assert invstd.ndim == 1
