"""Pickles without traces, and pickles in zip files whose arrays NumPy can read."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import defaultdict
from collections.abc import Callable
from typing import IO, Any, ClassVar

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.utils import Scratchpad

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.misc.pkl_utils")

Pickler = pickle.Pickler
DEFAULT_PROTOCOL = pickle.DEFAULT_PROTOCOL


class StripPickler(pickle.Pickler):
    """A pickler that leaves out traces and test values of variables.

    Parameters
    ----------
    file
        Where to.
    protocol
        As for ``pickle``.
    extra_tag_to_remove
        More attributes of ``variable.tag`` to leave out.

    Theano's takes them from the variables too; here these keep them.
    """

    def __init__(self, file: Any, protocol: int = 0, extra_tag_to_remove: Any = None) -> None:
        super().__init__(file, protocol)
        self.tag_to_remove = ["trace", "test_value", *(extra_tag_to_remove or [])]

    def reducer_override(self, obj: Any) -> Any:
        """Pickle the tags of a variable without some of them."""
        if not isinstance(obj, Scratchpad):
            return NotImplemented
        kept = {k: v for k, v in obj.__dict__.items() if k not in self.tag_to_remove}
        return Scratchpad, (), kept


class CompatUnpickler(pickle._Unpickler):  # type: ignore[name-defined, misc]
    """An unpickler for pickles of Python 2, with ``encoding="latin1"``."""

    stack: list[Any]
    encoding: str

    def load_reduce(self) -> None:
        """Call a constructor; one that wants bytes where Python 2 wrote a string gets them."""
        stack = self.stack
        arguments = stack.pop()
        function = stack[-1]
        try:
            stack[-1] = function(*arguments)
        except (TypeError, ValueError):
            if self.encoding == "bytes":
                raise
            as_bytes = (a.encode(self.encoding) if isinstance(a, str) else a for a in arguments)
            stack[-1] = function(*as_bytes)

    dispatch: ClassVar[dict[Any, Any]] = {
        **pickle._Unpickler.dispatch,
        pickle.REDUCE[0]: load_reduce,
    }  # type: ignore[attr-defined]


class PersistentNdarrayID:
    """Writes arrays to files of their own in a zip file: array_0, array_1 and so on."""

    def __init__(self, zip_file: zipfile.ZipFile) -> None:
        self.zip_file = zip_file
        self.count = 0
        self.seen: dict[int, str] = {}
        self._kept: list[Any] = []  # an id may be used again once its object is gone

    def _resolve_name(self, obj: Any) -> str:
        name = f"array_{self.count}"
        self.count += 1
        return name

    def __call__(self, obj: Any) -> str | None:
        if type(obj) is not np.ndarray or obj.dtype.hasobject:
            return None
        if id(obj) not in self.seen:
            name = self._resolve_name(obj)
            zipadd(lambda file: np.lib.format.write_array(file, obj), self.zip_file, name)
            self.seen[id(obj)] = f"ndarray.{name}"
            self._kept.append(obj)
        return self.seen[id(obj)]


class PersistentGpuArrayID(PersistentNdarrayID):
    """As :class:`PersistentNdarrayID`; there are no GPU arrays here."""


class PersistentSharedVariableID(PersistentGpuArrayID):
    """As :class:`PersistentNdarrayID`, with the names of shared variables for their arrays.

    Parameters
    ----------
    zip_file
        Where to.
    allow_unnamed
        Whether a shared variable need not have a name.
    allow_duplicates
        Whether several may have one name: they are then called x, x_2, x_3.

    Raises
    ------
    ValueError
        A name is missing, or used twice, and that is not allowed.
    """

    def __init__(
        self,
        zip_file: zipfile.ZipFile,
        allow_unnamed: bool = True,
        allow_duplicates: bool = True,
    ) -> None:
        super().__init__(zip_file)
        self.name_counter: dict[str, int] = defaultdict(int)
        self.ndarray_names: dict[int, str] = {}
        self.allow_unnamed = allow_unnamed
        self.allow_duplicates = allow_duplicates

    def _resolve_name(self, obj: Any) -> str:
        if id(obj) not in self.ndarray_names:
            return super()._resolve_name(obj)
        name = self.ndarray_names[id(obj)]
        count = self.name_counter[name]
        self.name_counter[name] += 1
        if not count:
            return name
        if not self.allow_duplicates:
            raise ValueError(f"multiple shared variables with the name `{name}` found")
        return f"{name}_{count + 1}"

    def __call__(self, obj: Any) -> str | None:
        if isinstance(obj, SharedVariable):
            if obj.name:
                if obj.name == "pkl":
                    raise ValueError("can't pickle shared variable with name `pkl`")
                self.ndarray_names[id(obj.container.storage[0])] = obj.name
            elif not self.allow_unnamed:
                raise ValueError(f"unnamed shared variable, {obj}")
        return super().__call__(obj)


class PersistentNdarrayLoad:
    """Reads the arrays that :class:`PersistentNdarrayID` has written."""

    def __init__(self, zip_file: zipfile.ZipFile) -> None:
        self.zip_file = zip_file
        self.cache: dict[str, np.ndarray] = {}

    def __call__(self, persid: str) -> np.ndarray:
        kind, name = persid.split(".", 1)
        if name not in self.cache:
            with self.zip_file.open(name) as file:
                content = io.BytesIO(file.read())
            if kind == "gpuarray":
                pickle.load(content)  # the name of its device
            self.cache[name] = np.lib.format.read_array(content)
        return self.cache[name]


def dump(
    obj: Any,
    file_handler: IO[bytes],
    protocol: int = DEFAULT_PROTOCOL,
    persistent_id: Callable[[zipfile.ZipFile], Any] = PersistentSharedVariableID,
) -> None:
    """Pickle an object into a zip file, with its arrays in files of their own.

    ``numpy.load`` reads the arrays; those of shared variables are under their names.

    Parameters
    ----------
    obj
        The object.
    file_handler
        A file that is open for binary writing.
    protocol
        As for ``pickle``.
    persistent_id
        What decides which objects get a file of their own.
    """
    with zipfile.ZipFile(file_handler, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zip_file:
        buffer = io.BytesIO()
        pickler = _pickler_with(persistent_id(zip_file))(buffer, protocol)
        pickler.dump(obj)
        zip_file.writestr("pkl", buffer.getvalue())


def load(
    f: IO[bytes], persistent_load: Callable[[zipfile.ZipFile], Any] = PersistentNdarrayLoad
) -> Any:
    """The object that :func:`dump` has written.

    It unpickles: a file from somebody else may run anything.
    :func:`symopt.legacy.load_checkpoint` reads the arrays of such a file and runs nothing.
    """
    with zipfile.ZipFile(f, "r") as zip_file:
        unpickler = _unpickler_with(persistent_load(zip_file))
        return unpickler(io.BytesIO(zip_file.read("pkl"))).load()


def zipadd(func: Callable[[IO[bytes]], Any], zip_file: zipfile.ZipFile, name: str) -> None:
    """Add a file to a zip file: what ``func`` writes to the file that it is given."""
    buffer = io.BytesIO()
    func(buffer)
    zip_file.writestr(name, buffer.getvalue())


def _pickler_with(persistent_id: Callable[[Any], Any]) -> type[pickle.Pickler]:
    return type(
        "ZipPickler", (pickle.Pickler,), {"persistent_id": lambda self, obj: persistent_id(obj)}
    )


def _unpickler_with(persistent_load: Callable[[Any], Any]) -> type[pickle.Unpickler]:
    return type(
        "ZipUnpickler",
        (pickle.Unpickler,),
        {"persistent_load": lambda self, persid: persistent_load(persid)},
    )
