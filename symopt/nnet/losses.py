"""Losses besides cross-entropies; none is reduced over the batch."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.hyperparameters import check_flag
from symopt.nnet.activations import relu
from symopt.nnet.floats import as_float, as_float_like, number


def squared_error(a: Any, b: Any) -> TensorVariable:
    r"""Squared differences, elementwise (Lasagne's).

    .. math:: (a - b)^2

    Parameters
    ----------
    a, b
        Tensors of any shapes that broadcast. As in Lasagne, a vector ``b`` stands for a column if
        ``a`` is known to be one. Integers in ``b`` take the dtype of ``a``.
    """
    a = as_float(a)
    return pt.sqr(a - _aligned(a, as_float_like(b, a)))


def kullback_leibler(p: Any, q: Any) -> TensorVariable:
    r"""Kullback and Leibler's divergence of distributions along the last axis.

    .. math:: D_i = \sum_j p_{ij} \log(p_{ij} / q_{ij}), \qquad 0 \log 0 = 0

    Parameters
    ----------
    p
        The true distributions, probabilities in [0, 1], of at least one dimension.
    q
        What approximates them, of a shape that broadcasts.

    Returns
    -------
    A tensor of one dimension less. inf where some q is 0 and its p is not. Where p is 0 the term
    and its gradients are 0, whatever q is.

    Raises
    ------
    ShapeError
        ``p`` has no dimension.

    References
    ----------
    - S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical
      Statistics 22(1), 1951, https://doi.org/10.1214/aoms/1177729694
    """
    p = as_float(p)
    if p.ndim == 0:
        raise ShapeError("kullback_leibler: p is a scalar; expected distributions as last axis.")
    q = as_float_like(q, p)
    nothing, one = pt.eq(disconnected_grad(p), number(0, p)), number(1, p)
    # A logarithm of 1 in the terms left out, so that no gradient there is 0 times infinity.
    log_p = pt.log(pt.switch(nothing, one, p))
    log_q = pt.log(pt.switch(nothing, one, q))
    return pt.sum(pt.switch(nothing, number(0, p), p * (log_p - log_q)), axis=-1)


def hinge(
    predictions: Any,
    targets: Any,
    delta: float = 1,
    log_odds: bool = True,
    binary: bool = True,
) -> TensorVariable:
    r"""The hinge loss of binary targets, elementwise (Lasagne's ``binary_hinge_loss``).

    .. math:: \max(0, \delta - s x), \qquad s = 2 t - 1

    Parameters
    ----------
    predictions
        :math:`x`, log-odds (or raw scores) of any shape.
    targets
        :math:`t` in {0, 1}, of a shape that broadcasts; a vector stands for a column if
        ``predictions`` is known to be one.
    delta
        :math:`\delta`, the margin. Default 1.
    log_odds
        False if ``predictions`` are probabilities in (0, 1), whose log-odds are to be taken.
        Default True. (Lasagne has no default.)
    binary
        False if ``targets`` are the signs :math:`s` in {-1, 1} themselves. Default True.

    Returns
    -------
    A tensor of the broadcast shape. At the kink the gradient is half of either side's, as
    :func:`~symopt.nnet.relu` has it.

    References
    ----------
    - Lasagne, ``lasagne/objectives.py``
    """
    x = as_float(predictions)
    t = _aligned(x, as_float_like(targets, x))
    if not check_flag("hinge", "log_odds", log_odds):
        x = pt.log(x / (number(1, x) - x))
    if check_flag("hinge", "binary", binary):
        t = number(2, x) * t - number(1, x)
    return relu(as_float_like(delta, x) - x * t)


def multiclass_hinge(predictions: Any, targets: Any, delta: float = 1) -> TensorVariable:
    r"""The hinge loss of the best wrong class (Lasagne's ``multiclass_hinge_loss``).

    .. math:: \max\left(0, \max_{j \ne y_i} x_{ij} - x_{i, y_i} + \delta\right)

    Parameters
    ----------
    predictions
        :math:`x`, scores or probabilities, (batch, classes), at least two classes.
    targets
        :math:`y`, a vector of integers in [0, classes), or a one-hot matrix.
    delta
        :math:`\delta`, the margin. Default 1.

    Returns
    -------
    A vector, (batch,). Wrong classes that tie for the maximum all get the gradient.

    Raises
    ------
    ShapeError
        ``predictions`` is no matrix, or ``targets`` neither vector nor matrix.

    References
    ----------
    - K. Crammer, Y. Singer, On the algorithmic implementation of multiclass kernel-based vector
      machines, JMLR 2, 2001
    - Lasagne, ``lasagne/objectives.py``
    """
    x, y = as_float(predictions), pt.as_tensor_variable(targets)
    if x.ndim != 2 or y.ndim not in (1, 2):
        raise ShapeError(
            f"multiclass_hinge: predictions has {x.ndim} dimensions and targets {y.ndim}; expected "
            "a matrix (batch, classes), and a vector of classes or a one-hot matrix."
        )
    right = pt.eq(y[:, None], pt.arange(x.shape[1])) if y.ndim == 1 else pt.neq(y, 0)
    correct = pt.sum(pt.switch(right, x, number(0, x)), axis=1)
    wrong = pt.max(pt.switch(right, number(-float("inf"), x), x), axis=1)
    return relu(wrong - correct + as_float_like(delta, x))


def _aligned(predictions: TensorVariable, targets: TensorVariable) -> TensorVariable:
    """Targets as a column if they are a vector and the predictions a column, as in Lasagne."""
    if predictions.type.broadcastable == (False, True) and targets.ndim == 1:
        return targets.dimshuffle(0, "x")
    return targets
