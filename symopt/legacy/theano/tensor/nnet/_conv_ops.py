"""Theano's classes of convolutions: called with tensors they build symopt's operations."""

# ruff: noqa: N805  # Theano's names

from __future__ import annotations

from typing import Any, ClassVar

from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError
from symopt.legacy.theano.tensor._constants import (
    NotScalarConstantError,
    get_scalar_constant_value,
)
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp, _KnowsStandIns
from symopt.nnet import conv
from symopt.nnet.convolution_ops import Convolution, ConvolutionGradInputs, ConvolutionGradWeights
from symopt.nnet.convolution_shapes import border_pairs


class _OfOneDimension(_KnowsStandIns):
    """Instances of symopt's operation pass if they have as many spatial dimensions."""

    spatial: int | None

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        if not isinstance(instance, cls.__dict__.get("stands_for", ())):
            return False
        return cls.spatial in (None, instance.ndim)


class BaseAbstractConv(ReplacedOp, metaclass=_OfOneDimension):
    """What Theano's convolutions have in common: their settings.

    Parameters
    ----------
    convdim
        Spatial dimensions, 2 or 3.
    imshp, kshp
        Shapes of input and filters, with None for what is not known.
    border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        As :func:`theano.tensor.nnet.conv2d`.

    Raises
    ------
    ValueError
        A setting is none of Theano's.
    """

    stands_for: ClassVar[tuple[Any, ...]] = (
        Convolution,
        ConvolutionGradInputs,
        ConvolutionGradWeights,
    )
    spatial: int | None = None

    def __init__(
        self,
        convdim: int,
        imshp: Any = None,
        kshp: Any = None,
        border_mode: Any = "valid",
        subsample: Any = None,
        filter_flip: bool = True,
        filter_dilation: Any = None,
        num_groups: int = 1,
        unshared: bool = False,
    ) -> None:
        if convdim not in (2, 3):
            raise ValueError(f"convdim={convdim}; expected 2 or 3.")
        if unshared and convdim != 2:
            raise NotImplementedError("unshared=True is for two dimensions only.")
        self.convdim = convdim
        self.subsample = tuple(subsample or (1,) * convdim)
        self.filter_dilation = tuple(filter_dilation or (1,) * convdim)
        border_pairs(type(self).__name__, border_mode, convdim)
        self.border_mode = border_mode
        self.filter_flip = filter_flip
        self.imshp = tuple(imshp) if imshp else (None,) * (2 + convdim)
        self.kshp = tuple(kshp) if kshp else (None,) * (2 + (2 * convdim if unshared else convdim))
        _check_known("imshp", self.imshp)
        _check_known("kshp", self.kshp)
        for name, values in (
            ("subsample", self.subsample),
            ("filter_dilation", self.filter_dilation),
        ):
            if len(values) != convdim:
                raise HyperparameterError(f"{name}={values}; expected {convdim} integers.")
        if num_groups < 1:
            raise ValueError(f"num_groups={num_groups}; expected at least 1.")
        self.num_groups, self.unshared = num_groups, unshared

    def _settings(self) -> dict[str, Any]:
        settings = {
            "border_mode": self.border_mode,
            "subsample": self.subsample,
            "filter_flip": self.filter_flip,
            "filter_dilation": self.filter_dilation,
            "num_groups": self.num_groups,
        }
        return settings | ({"unshared": True} if self.unshared else {})

    def _function(self, name: str) -> Any:
        """The function of this many dimensions, of the module that knows unshared filters."""
        if self.convdim == 3:
            return getattr(conv, name.replace("conv2d", "conv3d"))
        from symopt.legacy.theano.tensor.nnet import abstract_conv

        return getattr(abstract_conv, name)

    def _lengths(self, shape: Any) -> list[Any]:
        """The spatial shape of the output, of which Theano takes a vector or a list."""
        if isinstance(shape, Variable):
            vector: Any = shape
            return [vector[i] for i in range(self.convdim)]
        return list(shape)[-self.convdim :]


