"""Cross-entropies with Theano's dtypes: integer targets next to float32 give what Theano gave."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.scalar import upcast
from pytensor.tensor.variable import TensorVariable

from symopt.nnet import crossentropy as _crossentropy


def binary_crossentropy(output: Any, target: Any) -> TensorVariable:
    r"""Cross-entropy of probabilities and binary targets, elementwise.

    .. math:: -(t \log o + (1 - t) \log(1 - o))

    Parameters
    ----------
    output
        :math:`o`, probabilities of any shape.
    target
        :math:`t`, of a shape that broadcasts. int32 and int64 next to float32 give float64, as in
        Theano.
    """
    return _crossentropy.binary_crossentropy(output, _promoted(output, target))


def sigmoid_binary_crossentropy(output: Any, target: Any) -> TensorVariable:
    """:func:`binary_crossentropy` of ``sigmoid(output)``, from the logits."""
    return _crossentropy.sigmoid_binary_crossentropy(output, _promoted(output, target))


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> TensorVariable:
    r"""Cross-entropy of distributions and target distributions, or of target indices.

    .. math:: H_i = -\sum_j t_{ij} \log p_{ij} \quad \text{or} \quad H_i = -\log p_{i, t_i}

    Parameters
    ----------
    coding_dist
        :math:`p`; the last axis is the distribution.
    true_dist
        :math:`t`: as many dimensions, or an integer vector of one class for each row.

    Raises
    ------
    TypeError
        The numbers of dimensions fit neither form.
    """
    p, t = pt.as_tensor_variable(coding_dist), pt.as_tensor_variable(true_dist)
    if t.ndim not in (p.ndim, p.ndim - 1):
        raise TypeError(
            f"categorical_crossentropy: coding_dist has {p.ndim} dimensions and true_dist "
            f"{t.ndim}; expected as many (distributions) or one less (indices)."
        )
    return _crossentropy.categorical_crossentropy(p, _promoted(p, t) if t.ndim == p.ndim else t)


def _promoted(output: Any, target: Any) -> TensorVariable:
    """Integers in the dtype that a product with ``output`` has."""
    output, target = pt.as_tensor_variable(output), pt.as_tensor_variable(target)
    if target.dtype.startswith(("float", "complex")):
        return target
    dtype = upcast(output.dtype, target.dtype)
    return pt.cast(target, dtype if dtype.startswith(("float", "complex")) else "floatX")
