"""Methods of Ops written for Theano, in the form in which PyTensor calls them.

PyTensor passes other arguments to some methods than Theano did, and the number differs between
its versions (tried with 3.0.7 and 3.3.7). Each method that a class defines is wrapped once, when
the class is made, so that it takes either form.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from types import FunctionType
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.tensor.type import TensorType

_WITHOUT_NODE = (
    "c_headers",
    "c_header_dirs",
    "c_libraries",
    "c_lib_dirs",
    "c_support_code",
    "c_compile_args",
    "c_no_compile_args",
    "c_init_code",
)
_NOT_GIVEN = object()


def adapt_methods(cls: type, names: Iterable[str] | None = None) -> None:
    """Wrap the methods in a class's own namespace that PyTensor calls in another way than Theano.

    Parameters
    ----------
    cls
        The class.
    names
        Which methods. None: all.
    """
    for name in _WRAPPERS if names is None else names:
        method, wrap = cls.__dict__.get(name), _WRAPPERS[name]
        if isinstance(method, FunctionType) and not hasattr(method, "__theano_form__"):
            wrapped = wrap(method)
            if wrapped is not method:
                wrapped.__theano_form__ = method  # type: ignore[attr-defined]
                setattr(cls, name, wrapped)
    if "__eq__" in cls.__dict__ and cls.__dict__.get("__hash__") is None:
        # Python 2 kept a hash for such a class; PyTensor needs equal Ops to have equal ones
        cls.__hash__ = hash_of_class  # type: ignore[assignment]


def hash_of_class(self: Any) -> int:
    """The same for all instances of a class."""
    return hash(type(self))


def unknown_lengths(node: Apply) -> Apply:
    """Let the outputs of a node have no static length but 1.

    ``[x.type()]`` says in Theano how many dimensions there are and which have length 1. In
    PyTensor it would also say how long the others are, which need not hold for the output.
    """
    for output in node.outputs:
        if isinstance(output.type, TensorType) and output.owner is node:
            shape = tuple(1 if length == 1 else None for length in output.type.shape)
            if shape != output.type.shape:
                output.type = output.type.clone(shape=shape)
    return node


def _make_node(method: Callable[..., Apply]) -> Callable[..., Apply]:
    @wraps(method)
    def make_node(self: Any, *inputs: Any, **keywords: Any) -> Apply:
        return unknown_lengths(method(self, *inputs, **keywords))

    return make_node


def _last(count: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For methods that PyTensor gives a graph before what Theano gave them."""

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        if _positional(method) != count + 1:
            return method

        @wraps(method)
        def inner(self: Any, *arguments: Any) -> Any:
            return method(self, *arguments[-count:])

        del inner.__wrapped__  # PyTensor counts the arguments of the method
        return inner

    return wrap


def _perform(method: Callable[..., Any]) -> Callable[..., Any]:
    if _positional(method) < 5:
        return method

    @wraps(method)
    def perform(
        self: Any, node: Apply, inputs: Any, output_storage: Any, params: Any = _NOT_GIVEN
    ) -> Any:
        if params is _NOT_GIVEN:
            kind = self.params_type
            params = None if kind is None else kind.filter(self.get_params(node))
        return method(self, node, inputs, output_storage, params)

    return perform


def _c_method(method: Callable[..., Any]) -> Callable[..., Any]:
    takes_compiler = _positional(method) > 1

    @wraps(method)
    def inner(self: Any, c_compiler: Any = None, **keywords: Any) -> Any:
        return method(self, c_compiler) if takes_compiler else method(self)

    return inner


def _positional(method: Callable[..., Any]) -> int:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds for p in inspect.signature(method).parameters.values())


_WRAPPERS: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "make_node": _make_node,
    "infer_shape": _last(2),
    "do_constant_folding": _last(1),
    "perform": _perform,
    **dict.fromkeys(_WITHOUT_NODE, _c_method),
}
ARGUMENTS_CHANGED = ("infer_shape", "do_constant_folding")
"""The methods that PyTensor 3.0 gives a graph before what Theano gave them."""
