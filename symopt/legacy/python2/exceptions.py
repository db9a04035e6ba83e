"""``raise E, V, T``."""

from __future__ import annotations

from types import TracebackType
from typing import Any


def exception(
    kind: Any, value: Any = None, traceback: TracebackType | None = None
) -> BaseException:
    """The exception that ``raise kind, value, traceback`` raised in Python 2.

    Parameters
    ----------
    kind
        A class of exceptions, an exception, or a tuple whose first element is one.
    value
        An instance of ``kind``, a tuple of arguments, one argument, or None for no argument.
    traceback
        Where the exception is to have been raised.

    Raises
    ------
    TypeError
        ``kind`` is none of these.
    """
    while isinstance(kind, tuple) and kind:
        kind = kind[0]
    if isinstance(kind, BaseException):
        made = kind
    elif isinstance(kind, type) and issubclass(kind, BaseException):
        if isinstance(value, kind):
            made = value
        elif value is None:
            made = kind()
        else:
            made = kind(*value) if isinstance(value, tuple) else kind(value)
    else:
        raise TypeError(
            f"exceptions must be classes or instances of BaseException, not {type(kind).__name__}"
        )
    return made if traceback is None else made.with_traceback(traceback)
