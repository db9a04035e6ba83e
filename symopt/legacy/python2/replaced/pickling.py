"""``pickle`` and ``cPickle``: pickles of Python 2, from files in any mode."""

from __future__ import annotations

import io
import pickle
import types
from typing import Any

from symopt.legacy.python2.files import binary_stream
from symopt.legacy.python2.replaced.facade import over
from symopt.legacy.python2.text import ByteString, as_bytes


class Unpickler(pickle.Unpickler):
    """Loads pickles of Python 2 as well; strings in them are latin1, so arrays come out right."""

    def __init__(self, file: Any, *, encoding: str = "latin1", **kwargs: Any) -> None:
        super().__init__(_readable(file), encoding=encoding, **kwargs)

    def find_class(self, module: str, name: str) -> Any:
        """The object that a pickle names, in Python 2's modules too."""
        if module == "__main__":
            return super().find_class(module, name)
        from symopt.legacy.python2 import replaced

        if module.partition(".")[0] in ("numpy", "scipy") or module in _PYTHON2_ONLY:
            found = replaced.find(module, replaced.PYTHON2)
            if found is not None and hasattr(found, name):
                return getattr(found, name)
        return super().find_class(module, name)

    def noload(self) -> Any:
        """Python 2's; the objects are made all the same."""
        return self.load()


_PYTHON2_ONLY = frozenset(
    {"__builtin__", "copy_reg", "StringIO", "cStringIO", "UserDict", "sets", "exceptions", "Queue"}
)


class Pickler(pickle.Pickler):
    """Writes to files in any mode."""

    def __init__(self, file: Any, protocol: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_Bytes(file), protocol, *args, **kwargs)


class _Bytes:
    """The ``write`` of a file that may have been opened as text."""

    def __init__(self, file: Any) -> None:
        self._file = binary_stream(file)
        if isinstance(file, io.TextIOBase) and not isinstance(file, io.TextIOWrapper):
            raise TypeError(f"a pickle cannot be written to {file!r}, a file of text")

    def write(self, data: Any) -> Any:
        return self._file.write(bytes(data))


def _readable(file: Any) -> Any:
    if isinstance(file, io.StringIO):
        return io.BytesIO(as_bytes(file.read()))
    return binary_stream(file)


def load(file: Any, **kwargs: Any) -> Any:
    """``pickle.load(file)``."""
    return Unpickler(file, **kwargs).load()


def loads(data: Any, **kwargs: Any) -> Any:
    """``pickle.loads(string)``."""
    return Unpickler(io.BytesIO(as_bytes(data)), **kwargs).load()


def dump(value: Any, file: Any, protocol: Any = None, **kwargs: Any) -> None:
    """``pickle.dump(value, file, protocol)``."""
    Pickler(file, protocol, **kwargs).dump(value)


def dumps(value: Any, protocol: Any = None, **kwargs: Any) -> Any:
    """``pickle.dumps(value, protocol)``: a byte string."""
    target = io.BytesIO()
    pickle.Pickler(target, protocol, **kwargs).dump(value)
    return ByteString(target.getvalue())


def pickle_module() -> types.ModuleType:
    """``pickle`` and ``cPickle``."""
    return over(
        "pickle",
        {
            "Unpickler": Unpickler,
            "Pickler": Pickler,
            "load": load,
            "loads": loads,
            "dump": dump,
            "dumps": dumps,
            "BadPickleGet": pickle.UnpicklingError,
            "UnpickleableError": pickle.PicklingError,
        },
    )
