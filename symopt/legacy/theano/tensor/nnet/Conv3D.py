"""``theano.tensor.nnet.Conv3D``, of Theano before 1.0: correlations with channels last."""

# ruff: noqa: N999  # Theano's names

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.nnet import conv as _conv

_CHANNELS_FIRST = (0, 4, 1, 2, 3)
_CHANNELS_LAST = (0, 2, 3, 4, 1)


def conv3D(V: Any, W: Any, b: Any, d: Any) -> TensorVariable:  # Theano's names
    """Correlate volumes with filters, and add a bias.

    Parameters
    ----------
    V
        (batch, rows, columns, time, channels).
    W
        (results, rows, columns, time, channels).
    b
        (results,).
    d
        Strides along rows, columns and time: three integers.

    Returns
    -------
    (batch, rows, columns, time, results).
    """
    strides = d.data if hasattr(d, "data") else d
    result = _conv.conv3d(
        as_tensor_variable(V).dimshuffle(_CHANNELS_FIRST),
        as_tensor_variable(W).dimshuffle(_CHANNELS_FIRST),
        subsample=tuple(int(n) for n in strides),
        filter_flip=False,
    )
    return result.dimshuffle(_CHANNELS_LAST) + as_tensor_variable(b)


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
