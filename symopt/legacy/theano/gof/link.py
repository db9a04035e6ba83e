"""Linkers: what makes a callable of a graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytensor.link.basic as linkers
from pytensor.link.basic import Container as Container
from pytensor.link.basic import Linker as Linker
from pytensor.link.basic import LocalLinker as LocalLinker
from pytensor.link.basic import PerformLinker as PerformLinker
from pytensor.link.utils import gc_helper as gc_helper
from pytensor.link.utils import map_storage as map_storage
from pytensor.link.utils import raise_with_op as raise_with_op
from pytensor.link.utils import streamline as streamline

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof._stand_in import stand_in

__getattr__ = fallback(__name__, "pytensor.link.basic", "pytensor.link.utils")


class _WrapLinker(linkers.WrapLinker):  # type: ignore[misc]
    """Runs several linkers side by side, node by node.

    Parameters
    ----------
    linkers
        They have to give a list of thunks.
    wrapper
        ``wrapper(i, node, *thunks)`` runs the thunks of the node of number ``i``.
    """

    def __init__(self, linkers: Sequence[Any], wrapper: Callable[..., Any]) -> None:
        super().__init__(linkers, _without_graph(wrapper))


def WrapLinkerMany(linkers: Sequence[Any], wrappers: Sequence[Callable[..., Any]]) -> Any:
    """A :class:`WrapLinker` that calls several wrappers, one after the other."""

    def wrapper(*args: Any) -> None:
        for each in wrappers:
            _without_graph(each)(*args)

    return linker_with(linkers, wrapper)


WrapLinker = stand_in(_WrapLinker, stands_for=linkers.WrapLinker)


def linker_with(many: Sequence[Any], wrapper: Callable[..., Any]) -> Any:
    """PyTensor's wrapping linker, whose wrapper takes the graph first."""
    return linkers.WrapLinker(many, wrapper)


def _without_graph(wrapper: Callable[..., Any]) -> Callable[..., Any]:
    parameters = inspect.signature(wrapper).parameters.values()
    names = [p.name for p in parameters]
    if names and names[0] == "fgraph":  # one written for PyTensor
        return wrapper
    return lambda fgraph, *args: wrapper(*args)


def _make_function(self: Any, unpack_single: bool = True, **kwargs: Any) -> Callable[..., Any]:
    """A function of the graph that the linker has accepted.

    Parameters
    ----------
    unpack_single
        Whether one output is returned as it is, not in a list.
    **kwargs
        As for ``make_thunk``.
    """
    thunk, inputs, outputs = self.make_thunk(**kwargs)[:3]

    def execute(*args: Any) -> Any:
        if len(args) != len(inputs):
            raise TypeError(f"Function call takes exactly {len(inputs)} args ({len(args)} given)")
        for value, container in zip(args, inputs, strict=True):
            container.data = value
        thunk()
        results = [container.data for container in outputs]
        return results[0] if unpack_single and len(results) == 1 else results

    execute.thunk, execute.inputs, execute.outputs = thunk, inputs, outputs  # type: ignore[attr-defined]
    return execute


linkers.Linker.make_function = _make_function  # type: ignore[attr-defined]
