"""Values as variables and variables as values."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T


@pytest.mark.core
def test_dtypes_of_constants():
    assert T.constant(3).dtype == "int8"
    assert T.constant(300).dtype == "int16"
    assert T.constant([1, 2]).dtype == "int64"
    with theano.config.change_flags(floatX="float32"):
        assert T.constant(0.1).dtype == "float32"
        assert (T.fvector() * 0.1).dtype == "float32"
    with theano.config.change_flags(floatX="float64"):
        assert (T.fvector() * 0.1).dtype == "float64"
    assert T.as_tensor_variable(1.5, name="x").name == "x"
    assert T.as_tensor_variable(T.vector(), ndim=3).broadcastable == (True, True, False)
    assert T.as_tensor_variable([T.scalar(), T.scalar()]).ndim == 1


@pytest.mark.parametrize("given", [True, object(), "text"])
def test_what_is_no_tensor(given):
    with pytest.raises(T.AsTensorError, match="as_tensor_variable"):
        T.as_tensor_variable(given)
    assert issubclass(T.AsTensorError, TypeError)


def test_get_scalar_constant_value():
    assert T.get_scalar_constant_value(T.constant(3) * 2 + 1) == 7
    assert T.get_scalar_constant_value(T.alloc(np.float32(2), 3, 4)) == 2
    assert T.constant(4.0).get_scalar_constant_value() == 4
    assert T.get_scalar_constant_value(np.array(5)) == 5
    assert T.get_scalar_constant_value(T.matrix().dimshuffle("x", 0, 1).shape[0]) == 1
    for unknown in (None, T.scalar(), T.vector().shape[0], np.arange(3), T.constant([1, 2])):
        with pytest.raises(T.NotScalarConstantError):
            T.get_scalar_constant_value(unknown)
    with pytest.raises(T.EmptyConstantError):
        T.get_scalar_constant_value(np.zeros((0,)))


def test_extract_constant():
    x = T.lscalar()
    assert T.extract_constant(T.constant(2)) == 2
    assert T.extract_constant(x) is x


def test_get_vector_length():
    assert T.get_vector_length(T.stack([T.scalar(), T.scalar()])) == 2
    assert T.get_vector_length(T.tensor3().shape) == 3
    with pytest.raises(ValueError, match="[Ll]ength"):
        T.get_vector_length(T.vector())
    with pytest.raises(TypeError):
        T.get_vector_length(T.matrix())


def test_check_equal_numpy():
    equal = T.basic.check_equal_numpy
    assert equal(np.ones(3), np.ones(3))
    assert not equal(np.ones(3), np.ones(3, "float32"))
    assert equal(np.random.RandomState(1), np.random.RandomState(1))
    assert not equal(np.random.RandomState(1), np.random.RandomState(2))
