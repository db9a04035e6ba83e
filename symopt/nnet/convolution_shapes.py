"""Shapes of convolutions: padding, strides, dilation; what fits, and the errors if it does not."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_integer

Pairs = tuple[tuple[int, int], ...]
BorderMode = str | Pairs


def border_pairs(owner: str, border_mode: object, ndim: int) -> BorderMode:
    """``border_mode`` as "half", "full" or a pair (before, after) for each spatial dimension.

    Raises
    ------
    HyperparameterError
        It is not "valid", "half", "full", an integer of at least 0, or a tuple of ``ndim``
        integers or pairs of them.
    """
    if border_mode == "valid":
        return ((0, 0),) * ndim
    if isinstance(border_mode, str) and border_mode in ("half", "full"):
        return border_mode
    sides = (border_mode,) * ndim if isinstance(border_mode, Integral) else border_mode
    if isinstance(sides, Sequence) and not isinstance(sides, str) and len(sides) == ndim:
        pairs = [side if isinstance(side, Sequence) else (side, side) for side in sides]
        if all(
            len(pair) == 2 and all(isinstance(n, Integral) and int(n) >= 0 for n in pair)
            for pair in pairs
        ):
            return tuple((int(before), int(after)) for before, after in pairs)
    raise HyperparameterError(
        f"{owner}: border_mode={border_mode!r}; expected 'valid', 'half', 'full', an integer of at "
        f"least 0, or a tuple of {ndim} integers or pairs (before, after)."
    )


def per_axis(owner: str, name: str, value: object, ndim: int) -> tuple[int, ...]:
    """A stride or dilation as ``ndim`` integers of at least 1; one integer stands for all."""
    values = (value,) * ndim if isinstance(value, Integral) else value
    if not isinstance(values, Sequence | np.ndarray) or len(values) != ndim:
        raise HyperparameterError(
            f"{owner}: {name}={value!r}; expected {ndim} integers of at least 1, or one for all."
        )
    return tuple(check_integer(owner, name, v, low=1) for v in values)


def padding(border_mode: BorderMode, kernel: Sequence[Any], dilation: Sequence[int]) -> Any:
    """The pair (before, after) of each dimension; symbolic if ``kernel`` is.

    "half" is half the dilated kernel, rounded down, on both sides (so the image grows by one if
    that kernel is even); "full" is the dilated kernel less one.
    """
    if border_mode == "half":
        return [(((k - 1) * d + 1) // 2,) * 2 for k, d in zip(kernel, dilation, strict=True)]
    if border_mode == "full":
        return [((k - 1) * d,) * 2 for k, d in zip(kernel, dilation, strict=True)]
    return border_mode


def output_lengths(
    image: Sequence[Any],
    kernel: Sequence[Any],
    border_mode: BorderMode,
    subsample: Sequence[int],
    dilation: Sequence[int],
) -> list[Any]:
    """``(image + before + after - (kernel - 1) dilation - 1) // subsample + 1`` of each dimension.

    Lengths may be integers, symbolic, or None for unknown, which gives None.
    """
    lengths: list[Any] = []
    for d, (n, k) in enumerate(zip(image, kernel, strict=True)):
        if n is None or k is None:
            lengths.append(None)
            continue
        if isinstance(border_mode, str):
            ((before, after),) = padding(border_mode, [k], [dilation[d]])
        else:
            before, after = border_mode[d]
        grown = before + after - (k - 1) * dilation[d]
        if not (isinstance(grown, int) and grown == 0):  # symbolic lengths stay as small as can be
            n = n + grown
        lengths.append(n if subsample[d] == 1 else (n - 1) // subsample[d] + 1)
    return lengths


def check_convolution(
    image: Sequence[int],
    kernel: Sequence[int],
    border_mode: BorderMode,
    subsample: Sequence[int],
    dilation: Sequence[int],
    num_groups: int,
    output: Sequence[int] | None = None,
) -> tuple[int, ...]:
    """The shape of a convolution of full shapes ``image`` and ``kernel``.

    Dimensions that are None are unknown and not looked at.

    Raises
    ------
    ShapeError
        The channels do not fit, the kernel is larger than the padded image, or the result is not
        ``output``.
    """
    known = f"input of shape {tuple(image)} and filters of shape {tuple(kernel)}"
    channels, results, taken = image[1], kernel[0], kernel[1]
    if channels is not None and taken is not None and taken * num_groups != channels:
        raise ShapeError(
            f"Convolution of {known}: the filters take {taken} channels in each of num_groups="
            f"{num_groups} groups, {taken * num_groups} together, but the input has {channels}. "
            "Filters are (results, channels / num_groups, rows, columns)."
        )
    if results is not None and results % num_groups:
        raise ShapeError(
            f"Convolution of {known}: {results} results cannot be cut into num_groups={num_groups}."
        )
    lengths = output_lengths(image[2:], kernel[2:], border_mode, subsample, dilation)
    if any(k == 0 for k in kernel[2:]):
        raise ShapeError(f"Convolution of {known}: the filters are empty.")
    if any(n is not None and n <= 0 for n in lengths):
        raise ShapeError(
            f"Convolution of {known}: the filters, dilated by filter_dilation={tuple(dilation)}, "
            f"are larger than the input padded by border_mode={border_mode!r}. Pad more "
            "(border_mode='half') or use smaller filters."
        )
    shape = (image[0], results, *lengths)
    if output is not None and any(
        a is not None and b is not None and a != b for a, b in zip(shape, output, strict=True)
    ):
        raise ShapeError(
            f"Gradient of a convolution of {known}: it has a result of shape {shape}, but the "
            f"gradient given for it has shape {tuple(output)}."
        )
    return shape
