"""HDF5 files: Keras', MATLAB's of version 7.3, and any other with numbers in it.

Only what the file itself holds is read: no link to another file, no raw data of another file, no
virtual dataset, no filter that would have to be loaded. Each object is visited once, however many
links lead to it. h5py is needed, and its C library parses the file: a damaged file can be a
danger to it that Python cannot keep out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from symopt.legacy.checkpoints.compression import allowed
from symopt.legacy.checkpoints.natural import natural
from symopt.legacy.checkpoints.unreadable import UnreadableError, why

if TYPE_CHECKING:
    import h5py

SAFE_FILTERS = {1, 2, 3, 4, 5, 6, 32000}
"""gzip, shuffle, fletcher32, szip, nbit and scaleoffset of HDF5 itself, and h5py's own lzf."""

DEEPEST = 50
MOST_OBJECTS = 200_000
LONGEST_LIST = 1000
"""An attribute of more numbers than this is an array."""

NEEDED = "an HDF5 file, for which h5py is needed: pip install 'symopt[checkpoints]'"


class SkippedError(ValueError):
    """Something in the file is not read; the text says why."""


def read_hdf5(data: bytes) -> tuple[str, dict[str, Any], list[str]]:
    """The kind of file, its arrays and attributes by name, and what is wrong with it.

    Raises
    ------
    UnreadableError
        Nothing in it can be read, or h5py is not there.
    """
    try:
        import h5py
    except ImportError as error:
        raise UnreadableError(NEEDED) from error

    from symopt.legacy.checkpoints import keras, matlab73

    try:
        file = h5py.File(io.BytesIO(data), "r")
    except Exception as error:  # h5py raises nearly anything over damaged files
        raise UnreadableError(f"an HDF5 file that is damaged: {why(error)}") from error
    with file:
        tree = Hdf5Tree(file, allowed(len(data)), len(data))
        try:
            if keras.is_keras(tree):
                kind, objects = keras.read_keras(tree)
            elif matlab73.is_matlab73(data, tree):
                kind, objects = "MATLAB 7.3 file", matlab73.read_matlab73(tree)
            else:
                kind, objects = "HDF5 file", everything(tree)
        except Exception as error:
            raise UnreadableError(f"an HDF5 file that is damaged: {why(error)}") from error
    if not objects:
        raise UnreadableError(f"an HDF5 file without arrays; {'; '.join(tree.faults) or 'empty'}")
    return kind, objects, tree.faults


def everything(tree: Hdf5Tree) -> dict[str, Any]:
    """Every array by its path, and every attribute by ``path.name``."""
    objects: dict[str, Any] = {}
    for path, item in tree.walk():
        objects.update({f"{path}.{key}" if path else key: v for key, v in tree.attributes(item)})
        if tree.is_dataset(item):
            value = tree.value(path, item)
            if value is not None:
                objects[path] = value
    return objects


