"""Theano 1.0.5's ``theano.tensor.nnet.corr``: correlations, whose filters are not flipped."""

from __future__ import annotations

from typing import Any, ClassVar

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv,
    AbstractConv_gradInputs,
    AbstractConv_gradWeights,
    BaseAbstractConv,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_gradinputs_shape,
    get_conv_gradweights_shape,
)


class BaseCorrMM(BaseAbstractConv):
    """What correlations have in common: their settings, in Theano's order.

    Parameters
    ----------
    border_mode, subsample, filter_dilation, num_groups, unshared
        As :func:`theano.tensor.nnet.conv2d`.
    """

    stands_for: ClassVar[tuple[Any, ...]] = ()
    _axes: ClassVar[int] = 2

    def __init__(
        self,
        border_mode: Any = "valid",
        subsample: Any = None,
        filter_dilation: Any = None,
        num_groups: int = 1,
        unshared: bool = False,
    ) -> None:
        super().__init__(
            self._axes,
            border_mode=border_mode,
            subsample=subsample,
            filter_flip=False,
            filter_dilation=filter_dilation,
            num_groups=num_groups,
            unshared=unshared,
        )

    @staticmethod
    def _shape(tensor: Any) -> list[Any]:
        return [tensor.shape[d] for d in range(tensor.ndim)]

    def _wanted(self, shape: Any, found: Any) -> list[Any]:
        """The lengths given, or those that the other shapes leave no choice for."""
        if shape is not None:
            return self._lengths(shape)
        lengths = list(found[-self.convdim :])
        if any(n is None for n in lengths):
            raise ValueError(
                f"{type(self).__name__}: shape is needed with subsample={self.subsample} and "
                f"border_mode={self.border_mode!r}: it cannot be told from the others."
            )
        return lengths


class CorrMM(BaseCorrMM, AbstractConv):
    """``CorrMM(border_mode, subsample, ...)(img, kern)``: the correlation of images."""

    stands_for = ()


class CorrMM_gradInputs(BaseCorrMM, AbstractConv_gradInputs):  # Theano's name
    """``CorrMM_gradInputs(...)(kern, topgrad, shape=None)``: the gradient by the input."""

    stands_for = ()

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        kern, topgrad = map(as_tensor_variable, inputs[:2])
        shape = inputs[2] if len(inputs) > 2 else kwargs.pop("shape", None)
        found = get_conv_gradinputs_shape(
            self._shape(kern),
            self._shape(topgrad),
            self.border_mode,
            self.subsample,
            self.filter_dilation,
            self.num_groups,
        )
        return super().build(kern, topgrad, self._wanted(shape, found))


class CorrMM_gradWeights(BaseCorrMM, AbstractConv_gradWeights):  # Theano's name
    """``CorrMM_gradWeights(...)(img, topgrad, shape=None)``: the gradient by the filters."""

    stands_for = ()

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        img, topgrad = map(as_tensor_variable, inputs[:2])
        shape = inputs[2] if len(inputs) > 2 else kwargs.pop("shape", None)
        found = get_conv_gradweights_shape(
            self._shape(img),
            self._shape(topgrad),
            self.border_mode,
            self.subsample,
            self.filter_dilation,
            self.num_groups,
        )
        return super().build(img, topgrad, self._wanted(shape, found))


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
