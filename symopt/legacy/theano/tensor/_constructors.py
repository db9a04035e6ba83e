"""Symbolic inputs: ``matrix("x")``, ``fmatrix("x")``, ``matrices("x", "y")``.

A letter in front names the dtype: b int8, w int16, i int32, l int64, f float32, d float64,
c complex64, z complex128; without one it is ``dtype``, or floatX. A plural takes several names, or
a number of variables to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pytensor import config
from pytensor.tensor.type import TensorType
from pytensor.tensor.type import wmatrix as wmatrix
from pytensor.tensor.variable import TensorVariable

Flags = Iterable[Any]


def tensor(*args: Any, **kwargs: Any) -> TensorVariable:
    """A variable of the type ``TensorType(dtype, broadcastable)``.

    Parameters
    ----------
    dtype, broadcastable
        As Theano's: by position or by name; a true flag for each axis whose length is 1.
    name
        Its name.
    shape, sparse_grad
        ``shape`` (lengths, None where unknown) may stand in for ``broadcastable``; the other is
        taken and has no effect.
    """
    name = kwargs.pop("name", None)
    kwargs.pop("sparse_grad", None)
    if len(args) > 2:
        args, name = args[:2], args[2]
    given = dict(zip(("dtype", "broadcastable"), args, strict=False)) | kwargs
    dtype = given.pop("dtype", None) or config.floatX
    if "broadcastable" in given:
        given["shape"] = tuple(bool(flag) for flag in given.pop("broadcastable"))
    return TensorType(dtype, **given)(name=name)


def _constructor(name: str, flags: tuple[bool, ...], what: str) -> Callable[..., TensorVariable]:
    def construct(name: str | None = None, dtype: str | None = None) -> TensorVariable:
        return TensorType(config.floatX if dtype is None else dtype, flags)(name)

    construct.__name__ = construct.__qualname__ = name
    construct.__doc__ = f"A symbolic {what} of ``dtype`` (default: floatX) with this name."
    return construct


def several(constructor: Callable[..., Any]) -> Callable[..., Any]:
    """The plural of a constructor: by names, by one string of one-letter names, or by a number."""

    def construct(*names: Any) -> Any:
        if names and isinstance(names[0], int):
            return [constructor() for _ in range(names[0])]
        given = names[0] if len(names) == 1 else names
        return constructor(given) if len(given) == 1 else [constructor(name) for name in given]

    construct.__doc__ = "Several variables: by their names, or as many as a number says."
    return construct


scalar = _constructor("scalar", (), "scalar")
vector = _constructor("vector", (False,), "vector")
matrix = _constructor("matrix", (False, False), "matrix")
row = _constructor("row", (True, False), "matrix of one row")
col = _constructor("col", (False, True), "matrix of one column")
tensor3 = _constructor("tensor3", (False,) * 3, "tensor of 3 dimensions")
tensor4 = _constructor("tensor4", (False,) * 4, "tensor of 4 dimensions")
tensor5 = _constructor("tensor5", (False,) * 5, "tensor of 5 dimensions")
tensor6 = _constructor("tensor6", (False,) * 6, "tensor of 6 dimensions")
tensor7 = _constructor("tensor7", (False,) * 7, "tensor of 7 dimensions")

scalars, vectors, matrices = several(scalar), several(vector), several(matrix)
rows, cols = several(row), several(col)
tensor3s, tensor4s, tensor5s = several(tensor3), several(tensor4), several(tensor5)
tensor6s, tensor7s = several(tensor6), several(tensor7)
