"""Classes of cuDNN operations that legacy code builds graphs with by hand.

A descriptor is a plain object here, not a variable: ``GpuDnnConvDesc(border_mode=...)(...)`` gives
the settings, which the operations take as their last input.
"""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt

from symopt.errors import HyperparameterError
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.nnet import conv, pool
from symopt.nnet.softmax import softmax


def flips(conv_mode: str) -> bool:
    """Whether filters are flipped: "conv" does, "cross" does not."""
    if conv_mode not in ("conv", "cross"):
        raise HyperparameterError(f'conv_mode={conv_mode!r}; expected "conv" or "cross".')
    return conv_mode == "conv"


class GpuDnnConvDesc:
    """The settings of a convolution; called (with shapes, as in Theano), it gives itself.

    Parameters
    ----------
    border_mode, subsample, dilation, num_groups
        As :func:`theano.tensor.nnet.conv2d`.
    conv_mode
        "conv" flips the filters, "cross" does not.
    precision
        Without effect.
    """

    def __init__(
        self,
        border_mode: Any,
        subsample: Any = (1, 1),
        dilation: Any = None,
        conv_mode: str = "conv",
        precision: Any = "float32",
        num_groups: int = 1,
    ) -> None:
        if isinstance(dilation, str):  # of Theano before 0.10, which had no dilation
            dilation, conv_mode = None, dilation
        self.border_mode, self.subsample = border_mode, tuple(subsample)
        self.dilation = tuple(dilation or (1,) * len(self.subsample))
        self.conv_mode, self.precision, self.num_groups = conv_mode, precision, num_groups

    def __call__(self, *shapes: Any) -> GpuDnnConvDesc:
        return self

    def settings(self) -> dict[str, Any]:
        """Keywords of symopt's convolutions."""
        return {
            "border_mode": self.border_mode,
            "subsample": self.subsample,
            "filter_flip": flips(self.conv_mode),
            "filter_dilation": self.dilation,
            "num_groups": self.num_groups,
        }


class _ConvOp(ReplacedOp):
    """``op(first, second, output, desc, alpha=1, beta=0)``: alpha times it plus beta ``output``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        first, second, output, desc, *rest = inputs
        factors = dict(zip(("alpha", "beta"), rest, strict=False)) | kwargs
        first, second, output = map(as_tensor_variable, (first, second, output))
        result = self._compute(first, second, output, desc.settings())
        alpha, beta = factors.get("alpha"), factors.get("beta")
        if alpha is not None:
            result = alpha * result
        return result if beta is None else result + beta * output

    def _compute(self, first: Any, second: Any, output: Any, settings: dict[str, Any]) -> Any:
        raise NotImplementedError

    @staticmethod
    def _named(name: str, tensor: Any) -> Any:
        """The function of symopt of this name, for two or three dimensions."""
        return getattr(conv, name.replace("Nd", f"{tensor.ndim - 2}d"))


class GpuDnnConv(_ConvOp):
    """``GpuDnnConv()(img, kern, output, desc)``: the convolution."""

    def _compute(self, first: Any, second: Any, output: Any, settings: dict[str, Any]) -> Any:
        return self._named("convNd", first)(first, second, **settings)


class GpuDnnConvGradI(_ConvOp):
    """``GpuDnnConvGradI()(kern, topgrad, output, desc)``: the gradient by the images.

    ``output`` is of the shape of the result.
    """

    def _compute(self, first: Any, second: Any, output: Any, settings: dict[str, Any]) -> Any:
        shape = [output.shape[d] for d in range(output.ndim)]
        return self._named("convNd_grad_wrt_inputs", first)(second, first, shape, **settings)


class GpuDnnConvGradW(_ConvOp):
    """``GpuDnnConvGradW()(img, topgrad, output, desc)``: the gradient by the filters."""

    def _compute(self, first: Any, second: Any, output: Any, settings: dict[str, Any]) -> Any:
        shape = [output.shape[d] for d in range(output.ndim)]
        return self._named("convNd_grad_wrt_weights", first)(first, second, shape, **settings)


class GpuDnnPoolDesc:
    """The settings of a pooling; called, it gives itself."""

    def __init__(
        self, ws: Any = (1, 1), stride: Any = (1, 1), mode: str = "max", pad: Any = (0, 0)
    ) -> None:
        self.ws, self.stride, self.mode, self.pad = tuple(ws), tuple(stride), mode, tuple(pad)

    def __call__(self) -> GpuDnnPoolDesc:
        return self


class GpuDnnPool(ReplacedOp):
    """``GpuDnnPool(mode)(img, ws, stride, pad)``, or ``GpuDnnPool()(img, desc)``: pooling."""

    def __init__(self, mode: str = "max") -> None:
        self.mode = mode

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        img, ws, *rest = inputs
        stride: Any
        pad: Any
        if isinstance(ws, GpuDnnPoolDesc):
            desc = ws
            mode, ws, stride, pad = desc.mode, desc.ws, desc.stride, desc.pad
        else:
            given = dict(zip(("stride", "pad"), rest, strict=False)) | kwargs
            mode, stride, pad = self.mode, given.get("stride"), given.get("pad")
        axes = len(ws)
        pooling = pool.pool_2d if axes == 2 else pool.pool_3d
        return pooling(img, ws, True, stride, (0,) * axes if pad is None else pad, mode)


class GpuDnnSoftmax(ReplacedOp):
    """``GpuDnnSoftmax(algo, mode)(x)``: the softmax of a (batch, channels, rows, columns) tensor.

    ``mode`` is "channel", over the channels, or "instance", over all but the batch; ``algo`` is
    "accurate", "fast" (the same) or "log". A first argument of the old backend, the order of the
    axes, is dropped.
    """

    def __init__(self, *settings: str) -> None:
        self.algo, self.mode = settings[-2:]

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x = as_tensor_variable(inputs[0])
        if self.mode == "channel":
            result = softmax(x, axis=1)
        else:
            result = softmax(x.flatten(2), axis=1).reshape(x.shape, ndim=x.ndim)
        return pt.log(result) if self.algo == "log" else result
