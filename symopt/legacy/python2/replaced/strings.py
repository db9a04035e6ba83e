"""Python 2's ``string``: functions that became methods, and letters."""

from __future__ import annotations

import string
import types
from collections.abc import Callable
from typing import Any

from symopt.legacy.python2.replaced.facade import over
from symopt.legacy.python2.text import as_raw_text, join, translate

_METHODS = [
    "lower",
    "upper",
    "swapcase",
    "capitalize",
    "strip",
    "lstrip",
    "rstrip",
    "split",
    "rsplit",
    "splitfields",
    "count",
    "find",
    "rfind",
    "index",
    "rindex",
    "replace",
    "ljust",
    "rjust",
    "center",
    "zfill",
    "expandtabs",
]


def _function(name: str) -> Callable[..., Any]:
    method = {"splitfields": "split"}.get(name, name)
    return lambda text, *args: getattr(as_raw_text(text), method)(*args)


def _maketrans(old: Any, new: Any) -> str:
    old, new = as_raw_text(old), as_raw_text(new)
    if len(old) != len(new):
        raise ValueError("maketrans arguments must have same length")
    table = list(map(chr, range(256)))
    for a, b in zip(old, new, strict=True):
        table[ord(a)] = b
    return "".join(table)


def _join(words: Any, separator: Any = " ") -> Any:
    return join(separator, words)


def string_module() -> types.ModuleType:
    """All that ``string`` had and has."""
    names: dict[str, Any] = {name: _function(name) for name in _METHODS}
    names |= {
        "letters": string.ascii_letters,
        "lowercase": string.ascii_lowercase,
        "uppercase": string.ascii_uppercase,
        "join": _join,
        "joinfields": _join,
        "maketrans": _maketrans,
        "translate": lambda text, table, deleted="": translate(text, table, deleted),
        "atoi": lambda text, base=10: int(as_raw_text(text), base),
        "atol": lambda text, base=10: int(as_raw_text(text), base),
        "atof": lambda text: float(text),
        "index_error": ValueError,
        "atoi_error": ValueError,
        "atof_error": ValueError,
    }
    return over("string", names)
