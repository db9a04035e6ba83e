"""Objects one behind the other in a file: pickles, or ``.npy`` arrays.

Scripts of Theano's time call ``cPickle.dump`` or ``numpy.save`` once for each parameter.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from symopt.datasets.pickles import Allowance, PickleError, RefusedError
from symopt.legacy.checkpoints.joblib_arrays import JoblibArrays
from symopt.legacy.checkpoints.theano_objects import loads
from symopt.legacy.checkpoints.unreadable import UnreadableError
from symopt.npy import MAGIC, NpyError, read_npy_data, read_npy_header

BLANK = re.compile(rb"\s*\Z")

Read = Callable[[bytes, int, Allowance], tuple[Any, int]]


def read_stream(data: bytes, kind: str, path: Path | None) -> tuple[str, dict[str, Any], list[str]]:
    """Read all objects of a file of pickles or arrays.

    Parameters
    ----------
    data
        The file.
    kind
        "npy file" or "pickle", with the compression before it.
    path
        Where it is; joblib's pickles have their arrays in files beside it.

    Returns
    -------
    kind
        What it turned out to be.
    objects
        Names to objects: "" if it is one, else "[0]", "[1]", ...
    faults
        What is wrong with it.

    Raises
    ------
    UnreadableError
        Not even the first object can be read.
    """
    allowance = Allowance(len(data))
    joblib = JoblibArrays(path, allowance)

    def one_pickle(data: bytes, position: int, allowance: Allowance) -> tuple[Any, int]:
        return loads(data, position, built=joblib, allowance=allowance)

    read: Read = one_array if data.startswith(MAGIC) else one_pickle
    position = 0
    found: list[Any] = []
    faults = []
    while not BLANK.match(data, position):
        try:
            value, position = read(data, position, allowance)
        except (PickleError, RefusedError, NpyError) as error:
            if not found:
                raise UnreadableError(f"no {kind}, or a damaged one: {error}") from error
            faults.append(f"behind object {len(found)}, at byte {position}: {error}")
            break
        found.append(value)
    many = len(found) > 1
    kind = f"{kind} of joblib" if joblib.found else kind
    kind = f"{kind} of {len(found)} objects" if many else kind
    return kind, {f"[{i}]" if many else "": value for i, value in enumerate(found)}, faults


def one_array(data: bytes, position: int, allowance: Allowance) -> tuple[Any, int]:
    """The array that begins at ``position``, and where it ends; objects in it as a pickle gives."""
    file = io.BytesIO(data)
    file.seek(position)
    header = read_npy_header(file, objects=True)
    if header.dtype.hasobject:
        return array_of_objects(
            data, file.tell(), header.shape, header.fortran_order, allowance=allowance
        )
    left = len(data) - file.tell()
    value = read_npy_data(file, header, min(header.nbytes, left))
    return value, file.tell()


def array_of_objects(
    data: bytes,
    position: int,
    shape: tuple[int, ...],
    fortran_order: bool,
    allowance: Allowance | None = None,
) -> tuple[Any, int]:
    """The pickle that follows the header of an array of objects: the array itself."""
    value, end = loads(data, position, allowance=allowance)
    if isinstance(value, np.ndarray) and math.prod(shape) == value.size:
        return value.reshape(shape, order="F" if fortran_order else "C"), end
    return value, end
