"""What symopt's form of Theano cannot have: it can be named and imported, but not used."""

from __future__ import annotations

from typing import Any, NoReturn

from symopt.errors import UnavailableError


def unavailable_function(name: str, instead: str) -> Any:
    """A function that raises :class:`UnavailableError` when it is called.

    Parameters
    ----------
    name
        The name that legacy code calls it by, with its module.
    instead
        What to write instead, as a sentence.
    """

    def function(*args: Any, **kwargs: Any) -> NoReturn:
        raise UnavailableError(_text(name, instead))

    function.__name__ = name.rpartition(".")[2]
    function.__qualname__ = function.__name__
    function.__doc__ = f"Not available. {instead}"
    return function


def unavailable_class(name: str, instead: str, bases: tuple[type, ...] = (object,)) -> type:
    """A class that can be subclassed and named in ``isinstance``, but has no instances.

    Making an instance, of it or of a subclass, raises :class:`UnavailableError`.

    Parameters
    ----------
    name, instead
        As for :func:`unavailable_function`.
    bases
        What else it is a subclass of.
    """

    def refuse(cls: type, *args: Any, **kwargs: Any) -> NoReturn:
        raise UnavailableError(_text(name, instead))

    return type(
        name.rpartition(".")[2],
        bases,
        {
            "__new__": refuse,
            "__doc__": f"Not available. {instead}",
            "__module__": f"symopt.legacy.{name.rpartition('.')[0]}",
        },
    )


def _text(name: str, instead: str) -> str:
    return f"{name} is not available in symopt's form of Theano 1.0.5. {instead}"
