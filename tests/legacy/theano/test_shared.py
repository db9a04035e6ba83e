"""theano.shared: what values it takes, and what its variables have."""

import numpy as np
import pytensor
import pytest
import scipy.sparse

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T


@pytest.mark.core
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.zeros((2, 3), "float32"), T.fmatrix),
        (np.zeros(2, "int32"), T.ivector),
        (1.5, T.dscalar),
        (1, T.lscalar),
        (np.float32(1), T.fscalar),
        (True, T.bscalar if False else T.TensorType("bool", ())),
    ],
)
def test_tensors_have_the_type_of_their_value(value, kind):
    assert theano.shared(value).type == getattr(kind, "type", kind)


@pytest.mark.core
def test_no_axis_is_broadcastable_unless_it_is_said():
    value = np.zeros((1, 3))
    assert theano.shared(value).broadcastable == (False, False)
    row = theano.shared(value, broadcastable=(True, False), borrow=True, target="cpu")
    assert row.broadcastable == (True, False)
    assert row.get_value(borrow=True) is value


def test_other_things_are_generic():
    for value in ([1, 2], "text", {"a": 1}, None, object):
        assert theano.shared(value).type == theano.generic
    with pytest.raises(TypeError):
        theano.shared([1.0], borrow=True)
    with pytest.raises(TypeError, match="symbolic"):
        theano.shared(T.scalar())
    assert theano.shared(scipy.sparse.csr_matrix([[1.0, 0.0]])).type.format == "csr"
    assert theano.shared(np.random.RandomState(1)).get_value().randint(10) == 5


@pytest.mark.core
def test_old_attributes():
    a = theano.shared(np.zeros(2), name="a")
    a.value = np.ones(2)
    np.testing.assert_array_equal(a.value, [1.0, 1.0])
    np.testing.assert_array_equal(a.get_value(return_internal_type=True), [1.0, 1.0])
    a.default_update = a + 1
    assert a.default_update.owner is not None
    a.default_update = None
    assert getattr(a, "default_update", "none") == "none"
    a.default_update = a + 1
    del a.default_update
    assert not hasattr(a, "default_update")
    a.default_update = a * 0.5 + T.constant(np.ones(2))  # whose length is known
    theano.function([], a, mode="FAST_COMPILE")()
    np.testing.assert_array_equal(a.get_value(), [1.5, 1.5])
    del a.default_update
    theano.function([], a, mode="FAST_COMPILE")
    assert hasattr(pytensor.shared(1.0), "default_update"), "of others, as PyTensor has it"
    with pytest.raises(TypeError):
        a.default_update = T.dmatrix()
    a.zero()
    np.testing.assert_array_equal(a.container.value, [0.0, 0.0])
    assert isinstance(a, theano.compile.SharedVariable)


def test_constructors_of_ones_own_are_tried_first():
    class Pair:
        pass

    @theano.compile.shared_constructor
    def pair_constructor(value, name=None, strict=False, allow_downcast=None):
        if not isinstance(value, Pair):
            raise TypeError("no pair")
        return theano.shared(2.0, name="made by pair_constructor")

    try:
        assert theano.shared(Pair()).name == "made by pair_constructor"
        assert theano.shared(3.0).get_value() == 3.0
    finally:
        theano.compile.shared_constructor(pair_constructor, remove=True)
    assert theano.shared(Pair()).type == theano.generic
