"""Dropout: random elements, or whole channels, set to zero while training."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Protocol

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_flag, check_real


class BinomialStreams(Protocol):
    """What dropout needs of random streams; ``symopt.random.MRG_RandomStreams`` has it."""

    def binomial(self, *, size: Any, n: int, p: Any, dtype: str) -> TensorVariable:
        """Draws of 1 with probability ``p``, else of 0."""


def dropout(
    x: Any,
    rate: Any,
    streams: BinomialStreams,
    *,
    shared_axes: Sequence[int] = (),
    rescale: bool = True,
    deterministic: Any = False,
) -> TensorVariable:
    """Set each element to zero with probability ``rate``, and scale up what is left.

    ``out = x * mask / (1 - rate)``, mask being 1 with probability 1 - rate and otherwise 0. Its
    mean is that of ``x``, so that nothing has to be scaled when the model is used.

    Parameters
    ----------
    x
        Tensor of any shape. Integers are cast to ``floatX``.
    rate
        Probability of a zero: a number in [0, 1), or a symbolic scalar. (Theano's examples
        often give the probability of a one to ``binomial``.)
    streams
        ``symopt.random.MRG_RandomStreams(seed)``. The mask is a new random variable of it, drawn
        anew in each call of a compiled function.
    shared_axes
        Axes along which the mask is the same, such as (2, 3) to drop whole channels of images
        or (0,) to drop the same units in all examples. Default (): none.
    rescale
        Whether to divide by 1 - rate. Default True.
    deterministic
        True leaves ``x`` as it is. A symbolic scalar decides in each call (0: drop). Default
        False.

    Returns
    -------
    Tensor of the shape and dtype of ``x``.

    Raises
    ------
    HyperparameterError
        ``rate`` is out of range, ``rescale`` or ``deterministic`` is no flag, or ``shared_axes``
        are no axes of ``x``.
    ShapeError
        ``rate`` or ``deterministic`` is symbolic and not a scalar.

    Notes
    -----
    This is Lasagne's form. The LSTM tutorial scales when the model is used, by a shared variable::

        pt.switch(use_noise, dropout(x, 0.5, streams, rescale=False), x * 0.5)

    References
    ----------
    - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, Dropout: a
      simple way to prevent neural networks from overfitting, JMLR 15, 2014
    """
    values = pt.as_tensor_variable(x)
    if values.type.numpy_dtype.kind != "f":
        values = pt.cast(values, "floatX")
    check_flag("dropout", "rescale", rescale)
    retained = _retained(rate)
    axes = _axes(shared_axes, values.type.ndim)
    if not isinstance(deterministic, Variable):
        check_flag("dropout", "deterministic", deterministic)
    elif deterministic.type.ndim != 0:
        raise ShapeError(
            f"dropout: deterministic={deterministic} has {deterministic.type.ndim} dimensions; "
            "expected True, False or a symbolic scalar."
        )
    if deterministic is True or retained == 1.0:
        return values
    size = tuple(1 if axis in axes else values.shape[axis] for axis in range(values.type.ndim))
    mask = streams.binomial(size=size, n=1, p=retained, dtype=values.dtype)
    if axes:
        mask = pt.specify_broadcastable(mask, *axes)
    dropped = values * mask
    if rescale:
        factor = np.asarray(retained, values.dtype) if isinstance(retained, float) else retained
        dropped = dropped / pt.cast(factor, values.dtype)
    if isinstance(deterministic, Variable):
        return pt.switch(deterministic, values, dropped)
    return dropped


def spatial_dropout(
    x: Any,
    rate: Any,
    streams: BinomialStreams,
    *,
    rescale: bool = True,
    deterministic: Any = False,
) -> TensorVariable:
    """Set whole channels of images to zero, each with probability ``rate``.

    It is :func:`dropout` with one mask for all places of a channel: neighbouring pixels are so
    alike that dropping one of them takes little away.

    Parameters
    ----------
    x
        Tensor of shape (batch, channels, ...), of at least two dimensions.
    rate, streams, rescale, deterministic
        See :func:`dropout`.

    Returns
    -------
    Tensor of the shape and dtype of ``x``.

    Raises
    ------
    HyperparameterError, ShapeError
        See :func:`dropout`; also if ``x`` has fewer than two dimensions.

    References
    ----------
    - J. Tompson, R. Goroshin, A. Jain, Y. LeCun and C. Bregler, Efficient object localization
      using convolutional networks, CVPR 2015, section 3.2
    """
    values = pt.as_tensor_variable(x)
    if values.type.ndim < 2:
        raise ShapeError(
            f"spatial_dropout: x={values} has {values.type.ndim} dimensions; expected (batch, "
            "channels, ...)."
        )
    return dropout(
        values,
        rate,
        streams,
        shared_axes=range(2, values.type.ndim),
        rescale=rescale,
        deterministic=deterministic,
    )


def _retained(rate: Any) -> Any:
    """The probability of a one: a float, or a symbolic scalar."""
    if not isinstance(rate, Variable):
        return 1.0 - check_real("dropout", "rate", rate, high=1.0, high_open=True)
    if rate.type.ndim != 0:
        raise ShapeError(
            f"dropout: rate={rate} has {rate.type.ndim} dimensions; expected a number in [0, 1) or "
            "a symbolic scalar."
        )
    return pt.ones((), dtype=rate.type.dtype) - rate


def _axes(shared_axes: Sequence[int], ndim: int) -> set[int]:
    """The shared axes, from 0 to ndim - 1."""
    axes: set[int] = set()
    for axis in shared_axes:
        if isinstance(axis, bool) or not isinstance(axis, Integral) or not -ndim <= axis < ndim:
            raise HyperparameterError(
                f"dropout: shared_axes={tuple(shared_axes)}; expected axes of x, which has {ndim} "
                "dimensions."
            )
        axes.add(int(axis) % ndim)
    return axes
