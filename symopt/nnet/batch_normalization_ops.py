"""Batch normalisation as operations; :mod:`symopt.nnet.bn` has their functions.

With sums over ``axes``, of m elements each::

    mean = sum(x) / m        variance = sum((x - mean)^2) / m
    invstd = 1 / sqrt(variance + epsilon)
    y = (x - mean) invstd gamma + beta

    dbeta = sum(dy)          dgamma = sum(dy (x - mean) invstd)
    dx = gamma invstd (dy - dbeta / m - (x - mean) invstd dgamma / m)

``gamma``, ``beta`` and what is as large have length 1 along ``axes``. The mean and the variance of
no elements are NaN. Sums are accumulated in float64, but for those of float32 on jax.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.graph.replace import clone_replace
from pytensor.scalar import upcast
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, ShapeError

Shape = tuple[int | None, ...]


def statistics_shape(shape: Sequence[Any], axes: Sequence[int]) -> tuple[Any, ...]:
    """``shape`` with 1 along ``axes``: that of the means and of gamma."""
    return tuple(1 if axis in axes else size for axis, size in enumerate(shape))


def check_fits(
    owner: str, name: str, given: Sequence[Any], inputs: Sequence[Any], expected: Sequence[Any]
) -> None:
    """ShapeError if ``given`` is not ``expected``; None is any length."""
    if len(given) != len(expected) or any(
        a != b and None not in (a, b) for a, b in zip(given, expected, strict=True)
    ):
        raise ShapeError(
            f"{owner}: {name} has shape {tuple(given)} and inputs {tuple(inputs)}; expected shape "
            f"{tuple(expected)}."
        )


class BatchNormalizationOp(Op):
    """An operation over ``axes``: sorted, non-negative, at least one."""

    __props__ = ("axes",)

    def __init__(self, axes: tuple[int, ...]) -> None:
        self.axes = axes

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        return super().__call__(*inputs, **keywords)

    def checked(
        self, images: dict[str, Any], parameters: dict[str, Any]
    ) -> tuple[list[TensorVariable], Shape]:
        """All as tensors of one floating-point dtype, and what is known of the images' shape."""
        tensors = {k: pt.as_tensor_variable(v) for k, v in {**images, **parameters}.items()}
        for name, tensor in tensors.items():
            if tensor.dtype == "float16" or tensor.dtype.startswith("complex"):
                raise DTypeError(
                    f"Batch normalisation: {name} is {tensor.dtype}; expected float32 or float64."
                )
        dtype = upcast(*(t.dtype for t in tensors.values()))
        dtype = dtype if dtype.startswith("float") else pytensor.config.floatX
        shape: Shape = tensors["inputs"].type.shape
        for name in images:
            check_fits("Batch normalisation", name, tensors[name].type.shape, shape, shape)
            shape = _known(shape, tensors[name].type.shape)
        for name in parameters:
            given, expected = tensors[name].type.shape, statistics_shape(shape, self.axes)
            check_fits("Batch normalisation", name, given, shape, expected)
            ours = tuple(None if axis in self.axes else size for axis, size in enumerate(given))
            shape = _known(shape, ours)
        return [pt.cast(t, dtype) for t in tensors.values()], shape

    def check(self, shape: Sequence[int], **others: Sequence[int]) -> None:
        """ShapeError unless each of the others goes with inputs of this shape."""
        for name, given in others.items():
            expected = shape if name == "dy" else statistics_shape(shape, self.axes)
            check_fits("Batch normalisation", name, given, shape, expected)

    def count(self, shape: Sequence[Any]) -> Any:
        """How many elements share a mean."""
        return math.prod(shape[axis] for axis in self.axes)


def _known(shape: Shape, other: Shape) -> Shape:
    return tuple(b if a is None else a for a, b in zip(shape, other, strict=True))


