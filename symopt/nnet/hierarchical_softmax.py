"""Softmax in two levels, for many outputs."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.nnet.softmax import softmax


def h_softmax(
    x: Any,
    batch_size: Any,
    n_outputs: Any,
    n_classes: Any,
    n_outputs_per_class: Any,
    W1: Any,
    b1: Any,
    W2: Any,
    b2: Any,
    target: Any = None,
) -> TensorVariable:
    r"""Probabilities of outputs that are grouped in classes.

    .. math::
        P(o \mid x) = \mathrm{softmax}(x W_1 + b_1)_c \;
            \mathrm{softmax}(x W_{2,c} + b_{2,c})_j, \qquad
        c = \lfloor o / k \rfloor,\ j = o \bmod k

    Output o is number j of class c; k is ``n_outputs_per_class``. With ``target`` only the targets'
    classes are computed, which takes ``n_classes + n_outputs_per_class`` products in place of
    ``n_outputs``.

    Parameters
    ----------
    x
        A matrix of floats, (batch_size, features).
    batch_size
        Rows of ``x``: an integer, or symbolic.
    n_outputs
        Outputs, an integer or symbolic; at most n_classes * n_outputs_per_class, and what is
        beyond it is left out.
    n_classes, n_outputs_per_class
        Integers or symbolic; the square root of ``n_outputs`` is cheapest for both.
    W1, b1
        Weights (features, n_classes) and bias (n_classes,) of the first level.
    W2, b2
        Weights (n_classes, features, n_outputs_per_class) and bias (n_classes,
        n_outputs_per_class) of the second level.
    target
        Integers in [0, n_outputs), (batch_size,) or (batch_size, 1): the output of each row. None
        (default) for all outputs.

    Returns
    -------
    A (batch_size, n_outputs) matrix, or with ``target`` a vector (batch_size,). (Theano's text
    says (batch_size, 1); its code returns the vector.)

    Notes
    -----
    The logarithm of the product of two softmaxes is not rewritten, in Theano neither: it is
    -inf where a probability underflows.

    References
    ----------
    - J. Goodman, Classes for fast maximum entropy training, ICASSP 2001,
      https://arxiv.org/abs/cs/0108006
    """
    x, W2, b2 = (pt.as_tensor_variable(v) for v in (x, W2, b2))
    classes = softmax(pt.dot(x, W1) + b1)
    if target is None:
        second = softmax(pt.tensordot(x, W2, axes=[[1], [1]]) + b2, axis=2)
        products = classes.dimshuffle(0, 1, "x") * second
        return products.reshape((batch_size, n_classes * n_outputs_per_class))[:, :n_outputs]
    target = pt.as_tensor_variable(target).flatten()
    of_class = target // n_outputs_per_class
    rows = pt.arange(batch_size)
    scores = pt.sum(x.dimshuffle(0, 1, "x") * W2[of_class], axis=1) + b2[of_class]
    second = softmax(scores)[rows, target % n_outputs_per_class]
    return classes[rows, of_class] * second