def _check_known(name: str, shape: tuple[Any, ...]) -> None:
    for n in shape:
        if n is not None:
            try:
                get_scalar_constant_value(n, only_process_constants=True)
            except NotScalarConstantError:
                raise ValueError(f"{name}={shape}; expected integers and None.") from None


class AbstractConv(BaseAbstractConv):
    """``AbstractConv(convdim, ...)(img, kern)``: the convolution."""

    stands_for: ClassVar[tuple[Any, ...]] = (Convolution,)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        img, kern = inputs
        return self._function("conv2d")(
            img, kern, input_shape=self.imshp, filter_shape=self.kshp, **self._settings()
        )


class AbstractConv_gradInputs(BaseAbstractConv):  # Theano's name
    """``AbstractConv_gradInputs(convdim, ...)(kern, topgrad, shape)``: the gradient by the input.

    ``shape`` is the input's, the spatial lengths only: numbers or symbolic.
    """

    stands_for: ClassVar[tuple[Any, ...]] = (ConvolutionGradInputs,)

    def build(self, *inputs: Any, add_assert_shape: bool = True, **kwargs: Any) -> Any:
        kern, topgrad, shape = inputs
        known = (None, None, *self._lengths(shape))
        return self._function("conv2d_grad_wrt_inputs")(
            topgrad, kern, known, filter_shape=self.kshp, **self._settings()
        )


class AbstractConv_gradWeights(BaseAbstractConv):  # Theano's name
    """``AbstractConv_gradWeights(convdim, ...)(img, topgrad, shape)``: the gradient by the filters.

    ``shape`` is the filters', the spatial lengths only: numbers or symbolic.
    """

    stands_for: ClassVar[tuple[Any, ...]] = (ConvolutionGradWeights,)

    def build(self, *inputs: Any, add_assert_shape: bool = True, **kwargs: Any) -> TensorVariable:
        img, topgrad, shape = inputs
        known = (*self.kshp[: -self.convdim], *self._lengths(shape))
        return self._function("conv2d_grad_wrt_weights")(
            img, topgrad, known, input_shape=self.imshp, **self._settings()
        )


class _In2D:
    spatial: int | None = 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(2, *args, **kwargs)  # type: ignore[call-arg]


class _In3D:
    spatial: int | None = 3

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(3, *args, **kwargs)  # type: ignore[call-arg]


class AbstractConv2d(_In2D, AbstractConv):
    """``AbstractConv2d(imshp, kshp, border_mode, ...)(img, kern)``: the convolution of images."""

    stands_for = (Convolution,)


class AbstractConv3d(_In3D, AbstractConv):
    """``AbstractConv3d(imshp, kshp, border_mode, ...)(img, kern)``: the convolution of volumes."""

    stands_for = (Convolution,)


class AbstractConv2d_gradInputs(_In2D, AbstractConv_gradInputs):  # Theano's name
    """``AbstractConv2d_gradInputs(imshp, kshp, ...)(kern, topgrad, shape)``, of images."""

    stands_for = (ConvolutionGradInputs,)


class AbstractConv3d_gradInputs(_In3D, AbstractConv_gradInputs):  # Theano's name
    """``AbstractConv3d_gradInputs(imshp, kshp, ...)(kern, topgrad, shape)``, of volumes."""

    stands_for = (ConvolutionGradInputs,)


class AbstractConv2d_gradWeights(_In2D, AbstractConv_gradWeights):  # Theano's name
    """``AbstractConv2d_gradWeights(imshp, kshp, ...)(img, topgrad, shape)``, of images."""

    stands_for = (ConvolutionGradWeights,)


class AbstractConv3d_gradWeights(_In3D, AbstractConv_gradWeights):  # Theano's name
    """``AbstractConv3d_gradWeights(imshp, kshp, ...)(img, topgrad, shape)``, of volumes."""

    stands_for = (ConvolutionGradWeights,)
