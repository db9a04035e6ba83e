"""NumPy's names of Theano's time, and what its functions accepted then."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from symopt.legacy.python2.files import binary_stream
from symopt.legacy.python2.replaced.facade import Facade
from symopt.legacy.python2.text import as_bytes

_RENAMED = {
    "Inf": "inf",
    "Infinity": "inf",
    "NaN": "nan",
    "alltrue": "all",
    "cfloat": "complex128",
    "clongfloat": "clongdouble",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "float_": "float64",
    "infty": "inf",
    "longcomplex": "clongdouble",
    "longfloat": "longdouble",
    "object0": "object_",
    "product": "prod",
    "round_": "round",
    "row_stack": "vstack",
    "singlecomplex": "complex64",
    "sometrue": "any",
    "string_": "bytes_",
    "trapz": "trapezoid",
    "unicode_": "str_",
}
"""Old name -> what NumPy calls it."""


def numpy_module() -> types.ModuleType:
    """``numpy`` with the names it has dropped."""
    import numpy as np

    names: dict[str, Any] = {
        old: getattr(np, new) for old, new in _RENAMED.items() if hasattr(np, new)
    }
    names |= {
        "bool": bool,
        "int": int,
        "float": float,
        "complex": complex,
        "object": object,
        "str": str,
        "long": int,
        "unicode": str,
        "NINF": -np.inf,
        "PINF": np.inf,
        "NZERO": -0.0,
        "PZERO": 0.0,
        "typeDict": np.sctypeDict,
        "ComplexWarning": np.exceptions.ComplexWarning,
        "RankWarning": np.exceptions.RankWarning,
        "VisibleDeprecationWarning": np.exceptions.VisibleDeprecationWarning,
        "AxisError": np.exceptions.AxisError,
        "asscalar": lambda a: a.item(),
        "rank": lambda a: np.ndim(a),
        "msort": lambda a: np.sort(a, axis=0),
        "in1d": _in1d,
        "issubsctype": lambda a, b: issubclass(np.dtype(a).type, np.dtype(b).type),
        "issubclass_": lambda a, b: isinstance(a, type) and issubclass(a, b),
        "obj2sctype": lambda a: np.dtype(a).type,
        "sctype2char": lambda a: np.dtype(a).char,
        "maximum_sctype": lambda a: np.dtype(a).type,
        "cast": _Casts(),
        "mat": np.asmatrix,
        "load": _load,
        "save": _writing(np.save),
        "savez": _writing(np.savez),
        "savez_compressed": _writing(np.savez_compressed),
        "fromfile": _fromfile,
        "fromstring": _fromstring,
        "frombuffer": lambda data, *args, **kwargs: np.frombuffer(as_bytes(data), *args, **kwargs),
        "array": _ragged(np.array),
        "asarray": _ragged(np.asarray),
        "asanyarray": _ragged(np.asanyarray),
        "core": core_module(),
        "random": random_module(),
    }
    for name in ("zeros", "ones", "empty", "full"):
        names[name] = _whole_sizes(getattr(np, name))
    return Facade("numpy", np, names, frozen=True)


def core_module() -> types.ModuleType:
    """``numpy.core``, which is private today."""
    import numpy as np
    from numpy import _core

    return Facade(
        "numpy.core",
        _core,
        {"numerictypes": _core.numerictypes, "umath": _core.umath, "__path__": np._core.__path__},
    )


def random_module() -> types.ModuleType:
    """``numpy.random``: sizes may be whole floats."""
    import numpy as np

    methods = [
        name
        for name in dir(np.random.RandomState)
        if not name.startswith("_") and callable(getattr(np.random, name, None))
    ]
    names = {name: _whole_sizes(getattr(np.random, name)) for name in methods}
    names |= {"random_integers": _random_integers, "ranf": np.random.random_sample}
    names["RandomState"] = np.random.RandomState
    return Facade("numpy.random", np.random, names, frozen=True)


def _random_integers(low: Any, high: Any = None, size: Any = None) -> Any:
    import numpy as np

    if high is None:
        low, high = 1, low
    return np.random.randint(low, int(high) + 1, size=_whole(size))


def _in1d(a: Any, b: Any, assume_unique: bool = False, invert: bool = False, **kwargs: Any) -> Any:
    import numpy as np

    return np.isin(np.asarray(a).ravel(), b, assume_unique, invert, **kwargs)


class _Casts(dict[Any, Callable[[Any], Any]]):
    """``numpy.cast[dtype](value)``, for whatever names a dtype."""

    def __missing__(self, dtype: Any) -> Callable[[Any], Any]:
        import numpy as np

        kind = np.dtype(dtype)
        return lambda value: np.asarray(value).astype(kind)


def _load(
    file: Any, mmap_mode: Any = None, allow_pickle: bool = True, *args: Any, **kwargs: Any
) -> Any:
    """``numpy.load``: objects are loaded, as they were by default, and Python 2's strings."""
    import numpy as np

    if len(args) < 2:
        kwargs.setdefault("encoding", "latin1")
    return np.load(binary_stream(file), mmap_mode, allow_pickle, *args, **kwargs)


def _writing(save: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(save)
    def saving(file: Any, *args: Any, **kwargs: Any) -> Any:
        return save(binary_stream(file), *args, **kwargs)

    return saving


def _fromfile(file: Any, *args: Any, **kwargs: Any) -> Any:
    import numpy as np

    return np.fromfile(binary_stream(file), *args, **kwargs)


def _fromstring(
    string: Any, dtype: Any = float, count: int = -1, sep: str = "", **kwargs: Any
) -> Any:
    """``numpy.fromstring``, of the bytes of a string where there is no separator."""
    import numpy as np

    if sep == "":
        return np.frombuffer(as_bytes(string), dtype, count, **kwargs).copy()
    return np.fromstring(string, dtype, count, sep=sep, **kwargs)


def _ragged(make: Callable[..., Any]) -> Callable[..., Any]:
    """The function; rows of different lengths give an array of objects."""

    @functools.wraps(make)
    def making(value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return make(value, *args, **kwargs)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or args or kwargs.get("dtype") is not None:
                if "copy" in str(error) and kwargs.get("copy") is False:
                    return make(value, *args, **{**kwargs, "copy": None})
                raise
        return _objects(value)

    return making


def _objects(value: Any) -> Any:
    """What NumPy 1 made of ragged rows."""
    import numpy as np

    try:
        return np.array(value, dtype=object)
    except ValueError:  # arrays that agree in their first axes
        result = np.empty(len(value), dtype=object)
        for i, row in enumerate(value):
            result[i] = row
        return result


def _whole_sizes(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; where it refuses a float for a size, whole floats are tried as integers."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            if "integer" not in str(error):
                raise
            whole = tuple(map(_whole, args))
            named = {name: _whole(value) for name, value in kwargs.items()}
            return function(*whole, **named)

    return called


def _whole(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(_whole(part) for part in value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
