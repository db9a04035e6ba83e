"""Classes of Theano's that stand for PyTensor's in ``isinstance`` and ``issubclass``."""

from __future__ import annotations

from typing import Any

from pytensor.graph.utils import MetaType


class StandIn(MetaType):
    """Metaclass of the classes that :func:`stand_in` makes.

    They are outside of PyTensor's class tree: a subclass of one of its abstract classes with an
    ``__instancecheck__`` of its own would change what PyTensor's own checks say.
    """

    _real: type
    _stands_for: type

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any
    ) -> Any:
        """Make a class; one with a stand-in among its bases gets the real base instead."""
        if not any(isinstance(base, StandIn) for base in bases):
            return super().__new__(cls, name, bases, namespace, **keywords)
        bases = tuple(base._real if isinstance(base, StandIn) else base for base in bases)
        kind: type = MetaType
        for base in bases:
            if issubclass(type(base), kind):
                kind = type(base)
        return kind(name, bases, namespace, **keywords)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._real(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls._stands_for)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return subclass is cls or issubclass(subclass, cls._stands_for)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") or "_real" not in cls.__dict__:
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        return getattr(cls._real, name)


def stand_in(real: type, stands_for: type) -> Any:
    """A class that legacy code subclasses and also tests for.

    Parameters
    ----------
    real
        What subclasses of it are made of, and what a call of it gives instances of.
    stands_for
        PyTensor's class whose instances and subclasses it takes for its own:
        ``isinstance(pytensor.tensor.exp, theano.Op)`` holds.
    """
    name = real.__name__.lstrip("_")
    return StandIn(
        name,
        (),
        {
            "_real": real,
            "_stands_for": stands_for,
            "__doc__": real.__doc__,
            "__module__": real.__module__,
            "__qualname__": name,
            "__init__": real.__init__,  # type: ignore[misc]
        },
    )
