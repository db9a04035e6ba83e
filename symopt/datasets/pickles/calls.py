"""The names that a pickle of plain data may call, and what is called in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from symopt.datasets.pickles import numpy_objects
from symopt.datasets.pickles.numpy_objects import Dtype
from symopt.datasets.pickles.objects import Global, PickleError, RefusedError, Stub, check_key

Calls = Mapping[tuple[str, str], Callable[..., Any]]

BUILTINS = ("__builtin__", "builtins")


class Call:
    """What the pickle is given for a name of the list: it can be called, and not be changed."""

    __slots__ = ("_function", "name")

    def __init__(self, function: Callable[..., Any], module: str, name: str) -> None:
        self._function = function
        self.name = Global(module, name)

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self._function(*arguments)
        except TypeError as error:
            raise PickleError(f"{self.name} with arguments that make no sense") from error


def latin1_bytes(text: Any, encoding: Any) -> bytes:
    """Python 3 writes bytes in this way in the protocols that Python 2 can read."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedError(f"the codec {encoding!r:.80}")
    try:
        return text.encode("latin1")
    except UnicodeEncodeError as error:
        raise PickleError("bytes that are no latin-1 text") from error


def empty_bytes() -> bytes:
    """``bytes()``, which Python 3 writes for no bytes at all."""
    return b""


def number_pair(real: Any, imaginary: Any) -> complex:
    """``complex(real, imaginary)`` of two numbers."""
    if not isinstance(real, int | float) or not isinstance(imaginary, int | float):
        raise PickleError("a complex number of something else than two numbers")
    try:
        return complex(real, imaginary)
    except OverflowError as error:
        raise PickleError("a complex number that is too large") from error


def _no_bare_ndarray(*_arguments: object) -> Any:
    raise RefusedError("numpy.ndarray outside numpy.core.multiarray._reconstruct")


def _numpy(numbers_only: bool) -> dict[tuple[str, str], Callable[..., Any]]:
    def dtype(code: Any, _align: object = 0, _copy: object = 1) -> Dtype:
        return Dtype(code, numbers_only)

    # Names as the file spells them: numpy before 2 and since.
    return {
        ("numpy", "dtype"): dtype,
        ("numpy", "ndarray"): _no_bare_ndarray,
        **{
            (f"numpy.{core}.{module}", name): function
            for core in ("core", "_core")
            for module, name, function in (
                ("multiarray", "_reconstruct", numpy_objects.Array),
                ("multiarray", "scalar", numpy_objects.scalar),
                ("numeric", "_frombuffer", numpy_objects.frombuffer),
            )
        },
    }


def _in_builtins(calls: Mapping[str, Callable[..., Any]]) -> dict[tuple[str, str], Any]:
    return {(module, name): function for module in BUILTINS for name, function in calls.items()}


NUMBERS: Calls = {
    **_numpy(numbers_only=True),
    ("_codecs", "encode"): latin1_bytes,
    **_in_builtins({"bytes": empty_bytes, "complex": number_pair}),
}
"""For pickles of numbers, strings, plain containers and numpy arrays of numbers."""


def _dict_of_pairs(pairs: Any = ()) -> dict[Any, Any]:
    made = {}
    for pair in pairs.items() if isinstance(pairs, dict) else _sequence(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise PickleError("an ordered dict of something else than pairs")
        check_key(pair[0])
        made[pair[0]] = pair[1]
    return made


def _default_dict(_factory: object = None, pairs: Any = ()) -> dict[Any, Any]:
    return _dict_of_pairs(pairs)


def _collection(kind: type, items: Any = ()) -> Any:
    for item in _sequence(items):
        check_key(item)
    return kind(items)


def _sequence(items: Any) -> Any:
    if not isinstance(items, tuple | list | set | frozenset):
        raise PickleError(f"items of the type {type(items).__name__}")
    return items


def _bytes(data: Any = b"", encoding: Any = None) -> bytes:
    if encoding is not None:
        return latin1_bytes(data, encoding)
    if not isinstance(data, bytes | bytearray):
        raise PickleError(f"bytes of the type {type(data).__name__}")
    return bytes(data)


def _list(items: Any = ()) -> list[Any]:
    return list(_sequence(items))


def _reconstructor(made_by: Any, base: Any = None, state: Any = None) -> Any:
    if isinstance(made_by, Call):
        made_by = made_by.name
    if not isinstance(made_by, Global | Stub):
        raise PickleError("copy_reg._reconstructor of something else than a class")
    stub = Stub(made_by, () if state is None else (state,))
    if isinstance(base, Call) and base.name.name == "dict" and isinstance(state, dict):
        stub.args, stub.entries = (), list(state.items())
    elif isinstance(base, Call) and base.name.name == "list" and isinstance(state, list):
        stub.args, stub.items = (), state
    return stub


def _new_object(made_by: Any, *args: Any) -> Any:
    if isinstance(made_by, Call):
        return made_by(*args)
    if not isinstance(made_by, Global | Stub):
        raise PickleError("a new object of something else than a class")
    return Stub(made_by, args)


DATA: Calls = {
    **_numpy(numbers_only=False),
    **_in_builtins(
        {
            "bytes": _bytes,
            "bytearray": _bytes,
            "complex": number_pair,
            "set": partial(_collection, set),
            "frozenset": partial(_collection, frozenset),
            "dict": _dict_of_pairs,
            "list": _list,
        }
    ),
    ("_codecs", "encode"): latin1_bytes,
    ("collections", "OrderedDict"): _dict_of_pairs,
    ("collections", "defaultdict"): _default_dict,
    ("copy_reg", "_reconstructor"): _reconstructor,
    ("copyreg", "_reconstructor"): _reconstructor,
    ("copy_reg", "__newobj__"): _new_object,
    ("copyreg", "__newobj__"): _new_object,
}
"""For pickles of anything: what is plain data is made, all else becomes a stub."""
