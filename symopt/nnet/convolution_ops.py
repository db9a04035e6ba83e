"""Convolution and its two gradients as operations; :mod:`symopt.nnet.conv` has their functions.

In one spatial dimension, with stride s, dilation d, ``before`` zeros of padding and kernels not
flipped::

    y[n, o, i] = sum_c sum_t w[o, c, t] x[n, c, s i + d t - before]

which is linear in x and in w. ``Convolution`` computes y, ``ConvolutionGradInputs`` its adjoint in
x, ``ConvolutionGradWeights`` that in w, so that each one's gradients are the two others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.scalar import upcast
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, ShapeError
from symopt.nnet.convolution_numpy import convolve, gradient_of_inputs, gradient_of_weights
from symopt.nnet.convolution_shapes import BorderMode, check_convolution, output_lengths

ALGORITHMS = ("auto", "direct", "im2col", "fft", "winograd")


class _ConvolutionBase(Op):
    """What the three have in common: their settings.

    Parameters
    ----------
    ndim
        Spatial dimensions, 2 or 3.
    border_mode
        "half", "full", or a pair (before, after) for each dimension.
    subsample, filter_dilation
        A stride and a dilation for each dimension.
    num_groups
        Groups of channels that are convolved on their own.
    filter_flip
        Whether kernels are flipped (a convolution) or not (a correlation).
    algorithm
        One of ``ALGORITHMS``; how the c backend computes it.
    """

    __props__ = (
        "ndim",
        "border_mode",
        "subsample",
        "filter_dilation",
        "num_groups",
        "filter_flip",
        "algorithm",
    )
    arguments: ClassVar[tuple[str, str]]

    def __init__(
        self,
        ndim: int = 2,
        border_mode: BorderMode = ((0, 0), (0, 0)),
        subsample: tuple[int, ...] = (1, 1),
        filter_dilation: tuple[int, ...] = (1, 1),
        num_groups: int = 1,
        filter_flip: bool = True,
        algorithm: str = "auto",
    ) -> None:
        self.ndim = ndim
        self.border_mode = border_mode
        self.subsample = subsample
        self.filter_dilation = filter_dilation
        self.num_groups = num_groups
        self.filter_flip = filter_flip
        self.algorithm = algorithm

    def __call__(self, *inputs: Any, **keywords: Any) -> TensorVariable:
        return super().__call__(*inputs, **keywords)  # type: ignore[return-value]

    def sibling(self, kind: type[_ConvolutionBase]) -> _ConvolutionBase:
        """The same convolution's other direction."""
        return kind(**{name: getattr(self, name) for name in self.__props__})

    def _tensors(self, first: Any, second: Any) -> tuple[TensorVariable, TensorVariable]:
        """Both inputs with one floating-point dtype and ``ndim + 2`` dimensions."""
        tensors = [pt.as_tensor_variable(first), pt.as_tensor_variable(second)]
        for name, tensor in zip(self.arguments, tensors, strict=True):
            if tensor.ndim != self.ndim + 2:
                raise ShapeError(
                    f"conv{self.ndim}d: {name} has {tensor.ndim} dimensions; expected "
                    f"{self.ndim + 2}: "
                    + ("a batch of images" if name == "input" else "results")
                    + ", channels and the spatial ones."
                )
            if tensor.dtype == "float16" or tensor.dtype.startswith("complex"):
                raise DTypeError(
                    f"conv{self.ndim}d: {name} is {tensor.dtype}; expected float32 or float64."
                )
        dtype = upcast(*(t.dtype for t in tensors))
        if not dtype.startswith("float"):
            dtype = "float64" if np.dtype(dtype).itemsize > 2 else "float32"
        return pt.cast(tensors[0], dtype), pt.cast(tensors[1], dtype)

    def check(self, image: Sequence[Any], kernel: Sequence[Any], output: Any = None) -> Any:
        """The shape of the result, None where it is not known; raises ShapeError."""
        return check_convolution(
            image,
            kernel,
            self.border_mode,
            self.subsample,
            self.filter_dilation,
            self.num_groups,
            output,
        )


class Convolution(_ConvolutionBase):
    """``(input, filters) -> output``."""

    arguments = ("input", "filters")

    def make_node(self, *inputs: Any) -> Apply:
        images, filters = self._tensors(*inputs)
        shape = self.check(images.type.shape, filters.type.shape)
        return Apply(self, [images, filters], [pt.tensor(dtype=images.dtype, shape=shape)])

    def infer_shape(self, *arguments: Any) -> list[tuple]:
        node, (images, filters, *_) = arguments[-2:]  # PyTensor 3.0 passes a graph first, 3.3 none
        static = node.inputs[1].type.shape
        kernel = [k if k is not None else filters[d] for d, k in enumerate(static)][2:]
        lengths = output_lengths(
            images[2:], kernel, self.border_mode, self.subsample, self.filter_dilation
        )
        return [(images[0], filters[0], *lengths)]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        images, filters = inputs[:2]
        self.check(images.shape, filters.shape)
        outputs[0][0] = convolve(self, images, filters)

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        images, filters = inputs
        (above,) = output_grads
        return [
            self.sibling(ConvolutionGradInputs)(filters, above, spatial_shape(images)),
            self.sibling(ConvolutionGradWeights)(images, above, spatial_shape(filters)),
        ]


