"""theano.ifelse: only the branch that is asked for is computed."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano.ifelse import IfElse, ifelse

x, y, condition = T.dvector("x"), T.dvector("y"), T.iscalar("condition")


@pytest.fixture(autouse=True)
def nothing_is_compiled():
    with theano.change_flags(mode="FAST_COMPILE"):
        yield


@pytest.mark.core
def test_one_branch_or_the_other():
    f = theano.function([condition, x, y], ifelse(condition, x, y))
    assert f(1, [1.0], [2.0]) == [1.0]
    assert f(0, [1.0], [2.0, 3.0]).tolist() == [2.0, 3.0]
    g = theano.function([condition, x, y], T.grad(ifelse(condition, x, y).sum(), x))
    np.testing.assert_array_equal(g(0, [1.0], [2.0]), [0.0])
    np.testing.assert_array_equal(g(1, [1.0], [2.0]), [1.0])
    assert isinstance(ifelse(condition, x, y).owner.op, IfElse)


@pytest.mark.core
def test_the_other_branch_is_not_computed():
    computed = []

    class Told(theano.Op):
        __props__ = ("name",)

        def __init__(self, name):
            self.name = name

        def make_node(self, a):
            return theano.Apply(self, [a], [a.type()])

        def perform(self, node, inputs, outputs):
            computed.append(self.name)
            outputs[0][0] = inputs[0]

    f = theano.function(
        [condition, x, y], ifelse(condition, Told("then")(x), Told("else")(y)), mode="FAST_COMPILE"
    )
    f(1, [1.0], [2.0])
    assert computed == ["then"]


def test_lists_and_tuples():
    assert isinstance(ifelse(condition, [x, y], [y, x]), list)
    assert isinstance(ifelse(condition, (x,), (y,)), tuple)
    f = theano.function([condition, x], ifelse(condition, [x, x * 2], [x * 3, np.ones(1)]))
    assert [r.tolist() for r in f(0, [1.0])] == [[3.0], [1.0]]
    assert theano.function([condition], ifelse(condition, 1.0, 2.0))(0) == 2.0


def test_branches_have_to_be_alike():
    with pytest.raises(TypeError, match="identical types"):
        ifelse(condition, x, T.fvector())
    with pytest.raises(TypeError, match="identical types"):
        ifelse(condition, x, T.dmatrix())
    with pytest.raises(ValueError, match="number of values"):
        ifelse(condition, [x], [x, y])
