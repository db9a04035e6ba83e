"""Reading a pickle of numbers without letting it execute anything.

A pickle is a program: it names callables, which `pickle.load` imports and calls. Here a name is
never imported (see :mod:`symopt.datasets.pickles`), and every name but the few that a pickle of
numpy arrays needs is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symopt.datasets.pickles import Global, PickleError, RefusedError, load
from symopt.datasets.pickles.calls import NUMBERS
from symopt.errors import DatasetError

NESTING_LIMIT = 64  # also what ends the walk through a list that contains itself
PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic, np.ndarray, np.dtype)
READABLE = (
    "numpy arrays, dtypes and scalars of numbers, and tuples, lists, dicts, strings and numbers"
)
REFUSED = (
    "{source}: refused a pickle that asks for {name}; expected nothing but {readable}. Nothing "
    "was executed. Fetch the file from its original place; if it is your own, save plain arrays."
)
UNREADABLE = (
    "{source}: could not be read as a pickle ({found}); expected {readable}. The file is cut "
    "short, damaged or no pickle: fetch it again."
)


def loads_plain(data: bytes, source: str) -> Any:
    """Read a pickle that holds nothing but numbers, strings, plain containers and numpy arrays.

    Parameters
    ----------
    data
        A pickle of any protocol, from Python 2 or 3; a Python 2 ``str`` is decoded from latin1.
    source
        The name of the file, for the error text.

    Returns
    -------
    object
        Built of tuple, list, dict, str, bytes, int, float, complex, bool and None, and numpy
        arrays, scalars and dtypes of numbers, in native byte order and free to be written to.

    Raises
    ------
    DatasetError
        If the pickle asks for anything else (the text names it), or is damaged.

    References
    ----------
    https://docs.python.org/3/library/pickle.html#restricting-globals
    """
    try:
        value, _end = load(data, NUMBERS, stubs=False)
        _check(value, set(), 0)
    except RefusedError as error:
        text = REFUSED.format(source=source, name=error, readable=READABLE)
        raise DatasetError(text) from error
    except PickleError as error:
        text = UNREADABLE.format(source=source, found=error, readable=READABLE)
        raise DatasetError(text) from error
    return value


def _check(value: Any, done: set[int], depth: int) -> None:
    """Refuse what is not plain; an object met twice is looked at once."""
    if depth > NESTING_LIMIT:
        raise RefusedError(f"containers nested deeper than {NESTING_LIMIT}")
    if id(value) in done:
        return
    if isinstance(value, tuple | list):
        for item in value:
            _check(item, done, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, done, depth + 1)
            _check(item, done, depth + 1)
    elif not isinstance(value, PLAIN):
        name = "a bare function" if isinstance(value, Global) else type(value).__name__
        raise RefusedError(name)
    done.add(id(value))
