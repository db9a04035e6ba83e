"""Pickles as Theano wrote them, spelled out, since there is no Theano to write them."""

from __future__ import annotations

import io
import pickle
import zipfile
from typing import Any, ClassVar

import numpy as np

TENSOR = "theano.tensor.sharedvar.TensorSharedVariable"


def theano_class(module: str, name: str) -> type:
    """A class that pickles under a name of Theano's."""
    return type(name, (), {"__module__": module, "__qualname__": name})


class Named(pickle._Pickler):  # the one in Python can be told to believe a class its name
    def save_global(self, obj: Any, name: str | None = None) -> None:
        self.write(b"c" + f"{obj.__module__}\n{obj.__qualname__}\n".encode())
        self.memoize(obj)

    dispatch: ClassVar = {**pickle._Pickler.dispatch, type: save_global}


def dumps(value: Any, protocol: int) -> bytes:
    file = io.BytesIO()
    Named(file, protocol).dump(value)
    return file.getvalue()


def instance(made_by: type, **attributes: Any) -> Any:
    made = made_by()
    made.__dict__.update(attributes)
    return made


def shared(value: Any, name: str | None, kind: str = TENSOR) -> Any:
    """A shared variable: a container that holds a list of one value."""
    module, _, class_name = kind.rpartition(".")
    container = instance(
        theano_class("theano.gof.link", "Container"),
        storage=[value],
        readonly=False,
        name=name,
    )
    tensor_type = instance(theano_class("theano.tensor.type", "TensorType"), dtype="float32")
    made_by = theano_class(module, class_name)
    return instance(made_by, name=name, container=container, type=tensor_type, owner=None)


class OnTheGPU:
    """Pickles as an array on a GPU did: fetched, and sent back when it is read."""

    def __init__(self, array: np.ndarray, unpickler: str, *more: Any) -> None:
        self.array, self.unpickler, self.more = array, unpickler, more

    def __reduce__(self) -> Any:
        module, _, name = self.unpickler.rpartition(".")
        return function(module, name), (self.array, *self.more)


def function(module: str, name: str) -> Any:
    def called(*_args: Any) -> None:
        raise AssertionError("the pickle was executed")

    called.__module__, called.__qualname__ = module, name
    return called


Named.dispatch[type(function)] = Named.save_global


def pkl_utils_zip(variables: dict[str, np.ndarray]) -> bytes:
    """What ``theano.misc.pkl_utils.dump`` makes of shared variables."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        identities = {}
        for name, array in variables.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array)
            archive.writestr(name, entry.getvalue())
            identities[id(array)] = f"ndarray.{name}"
        pickled = io.BytesIO()
        pickler = Named(pickled, 2)
        pickler.persistent_id = lambda value: identities.get(id(value))  # type: ignore[method-assign]
        pickler.dump([shared(array, name) for name, array in variables.items()])
        archive.writestr("pkl", pickled.getvalue())
    return file.getvalue()
