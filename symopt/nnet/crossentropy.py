r"""Cross-entropies of probabilities and of logits.

Those of probabilities (``binary_crossentropy``, ``categorical_crossentropy``) are Theano's formulas
and clip nothing: a probability of 0 where the target has weight costs inf. If the probabilities
come from a softmax or a sigmoid in the same graph, compiling replaces both by the form for logits,
whose value and gradient are finite for all finite logits; :mod:`symopt.nnet.stability` says which
forms are found.
"""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, ShapeError
from symopt.nnet.activations import relu, softplus
from symopt.nnet.floats import as_float, as_float_like, number
from symopt.nnet.softmax import biased, logsoftmax, matrix_of_floats, softmax


def binary_crossentropy(output: Any, target: Any) -> TensorVariable:
    r"""Cross-entropy of probabilities and binary targets, elementwise.

    .. math:: -(t \log o + (1 - t) \log(1 - o))

    Parameters
    ----------
    output
        :math:`o`, probabilities in (0, 1), of any shape.
    target
        :math:`t` in [0, 1], of a shape that broadcasts. Integers take the dtype of ``output``
        (Theano's result would be float64).

    Returns
    -------
    A tensor of the broadcast shape; take its mean or sum yourself.

    Notes
    -----
    At probabilities of exactly 0 and 1 this is the formula's value, as in Theano: inf where the
    target says otherwise, and NaN (0 times infinity) where it agrees. Of ``sigmoid(x)`` it is
    :func:`sigmoid_binary_crossentropy` after rewriting.
    """
    output = as_float(output)
    target = as_float_like(target, output)
    one = number(1, output)
    # Two terms instead of -(a + b), which Numba's fast-math turns into NaN at o = 1, t = 0.
    return -(target * pt.log(output)) - (one - target) * pt.log(one - output)


def sigmoid_binary_crossentropy(output: Any, target: Any) -> TensorVariable:
    r"""Binary cross-entropy of ``sigmoid(output)``, from the logits.

    .. math:: \log(1 + e^{-|x|}) + x ([x > 0] - t)

    with gradient :math:`\sigma(x) - t`.

    Parameters
    ----------
    output
        :math:`x`, logits of any shape.
    target
        :math:`t` in [0, 1], of a shape that broadcasts. Integers take the dtype of ``output``.

    Returns
    -------
    A tensor of the broadcast shape. Finite, with a finite gradient, for all finite logits.
    """
    output = as_float(output)
    target = as_float_like(target, output)
    # relu(x) is x [x > 0] with the gradient 1/2 at 0, which makes the sum's right there.
    return relu(output) - output * target + softplus(-abs(output))


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> TensorVariable:
    r"""Cross-entropy of distributions and target distributions, or of target indices.

    .. math:: H_i = -\sum_j t_{ij} \log p_{ij} \quad \text{or} \quad H_i = -\log p_{i, t_i}

    Parameters
    ----------
    coding_dist
        :math:`p`, probabilities; the last axis is the distribution. A (batch, classes) matrix if
        the targets are indices.
    true_dist
        :math:`t`: distributions of as many dimensions as ``coding_dist`` (one-hot, say), or a
        vector of integers in [0, classes), one for each row.

    Returns
    -------
    A tensor of one dimension less than ``coding_dist``; take its mean or sum yourself.

    Raises
    ------
    ShapeError
        The numbers of dimensions fit neither form.
    DTypeError
        The indices are not integers.

    Notes
    -----
    No clipping, as in Theano: a probability of 0 costs inf, and in the form with distributions
    NaN where the target is 0 too. Of ``softmax(x)`` it is the stable form after rewriting.
    """
    p = as_float(coding_dist)
    t = pt.as_tensor_variable(true_dist)
    if t.ndim == p.ndim:
        return -pt.sum(as_float_like(t, p) * pt.log(p), axis=p.ndim - 1)
    if t.ndim == p.ndim - 1:
        return crossentropy_categorical_1hot(p, t)
    raise ShapeError(
        f"categorical_crossentropy: coding_dist has {p.ndim} dimensions and true_dist {t.ndim}; "
        "expected as many (distributions) or one less (indices)."
    )


