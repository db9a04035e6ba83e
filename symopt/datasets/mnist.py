"""MNIST, from the pickle of the Deep Learning Tutorials or from the original idx files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from symopt.datasets.compressed import read_bytes
from symopt.datasets.idx import read_idx
from symopt.datasets.images import LabelledImages, checked_images
from symopt.datasets.location import candidate_places, not_found
from symopt.datasets.pickled import loads_plain
from symopt.errors import DatasetError

PARTS = ("train", "valid", "test")
IDX_PREFIXES = {"train": "train", "test": "t10k"}
PICKLE_NAMES = ("mnist.pkl.gz", "mnist.pkl")
SUBFOLDERS = ("mnist", "mnist_t10k")
ROWS = COLS = 28
PIXEL_MAXIMUM = 255

EXPECTED = (
    "mnist.pkl.gz, or idx files such as t10k-images-idx3-ubyte.gz with t10k-labels-idx1-ubyte.gz"
)
EXPECTED_PICKLE = (
    "expected a pickled tuple of three pairs (x, y) for train, valid and test: x floating point "
    "of shape (n, 784) with values 0 to 1, y integers of shape (n,)"
)


def load_mnist(path: str | os.PathLike[str] | None = None) -> dict[str, LabelledImages]:
    """Read those parts of MNIST that are on this disk.

    Parameters
    ----------
    path
        The tutorials' ``mnist.pkl.gz`` (or the same pickle uncompressed), or a folder that holds
        it or idx files: ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and the same with
        ``t10k``, with or without ``.gz``, also spelled ``train-images.idx3-ubyte``. In a folder
        with both, the pickle is read. None (the default) looks in the folder that the environment
        variable ``SYMOPT_DATA`` names, then in its subfolders ``mnist`` and ``mnist_t10k``, and
        reads the first that holds anything.

    Returns
    -------
    dict
        `LabelledImages` under "train", "valid" and "test"; a part that is not there has no key.
        The pickle has 50,000, 10,000 and 10,000 images; the idx files have 60,000 under "train",
        10,000 under "test", and no "valid". Images are float32 (n, 28, 28) in [0, 1] (idx pixels
        are divided by 255; their rows and columns are those of the header), labels int64 (n,),
        0..9. Arrays are new at every call and may be written to.

    Raises
    ------
    DatasetError
        If nothing is found, a file is damaged, images come without labels or in another number,
        a label is outside 0..9, or the pickle holds anything but numbers in arrays. A pickle is
        never allowed to execute code; see `symopt.datasets.pickled`.

    Notes
    -----
    The first half of the test part is easier than the second: shuffle before taking a few of it.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998). Gradient-based learning applied to document
    recognition. Proceedings of the IEEE 86(11). http://yann.lecun.com/exdb/mnist/
    Deep Learning Tutorials, "Getting started": http://deeplearning.net/tutorial/gettingstarted.html
    """
    places = candidate_places(path, EXPECTED, SUBFOLDERS)
    for place in places:
        if place.is_file():
            return _read_pickle(place)
        for name in PICKLE_NAMES:
            if (place / name).is_file():
                return _read_pickle(place / name)
        parts = _read_idx_folder(place)
        if parts:
            return parts
    raise not_found(places, EXPECTED)


def _read_idx_folder(folder: Path) -> dict[str, LabelledImages]:
    parts = {}
    for part, prefix in IDX_PREFIXES.items():
        images_path = _find_idx(folder, f"{prefix}-images", "idx3-ubyte")
        labels_path = _find_idx(folder, f"{prefix}-labels", "idx1-ubyte")
        if images_path is None and labels_path is None:
            continue
        if labels_path is None or images_path is None:
            missing = f"{prefix}-{'labels-idx1' if images_path else 'images-idx3'}-ubyte"
            raise DatasetError(
                f"{folder / missing}: no such file (nor with .gz), though the other of images and "
                "labels is there; expected both. Put the missing file next to it."
            )
        images = read_idx(images_path, axes=3).astype(np.float32) / np.float32(PIXEL_MAXIMUM)
        labels = read_idx(labels_path, axes=1)
        parts[part] = checked_images(images, labels, f"{images_path} and {labels_path.name}")
    return parts


def _find_idx(folder: Path, stem: str, suffix: str) -> Path | None:
    names = (f"{stem}{dot}{suffix}{gz}" for dot in "-." for gz in ("", ".gz"))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_pickle(path: Path) -> dict[str, LabelledImages]:
    if "ubyte" in path.name:
        raise DatasetError(
            f"path={str(path)!r}: found a single idx file; expected mnist.pkl.gz, or a folder with "
            f"idx files of images and labels. Pass the folder: path={str(path.parent)!r}."
        )
    content = loads_plain(read_bytes(path), str(path))
    if not (isinstance(content, tuple | list) and len(content) == len(PARTS)):
        length = f" of {len(content)}" if isinstance(content, tuple | list | dict) else ""
        raise _wrong_pickle(path, f"found {type(content).__name__}{length}")
    return {
        part: _pickled_part(path, part, pair) for part, pair in zip(PARTS, content, strict=True)
    }


def _pickled_part(path: Path, part: str, pair: Any) -> LabelledImages:
    if not (isinstance(pair, tuple | list) and len(pair) == 2):
        raise _wrong_pickle(path, f"the {part} part is no pair (x, y) but {type(pair).__name__}")
    x, y = pair
    for name, array, kinds, axes in (("x", x, "f", 2), ("y", y, "iu", 1)):
        if not isinstance(array, np.ndarray):
            raise _wrong_pickle(path, f"{name} of the {part} part is {type(array).__name__}")
        if array.dtype.kind not in kinds or array.ndim != axes:
            found = f"{array.dtype} of shape {array.shape}"
            raise _wrong_pickle(path, f"{name} of the {part} part is {found}")
    if x.shape[1] != ROWS * COLS:
        raise _wrong_pickle(path, f"x of the {part} part has the shape {x.shape}")
    return checked_images(x.reshape(-1, ROWS, COLS), y, f"{path} ({part} part)")


def _wrong_pickle(path: Path, found: str) -> DatasetError:
    return DatasetError(
        f"{path}: {found}; {EXPECTED_PICKLE}. Fetch mnist.pkl.gz again, or pass path= to a folder "
        "of idx files."
    )