class BatchNormTrain(BatchNormalizationOp):
    """``(x, gamma, beta, epsilon) -> (y, mean, invstd, variance)``.

    As in Theano no gradient goes through the mean, ``invstd`` and the variance as outputs: they are
    disconnected. That through y is of y as a function of x alone, so it counts that y's mean and
    variance are those of x.
    """

    def make_node(self, *inputs: Any) -> Apply:
        x, gamma, beta, epsilon = inputs
        (x, gamma, beta), shape = self.checked({"inputs": x}, {"gamma": gamma, "beta": beta})
        epsilon = pt.cast(pt.as_tensor_variable(epsilon), x.dtype)
        small = statistics_shape(shape, self.axes)
        outputs = [pt.tensor(dtype=x.dtype, shape=s) for s in (shape, small, small, small)]
        return Apply(self, [x, gamma, beta, epsilon], outputs)

    def infer_shape(self, *arguments: Any) -> list[tuple]:
        shape = arguments[-1][0]
        return [shape] + [statistics_shape(shape, self.axes)] * 3

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True, False, False, False]] * 3 + [[False] * 4]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, gamma, beta, epsilon = inputs
        self.check(x.shape, gamma=gamma.shape, beta=beta.shape)
        total: Any = {"axis": self.axes, "dtype": "float64", "keepdims": True}
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.sum(x, **total) / self.count(x.shape)
            variance = np.sum((x - mean) ** 2, **total) / self.count(x.shape)
            invstd = 1 / np.sqrt(variance + epsilon)
        y = (x - mean) * (gamma * invstd) + beta
        for storage, value in zip(outputs, (y, mean, invstd, variance), strict=True):
            storage[0] = np.asarray(value, x.dtype)

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        x, gamma, _, _ = inputs
        _, mean, invstd, _ = outputs
        gradients = BatchNormTrainGrad(self.axes)(x, output_grads[0], gamma, mean, invstd)
        return [*gradients, DisconnectedType()()]


class BatchNormTrainGrad(BatchNormalizationOp):
    """``(x, dy, gamma, mean, invstd) -> (dx, dgamma, dbeta)``.

    ``mean`` and ``invstd`` have to be what ``BatchNormTrain`` gives for x: its own gradients take
    them as functions of x, and give none for them.
    """

    def make_node(self, *inputs: Any) -> Apply:
        x, dy, gamma, mean, invstd = inputs
        tensors, shape = self.checked(
            {"inputs": x, "dy": dy}, {"gamma": gamma, "mean": mean, "invstd": invstd}
        )
        small = statistics_shape(shape, self.axes)
        outputs = [pt.tensor(dtype=tensors[0].dtype, shape=s) for s in (shape, small, small)]
        return Apply(self, tensors, outputs)

    def infer_shape(self, *arguments: Any) -> list[tuple]:
        shape = arguments[-1][0]
        return [shape] + [statistics_shape(shape, self.axes)] * 2

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [
            [True, True, False],  # x
            [True, True, True],  # dy
            [True, False, False],  # gamma
            [False, False, False],  # mean
            [False, False, False],  # invstd
        ]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, dy, gamma, mean, invstd = inputs
        self.check(x.shape, dy=dy.shape, gamma=gamma.shape, mean=mean.shape, invstd=invstd.shape)
        total: Any = {"axis": self.axes, "dtype": "float64", "keepdims": True}
        normalised = (np.asarray(x, "float64") - mean) * invstd
        dbeta, dgamma = np.sum(dy, **total), np.sum(dy * normalised, **total)
        count = max(self.count(x.shape), 1)  # nothing is divided if there is nothing
        dx = gamma * invstd * (dy - dbeta / count - normalised * (dgamma / count))
        for storage, value in zip(outputs, (dx, dgamma, dbeta), strict=True):
            storage[0] = np.asarray(value, x.dtype)

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        # On variables of their own, so that mean and invstd do not lead back to x by the graph.
        given = [v.type() for v in inputs]
        x, dy, gamma, mean, invstd = given
        total: Any = {"axis": self.axes, "keepdims": True}
        count = pt.cast(self.count(tuple(x.shape)), x.dtype)
        normalised = (x - mean) * invstd
        dbeta, dgamma = pt.sum(dy, **total), pt.sum(dy * normalised, **total)
        dx = gamma * invstd * (dy - dbeta / count - normalised * (dgamma / count))
        above = {
            output: gradient
            for output, gradient in zip((dx, dgamma, dbeta), output_grads, strict=True)
            if not isinstance(gradient.type, DisconnectedType)
        }
        differentiated: Any = pytensor.grad(
            None,
            given,
            known_grads=above,
            disconnected_inputs="ignore",
            return_disconnected="disconnected",
        )
        gx, gdy, ggamma, *by_statistics = differentiated
        # d mean / d x = 1 / m,  d invstd / d x = -invstd^3 (x - mean) / m
        slopes = (1 / count, -(invstd**2) * normalised / count)
        for gradient, slope in zip(by_statistics, slopes, strict=True):
            if not isinstance(gradient.type, DisconnectedType):
                gx = gx + gradient * slope
        connected = [g for g in (gx, gdy, ggamma) if not isinstance(g.type, DisconnectedType)]
        replaced = iter(clone_replace(connected, dict(zip(given, inputs, strict=True))))
        gradients = [
            g if isinstance(g.type, DisconnectedType) else next(replaced) for g in (gx, gdy, ggamma)
        ]
        return [*gradients, DisconnectedType()(), DisconnectedType()()]
