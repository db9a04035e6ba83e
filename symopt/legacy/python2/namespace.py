"""The builtins of translated modules.

A module finds its builtins through ``__builtins__`` in its namespace. A translated one has a
dictionary of its own there: Python 2's names for Python 2's modules, and the functions that its
rewritten code calls. So nothing is changed for any other module, and code that is run by ``eval``
or ``exec`` from a translated module finds the same names.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import cache
from typing import Any

from symopt.legacy.python2 import (
    builtin_functions,
    classes,
    division,
    exceptions,
    executing,
    files,
    iteration,
    ordering,
    text,
)
from symopt.legacy.python2.array_methods import METHODS, equals_none
from symopt.legacy.python2.importing import importer, reload
from symopt.legacy.python2.names import support


@cache
def python3_builtins() -> dict[str, Any]:
    """The builtins of a translated Python 3 module: Python 3's, and NumPy's old names on import."""
    names = dict(vars(builtins))
    names["__import__"] = importer(python2=False)
    names.update(_shared_support())
    return names


@cache
def python2_builtins() -> dict[str, Any]:
    """The builtins of a translated Python 2 module."""
    names = dict(vars(builtins))
    names.update(PYTHON2)
    names["__import__"] = importer(python2=True)
    names.update(_shared_support())
    names.update({support(name): value for name, value in SUPPORT.items()})
    for name in iteration.FALLBACKS:
        names[support(f"get_{name}")] = iteration.attribute(name)
    return names


def _shared_support() -> dict[str, Any]:
    return {
        support("equals_none"): equals_none,
        **{support(f"get_{name}"): getter for name, getter in METHODS.items()},
    }


def _input(prompt: Any = "") -> Any:
    """Python 2's ``input``: what was typed is evaluated."""
    return executing.evaluate(builtin_functions.raw_input(prompt), python2_builtins())


PYTHON2: dict[str, Any] = {
    "__build_class__": classes.build_class,
    "apply": iteration.apply,
    "basestring": builtin_functions.basestring,
    "buffer": builtin_functions.buffer,
    "bytes": builtin_functions.bytes_,
    "cmp": classes.compare,
    "coerce": builtin_functions.coerce,
    "compile": executing.compile_source,
    "eval": executing.evaluate,
    "exec": executing.execute,
    "execfile": executing.execute_file,
    "file": files.file,
    "filter": iteration.filter_list,
    "hex": builtin_functions.hexadecimal,
    "input": _input,
    "intern": builtin_functions.intern,
    "isinstance": builtin_functions.is_instance,
    "long": int,
    "map": iteration.map_list,
    "max": ordering.maximum,
    "min": ordering.minimum,
    "oct": builtin_functions.octal,
    "open": files.open_file,
    "print": builtin_functions.write_printed,
    "range": iteration.range_list,
    "raw_input": builtin_functions.raw_input,
    "reduce": iteration.reduce,
    "reload": reload,
    "round": builtin_functions.round_away,
    "sorted": ordering.sorted_values,
    "StandardError": Exception,
    "unichr": chr,
    "unicode": builtin_functions.unicode,
    "xrange": iteration.xrange,
    "zip": iteration.zip_list,
}
"""Python 2's builtins that differ from Python 3's of the same name, or are not there."""

SUPPORT: dict[str, Callable[..., Any] | type] = {
    "ByteString": text.ByteString,
    "decode": text.decode,
    "dict_items": iteration.items,
    "dict_keys": iteration.keys,
    "dict_values": iteration.values,
    "divide": division.divide,
    "divide_attribute_in_place": division.divide_attribute_in_place,
    "divide_in_place": division.divide_in_place,
    "divide_item_in_place": division.divide_item_in_place,
    "encode": text.encode,
    "exception": exceptions.exception,
    "execute_in": executing.execute_in,
    "greater": ordering.greater,
    "greater_equal": ordering.greater_equal,
    "less": ordering.less,
    "less_equal": ordering.less_equal,
    "slice": slice,
    "sort": ordering.sort,
    "StopIteration": StopIteration,
    "text_join": text.join,
    "text_translate": text.translate,
}
"""What rewritten code calls."""
