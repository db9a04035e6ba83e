"""What Theano's variables and types can do besides what PyTensor's can.

Importing this extends PyTensor's own classes: variables *are* PyTensor's here. Everything that
PyTensor accepted gives what it gave.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor import _as_tensor_variable
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorConstant, TensorVariable, _tensor_py_operators

from symopt.legacy.theano.tensor import _allocation, _constants, _shaping
from symopt.legacy.theano.tensor._new_axes import indexing_as_theano, written_for_theano

_pytensor_eval = Variable.eval


def reshape(self: Any, shape: Any, ndim: int | None = None) -> TensorVariable:
    """The elements in another shape; see :func:`theano.tensor.reshape`."""
    if ndim is not None and not isinstance(ndim, int | np.integer):
        raise ValueError(f"reshape: ndim={ndim!r}; expected an integer.")
    return _shaping.reshape(self, shape, ndim)


def flatten(self: Any, ndim: int | None = None, outdim: int | None = None) -> TensorVariable:
    """The last axes run together; see :func:`theano.tensor.flatten`."""
    return _shaping.flatten(self, ndim, outdim)


def choose(self: Any, choices: Any, out: None = None, mode: str = "raise") -> TensorVariable:
    """Elements of ``choices``; see :func:`theano.tensor.choose`."""
    return _allocation.choose(self, choices, out=out, mode=mode)


def trace(self: Any) -> TensorVariable:
    """The sum of the diagonal."""
    return _allocation.diagonal(self).sum()


def get_scalar_constant_value(self: Any) -> Any:
    """The number that the variable is everywhere, if it is one."""
    return _constants.get_scalar_constant_value(self)


def is_true(self: Any) -> bool:
    """True, as in ``if bias:``; of ``a < b`` and the like a TypeError."""
    if getattr(self, "_is_nonzero", True):
        return True
    raise TypeError(
        "A comparison of variables is itself a variable, without a value yet: it cannot be tested "
        "by if, and, or, nor be part of a < b < c. Use switch(), and_(), or_()."
    )


def evaluate(self: Any, inputs_to_values: Any = None, **keywords: Any) -> Any:
    """The value of the variable, for values of what it is computed from.

    Parameters
    ----------
    inputs_to_values
        Values by variable (or by name). The function is compiled at the first call for these
        inputs and kept.
    **keywords
        PyTensor's; with any, it is PyTensor's own ``eval``, as for modules that have nothing of the
        namespace.
    """
    if keywords or not written_for_theano(sys._getframe(1)):
        return _pytensor_eval(self, inputs_to_values, **keywords)
    from symopt.legacy.theano.compile.function import function

    given = {
        _named(self, key) if isinstance(key, str) else key: value
        for key, value in (inputs_to_values or {}).items()
    }
    inputs = tuple(sorted(given, key=id))
    functions = self.__dict__.setdefault("_fn_cache", {})
    if inputs not in functions:
        functions[inputs] = function(list(inputs), self)
    return functions[inputs](*[given[variable] for variable in inputs])


def _named(variable: Any, name: str) -> Variable:
    found = [v for v in graph_inputs([variable]) if v.name == name]
    if len(found) != 1:
        raise ValueError(f"eval: {len(found)} inputs are named {name!r}; expected one.")
    return found[0]


def _no_tensor(x: Any, name: str | None, ndim: int | None, **kwargs: Any) -> Any:
    """PyTensor raises NotImplementedError; legacy code catches TypeError, which this is too."""
    raise _constants.AsTensorError(f"Cannot convert {x!r} to a tensor variable.")


def _comparison(name: str) -> Any:
    compare = getattr(_tensor_py_operators, name)

    @functools.wraps(compare)
    def compared(self: Any, other: Any) -> Any:
        result = compare(self, other)
        if result is not NotImplemented:
            result._is_nonzero = False
        return result

    return compared


def _accepts_theanos_arguments(construct: Any) -> Any:
    @functools.wraps(construct)
    def __init__(
        self: TensorType,
        dtype: Any,
        shape: Any = None,
        name: str | None = None,
        broadcastable: Any = None,
        sparse_grad: bool = False,
    ) -> None:
        if isinstance(name, bool):  # Theano's fourth argument is sparse_grad
            name = None
        if broadcastable is not None:
            shape = tuple(bool(flag) for flag in broadcastable)
        construct(self, dtype, shape, name)
        if sparse_grad:
            self.sparse_grad = sparse_grad  # type: ignore[attr-defined]

    return __init__


def _clone_accepting_flags(clone: Any) -> Any:
    @functools.wraps(clone)
    def cloned(
        self: TensorType,
        dtype: Any = None,
        shape: Any = None,
        broadcastable: Any = None,
        **kwargs: Any,
    ) -> TensorType:
        if broadcastable is not None:
            shape = tuple(bool(flag) for flag in broadcastable)
        return clone(self, dtype, shape, **kwargs)

    return cloned


def extend() -> None:
    """Give PyTensor's classes Theano's methods, once."""
    operators: Any = _tensor_py_operators
    tensor_type: Any = TensorType
    if getattr(operators, "_has_theanos_methods", False):
        return
    for method in (reshape, flatten, choose, trace, get_scalar_constant_value):
        setattr(operators, method.__name__, method)
    for name in ("__lt__", "__le__", "__gt__", "__ge__"):
        setattr(operators, name, _comparison(name))
    operators.__bool__ = operators.__nonzero__ = is_true
    operators.__div__ = operators.__truediv__
    operators.__rdiv__ = operators.__rtruediv__
    operators._has_theanos_methods = True
    operators.eval = evaluate
    operators.__getitem__ = indexing_as_theano(operators.__getitem__)
    _as_tensor_variable.register(object, _no_tensor)
    tensor_type.__init__ = _accepts_theanos_arguments(tensor_type.__init__)
    tensor_type.clone = _clone_accepting_flags(tensor_type.clone)
    tensor_type.sparse_grad = False
    tensor_type.Variable = TensorVariable
    tensor_type.Constant = TensorConstant
    tensor_type.SharedVariable = TensorSharedVariable


extend()
