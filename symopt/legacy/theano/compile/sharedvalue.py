"""Shared variables: PyTensor's, with what Theano's had besides."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable as SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.utils import add_tag_trace
from pytensor.link.c.type import generic
from pytensor.tensor.type import TensorType

from symopt.legacy.theano._fallback import fallback
from symopt.nnet.unbroadcast import forget_shape

__getattr__ = fallback(__name__, "pytensor.compile.sharedvalue")


def shared(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    **keywords: Any,
) -> Any:
    """A variable with a value that functions share.

    Parameters
    ----------
    value
        An array, a number, a sparse matrix, a ``numpy.random.RandomState``, or any object.
    name
        Its name.
    strict
        Whether later values have to be of its very type.
    allow_downcast
        Whether later values may lose precision when they are cast. None: Python floats may.
    borrow : bool
        Whether ``value`` itself is used, not a copy.
    broadcastable : sequence of bool
        Which axes have length 1 for good. Default: none.
    target : str
        Accepted for Theano's sake: a device.

    Raises
    ------
    TypeError
        The value is symbolic, or there is no shared variable of its kind with these keywords.
    """
    if isinstance(value, Variable):
        raise TypeError(
            "Shared variable constructor needs numeric values and not symbolic variables."
        )
    for constructor in reversed(_constructors):
        try:
            variable = constructor(
                value, name=name, strict=strict, allow_downcast=allow_downcast, **keywords
            )
        except TypeError:
            continue
        return add_tag_trace(variable)
    keywords.pop("target", None)
    broadcastable = keywords.pop("broadcastable", None)
    if broadcastable is not None:
        keywords["shape"] = tuple(1 if one else None for one in broadcastable)
    if isinstance(value, list | tuple | dict | str | None.__class__):
        return _remembered(_generic(value, name, strict, allow_downcast, keywords))
    if isinstance(value, np.random.RandomState):
        import symopt.random.randomstate_type  # noqa: F401  # registers its shared variables
    try:
        return _remembered(
            pytensor.shared(
                value, name=name, strict=strict, allow_downcast=allow_downcast, **keywords
            )
        )
    except MemoryError as error:
        error.args += ("you might consider using 'theano.shared(..., borrow=True)'",)
        raise


_made_here: WeakSet[SharedVariable] = WeakSet()
_constructors: list[Callable[..., Any]] = []
shared.constructors = _constructors  # type: ignore[attr-defined]


def _remembered(variable: SharedVariable) -> SharedVariable:
    _made_here.add(variable)
    return variable


def shared_constructor(ctor: Callable[..., Any], remove: bool = False) -> Callable[..., Any]:
    """Have :func:`shared` try ``ctor`` before all others; it declines by a ``TypeError``."""
    if remove:
        _constructors.remove(ctor)
    else:
        _constructors.append(ctor)
    return ctor


def generic_constructor(
    value: Any, name: str | None = None, strict: bool = False, allow_downcast: bool | None = None
) -> SharedVariable:
    """A shared variable of any object."""
    return SharedVariable(
        type=generic, value=value, name=name, strict=strict, allow_downcast=allow_downcast
    )


def _generic(
    value: Any,
    name: str | None,
    strict: bool,
    allow_downcast: bool | None,
    keywords: dict[str, Any],
) -> SharedVariable:
    if keywords:
        raise TypeError(
            f"shared: no shared variable of a {type(value).__name__} takes {', '.join(keywords)}. "
            "Make an array of it first: numpy.asarray(value)."
        )
    return add_tag_trace(generic_constructor(value, name, strict, allow_downcast))


def _get_value(variable: SharedVariable) -> Any:
    return variable.get_value()


def _set_value(variable: SharedVariable, value: Any) -> None:
    variable.set_value(value)


def _get_default_update(variable: SharedVariable) -> Variable | None:
    """Theano's variables have no such attribute until it is set, and legacy code asks for it.

    PyTensor reads it of every variable, and has None there.
    """
    update: Variable | None = variable._default_update
    if update is None and variable in _made_here:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.partition(".")[0] not in ("pytensor", "symopt"):
            raise AttributeError(f"{variable} has no default_update: none was set.")
    return update


def _set_default_update(variable: SharedVariable, update: Any) -> None:
    if update is not None:
        update = variable.type.filter_variable(update, allow_convert=True)
        if isinstance(variable.type, TensorType) and update.type != variable.type:
            # it is known to have some length, and PyTensor wants the very type of the variable
            known = zip(update.type.shape, variable.type.shape, strict=True)
            update = forget_shape(update, [i for i, (new, old) in enumerate(known) if new != old])
    variable._default_update = update


def extend_shared_variables(kind: Any) -> None:
    """Give PyTensor's class what Theano's had: ``value``, ``default_update`` without a warning."""
    kind.value = property(
        _get_value, _set_value, doc="The value: ``get_value()`` and ``set_value(...)``."
    )
    kind.default_update = property(
        _get_default_update,
        _set_default_update,
        lambda variable: _set_default_update(variable, None),
        doc="What replaces the value after each call of a function that uses the variable.",
    )


extend_shared_variables(SharedVariable)
