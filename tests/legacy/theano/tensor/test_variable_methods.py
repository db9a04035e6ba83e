"""What variables can do besides what PyTensor's can."""

import pickle

import numpy as np
import pytensor
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from tests.legacy.theano.tensor.evaluate import value


@pytest.mark.core
def test_truth():
    x = T.vector("x")
    assert x
    assert theano.shared(0.0)
    assert x + 1
    for comparison in (x < 1, x <= 1, x > 1, x >= 1):
        with pytest.raises(TypeError, match="if, and, or"):
            bool(comparison)
    with pytest.raises(TypeError):
        0 < x < 1  # noqa: B015


def test_division_by_its_python_2_name():
    x = T.ivector("x")
    np.testing.assert_array_equal(value(x.__div__(2), x=np.int32([1, 2])), [0.5, 1])
    np.testing.assert_array_equal(value(x.__rdiv__(2), x=np.int32([1, 2])), [2, 1])


def test_eval():
    x, y = T.dscalar("x"), T.dscalar("y")
    with theano.config.change_flags(mode="FAST_COMPILE"):
        z = x + 2 * y
        assert z.eval({x: 1.0, y: 2.0}) == 5
        assert z.eval({"x": 2.0, "y": 2.0}) == 6
        assert len(z._fn_cache) == 1
        assert T.constant(3).eval() == 3
        with pytest.raises(ValueError, match="named 'w'"):
            z.eval({"w": 1.0})
    assert "_fn_cache" not in pickle.loads(pickle.dumps(z)).__dict__


def test_eval_of_modules_that_know_nothing_of_theano_is_pytensors():
    other = {"__name__": "of_somebody_else"}
    exec("def evaluated(x): return x.eval()", other)
    doubled = T.constant(3.0) * 2
    with pytensor.config.change_flags(mode="FAST_COMPILE", cxx=""):
        assert other["evaluated"](doubled) == 6
    (function,) = doubled._fn_cache.values()
    assert type(function) is pytensor.compile.Function


def test_trace():
    x = T.matrix("x")
    assert value(x.trace(), x=np.arange(4.0).reshape(2, 2)) == 3


def test_choose():
    index, x = T.ivector("i"), T.matrix("x")
    chosen = index.choose(x, None, "wrap")
    np.testing.assert_array_equal(
        value(chosen, i=np.int32([0, 3, 1]), x=np.arange(6.0).reshape(2, 3)), [0, 4, 5]
    )
    with pytest.raises(AssertionError):
        T.choose(index, x, out=x)


@pytest.mark.core
def test_none_in_an_index_drops_axes_of_length_1_that_it_does_not_name():
    column, x = T.col("c"), T.matrix("x")
    assert column[:, None].broadcastable == (False, True)
    assert column[1:, None].broadcastable == (False, True)
    assert T.alloc(1.0, x.shape[0], 1)[:, None].ndim == 2
    assert column[:, None, :].ndim == column[:, None, ...].ndim == 3
    assert x[:, None].ndim == 3  # Theano refuses it
    assert x[None].ndim == 3
    np.testing.assert_array_equal(
        value(column[:, None] * x, c=np.array([[2.0], [3.0]]), x=np.ones((2, 2))),
        [[2, 2], [3, 3]],
    )
    modern = {}
    exec("def index(x):\n    return x[:, None]", modern)
    assert modern["index"](column).ndim == 3


def test_what_is_no_tensor_is_a_type_error():
    for operate in (lambda x: x + object(), lambda x: T.eq(x, "a"), lambda x: T.maximum(x, "a")):
        with pytest.raises(TypeError):
            operate(T.vector())
