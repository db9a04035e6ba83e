"""Theano 1.0.5's ``theano.tensor.nnet.conv``: the older interface to convolutions."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import (
    as_tensor_variable,
    get_scalar_constant_value,
)
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.legacy.theano.tensor.nnet._conv_ops import _OfOneDimension
from symopt.legacy.theano.tensor.nnet._conv_shapes import get_conv_output_shape
from symopt.nnet import conv as _conv
from symopt.nnet.convolution_ops import Convolution

imported_scipy_signal = True

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")


class ConvOp(ReplacedOp, metaclass=_OfOneDimension):
    """``ConvOp(...)(images, filters)``: a convolution, "valid" or "full", with strides.

    Parameters
    ----------
    imshp, kshp, nkern, bsize
        Shape of an image without the batch, rows and columns of a filter, how many of them,
        size of the batch; as far as known.
    dx, dy
        Strides along rows and columns.
    output_mode
        "valid" or "full".
    **settings
        Theano's choices of an implementation; without effect.

    Raises
    ------
    ValueError
        ``output_mode`` is another, or ``imshp_logical`` or ``kshp_logical`` asks for upsampling.
    """

    stands_for = (Convolution,)
    spatial = 2

    def __init__(
        self,
        imshp: Any = None,
        kshp: Any = None,
        nkern: Any = None,
        bsize: Any = None,
        dx: int = 1,
        dy: int = 1,
        output_mode: str = "valid",
        **settings: Any,
    ) -> None:
        if output_mode not in ("valid", "full"):
            raise ValueError(f'conv2d: border_mode={output_mode!r}; expected "valid" or "full".')
        for name in ("imshp_logical", "kshp_logical"):
            if settings.get(name) is not None and tuple(settings[name])[-2:] != tuple(
                (imshp if name == "imshp_logical" else kshp)[-2:]
            ):
                raise ValueError(
                    f"ConvOp: {name}, for upsampling, is not supported. Write "
                    "theano.tensor.nnet.conv2d_transpose with input_dilation."
                )
        imshp = tuple(imshp) if imshp is not None else (None, None, None)
        self.imshp = (1, *imshp) if len(imshp) == 2 else imshp
        self.kshp = tuple(kshp) if kshp is not None else (None, None)
        self.nkern, self.bsize = nkern, bsize
        self.dx, self.dy, self.out_mode = dx or 1, dy or 1, output_mode

    @staticmethod
    def getOutputShape(  # Theano's name
        inshp: Any, kshp: Any, stride: Any = (1, 1), mode: str = "valid"
    ) -> tuple[Any, ...]:
        """Rows and columns of the result, from those of images and filters."""
        return get_conv_output_shape(
            (None, None, *inshp), (None, None, *kshp), mode, tuple(stride)
        )[2:]

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        images, filters = map(as_tensor_variable, inputs)
        return _conv.conv2d(
            images,
            filters,
            (self.bsize, *self.imshp),
            (self.nkern, self.imshp[0], *self.kshp),
            self.out_mode,
            (self.dx, self.dy),
        )


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: str = "valid",
    subsample: Any = (1, 1),
    **kargs: Any,
) -> TensorVariable:
    """Convolve images with flipped filters, "valid" or "full".

    Parameters
    ----------
    input, filters
        (batch, channels, rows, columns) and (results, channels, rows, columns).
    image_shape, filter_shape
        What is known of the shapes.
    border_mode, subsample
        "valid" or "full"; strides.
    **kargs
        Theano's choices of an implementation; without effect.

    Raises
    ------
    AssertionError
        The shapes given have different channels.
    """
    image, kernel = _numbers(image_shape), _numbers(filter_shape)
    if image and kernel and None not in (image[1], kernel[1]) and image[1] != kernel[1]:
        raise AssertionError(
            f"conv2d: image_shape={image} has {image[1]} channels and filter_shape={kernel} "
            f"{kernel[1]}."
        )
    op = ConvOp(
        output_mode=border_mode,
        dx=subsample[0],
        dy=subsample[1],
        imshp=None if image is None else image[1:],
        kshp=None if kernel is None else kernel[2:],
        nkern=None if kernel is None else kernel[0],
        bsize=None if image is None else image[0],
        **kargs,
    )
    return op(input, filters)


def _numbers(shape: Any) -> list[Any] | None:
    if shape is None:
        return None
    return [None if n is None else int(get_scalar_constant_value(n)) for n in shape]
