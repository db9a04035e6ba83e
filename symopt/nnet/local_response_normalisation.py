"""Local response normalisation across channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_integer, check_real


def local_response_normalisation(
    x: Any, alpha: float = 1e-4, k: float = 2.0, beta: float = 0.75, n: int = 5
) -> TensorVariable:
    """Each channel divided by the activity of its neighbours at the same place.

    ``out[:, i] = x[:, i] / (k + alpha * sum_j x[:, j] ** 2) ** beta``, over the channels j that
    exist from i - n // 2 to i + n // 2.

    Parameters
    ----------
    x
        Tensor of shape (batch, channels, ...), of at least two dimensions. Integers are cast to
        ``floatX``.
    alpha
        Weight of the squares: at least 0, default 1e-4. It is not divided by n, as in the paper,
        in pylearn2's CrossChannelNormalization and in Lasagne's LocalResponseNormalization2DLayer;
        Caffe and PyTorch divide: what they call alpha is ``alpha * n`` here.
    k
        Offset: more than 0, default 2. (PyTorch's and Caffe's default is 1.)
    beta
        Exponent: at least 0, default 0.75.
    n
        Number of neighbouring channels, the channel itself included: odd, default 5.

    Returns
    -------
    Tensor of the shape and dtype of ``x``.

    Raises
    ------
    HyperparameterError
        A parameter is out of range.
    ShapeError
        ``x`` has fewer than two dimensions.

    References
    ----------
    - A. Krizhevsky, I. Sutskever and G. E. Hinton, ImageNet classification with deep
      convolutional neural networks, NIPS 2012, section 3.3
    """
    owner = "local_response_normalisation"
    values = pt.as_tensor_variable(x)
    if values.type.ndim < 2:
        raise ShapeError(
            f"{owner}: x={values} has {values.type.ndim} dimensions; expected (batch, channels, "
            "...)."
        )
    if values.type.numpy_dtype.kind != "f":
        values = pt.cast(values, "floatX")
    alpha = check_real(owner, "alpha", alpha)
    k = check_real(owner, "k", k, low_open=True)
    beta = check_real(owner, "beta", beta)
    n = check_integer(owner, "n", n, low=1)
    if n % 2 == 0:
        raise HyperparameterError(f"{owner}: n={n} is even; expected an odd number of channels.")
    squares = pt.sqr(values)
    total = squares
    for shift in range(1, n // 2 + 1):
        total = pt.inc_subtensor(total[:, shift:], squares[:, :-shift])
        total = pt.inc_subtensor(total[:, :-shift], squares[:, shift:])
    constants = [np.asarray(number, values.dtype) for number in (k, alpha, -beta)]
    return values * (constants[0] + constants[1] * total) ** constants[2]
