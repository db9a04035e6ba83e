"""Patches of images as the rows of a matrix, and back, with Theano 1.0.5's arguments.

Both are compositions of PyTensor's operations: reshapes where patches do not overlap, two
selections of rows otherwise. So they run on every backend, and every mode has a gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, cast

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_choice

MODES = ("valid", "ignore_borders", "wrap_centered", "half", "full")


def images2neibs(
    ten4: Any, neib_shape: Any, neib_step: Any = None, mode: str = "valid"
) -> TensorVariable:
    """Each patch of each image as a row of a matrix.

    Row ``b + grid_b (a + grid_a (s + channels n))`` is the flattened patch
    ``ten4[n, s, a * step_r + o_r + i, b * step_c + o_c + j]`` for i < r and j < c, where
    (r, c) is ``neib_shape``, (step_r, step_c) ``neib_step`` and (o_r, o_c) depends on the mode.

    Parameters
    ----------
    ten4
        Images, of shape (batch, channels, rows, columns) and any dtype.
    neib_shape
        Rows and columns of a patch: two integers of at least 1, or a symbolic vector of two.
    neib_step
        Distance between patches along the rows and along the columns, as ``neib_shape``.
        Default None: ``neib_shape``, so that patches lie side by side.
    mode
        =============== ========================== ================================ ===========
        mode            first patch begins at o =  patches along an axis of v       v has to be
        =============== ========================== ================================ ===========
        valid (default) 0                          1 + (v - r) / step               r + k step
        ignore_borders  0                          1 + floor((v - r) / step)        any
        wrap_centered   -(r // 2), around the edge ceil(v / step)                   r or more
        half            -(r // 2), zeros outside   1 + (v - r % 2) / step           r or more
        full            -(r - 1), zeros outside    1 + (v + r - 2) / step           r or more
        =============== ========================== ================================ ===========

        In "valid", "half" and "full" the division has to leave no rest. In "wrap_centered" r and
        c are odd.

    Returns
    -------
    Matrix of shape (batch * channels * patches along the rows * patches along the columns, r * c)
    and the dtype of ``ten4``.

    Raises
    ------
    HyperparameterError
        ``mode`` is unknown, or ``neib_shape`` or ``neib_step`` are not two positive integers.
    ShapeError
        ``ten4`` does not have four dimensions, or its size does not go with the patches: when the
        graph is built if the sizes are known then, otherwise when it is run.

    Notes
    -----
    Differences from Theano: errors are ShapeError (a ValueError) where Theano raised TypeError;
    the modes "wrap_centered", "half", "full", and "ignore_borders" with overlapping patches, have
    a gradient.
    """
    images = pt.as_tensor_variable(ten4)
    check_choice("images2neibs", "mode", mode, MODES)
    if images.type.ndim != 4:
        raise ShapeError(
            f"images2neibs: ten4={images} has {images.type.ndim} dimensions; expected 4: (batch, "
            "channels, rows, columns)."
        )
    shape = _pair("images2neibs", "neib_shape", neib_shape)
    steps = shape if neib_step is None else _pair("images2neibs", "neib_step", neib_step)
    side_by_side = all(a is b or _equal(a, b) for a, b in zip(shape, steps, strict=True))
    images = _checked(images, shape, steps, mode)
    batch, channels, rows, columns = _sizes(images)
    (r, c), (step_r, step_c) = shape, steps
    grid_r, grid_c = _grid(rows, r, step_r, mode), _grid(columns, c, step_c, mode)
    if side_by_side and mode in ("valid", "ignore_borders"):
        if mode == "ignore_borders":
            images = images[:, :, : grid_r * r, : grid_c * c]
        patches = images.reshape((batch, channels, grid_r, r, grid_c, c))
        patches = patches.dimshuffle(0, 1, 2, 4, 3, 5)
    else:
        picked = _pick(images.dimshuffle(2, 0, 1, 3), rows, r, step_r, grid_r, mode)
        picked = _pick(picked.dimshuffle(3, 0, 1, 2), columns, c, step_c, grid_c, mode)
        patches = picked.reshape((grid_c, c, grid_r, r, batch, channels))
        patches = patches.dimshuffle(4, 5, 2, 0, 3, 1)
    return patches.reshape((batch * channels * grid_r * grid_c, r * c))


def neibs2images(
    neibs: Any, neib_shape: Any, original_shape: Any, mode: str = "valid"
) -> TensorVariable:
    """The images that :func:`images2neibs` made patches of, which lie side by side.

    Parameters
    ----------
    neibs
        Matrix of patches, of shape (patches, r * c).
    neib_shape
        (r, c), as it was given to ``images2neibs``; ``neib_step`` was None there.
    original_shape
        Shape of the images: four integers, or a symbolic vector of four, such as ``ten4.shape``.
    mode
        "valid" (default), or "ignore_borders": what no patch covers is 0.

    Returns
    -------
    Tensor of shape ``original_shape`` and the dtype of ``neibs``.

    Raises
    ------
    HyperparameterError
        ``mode`` is none of the two, or ``neib_shape`` or ``original_shape`` are no such integers.
    ShapeError
        ``neibs`` is no matrix, or in mode "valid" the patches do not fill the images.
    """
    matrix = pt.as_tensor_variable(neibs)
    check_choice("neibs2images", "mode", mode, ("valid", "ignore_borders"))
    if matrix.type.ndim != 2:
        raise ShapeError(
            f"neibs2images: neibs={matrix} has {matrix.type.ndim} dimensions; expected a matrix "
            "with a patch in each row."
        )
    r, c = _pair("neibs2images", "neib_shape", neib_shape)
    shape = _integers("neibs2images", "original_shape", original_shape, 4, low=0)
    batch, channels, rows, columns = shape
    grid_r, grid_c = rows // r, columns // c
    known = all(isinstance(number, int) for number in (r, c, rows, columns))
    if mode == "valid" and known and (rows % r or columns % c):
        raise ShapeError(
            f"neibs2images: original_shape={shape} with neib_shape={(r, c)}; expected rows and "
            'columns that patches of this shape fill, or mode="ignore_borders".'
        )
    patches = matrix.reshape((batch, channels, grid_r, grid_c, r, c)).dimshuffle(0, 1, 2, 4, 3, 5)
    if mode == "valid":
        return patches.reshape(shape)
    covered = patches.reshape((batch, channels, grid_r * r, grid_c * c))
    nothing = pt.zeros(shape, dtype=matrix.dtype)
    return pt.set_subtensor(nothing[:, :, : grid_r * r, : grid_c * c], covered)


def _pick(y: TensorVariable, size: Any, r: Any, step: Any, grid: Any, mode: str) -> TensorVariable:
    """Elements of the first axis: those of the first patch along it, of the second, and so on."""
    known = all(isinstance(number, int) for number in (size, r, step))
    arange = np.arange if known else pt.arange
    begin = {"half": r // 2, "wrap_centered": r // 2, "full": r - 1}.get(mode, 0)
    index = ((arange(grid) * step)[:, None] + arange(r)[None, :]).flatten() - begin
    if mode == "wrap_centered":
        index = index % size
    elif mode in ("half", "full"):
        # What lies outside is a row of zeros, which stands last.
        y = pt.concatenate([y, pt.zeros_like(y[:1])])
        where = np.where if known else pt.switch
        index = where((index < 0) | (index >= size), size, index)  # type: ignore[operator]
    return y[index]


def _grid(size: Any, r: Any, step: Any, mode: str) -> Any:
    """The number of patches along an axis; integers give an integer."""
    if mode == "wrap_centered":
        return -(-size // step)
    span = {"half": size - r % 2, "full": size + r - 2}.get(mode, size - r)
    count = 1 + span // step
    return max(count, 0) if isinstance(count, int) else pt.maximum(count, 0)


def _checked(
    images: TensorVariable, shape: tuple[Any, Any], steps: tuple[Any, Any], mode: str
) -> TensorVariable:
    """The images, checked now or, if their size is not known now, when they are."""
    if mode == "ignore_borders":
        return images
    conditions = []
    for size, r, step in zip(_sizes(images)[2:], shape, steps, strict=True):
        span = {"half": size - r % 2, "full": size + r - 2}.get(mode, size - r)
        fits = [size >= r, r % 2 - 1 if mode == "wrap_centered" else span % step]
        conditions += [fits[0], fits[1] == 0 if isinstance(fits[1], int) else pt.eq(fits[1], 0)]
    message = (
        f"images2neibs: the images are not consistent with neib_shape={_text(shape)} and "
        f"neib_step={_text(steps)} in mode={mode!r}; expected an image as large as a patch or "
        "larger, and "
    )
    if mode == "wrap_centered":
        message += "patches of odd size."
    else:
        message += 'a last patch that ends at the border, or mode="ignore_borders".'
    if any(condition is False for condition in conditions):
        raise ShapeError(f"{message} ten4 has shape {images.type.shape}.")
    open_conditions = [condition for condition in conditions if condition is not True]
    if not open_conditions:
        return images
    return cast(TensorVariable, CheckAndRaise(ShapeError, message)(images, *open_conditions))


def _sizes(images: TensorVariable) -> list[Any]:
    """The shape: integers where they are known."""
    return [
        images.shape[axis] if size is None else size for axis, size in enumerate(images.type.shape)
    ]


def _equal(a: Any, b: Any) -> bool:
    return isinstance(a, int) and isinstance(b, int) and a == b


def _text(pair: tuple[Any, Any]) -> str:
    return f"({pair[0]}, {pair[1]})"


def _pair(owner: str, name: str, value: Any) -> tuple[Any, Any]:
    first, second = _integers(owner, name, value, 2, low=1)
    return first, second


def _integers(owner: str, name: str, value: Any, length: int, *, low: int) -> tuple[Any, ...]:
    """``length`` integers: Python's where they are known, otherwise symbolic scalars."""
    expected = f"expected {length} integers of at least {low}, or a symbolic vector of them"
    if isinstance(value, Constant):
        value = value.data
    if isinstance(value, Variable):
        if value.type.ndim != 1 or value.type.numpy_dtype.kind not in "iu":
            raise HyperparameterError(f"{owner}: {name}={value} is a {value.type}; {expected}.")
        vector = cast(TensorVariable, value)
        return tuple(vector[i] for i in range(length))
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = tuple(value)
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != length:
        raise HyperparameterError(f"{owner}: {name}={value!r}; {expected}.")
    numbers: list[Any] = []
    for entry in value:
        number = entry.data.item() if isinstance(entry, Constant) else entry
        if isinstance(number, Variable):
            if number.type.ndim != 0 or number.type.numpy_dtype.kind not in "iu":
                raise HyperparameterError(f"{owner}: {name}={value!r}; {expected}.")
            numbers.append(number)
        elif isinstance(number, bool) or not isinstance(number, Integral) or number < low:
            raise HyperparameterError(f"{owner}: {name}={value!r}; {expected}.")
        else:
            numbers.append(int(number))
    return tuple(numbers)
