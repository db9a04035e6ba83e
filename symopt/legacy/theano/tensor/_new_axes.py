"""Theano's indexing with None, where it is not NumPy's.

In ``x[:, None]`` Theano reorders only the axes that the index names: one of length 1 that it does
not name is dropped. A column (n, 1) stays a column, (n, 1), where NumPy and PyTensor make it
(n, 1, 1). The decoders of dl4mt's family rely on it: their mask is ``alloc(1., n, 1)`` for one step
and a vector for many. (Theano refused to drop an axis of another length; here that is NumPy's.)

Modules that were not written for Theano index as ever: the rule is for callers that have something
of the namespace among their globals.
"""

from __future__ import annotations

import functools
import sys
from types import FrameType
from typing import Any

_NAMESPACE = "symopt.legacy.theano"
_NUMPYS = ("pytensor", "symopt")


def indexing_as_theano(getitem: Any) -> Any:
    """PyTensor's ``__getitem__`` with Theano's rule for None."""

    @functools.wraps(getitem)
    def indexed(self: Any, args: Any) -> Any:
        indices = args if isinstance(args, tuple) else (args,)
        if any(index is None for index in indices):
            pattern = _pattern(self, indices)
            if pattern is not None and written_for_theano(sys._getframe(1)):
                whole = slice(None)
                named = tuple(whole if index is None else index for index in indices)
                view = self.dimshuffle(pattern)
                return view if all(index == whole for index in named) else view[named]
        return getitem(self, args)

    return indexed


def _pattern(x: Any, indices: tuple[Any, ...]) -> list[Any] | None:
    """The order of axes without those that Theano drops, if there are any."""
    if any(index is Ellipsis or getattr(index, "dtype", None) == "bool" for index in indices):
        return None
    named = sum(index is not None for index in indices)
    left = x.type.broadcastable[named:]
    if not left or not all(left):
        return None
    axes = iter(range(named))
    return ["x" if index is None else next(axes) for index in indices]


def written_for_theano(frame: FrameType) -> bool:
    """Whether the module of a frame has imported the namespace, or something of it."""
    names = frame.f_globals
    package = str(names.get("__name__", "")).partition(".")[0]
    if package in _NUMPYS:
        return False
    return any(_is_of_the_namespace(v) for v in (*names.values(), *frame.f_locals.values()))


def _is_of_the_namespace(value: Any) -> bool:
    name = getattr(value, "__name__", None)
    module = name if isinstance(value, type(sys)) else getattr(value, "__module__", None)
    return isinstance(module, str) and module.startswith(_NAMESPACE)
