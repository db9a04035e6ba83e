"""Theano 1.0.5's ``theano.tensor.io``: arrays from files (and, in Theano, over MPI)."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.op import Op
from pytensor.link.c.type import Generic
from pytensor.tensor.type import TensorType

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.unavailable import unavailable_class, unavailable_function

_MPI = "Send arrays between processes yourself, outside of the compiled functions (mpi4py)."
mpi_enabled = False
MPIRecv, MPIRecvWait, MPISend, MPISendWait = (
    unavailable_class(f"theano.tensor.io.{name}", _MPI, (Op,))
    for name in ("MPIRecv", "MPIRecvWait", "MPISend", "MPISendWait")
)
irecv, isend, recv, send = (
    unavailable_function(f"theano.tensor.io.{name}", _MPI)
    for name in ("irecv", "isend", "recv", "send")
)


class LoadFromDisk(Op):
    """``LoadFromDisk(dtype, broadcastable, mmap_mode)(path)``: see :func:`load`."""

    __props__ = ("dtype", "broadcastable", "mmap_mode")

    def __init__(self, dtype: Any, broadcastable: Any, mmap_mode: str | None = None) -> None:
        if mmap_mode not in (None, "c"):
            raise ValueError(f'load: mmap_mode={mmap_mode!r}; expected None or "c".')
        self.dtype = np.dtype(dtype).name
        self.broadcastable = tuple(bool(b) for b in broadcastable)
        self.mmap_mode = mmap_mode

    def make_node(self, *inputs: Any) -> Apply:
        (path,) = inputs
        if isinstance(path, str):
            path = Constant(Generic(), path)
        return Apply(self, [path], [TensorType(self.dtype, self.broadcastable)()])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        (path,) = inputs
        found = np.load(path, mmap_mode="c" if self.mmap_mode else None)
        if found.dtype.name != self.dtype:
            raise TypeError(
                f"load: {path} holds {found.dtype}; expected {self.dtype}, as load() was told."
            )
        if [n == 1 for n in found.shape] != list(self.broadcastable) and any(
            flag and n != 1 for n, flag in zip(found.shape, self.broadcastable, strict=True)
        ):
            raise ValueError(f"load: {path} has shape {found.shape}; it does not fit the pattern.")
        output_storage[0][0] = found


def load(path: Any, dtype: Any, broadcastable: Any, mmap_mode: str | None = None) -> Any:
    """The array of an ``.npy`` file, read when the function runs.

    Parameters
    ----------
    path
        Its path: a string, or a variable of type Generic.
    dtype, broadcastable
        Its dtype, and which of its lengths are 1.
    mmap_mode
        None reads it whole; "c" maps it.
    """
    return LoadFromDisk(dtype, broadcastable, mmap_mode)(path)


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")


__all__ = [
    "LoadFromDisk",
    "MPIRecv",
    "MPIRecvWait",
    "MPISend",
    "MPISendWait",
    "irecv",
    "isend",
    "load",
    "mpi_enabled",
    "recv",
    "send",
]
