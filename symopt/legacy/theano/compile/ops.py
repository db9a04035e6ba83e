"""Ops of compilation, and Ops made of Python functions."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Callable, Sequence
from typing import Any

from pytensor.compile.debug.debugmode import OutputGuard as OutputGuard
from pytensor.compile.ops import DeepCopyOp as DeepCopyOp
from pytensor.compile.ops import ViewOp as ViewOp
from pytensor.compile.ops import deep_copy_op as deep_copy_op
from pytensor.compile.ops import register_deep_copy_op_c_code as register_deep_copy_op_c_code
from pytensor.compile.ops import register_view_op_c_code as register_view_op_c_code
from pytensor.compile.ops import view_op as view_op
from pytensor.graph.basic import Variable
from pytensor.tensor.shape import Shape as Shape
from pytensor.tensor.shape import Shape_i as Shape_i
from pytensor.tensor.shape import SpecifyShape as SpecifyShape
from pytensor.tensor.shape import register_shape_c_code as register_shape_c_code
from pytensor.tensor.shape import shape as shape
from pytensor.tensor.shape import shape_i as shape_i
from pytensor.tensor.shape import specify_shape as specify_shape

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof.op import Op
from symopt.legacy.theano.gof.type import Type

__getattr__ = fallback(__name__, "pytensor.compile.ops", "pytensor.tensor.shape")


class FromFunctionOp(Op):  # type: ignore[misc, valid-type]
    """An Op that calls a function of arrays. It has no gradient.

    Parameters
    ----------
    fn
        Takes the values of the inputs; gives the value of the output, or a list of them.
    itypes, otypes
        Types of the inputs and outputs.
    infer_shape
        ``f(node, shapes of the inputs)`` -> shapes of the outputs, or None.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        itypes: Sequence[Any],
        otypes: Sequence[Any],
        infer_shape: Callable[..., Any] | None,
    ) -> None:
        self._fn = fn
        self.itypes = itypes
        self.otypes = otypes
        if infer_shape is not None:
            self.infer_shape = lambda *arguments: infer_shape(*arguments[-2:])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._fn == other._fn  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(type(self)) ^ hash(self._fn)

    def __str__(self) -> str:
        return f"FromFunctionOp{{{self._fn.__name__}}}"

    def perform(self, node: Any, inputs: Sequence[Any], outputs: Sequence[list[Any]]) -> None:
        """Call the function."""
        results = self._fn(*inputs)
        if not isinstance(results, list | tuple):
            results = (results,)
        assert len(results) == len(outputs), f"{self}: {len(results)} results"
        for storage, result in zip(outputs, results, strict=True):
            storage[0] = result

    def __reduce__(self) -> Any:
        module, name = self._fn.__module__, self._fn.__name__
        try:
            found = load_back(module, name)
        except (ImportError, KeyError, AttributeError):
            found = None
        if found is not self:
            raise pickle.PicklingError(f"Can't pickle as_op(), not the object at {module}.{name}")
        return load_back, (module, name)


def load_back(mod: str, name: str) -> Any:
    """The object of a name in a module."""
    return getattr(importlib.import_module(mod), name)


def as_op(
    itypes: Any, otypes: Any, infer_shape: Callable[..., Any] | None = None
) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that makes an Op of a function of arrays; see :class:`FromFunctionOp`."""
    itypes, otypes = (
        list(types) if isinstance(types, list | tuple) else [types] for types in (itypes, otypes)
    )
    for name, types in (("itypes", itypes), ("otypes", otypes)):
        if not all(isinstance(each, Type) for each in types):
            raise TypeError(f"{name} has to be a list of Theano types")
    if infer_shape is not None and not callable(infer_shape):
        raise TypeError("infer_shape needs to be a callable")

    def make_op(fn: Callable[..., Any]) -> Any:
        return FromFunctionOp(fn, itypes, otypes, infer_shape)

    return make_op


class Rebroadcast:
    """A function that says, or takes back, that axes have length 1.

    Parameters
    ----------
    *axis
        Pairs of an axis and whether it has length 1.
    """

    def __init__(self, *axis: tuple[int, bool]) -> None:
        self.axis = {int(i): bool(one) for i, one in axis}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.axis == other.axis  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self), tuple(sorted(self.axis.items()))))

    def __str__(self) -> str:
        return f"Rebroadcast{{{','.join(f'{i}={int(one)}' for i, one in self.axis.items())}}}"

    def __call__(self, x: Variable) -> Variable:
        from symopt.legacy.theano.tensor import addbroadcast, unbroadcast

        gone = [i for i, one in self.axis.items() if not one]
        new = [i for i, one in self.axis.items() if one]
        x = unbroadcast(x, *gone) if gone else x
        return addbroadcast(x, *new) if new else x


def shape_i_op(i: int) -> Any:
    """The Op that gives the length of axis ``i``."""
    return Shape_i(i)
