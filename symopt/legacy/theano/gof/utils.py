"""Small tools of graphs and classes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytensor.graph.utils import MetaObject as _PyTensorObject
from pytensor.graph.utils import MetaType as _PyTensorMetaType
from pytensor.graph.utils import MethodNotDefined as MethodNotDefined
from pytensor.graph.utils import Scratchpad as Scratchpad
from pytensor.graph.utils import add_tag_trace as add_tag_trace
from pytensor.graph.utils import get_variable_trace_string as get_variable_trace_string
from pytensor.graph.utils import simple_extract_stack as simple_extract_stack
from pytensor.utils import difference as difference
from pytensor.utils import flatten as flatten
from pytensor.utils import from_return_values as from_return_values
from pytensor.utils import to_return_values as to_return_values
from pytensor.utils import uniq as uniq

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.misc.ordered_set import OrderedSet as OrderedSet

__getattr__ = fallback(__name__, "pytensor.graph.utils", "pytensor.utils")

scratchpad = Scratchpad
object2 = _PyTensorObject
MetaObject = _PyTensorMetaType
undef = object()


class D:
    """A bag of attributes."""

    def __init__(self, **d: Any) -> None:
        self.__dict__.update(d)


class Keyword:
    """A named constant, true or false."""

    def __init__(self, name: str, nonzero: bool = True) -> None:
        self.name = name
        self.nonzero = nonzero

    def __bool__(self) -> bool:
        return self.nonzero

    def __str__(self) -> str:
        return f"<{self.name}>"

    __repr__ = __str__


ABORT = Keyword("ABORT", False)
RETRY = Keyword("RETRY", False)
FAILURE = Keyword("FAILURE", False)
ANY_TYPE = Keyword("ANY_TYPE")
FALL_THROUGH = Keyword("FALL_THROUGH")
simple_types = (int, str, float, bool, type(None), Keyword)


def hashtype(self: Any) -> int:
    """A hash of the class of an object."""
    kind = type(self)
    return hash(kind.__name__) ^ hash(kind.__module__)


def hash_from_code(msg: str | bytes) -> str:
    """The SHA-256 of a text, after an "m"."""
    return "m" + hashlib.sha256(msg.encode() if isinstance(msg, str) else msg).hexdigest()


def hash_from_file(file_path: str) -> str:
    """The SHA-256 of a file's bytes, after an "m"."""
    return hash_from_code(Path(file_path).read_bytes())


def hash_from_dict(d: Mapping[Any, Any]) -> str:
    """A hash of a dict of hashable things, whatever its order."""
    items = sorted((str(key), str(value)) for key, value in d.items())
    return hash_from_code(",".join(key + value for key, value in items))


def memoize(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that computes each result once. Its arguments have to be hashable."""
    cache: dict[Any, Any] = {}

    def memoized(*args: Any, **kwargs: Any) -> Any:
        key = (args, tuple(kwargs.items()))
        if key not in cache:
            cache[key] = f(*args, **kwargs)
        return cache[key]

    return memoized


def deprecated(filename: str, msg: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the first call prints that the function is deprecated."""

    def decorate(f: Callable[..., Any]) -> Callable[..., Any]:
        told = False

        def inner(*args: Any, **kwargs: Any) -> Any:
            nonlocal told
            if not told:
                print(f"WARNING: {filename}.{f.__name__} deprecated. {msg}")
                told = True
            return f(*args, **kwargs)

        return inner

    return decorate


def toposort(prereqs_d: Mapping[Any, set[Any]]) -> list[Any]:
    """The keys of a dict, each after those in the set under it.

    Raises
    ------
    Exception
        There is a cycle, or something in a set is no key.
    """
    order: list[Any] = []
    done: set[Any] = set()
    while True:
        ready = [key for key, before in prereqs_d.items() if key not in done and before <= done]
        if not ready:
            break
        order += ready
        done.update(ready)
    if len(order) != len(prereqs_d):
        raise Exception(
            "Cannot sort topologically: there might be cycles, prereqs_d does not have a key for "
            "each element or some orderings contain invalid elements."
        )
    return order


def unique(x: Sequence[Any]) -> bool:
    """Whether nothing occurs twice."""
    return len(set(x)) == len(x)


def hist(coll: Iterable[Any]) -> dict[Any, int]:
    """How often each element occurs."""
    return dict(Counter(coll))


def give_variables_names(variables: Iterable[Any]) -> Iterable[Any]:
    """Give unnamed and equally named variables unique names."""
    variables = list(variables)
    counts = hist(variable.name for variable in variables)
    unnamed = [v for v in variables if not v.name or counts[v.name] > 1]
    for i, variable in enumerate(unnamed):
        variable.name = f"{variable.name or ''}_{i}"
    return variables


def remove(predicate: Callable[[Any], bool], coll: Iterable[Any]) -> list[Any]:
    """The elements for which ``predicate`` does not hold."""
    return [x for x in coll if not predicate(x)]
