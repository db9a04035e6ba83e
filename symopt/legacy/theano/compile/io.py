"""Inputs and outputs of a function, with default values and updates."""

from __future__ import annotations

from typing import Any

import pytensor
from pytensor.compile.io import SymbolicInput as SymbolicInput
from pytensor.compile.io import SymbolicOutput as SymbolicOutput
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.link.basic import Container

Out = SymbolicOutput


class In(pytensor.In):  # type: ignore[misc]
    """An input of :func:`theano.function`.

    Parameters
    ----------
    variable
        The symbolic input.
    name
        By which it may be passed. None: the variable's own.
    value
        What the function takes when a call does not give this input. A shared variable, or a
        container of a value: that value, which a call cannot give.
    update
        What replaces the value after each call, an expression of the type of ``variable``.
    mutable
        Whether the function may write over the array that it is given. None: if there is an
        update.
    strict
        Whether a value has to be of the very type; it is never cast then.
    allow_downcast
        Whether a value may lose precision when it is cast. None: Python floats may.
    autoname
        Whether the variable's name is the input's where ``name`` is None.
    implicit
        Whether a call cannot give it. None: if ``value`` is shared.
    borrow
        Whether an output may be the very array of this input. None: as ``mutable``.
    shared
        Accepted for Theano's sake.

    Raises
    ------
    TypeError
        The update is of another type, or an implicit input has no value.
    AssertionError
        ``mutable`` without ``borrow``.
    """

    def __init__(
        self,
        variable: Variable,
        name: str | None = None,
        value: Any = None,
        update: Variable | None = None,
        mutable: bool | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool | None = None,
        borrow: bool | None = None,
        shared: bool = False,
    ) -> None:
        self.shared = shared
        self.borrow = mutable if borrow is None else borrow
        if mutable and not self.borrow:
            raise AssertionError(
                f"In({variable}): mutable=True, borrow=False; an array that may be written over "
                "is also one that an output may share. Leave borrow out."
            )
        if update is not None:
            update = _of_type(variable, update)
        SymbolicInput.__init__(
            self,
            variable,
            name=name,
            update=update,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            autoname=autoname,
            implicit=isinstance(value, Container | SharedVariable)
            if implicit is None
            else implicit,
        )
        self.value = value
        if self.implicit and value is None:
            raise TypeError("An implicit input must be given a default value")


class Param(In):
    """As :class:`In`, with a ``default`` in place of ``value``, and without an update."""

    def __init__(
        self,
        variable: Variable,
        default: Any = None,
        name: str | None = None,
        mutable: bool = False,
        strict: bool = False,
        allow_downcast: bool | None = None,
        implicit: bool | None = None,
        borrow: bool | None = None,
    ) -> None:
        super().__init__(
            variable,
            name=name,
            value=default,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            implicit=implicit,
            borrow=borrow,
        )


def _of_type(variable: Variable, update: Any) -> Variable:
    try:
        return variable.type.filter_variable(update, allow_convert=False)
    except TypeError as error:
        raise TypeError(
            f"Variable '{variable}' has type {variable.type} but an update of type "
            f"{getattr(update, 'type', type(update).__name__)}. The type of the update should be "
            "the same as the type of the variable."
        ) from error