class _Adjoint(_ConvolutionBase):
    """An adjoint: its third input is the spatial shape of its output."""

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True], [True], [False]]

    def _lengths(self, shape: Any) -> tuple[TensorVariable, tuple[int | None, ...]]:
        """The shape as an int64 vector, and what is known of it."""
        vector = pt.cast(pt.as_tensor_variable(shape), "int64")
        if vector.ndim != 1 or vector.type.shape[0] not in (None, self.ndim):
            raise ShapeError(
                f"Gradient of conv{self.ndim}d: the spatial shape of its output is {vector.type}; "
                f"expected a vector of {self.ndim} integers."
            )
        if isinstance(vector, Constant):
            return vector, tuple(int(n) for n in vector.data)
        if vector.owner is not None:
            known = [_constant(element) for element in _elements(vector, self.ndim)]
            if None not in known:
                constant = pt.constant(np.array(known, "int64"))
                return constant, tuple(int(n) for n in constant.data)
        return vector, (None,) * self.ndim


class ConvolutionGradInputs(_Adjoint):
    """``(filters, output gradient, spatial shape) -> input gradient``."""

    arguments = ("filters", "output gradient")

    def make_node(self, *inputs: Any) -> Apply:
        filters, above = self._tensors(*inputs[:2])
        vector, lengths = self._lengths(inputs[2])
        taken = filters.type.shape[1]
        channels = None if taken is None else taken * self.num_groups
        image = (above.type.shape[0], channels, *lengths)
        self.check(image, filters.type.shape, above.type.shape)
        output = pt.tensor(dtype=above.dtype, shape=image)
        return Apply(self, [filters, above, vector], [output])

    def infer_shape(self, *arguments: Any) -> list[tuple]:
        node, (filters, above, _) = arguments[-2:]
        shape_of_output: Any = node.inputs[2]
        lengths = [shape_of_output[d] for d in range(self.ndim)]
        return [(above[0], filters[1] * self.num_groups, *lengths)]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        filters, above, lengths = inputs
        image = (len(above), filters.shape[1] * self.num_groups, *map(int, lengths))
        self.check(image, filters.shape, above.shape)
        outputs[0][0] = gradient_of_inputs(self, filters, above, image)

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        filters, above, _ = inputs
        (images,) = output_grads
        return [
            self.sibling(ConvolutionGradWeights)(images, above, spatial_shape(filters)),
            self.sibling(Convolution)(images, filters),
            DisconnectedType()(),
        ]


class ConvolutionGradWeights(_Adjoint):
    """``(input, output gradient, spatial shape) -> filters' gradient``."""

    arguments = ("input", "output gradient")

    def make_node(self, *inputs: Any) -> Apply:
        images, above = self._tensors(*inputs[:2])
        vector, lengths = self._lengths(inputs[2])
        channels = images.type.shape[1]
        if channels is not None and channels % self.num_groups:
            raise ShapeError(
                f"Gradient of conv{self.ndim}d: an input of shape {images.type.shape} has "
                f"{channels} channels, which cannot be cut into num_groups={self.num_groups}."
            )
        taken = None if channels is None else channels // self.num_groups
        kernel = (above.type.shape[1], taken, *lengths)
        self.check(images.type.shape, kernel, above.type.shape)
        output = pt.tensor(dtype=images.dtype, shape=kernel)
        return Apply(self, [images, above, vector], [output])

    def infer_shape(self, *arguments: Any) -> list[tuple]:
        node, (images, above, _) = arguments[-2:]
        shape_of_output: Any = node.inputs[2]
        lengths = [shape_of_output[d] for d in range(self.ndim)]
        return [(above[1], images[1] // self.num_groups, *lengths)]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        images, above, lengths = inputs
        kernel = (above.shape[1], images.shape[1] // self.num_groups, *map(int, lengths))
        self.check(images.shape, kernel, above.shape)
        outputs[0][0] = gradient_of_weights(self, images, above, kernel)

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        images, above, _ = inputs
        (filters,) = output_grads
        return [
            self.sibling(ConvolutionGradInputs)(filters, above, spatial_shape(images)),
            self.sibling(Convolution)(images, filters),
            DisconnectedType()(),
        ]


def spatial_shape(tensor: TensorVariable) -> Any:
    """The dimensions after the second: a constant if they are known."""
    known = tensor.type.shape[2:]
    if None not in known:
        return pt.constant(np.array(known, "int64"))
    return pt.stack([tensor.shape[d] for d in range(2, tensor.ndim)])


def _elements(vector: TensorVariable, count: int) -> list[Variable]:
    """What a vector made by ``stack`` is made of; nothing known otherwise."""
    node = vector.owner
    if (
        type(node.op).__name__ in ("Elemwise", "Cast") and len(node.inputs) == 1
    ):  # the cast to int64
        node = node.inputs[0].owner
    if node is not None and type(node.op).__name__ == "MakeVector" and len(node.inputs) == count:
        return list(node.inputs)
    return [vector]


def _constant(element: Variable) -> int | None:
    return int(element.data) if isinstance(element, Constant) and not element.data.ndim else None
