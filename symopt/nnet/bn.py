"""Batch normalisation, with Theano 1.0.5's functions and arguments (its ``nnet/bn.py``).

A layer for training, and the same layer for use::

    y, mean, invstd, new_mean, new_var = batch_normalization_train(
        x, gamma, beta, "spatial", running_mean=running_mean, running_var=running_var
    )
    updates = [(running_mean, new_mean), (running_var, new_var)]
    y = batch_normalization_test(x, gamma, beta, running_mean, running_var, "spatial")
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.scalar import upcast
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.hyperparameters import check_choice, check_real
from symopt.nnet.batch_normalization_ops import BatchNormTrain, check_fits, statistics_shape
from symopt.nnet.floats import as_float, as_float_like, number


def batch_normalization_train(
    inputs: Any,
    gamma: Any,
    beta: Any,
    axes: Any = "per-activation",
    epsilon: float = 1e-4,
    running_average_factor: Any = 0.1,
    running_mean: Any = None,
    running_var: Any = None,
) -> tuple[TensorVariable, ...]:
    r"""Normalise by the mean and variance of the inputs themselves.

    .. math::

        y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta, \quad
        \mu' = (1 - f) r_\mu + f \mu, \quad
        \sigma'^2 = (1 - f) r_{\sigma^2} + f \frac{m}{m - 1} \sigma^2

    with :math:`\mu` and :math:`\sigma^2` the mean and variance along ``axes``, of m elements each.

    Parameters
    ----------
    inputs
        x, a tensor of at least one dimension; the first one is usually the batch.
    gamma, beta
        Scale and shift: of the shape of ``inputs``, with length 1 along ``axes``; or without the
        dimensions ``axes`` altogether.
    axes
        "per-activation" (default), which is ``(0,)``; "spatial", which is all but the second,
        ``(0, 2, 3)`` for images; or a tuple of integers from 0.
    epsilon
        A number greater than 0, default 1e-4.
    running_average_factor
        f: a number in [0, 1], default 0.1, or a symbolic scalar. Nearer to 1 the averages follow
        the batches more quickly.
    running_mean, running_var
        Earlier averages, laid out as ``gamma``; both or neither. Default None.

    Returns
    -------
    out
        y, of the shape of ``inputs``.
    mean, invstd
        :math:`\mu` and :math:`1 / \sqrt{\sigma^2 + \epsilon}`, laid out as ``gamma``.
    new_running_mean, new_running_var
        :math:`\mu'` and :math:`\sigma'^2`, if earlier ones were given. Nothing is written: give
        them to ``updates``.

    All are of the dtype that the tensors given have in common; integers alone give ``floatX``.

    Raises
    ------
    ShapeError
        Parameters do not fit the inputs, or ``axes`` are none of its dimensions.
    HyperparameterError
        ``epsilon`` or ``running_average_factor`` is out of range, ``axes`` is no choice, or one
        running average is missing.
    DTypeError
        A tensor is of half precision or complex.

    Notes
    -----
    **No gradient goes through the other outputs**: of a cost that depends on ``out`` and on
    ``mean``, ``invstd`` or the new averages the latter part is left out, silently, as in Theano
    (where a cost on the new averages was a TypeError). A cost that depends on them alone is
    disconnected from the inputs, an error of ``grad``. For such a cost write ``inputs.mean(axes)``.

    The gradient of the gradient takes mean and variance as functions of the inputs. (Theano left
    that out, so that its second derivatives were wrong.)

    Differences from Theano: ``epsilon`` may be less than 1e-5, a limit of cuDNN; ``axes`` may not
    repeat; a batch of one element (m = 1) leaves ``m / (m - 1)`` out, where Theano's new variance
    was NaN.

    References
    ----------
    - S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing
      internal covariate shift, ICML 2015, https://arxiv.org/abs/1502.03167
    """
    owner = "batch_normalization_train"
    if (running_mean is None) != (running_var is None):
        missing = "running_mean" if running_mean is None else "running_var"
        raise HyperparameterError(
            f"{owner}: {missing} is missing; expected running_mean and running_var, or neither."
        )
    parameters = {"gamma": gamma, "beta": beta}
    if running_mean is not None:
        parameters |= {"running_mean": running_mean, "running_var": running_var}
    x, dims, kept, params = _operands(owner, inputs, axes, parameters)
    epsilon = check_real(owner, "epsilon", epsilon, low_open=True)
    factor = _factor(owner, running_average_factor, x)

    op = BatchNormTrain(dims)
    out, *statistics, variance = op(x, params[0], params[1], number(epsilon, x))
    if running_mean is not None:
        m = pt.cast(op.count(tuple(x.shape)), x.dtype)
        one = number(1, x)
        unbiased = variance * (m / pt.maximum(m - one, one))
        # The types of the old ones, known to be broadcastable or not, so that they can be updated.
        statistics += [
            old * (one - factor) + new * factor
            for old, new in zip(params[2:], (statistics[0], unbiased), strict=True)
        ]
    if kept is not None:
        statistics = [value.dimshuffle(*kept) for value in statistics]
    return (out, *statistics)


def batch_normalization_test(
    inputs: Any,
    gamma: Any,
    beta: Any,
    mean: Any,
    var: Any,
    axes: Any = "per-activation",
    epsilon: float = 1e-4,
) -> TensorVariable:
    r"""Normalise by a given mean and variance.

    .. math:: y = (x - \mu) \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} + \beta

    Parameters
    ----------
    inputs, gamma, beta, axes, epsilon
        See :func:`batch_normalization_train`.
    mean, var
        :math:`\mu` and :math:`\sigma^2`, usually running averages, laid out as ``gamma``.

    Returns
    -------
    y, of the shape of ``inputs`` and the dtype that the tensors given have in common. Gradients go
    to all tensors.

    Raises
    ------
    ShapeError, HyperparameterError, DTypeError
        See :func:`batch_normalization_train`.
    """
    owner = "batch_normalization_test"
    parameters = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    x, dims, _, params = _operands(owner, inputs, axes, parameters)
    # Theano's addbroadcast: of length 1 along the axes although a type may not say so.
    gamma, beta, mean, var = (pt.specify_broadcastable(param, *dims) for param in params)
    epsilon = check_real(owner, "epsilon", epsilon, low_open=True)
    return (x - mean) * (gamma / pt.sqrt(var + number(epsilon, x))) + beta


def batch_normalization(
    inputs: Any, gamma: Any, beta: Any, mean: Any, std: Any, mode: str = "low_mem"
) -> TensorVariable:
    r"""Normalise by a given mean and standard deviation; Theano's older function.

    .. math:: y = \frac{x - \mu}{\sigma} \gamma + \beta

    Parameters
    ----------
    inputs
        x, a tensor.
    gamma, beta, mean, std
        Tensors that broadcast to ``inputs``. Any may be computed from it: gradients go to all.
    mode
        "low_mem" (default) or "high_mem", :math:`(x - \mu) (\gamma / \sigma) + \beta`, which rounds
        differently. Either is one loop here.

    Returns
    -------
    Tensor of the shape of ``inputs`` and the dtype that the tensors have in common.

    Raises
    ------
    ShapeError
        A tensor does not broadcast to ``inputs``.
    HyperparameterError
        ``mode`` is unknown.
    """
    owner = "batch_normalization"
    mode = check_choice(owner, "mode", mode, ("low_mem", "high_mem"))
    x = as_float(inputs)
    others = {"gamma": gamma, "beta": beta, "mean": mean, "std": std}
    for name, value in others.items():
        others[name] = other = as_float_like(value, x)
        shape, over = other.type.shape, x.type.shape[x.ndim - other.ndim :]
        if other.ndim > x.ndim or any(
            None not in (n, m) and n not in (1, m) for n, m in zip(shape, over, strict=True)
        ):
            raise ShapeError(
                f"{owner}: {name} has shape {shape} and inputs {x.type.shape}; expected a shape "
                "that broadcasts to that of the inputs."
            )
    gamma, beta, mean, std = others.values()
    if mode == "low_mem":
        return (x - mean) / std * gamma + beta
    return (x - mean) * (gamma / std) + beta


def _operands(
    owner: str, inputs: Any, axes: Any, parameters: dict[str, Any]
) -> tuple[TensorVariable, tuple[int, ...], tuple[int, ...] | None, list[TensorVariable]]:
    """Inputs and parameters of one dtype and number of dimensions, and the axes.

    With them the dimensions that are not normalised, if the parameters had no others; else None.
    """
    x = pt.as_tensor_variable(inputs)
    tensors = {name: pt.as_tensor_variable(value) for name, value in parameters.items()}
    for name, tensor in {"inputs": x, **tensors}.items():
        if tensor.dtype == "float16" or tensor.dtype.startswith("complex"):
            raise DTypeError(f"{owner}: {name} is {tensor.dtype}; expected float32 or float64.")
    dims = _axes(owner, axes, x.ndim)
    kept = tuple(d for d in range(x.ndim) if d not in dims)
    first = tensors["gamma"].ndim
    if first not in (x.ndim, len(kept)):
        raise ShapeError(
            f"{owner}: gamma has {first} dimensions and inputs {x.ndim}; expected {x.ndim}, or "
            f"{len(kept)} without axes={dims}."
        )
    for name, tensor in tensors.items():
        if tensor.ndim != first:
            raise ShapeError(
                f"{owner}: {name} has {tensor.ndim} dimensions and gamma {first}; expected as many."
            )
    order = [kept.index(d) if d in kept else "x" for d in range(x.ndim)]
    dtype = upcast(x.dtype, *(t.dtype for t in tensors.values()))
    dtype = dtype if dtype.startswith("float") else pytensor.config.floatX
    expected = statistics_shape(x.type.shape, dims)
    laid_out = []
    for name, tensor in tensors.items():
        wide = tensor if first == x.ndim else tensor.dimshuffle(order)
        check_fits(owner, name, wide.type.shape, x.type.shape, expected)
        laid_out.append(pt.cast(wide, dtype))
    return pt.cast(x, dtype), dims, None if first == x.ndim else kept, laid_out


def _axes(owner: str, axes: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions to normalise, sorted."""
    if isinstance(axes, str):
        check_choice(owner, "axes", axes, ("per-activation", "spatial"))
        dims = (0,) if axes == "per-activation" else (0, *range(2, ndim))
    elif isinstance(axes, Sequence | np.ndarray) and all(isinstance(a, Integral) for a in axes):
        dims = tuple(sorted(int(a) for a in axes))
    else:
        raise HyperparameterError(
            f"{owner}: axes={axes!r}; expected 'per-activation', 'spatial' or a tuple of integers."
        )
    if not dims or len(set(dims)) < len(dims):
        raise HyperparameterError(
            f"{owner}: axes={axes!r}; expected at least one axis, and each of them once."
        )
    if dims[0] < 0 or dims[-1] >= ndim:
        raise ShapeError(
            f"{owner}: axes={axes!r} with inputs of {ndim} dimensions; expected integers from 0 to "
            f"{ndim - 1}."
        )
    return dims


def _factor(owner: str, given: Any, x: TensorVariable) -> Any:
    """The running average factor in the dtype of ``x``."""
    if not isinstance(given, Variable):
        return number(check_real(owner, "running_average_factor", given, high=1), x)
    if given.type.ndim:
        raise ShapeError(
            f"{owner}: running_average_factor has {given.type.ndim} dimensions; expected a scalar."
        )
    return pt.cast(given, x.dtype)