class Hdf5Tree:
    """An open file, what may still be made of it, and what is wrong with it.

    Parameters
    ----------
    file
        The file.
    left
        Bytes that may be read out of it.
    size
        Its own size.
    """

    def __init__(self, file: h5py.File, left: int, size: int) -> None:
        import h5py

        self.h5py = h5py
        self.file = file
        self.left = left
        self.size = size
        self.faults: list[str] = []

    def is_dataset(self, item: Any) -> bool:
        """Whether it is an array, and no group."""
        return isinstance(item, self.h5py.Dataset)

    def is_group(self, item: Any) -> bool:
        """Whether it holds others."""
        return isinstance(item, self.h5py.Group)

    def address(self, item: Any) -> Any:
        """Where in the file an object is: the same for all links that lead to it."""
        return self.h5py.h5o.get_info(item.id).addr

    def child(self, group: Any, name: str) -> Any:
        """What a hard link of ``group`` leads to; None if there is none of that name.

        Raises
        ------
        SkippedError
            It is a link of another kind, or leads to nothing.
        """
        link = group.get(name, getlink=True) if name in group.keys() else None  # noqa: SIM118
        if link is None:
            return None
        if isinstance(link, self.h5py.ExternalLink):
            raise SkippedError("a link to another file, which is not followed")
        if not isinstance(link, self.h5py.HardLink):
            raise SkippedError("a link to another place, which is not followed")
        return group[name]

    def at(self, root: Any, path: str) -> Any:
        """What hard links lead to from ``root``; None if it is not there."""
        for part in path.split("/"):
            if not self.is_group(root):
                return None
            root = self.child(root, part) if part else root
        return root

    def children(self, group: Any) -> Iterator[tuple[str, Any]]:
        """What a group holds: ``param_2`` before ``param_10``."""
        for name in sorted(group.keys(), key=natural):
            try:
                item = self.child(group, name)
            except SkippedError as error:
                self.faults.append(f"{group.name.rstrip('/')}/{name}: {error}".lstrip("/"))
            except Exception as error:  # h5py raises nearly anything over damaged files
                self.faults.append(f"{name}: {why(error)}")
            else:
                yield name, item

    def walk(self, root: Any = None) -> Iterator[tuple[str, Any]]:
        """Path and object of all there is, each once, the root with the path ""."""
        met: set[Any] = set()
        waiting = [("", self.file if root is None else root, 0)]
        while waiting:
            path, item, depth = waiting.pop()
            address = self.address(item)
            if address in met:
                continue
            met.add(address)
            if len(met) > MOST_OBJECTS:
                self.faults.append(f"{path}: more than {MOST_OBJECTS:,} objects; the rest is left")
                return
            yield path, item
            if not self.is_group(item):
                continue
            if depth >= DEEPEST:
                self.faults.append(f"{path}: groups more than {DEEPEST} deep")
                continue
            begin = f"{path}/" if path else ""
            inside = [(f"{begin}{name}", part, depth + 1) for name, part in self.children(item)]
            waiting += reversed(inside)

    def value(self, path: str, dataset: Any) -> Any:
        """The array of a dataset; None if it is not read, which is then among the faults."""
        try:
            return self._read(dataset)
        except SkippedError as error:
            self.faults.append(f"{path}: {error}")
        except Exception as error:  # h5py raises nearly anything over damaged files
            self.faults.append(f"{path}: {why(error)}")
        return None

    def _read(self, dataset: Any) -> Any:
        if dataset.shape is None:
            return np.zeros(0)
        kept = dataset.id.get_create_plist()
        self._check_layout(dataset, kept)
        string = self.h5py.check_string_dtype(dataset.dtype)
        if string is not None and string.length is None:
            return self._texts(dataset)
        self._check_dtype(dataset.dtype)
        nbytes = int(np.prod(dataset.shape, dtype=object)) * dataset.dtype.itemsize
        stored = dataset.id.get_storage_size()
        if kept.get_layout() != self.h5py.h5d.CHUNKED and stored != nbytes:
            raise SkippedError(f"{stored} bytes in the file for an array of {nbytes}")
        self._pay(nbytes)
        return np.asarray(dataset[()])

    def _check_layout(self, dataset: Any, kept: Any) -> None:
        if dataset.is_virtual or dataset.external:
            raise SkippedError("data of another file, which is not followed")
        for place in range(kept.get_nfilters()):
            number = kept.get_filter(place)[0]
            if number not in SAFE_FILTERS:
                raise SkippedError(f"packed with the filter {number}; unpack it first (h5repack)")
        if dataset.chunks is not None:
            chunk = int(np.prod(dataset.chunks, dtype=object)) * dataset.dtype.itemsize
            if chunk > self.left:
                raise SkippedError(f"chunks of {chunk:,} bytes")

    def _check_dtype(self, dtype: np.dtype[Any]) -> None:
        if dtype.hasobject:
            what = "references" if self.h5py.check_ref_dtype(dtype) else "rows of many lengths"
            raise SkippedError(f"{what}, which are no array")
        if dtype.kind not in "biufcSUV":
            raise SkippedError(f"of the type {dtype}")

    def _texts(self, dataset: Any) -> Any:
        """Strings of many lengths: many may share the same bytes of the file."""
        count = int(np.prod(dataset.shape, dtype=object))
        if 16 * count > max(dataset.id.get_storage_size(), 16):
            raise SkippedError(f"{count} strings in {dataset.id.get_storage_size()} bytes")
        if dataset.shape == ():
            return _text(dataset[()])
        step = max(1, self.left // max(self.size, 1))
        made: list[Any] = []
        for at in range(0, dataset.shape[0], step):
            part = dataset[at : at + step]
            self._pay(sum(len(text) for text in part.ravel()))
            made.extend(part)
        return np.array([_text(text) for text in np.array(made, object).ravel()]).reshape(
            dataset.shape
        )

    def _pay(self, nbytes: int) -> None:
        if nbytes > self.left:
            raise SkippedError(f"{nbytes:,} bytes, much more than the file accounts for")
        self.left -= nbytes

    def attributes(self, item: Any) -> Iterator[tuple[str, Any]]:
        """Names and values of the attributes: numbers, text, lists of them."""
        for name in sorted(item.attrs.keys(), key=natural):
            try:
                value = self.attribute(item, name)
            except Exception as error:  # h5py raises nearly anything over damaged files
                self.faults.append(f"{item.name}, attribute {name}: {why(error)}")
            else:
                if value is not None:
                    yield name, value

    def attribute(self, item: Any, name: str) -> Any:
        """The value of one attribute; None if there is none of that name.

        Raises
        ------
        SkippedError
            It is neither numbers nor text, or too much.
        """
        if name not in item.attrs:
            return None
        raw = item.attrs.get_id(name)
        string = self.h5py.check_string_dtype(raw.dtype)
        if string is None:
            self._check_dtype(raw.dtype)
        nbytes = int(np.prod(raw.shape or (), dtype=object)) * raw.dtype.itemsize
        if raw.get_storage_size() > self.size:
            raise SkippedError(f"{raw.get_storage_size():,} bytes, more than the file has")
        if string is not None and string.length is None:
            nbytes = nbytes // 16 * min(self.size, 1 << 16)
        self._pay(nbytes)
        value = item.attrs[name]
        if isinstance(value, self.h5py.Empty):
            return None
        if isinstance(value, np.ndarray) and value.dtype.kind in "OSU":
            return [_text(part) for part in value.ravel()]
        if isinstance(value, np.ndarray):
            return value.tolist() if value.size <= LONGEST_LIST else value
        return _text(value.item() if isinstance(value, np.generic) else value)


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
