"""Symbolic inputs, their types, and isinstance as Theano's programs use it."""

import numpy as np
import pytest
from pytensor.tensor.type import TensorType as PyTensorsType

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T

LETTERS = {"b": "int8", "w": "int16", "i": "int32", "l": "int64", "f": "float32", "d": "float64",
               "c": "complex64", "z": "complex128"}  # fmt: skip
KINDS = {
    "scalar": (), "vector": (False,), "matrix": (False, False), "row": (True, False),
    "col": (False, True), **{f"tensor{n}": (False,) * n for n in range(3, 8)},
}  # fmt: skip


@pytest.mark.core
@pytest.mark.parametrize("kind", KINDS)
def test_types(kind):
    for letter, dtype in LETTERS.items():
        variable = getattr(T, letter + kind)("x")
        assert (variable.dtype, variable.broadcastable) == (dtype, KINDS[kind])
        assert variable.name == "x"
    with theano.config.change_flags(floatX="float32"):
        assert getattr(T, kind)().dtype == "float32"
    assert getattr(T, kind)("x", "int8").dtype == "int8"


def test_several():
    a, b = T.matrices("a", "b")
    assert (a.name, b.name, a.ndim) == ("a", "b", 2)
    assert [v.name for v in T.scalars("xy")] == ["x", "y"]
    assert len(T.fvectors(3)) == 3
    assert T.vectors("word").__class__ is list
    assert T.dmatrices("ab")[1].dtype == "float64"


def test_tensor():
    assert T.tensor("float32", (True, False), "x").type == T.TensorType("float32", (True, False))
    x = T.tensor(dtype="int8", broadcastable=[False, True], name="x")
    assert (x.name, x.broadcastable) == ("x", (False, True))


def test_tensor_type_takes_theanos_arguments():
    made = T.TensorType(dtype="float32", broadcastable=(False, True), sparse_grad=True)
    assert made.broadcastable == (False, True)
    assert made.sparse_grad
    assert T.TensorType is PyTensorsType
    assert made.clone(broadcastable=(True, True)).broadcastable == (True, True)
    assert T.TensorType("float32", (None, 3)).shape == (None, 3)  # PyTensor's own form
    assert isinstance(T.fmatrix("x").type, T.TensorType)


def test_tensor_variable_is_neither_shared_nor_constant():
    x, w = T.vector("x"), theano.shared(np.ones(3))
    assert isinstance(x, T.TensorVariable)
    assert isinstance(2 * x, T.TensorVariable)
    assert not isinstance(w, T.TensorVariable)
    assert not isinstance(T.constant(1.0), T.TensorVariable)
    assert isinstance(w, T.sharedvar.TensorSharedVariable)
    assert isinstance(T.constant(1.0), T.TensorConstant)
    assert issubclass(type(x), T.TensorVariable)
    assert not issubclass(type(w), T.TensorVariable)

    class Own(T.TensorVariable):
        pass

    own = Own(x.type, None)
    assert isinstance(own, Own)
    assert isinstance(own, T.TensorVariable)
    assert not isinstance(x, Own)
    assert type(T.TensorVariable(x.type, name="y")) is type(x)


def test_star_import():
    names = {}
    exec("from symopt.legacy.theano.tensor import *", names)
    for name in ("dot", "grad", "nnet", "fmatrix", "set_subtensor", "sort", "TensorVariable"):
        assert name in names, name
    assert names["TensorVariable"] is T.TensorVariable
    assert "fallback" not in names