def crossentropy_categorical_1hot(coding_dist: Any, true_one_of_n: Any) -> TensorVariable:
    r"""Cross-entropy of distributions and target indices.

    .. math:: H_i = -\log p_{i, y_i}

    Parameters
    ----------
    coding_dist
        :math:`p`, a (batch, classes) matrix of probabilities.
    true_one_of_n
        :math:`y`, a vector of integers in [0, classes), (batch,).

    Returns
    -------
    A vector, (batch,).

    Raises
    ------
    ShapeError, DTypeError
        ``coding_dist`` is no matrix of floats, or ``true_one_of_n`` no vector of integers.

    Notes
    -----
    Theano has an operation of this name; here it is ``-log(p[arange(n), y])``, so its gradient
    can be differentiated again. An index beyond the classes is an IndexError when the function
    runs (but not on jax, which takes the last class); a negative one counts from the end.
    """
    owner = "crossentropy_categorical_1hot"
    p = matrix_of_floats(owner, "coding_dist", coding_dist)
    y = _indices(owner, "true_one_of_n", true_one_of_n)
    return -pt.log(p[pt.arange(y.shape[0]), y])


def crossentropy_softmax_argmax_1hot_with_bias(
    x: Any, b: Any, y_idx: Any
) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    r"""Cross-entropy of ``softmax(x + b)`` and target indices, from the logits.

    .. math:: H_i = -(x + b)_{i, y_i} + \log \sum_k e^{(x + b)_{ik}}

    Parameters
    ----------
    x
        Logits, a (batch, classes) matrix of floats.
    b
        A vector of floats, (classes,).
    y_idx
        :math:`y`, a vector of integers in [0, classes), (batch,).

    Returns
    -------
    The cross-entropies, a vector (batch,); the softmax, a (batch, classes) matrix; and the most
    likely class of each row, a vector of the dtype of ``y_idx``.

    Raises
    ------
    ShapeError, DTypeError
        An argument is not of the kind named.
    """
    owner = "crossentropy_softmax_argmax_1hot_with_bias"
    return _from_logits(biased(owner, x, b), _indices(owner, "y_idx", y_idx))


def crossentropy_softmax_1hot_with_bias(
    x: Any, b: Any, y_idx: Any
) -> tuple[TensorVariable, TensorVariable]:
    """The first two outputs of :func:`crossentropy_softmax_argmax_1hot_with_bias`."""
    return crossentropy_softmax_argmax_1hot_with_bias(x, b, y_idx)[:2]


def crossentropy_softmax_1hot(x: Any, y_idx: Any) -> tuple[TensorVariable, TensorVariable]:
    """:func:`crossentropy_softmax_1hot_with_bias` without a bias: cross-entropies and softmax."""
    owner = "crossentropy_softmax_1hot"
    return _from_logits(matrix_of_floats(owner, "x", x), _indices(owner, "y_idx", y_idx))[:2]


def crossentropy_softmax_max_and_argmax_1hot_with_bias(
    x: Any, b: Any, y_idx: Any
) -> tuple[TensorVariable, TensorVariable, TensorVariable, TensorVariable]:
    """Cross-entropies, softmax, the largest probability of each row and its class (int64).

    Arguments and errors are those of :func:`crossentropy_softmax_argmax_1hot_with_bias`.
    """
    nll, p = crossentropy_softmax_1hot_with_bias(x, b, y_idx)
    return nll, p, pt.max(p, axis=-1), pt.argmax(p, axis=-1)


def crossentropy_softmax_max_and_argmax_1hot(
    x: Any, y_idx: Any
) -> tuple[TensorVariable, TensorVariable, TensorVariable, TensorVariable]:
    """:func:`crossentropy_softmax_max_and_argmax_1hot_with_bias` without a bias."""
    nll, p = crossentropy_softmax_1hot(x, y_idx)
    return nll, p, pt.max(p, axis=-1), pt.argmax(p, axis=-1)


def _from_logits(
    z: TensorVariable, y: TensorVariable
) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    nll = -logsoftmax(z)[pt.arange(y.shape[0]), y]
    return nll, softmax(z), pt.argmax(z, axis=-1).astype(y.dtype)


def _indices(owner: str, name: str, y: Any) -> TensorVariable:
    y = pt.as_tensor_variable(y)
    if not y.dtype.startswith(("int", "uint")):
        raise DTypeError(
            f'{owner}: {name} is {y.dtype}; expected integers. Cast it: {name}.astype("int64").'
        )
    if y.ndim != 1:
        raise ShapeError(
            f"{owner}: {name} has {y.ndim} dimensions; expected a vector with one class for each "
            f"row. Flatten it: {name}.flatten()."
        )
    return y
