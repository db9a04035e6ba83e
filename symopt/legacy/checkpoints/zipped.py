"""Zip files: ``.npz``, those of ``theano.misc.pkl_utils``, and Blocks' older ones."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from symopt.datasets.pickles import Allowance, PickleError, RefusedError
from symopt.legacy.checkpoints.compression import allowed
from symopt.legacy.checkpoints.streams import array_of_objects, one_array
from symopt.legacy.checkpoints.theano_objects import loads
from symopt.legacy.checkpoints.unreadable import UnreadableError, why
from symopt.npy import MAGIC, NpyError, read_npy_data, read_npy_header

BLOCKS = re.compile(rb"(?:^|[\nc\x8c].?)blocks\.[a-z_]", re.DOTALL)
"""A name of Blocks' in a pickle of any protocol."""

ARRAYS = "npz file"
PKL_UTILS = "zip file of theano.misc.pkl_utils"
BLOCKS_ZIP = "zip file of Blocks"


def read_zip(data: bytes) -> tuple[str, dict[str, Any], list[str]]:
    """What kind of zip file it is, its entries by name, and what is wrong with it.

    Raises
    ------
    UnreadableError
        No entry can be read, or there is more in it than its size accounts for.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # zipfile raises nearly anything over damaged archives
        raise UnreadableError(f"a zip file that is cut short or damaged: {error}") from error
    objects: dict[str, Any] = {}
    faults: list[str] = []
    pickles: list[tuple[str, bytes]] = []
    with archive:
        limit = allowed(len(data))
        total = sum(info.file_size for info in archive.infolist())
        if total > limit:
            raise UnreadableError(f"a zip file of more than {limit:,} bytes; unpack it first")
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if info.is_dir():
                continue
            try:
                with archive.open(info) as entry:
                    begin = cast(zipfile.ZipExtFile, entry).peek(1)[:1]
                    if info.file_size and begin != MAGIC[:1]:
                        pickles.append((name, entry.read()))
                    else:
                        value = _array(cast(BinaryIO, entry), info.file_size)
                        objects[_free_name(name, objects)] = value
            except Exception as error:
                faults.append(f"{name}: {why(error)}")
    kind = _read_pickles(pickles, objects, faults, Allowance(total))
    if kind == BLOCKS_ZIP:
        objects = blocks_names(objects, "-")
    if faults and not objects:
        raise UnreadableError(f"a damaged npz file; {'; '.join(faults)}")
    return kind, objects, faults


def _array(entry: BinaryIO, size: int) -> Any:
    header = read_npy_header(entry, objects=True)
    if header.dtype.hasobject:
        value, _ = array_of_objects(entry.read(), 0, header.shape, header.fortran_order)
        return value
    value = read_npy_data(entry, header, size - entry.tell())
    entry.read(1)  # zipfile checks the sum where an entry ends
    return value


def _free_name(name: str, taken: dict[str, Any]) -> str:
    """``name``, or, of an archive that has it twice, ``name_2`` and so on."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _read_pickles(
    pickles: list[tuple[str, bytes]],
    objects: dict[str, Any],
    faults: list[str],
    allowance: Allowance,
) -> str:
    """Add what the pickled entries hold; the arrays that they refer to are in ``objects``."""
    kind = ARRAYS
    persistent = persisted(objects)
    # An array of a GPU is a pickle of its context's name with the array behind it; other pickles
    # refer to it, so those come first.
    for name, data in sorted(pickles, key=lambda pickled: MAGIC not in pickled[1][:1000]):
        try:
            value, end = loads(data, 0, persistent, allowance=allowance)
            if data.startswith(MAGIC, end):
                value, _ = one_array(data, end, allowance)
        except (PickleError, RefusedError, NpyError) as error:
            faults.append(f"{name}: no array and no pickle: {error}")
            continue
        objects[_free_name(name, objects)] = value
        if kind != BLOCKS_ZIP:
            kind = BLOCKS_ZIP if BLOCKS.search(data) else PKL_UTILS
    return kind


def persisted(arrays: dict[str, Any]) -> Callable[[Any], Any]:
    """Gives the array of a persistent id: ``type.name`` (Theano), ``#type.name`` (Blocks)."""

    def find(identity: Any) -> Any:
        name = identity.partition(".")[2] if isinstance(identity, str) else None
        if name not in arrays:
            raise PickleError(f"the persistent id {identity!r:.80}, which the file does not hold")
        return arrays[name]

    return find


def blocks_names(objects: dict[str, Any], delimiter: str) -> dict[str, Any]:
    """Parameters called as Blocks calls them: ``/mlp/linear_0.W``."""
    named: dict[str, Any] = {}
    for name, value in objects.items():
        if name.startswith(delimiter) or (delimiter == "-" and "." in name):
            name = "/" + name.removeprefix(delimiter).replace(delimiter, "/")
        named[_free_name(name, named)] = value
    return named
