"""Arrays that joblib wrote behind the pickle's instructions, or in files beside the pickle.

joblib (also the copy in old scikit-learn) replaces each array by a small object that says its
shape and dtype. Since 0.10 its bytes follow that object; before, they are in ``NAME_01.npy``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from symopt.datasets.pickles import Allowance, PickleError, Stub
from symopt.datasets.pickles.numpy_objects import Array, Dtype, array_from_bytes, is_shape
from symopt.datasets.pickles.reader import Reader
from symopt.legacy.checkpoints.compression import inflated
from symopt.legacy.checkpoints.unreadable import UnreadableError

FOLLOWS = ".NumpyArrayWrapper"
BESIDE = ".NDArrayWrapper"
BESIDE_PACKED = ".ZNDArrayWrapper"
DEEPEST = 16
"""Arrays of objects are pickles of their own, which may hold such arrays again."""


class JoblibArrays:
    """Gives the array for each object that stands for one.

    Parameters
    ----------
    path
        The pickle's file; None: there are no files beside it.
    allowance
        That of the file.
    """

    def __init__(self, path: Path | None, allowance: Allowance) -> None:
        self.path = path
        self.allowance = allowance
        self.depth = 0
        self.found = 0
        self.files: set[str] = set()

    def __call__(self, stub: Stub, reader: Reader) -> Any:
        """The array for ``stub``, or ``stub`` itself."""
        name = stub.class_name
        if "joblib" not in name:
            return stub
        if name.endswith(FOLLOWS):
            array = self._that_follows(stub.attributes, reader)
        elif name.endswith(BESIDE_PACKED):
            array = self._packed_beside(stub.attributes)
        elif name.endswith(BESIDE):
            array = self._beside(stub.attributes)
        else:
            return stub
        self.found += 1
        return array

    def _that_follows(self, said: dict[str, Any], reader: Reader) -> Any:
        dtype, shape = said.get("dtype"), said.get("shape")
        if not isinstance(dtype, Dtype) or not is_shape(shape):
            raise PickleError("an array of joblib without a dtype and a shape")
        if dtype.value.hasobject:
            return self._nested(reader)
        if said.get("numpy_array_alignment_bytes") is not None:
            reader.take(reader.unsigned(1))
        count = 1
        for length in shape:  # type: ignore[union-attr]
            count *= length
        data = reader.take(count * dtype.value.itemsize)
        return array_from_bytes(data, dtype, shape, said.get("order", "C"))

    def _nested(self, reader: Reader) -> Any:
        from symopt.legacy.checkpoints.theano_objects import loads

        if self.depth >= DEEPEST:
            raise PickleError("arrays of objects in each other, too deep")
        self.depth += 1
        value, reader.position = loads(
            reader.data, reader.position, built=self, allowance=self.allowance
        )
        self.depth -= 1
        return value

    def _beside(self, said: dict[str, Any]) -> Any:
        from symopt.legacy.checkpoints.streams import one_array

        data = self._read(said.get("filename"))
        value, end = one_array(data, 0, self.allowance)
        if end != len(data):
            raise PickleError(f"{said.get('filename')}: more than one array")
        return value

    def _packed_beside(self, said: dict[str, Any]) -> Any:
        state = said.get("state")
        if not isinstance(state, tuple):
            raise PickleError("an array of joblib without a shape")
        try:
            data, _ = inflated(self._read(said.get("filename")))
        except UnreadableError as error:
            raise PickleError(f"{said.get('filename')}: {error}") from error
        array = Array()
        array.set_state((*state, data))
        return array

    def _read(self, name: Any) -> bytes:
        """A file that lies beside the pickle and is called after it."""
        if self.path is None or not isinstance(name, str):
            raise PickleError("an array in a file beside this one, which there is not")
        # The name comes from the pickle, and must not lead anywhere else.
        begins = f"{self.path.name}_"
        if not name.startswith(begins) or "/" in name or "\\" in name or "\0" in name:
            raise PickleError(f"an array in the file {name!r:.80}; expected {begins}01.npy or so")
        if name in self.files:  # or a small pickle could have a large file unpacked many times
            raise PickleError(f"an array in the file {name!r:.80}, which was read already")
        self.files.add(name)
        path = self.path.parent / name
        try:
            if path.is_symlink() or not path.is_file():
                raise PickleError(f"an array in the file {name!r:.80}, which is not beside it")
            return path.read_bytes()
        except OSError as error:
            raise PickleError(f"{name!r:.80}: {error.strerror or error}") from error
