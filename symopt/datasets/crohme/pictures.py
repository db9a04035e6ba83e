"""Pictures of formulas: BMP files in a tar or a folder, or WAP's pickle of arrays."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.compressed import read_bytes
from symopt.datasets.pickled import loads_plain
from symopt.errors import DatasetError, MissingPackageError

Picture = NDArray[np.uint8]

ENDING = "_0.bmp"
"""What follows a formula's key in the name of its picture."""

MAX_PIXELS = 1 << 26
"""A picture that says it has more is damaged; the largest of CROHME has 539,000."""

EXPECTED = "a tar or a folder of .bmp files, or a pickle {key: uint8 array (1, height, width)}"


def read_pictures(
    path: str | os.PathLike[str],
) -> tuple[dict[str, Picture], dict[str, str]]:
    """Read pictures of formulas.

    Parameters
    ----------
    path
        A tar of BMP files, compressed or not; a folder of them; or a pickle as WAP's ``gen_pkl.py``
        writes, which is read without executing anything. A file ``folder/18_em_10_0.bmp`` holds
        the picture of the formula ``18_em_10``. Other files are passed over.

    Returns
    -------
    pictures
        Key to uint8 (1, height, width), 0 for paper to 255 for ink.
    damaged
        Key to what is wrong with its picture.

    Raises
    ------
    DatasetError
        The path is missing, nothing in it is a picture, or one key has two pictures.
    MissingPackageError
        There are BMP files, and Pillow is not installed.
    """
    place = Path(path).expanduser()
    if not place.exists():
        raise DatasetError(f"path={str(path)!r}: no such file or folder; expected {EXPECTED}.")
    pictures: dict[str, Picture] = {}
    damaged: dict[str, str] = {}
    for key, found in _entries(place):
        if key in pictures or key in damaged:
            raise DatasetError(f"{path}: there are two pictures of {key!r}; expected one.")
        try:
            pictures[key] = _bitmap(found) if isinstance(found, bytes) else _array(found)
        except _DamagedError as error:
            damaged[key] = str(error)
    if not pictures and not damaged:
        raise DatasetError(f"{path}: found no picture; expected {EXPECTED}.")
    return pictures, damaged


class _DamagedError(ValueError):
    """A picture cannot be used; the text says why."""


def _entries(place: Path) -> Iterator[tuple[str, Any]]:
    if place.is_dir():
        for file in sorted(place.rglob("*.bmp")):
            yield _key(file.name), read_bytes(file)
        return
    try:
        archive = tarfile.open(place)  # noqa: SIM115 (it is closed below)
    except (tarfile.TarError, EOFError, OSError):
        yield from _pickled(place)
        return
    with archive:
        try:
            for member in archive:
                if member.isfile() and member.name.lower().endswith(".bmp"):
                    content = archive.extractfile(member)
                    assert content is not None  # it is a plain file
                    yield _key(Path(member.name).name), content.read()
        except (tarfile.TarError, EOFError, OSError, ValueError) as error:
            raise DatasetError(
                f"{place}: the tar is cut short or damaged ({error}); expected {EXPECTED}. Fetch "
                "the file again."
            ) from error


def _pickled(place: Path) -> Iterator[tuple[str, Any]]:
    value = loads_plain(read_bytes(place), str(place))
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise DatasetError(
            f"{place}: the pickle holds a {type(value).__name__}; expected {EXPECTED}."
        )
    yield from value.items()


def _key(name: str) -> str:
    return name.removesuffix(ENDING) if name.endswith(ENDING) else Path(name).stem


def _array(value: Any) -> Picture:
    fits = isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 3
    if not fits or value.shape[0] != 1 or not value.size:
        found = (
            f"{value.dtype} {value.shape}"
            if isinstance(value, np.ndarray)
            else f"a {type(value).__name__}"
        )
        raise _DamagedError(f"it is {found}; expected uint8 (1, height, width)")
    return np.ascontiguousarray(value)


def _bitmap(data: bytes) -> Picture:
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingPackageError(
            "Reading BMP files needs Pillow: pip install 'symopt[images]'."
        ) from error
    try:
        with Image.open(io.BytesIO(data), formats=["BMP"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _DamagedError(f"it says it has {image.width} x {image.height} pixels")
            return np.array(image.convert("L"))[None]
    except _DamagedError:
        raise
    except Exception as error:  # Pillow raises many kinds over damaged files
        raise _DamagedError(f"it is no BMP picture, or a damaged one ({error})") from error
