"""Shapes of convolutions and of their gradients, with Theano's functions for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.raise_op import Assert
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import (
    NotScalarConstantError,
    get_scalar_constant_value,
)

Shape = Sequence[Any]


def _padding(border_mode: Any, dilated: Any) -> tuple[Any, Any]:
    """Zeros before and after, for a kernel whose dilated length is given."""
    if border_mode == "half":
        return dilated // 2, dilated // 2
    if border_mode == "full":
        return dilated - 1, dilated - 1
    if border_mode == "valid":
        return 0, 0
    before, after = border_mode if isinstance(border_mode, tuple) else (border_mode, border_mode)
    if before < 0 or after < 0:
        raise ValueError(f"border_mode={border_mode!r}; expected integers of at least 0.")
    return before, after


def _each(border_mode: Any, count: int) -> list[Any]:
    return list(border_mode) if isinstance(border_mode, tuple) else [border_mode] * count


def get_conv_shape_1axis(
    image_shape: Any, kernel_shape: Any, border_mode: Any, subsample: Any, dilation: Any = 1
) -> Any:
    """The length of a convolution's result along one axis; None where a length is not known."""
    if any(n is None for n in (image_shape, kernel_shape, border_mode, subsample, dilation)):
        return None
    dilated = (kernel_shape - 1) * dilation + 1
    before, after = _padding(border_mode, dilated)
    length = image_shape - dilated + before + after
    return (length if isinstance(subsample, int) and subsample == 1 else length // subsample) + 1


def get_conv_output_shape(
    image_shape: Shape,
    kernel_shape: Shape,
    border_mode: Any,
    subsample: Shape,
    filter_dilation: Shape | None = None,
) -> tuple[Any, ...]:
    """The shape of a convolution's result: (batch, results, rows, columns), None if not known.

    Parameters
    ----------
    image_shape, kernel_shape
        Shapes of the input and of the filters; numbers, symbolic ones and None.
    border_mode, subsample, filter_dilation
        As the convolution has them.
    """
    axes = len(image_shape) - 2
    dilation = (1,) * axes if filter_dilation is None else filter_dilation
    modes = _each(border_mode, axes)
    lengths = [
        get_conv_shape_1axis(
            image_shape[2 + i], kernel_shape[i - axes], modes[i], subsample[i], dilation[i]
        )
        for i in range(axes)
    ]
    return (image_shape[0], kernel_shape[0], *lengths)


def get_conv_gradweights_shape_1axis(
    image_shape: Any, top_shape: Any, border_mode: Any, subsample: Any, dilation: Any
) -> Any:
    """The length of a kernel along one axis, from its image's and result's; None if ambiguous."""
    if any(n is None for n in (image_shape, top_shape, border_mode, subsample, dilation)):
        return None
    if subsample != 1 or border_mode == "half":
        return None
    if border_mode == "full":
        dilated = top_shape - image_shape
    else:
        before, after = _padding(border_mode, 1)
        dilated = image_shape + before + after - top_shape
    return (dilated // dilation if dilation > 1 else dilated) + 1


def get_conv_gradweights_shape(
    image_shape: Shape,
    top_shape: Shape,
    border_mode: Any,
    subsample: Shape,
    filter_dilation: Shape | None = None,
    num_groups: int = 1,
    unshared: bool = False,
) -> tuple[Any, ...]:
    """The shape of the filters, from the shapes of input and result; None where ambiguous."""
    axes = len(image_shape) - 2
    dilation = (1,) * axes if filter_dilation is None else filter_dilation
    modes = _each(border_mode, axes)
    results, channels = top_shape[1], image_shape[1]
    if num_groups > 1 and channels is not None:
        channels = channels // num_groups
    lengths = [
        get_conv_gradweights_shape_1axis(
            image_shape[2 + i], top_shape[2 + i], modes[i], subsample[i], dilation[i]
        )
        for i in range(axes)
    ]
    if unshared:
        return (results, *top_shape[2:], channels, *lengths)
    return (results, channels, *lengths)


def get_conv_gradinputs_shape_1axis(
    kernel_shape: Any, top_shape: Any, border_mode: Any, subsample: Any, dilation: Any
) -> Any:
    """The length of an image along one axis, from its kernel's and result's; None if ambiguous."""
    if any(n is None for n in (kernel_shape, top_shape, border_mode, subsample, dilation)):
        return None
    if subsample != 1:
        return None
    dilated = (kernel_shape - 1) * dilation + 1
    before, after = _padding(border_mode, dilated)
    return top_shape + dilated - 1 - before - after


def get_conv_gradinputs_shape(
    kernel_shape: Shape,
    top_shape: Shape,
    border_mode: Any,
    subsample: Shape,
    filter_dilation: Shape | None = None,
    num_groups: int = 1,
) -> tuple[Any, ...]:
    """The shape of the input, from the shapes of filters and result; None where ambiguous."""
    axes = len(top_shape) - 2
    dilation = (1,) * axes if filter_dilation is None else filter_dilation
    modes = _each(border_mode, axes)
    channels = kernel_shape[-axes - 1]
    if num_groups > 1 and channels is not None:
        channels = channels * num_groups
    lengths = [
        get_conv_gradinputs_shape_1axis(
            kernel_shape[i - axes], top_shape[2 + i], modes[i], subsample[i], dilation[i]
        )
        for i in range(axes)
    ]
    return (top_shape[0], channels, *lengths)


def check_conv_gradinputs_shape(
    image_shape: Shape,
    kernel_shape: Shape,
    output_shape: Shape,
    border_mode: Any,
    subsample: Shape,
    filter_dilation: Shape | None = None,
) -> bool:
    """Whether a convolution of these shapes has a result of ``output_shape``, as far as known."""
    image_shape, kernel_shape = tuple(image_shape), tuple(kernel_shape)
    if not len(image_shape) == len(kernel_shape) == len(tuple(output_shape)):
        return False
    if len(image_shape) - 2 != len(subsample):
        return False
    if filter_dilation is not None and len(image_shape) - 2 != len(filter_dilation):
        return False
    found = get_conv_output_shape(
        image_shape, kernel_shape, border_mode, subsample, filter_dilation
    )
    return all(_agree(a, b) for a, b in zip(output_shape, found, strict=True))


def _agree(given: Any, computed: Any) -> bool:
    if given is None or computed is None:
        return True
    try:
        return int(get_scalar_constant_value(given)) == int(get_scalar_constant_value(computed))
    except NotScalarConstantError:
        return True


def assert_conv_shape(shape: Shape) -> tuple[Any, ...]:
    """A shape whose spatial lengths are checked to be positive, now or when it runs.

    Raises
    ------
    ValueError
        A known length is not.
    """
    checked = []
    for axis, n in enumerate(shape):
        least = 0 if axis < 2 else 1
        message = f"The result of the convolution would have length {n} along axis {axis}."
        try:
            if get_scalar_constant_value(n) < least:
                raise ValueError(message)
            checked.append(n)
        except NotScalarConstantError:
            checked.append(Assert(message)(n, pt.ge(n, least)))
    return tuple(checked)


def assert_shape(
    x: TensorVariable, expected_shape: Shape | None, msg: str = "Unexpected shape."
) -> TensorVariable:
    """``x``, whose lengths are checked when it runs; None in ``expected_shape`` is not."""
    wanted = enumerate(expected_shape or ())
    tests = [pt.eq(x.shape[axis], n) for axis, n in wanted if n is not None]
    checked: Any = Assert(msg)(x, *tests) if tests else x
    return checked


def border_mode_to_pad(mode: Any, convdim: int, kshp: Shape) -> tuple[tuple[int, int], ...]:
    """``border_mode`` as zeros (before, after) for each axis of kernels of shape ``kshp``.

    Raises
    ------
    ValueError
        It is none of Theano's.
    """
    if isinstance(mode, tuple):
        if len(mode) != convdim:
            raise ValueError(f"border_mode={mode!r}; expected a tuple of {convdim}.")
        pairs = [m if isinstance(m, tuple) else (m, m) for m in mode]
        if any(
            len(pair) != 2 or any(not isinstance(n, int) or n < 0 for n in pair) for pair in pairs
        ):
            raise ValueError(f"border_mode={mode!r}; expected integers or pairs of at least 0.")
        return tuple(pairs)
    if mode not in ("full", "half", "valid"):
        raise ValueError(f"border_mode={mode!r}; expected valid, full, half or a tuple.")
    return tuple(_padding(mode, kshp[i]) for i in range(convdim))
