"""Connectionist temporal classification: labels without an alignment."""

from __future__ import annotations

from typing import Any

import pytensor
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, ShapeError
from symopt.hyperparameters import check_integer
from symopt.nnet.floats import number
from symopt.nnet.softmax import logsoftmax

IMPOSSIBLE = -1e30
"""The logarithm of probability 0: finite, so that no difference of two of them is NaN."""


def ctc(
    activations: Any,
    labels: Any,
    input_lengths: Any,
    label_lengths: Any = None,
    blank: int = 0,
) -> TensorVariable:
    r"""Minus the log-probability of a sequence of labels, over all its alignments.

    With :math:`z = \log \mathrm{softmax}(a)` and the labels with blanks around each,
    :math:`l' = (b, l_1, b, l_2, \dots, b)`,

    .. math::
        \alpha_t(s) &= z_{t, l'_s} + \log\left(e^{\alpha_{t-1}(s)} + e^{\alpha_{t-1}(s-1)}
            + [l'_s \ne b,\ l'_s \ne l'_{s-2}]\, e^{\alpha_{t-1}(s-2)}\right) \\
        C &= -\log\left(e^{\alpha_T(|l'|)} + e^{\alpha_T(|l'|-1)}\right)

    a scan over time in the logarithm. The gradient is the scan's own.

    Parameters
    ----------
    activations
        :math:`a`, logits (time, batch, classes), not yet a softmax, of a float dtype.
    labels
        Integers (batch, longest), classes other than ``blank``. Rows are padded at the end, with
        negative numbers, or with anything if ``label_lengths`` is given.
    input_lengths
        Integers (batch,): the frames of each sequence, at most time. Frames beyond it count
        for nothing and their gradient is 0.
    label_lengths
        Integers (batch,): the labels of each row. Default: how many are not negative.
    blank
        The class that stands for no label, in [0, classes). Default 0.

    Returns
    -------
    The costs, a vector (batch,) of the dtype of ``activations``. A row without labels costs what
    blanks in all frames do. Labels that do not fit into the frames (each takes one, and one more
    between two equal ones) have probability 0: the cost is inf and its gradient 0.

    Raises
    ------
    ShapeError, DTypeError
        An argument has not the dimensions or the kind of dtype named.
    HyperparameterError
        ``blank`` is not an integer of at least 0.

    Notes
    -----
    Theano's ``theano.tensor.nnet.ctc.ctc(activations, labels, input_lengths)`` calls warp-ctc:
    float32 and int32 only, blank 0, and a cost of 0 for labels that do not fit. PyTorch's
    ``ctc_loss`` takes log-probabilities and divides by lengths when it takes the mean; its inf has
    gradients NaN unless ``zero_infinity`` is set, which makes both 0.

    References
    ----------
    - A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber, Connectionist temporal classification:
      labelling unsegmented sequence data with recurrent neural networks, ICML 2006
    """
    blank = check_integer("ctc", "blank", blank)
    a, labels, input_lengths = map(pt.as_tensor_variable, (activations, labels, input_lengths))
    if label_lengths is None:
        label_lengths = pt.sum(pt.ge(labels, 0), axis=1)
    label_lengths = pt.as_tensor_variable(label_lengths)
    _check(a, labels, input_lengths, label_lengths)

    frames, batch, classes = (a.shape[i] for i in range(3))
    extended = _with_blanks(labels, blank)
    impossible = number(IMPOSSIBLE, a)

    # Emissions (time, batch, states), as rows of one long matrix: the indexing that all backends
    # compile. A logit of -inf is an impossible emission.
    z = pt.maximum(logsoftmax(a, axis=2), impossible)
    wanted = (pt.arange(batch)[:, None] * classes + extended).flatten()
    emissions = z.reshape((frames, batch * classes)).T[wanted].T
    emissions = emissions.reshape((frames, batch, extended.shape[1]))

    before = pt.concatenate([pt.full((batch, 2), -1), extended[:, :-2]], axis=1)
    before = before[:, : extended.shape[1]]
    may_skip = pt.neq(extended, blank) & pt.neq(extended, before)
    skip = pt.switch(may_skip, number(0, a), impossible)

    states = pt.arange(extended.shape[1])
    start = pt.switch(pt.eq(states, 0), number(0, a), impossible)
    start = pt.as_tensor_variable(pt.alloc(start, batch, extended.shape[1]))  # before any frame

    def frame(t: Any, emission: Any, alpha: Any, skip: Any, lengths: Any) -> TensorVariable:
        padded = pt.concatenate([pt.alloc(impossible, alpha.shape[0], 2), alpha], axis=1)
        reached = _log_sum(alpha, padded[:, 1:-1], padded[:, :-2] + skip)
        return pt.switch(pt.lt(t, lengths)[:, None], emission + reached, alpha)

    alphas = pytensor.scan(
        frame,
        sequences=[pt.arange(frames), emissions],
        outputs_info=[start],
        non_sequences=[skip, input_lengths],
        strict=True,
        return_updates=False,
    )
    last = pt.concatenate([start[None], pt.as_tensor_variable(alphas)])[
        -1
    ]  # start, if there is no frame at all
    end = 2 * label_lengths[:, None]
    ending = pt.eq(states, end) | pt.eq(states, end - 1)
    ending = pt.switch(ending, last, impossible)
    highest = disconnected_grad(pt.max(ending, axis=1, keepdims=True))
    log_probability = pt.log(pt.sum(pt.exp(ending - highest), axis=1)) + highest[:, 0]
    possible = pt.gt(disconnected_grad(log_probability), number(IMPOSSIBLE / 10, a))
    return pt.switch(possible, -log_probability, number(float("inf"), a))


def connectionist_temporal_classification(
    activations: Any, labels: Any, input_lengths: Any
) -> TensorVariable:
    """:func:`ctc` under the name of Theano's operation, with its three arguments."""
    return ctc(activations, labels, input_lengths)


def _with_blanks(labels: TensorVariable, blank: int) -> TensorVariable:
    """Labels with blanks between and around, (batch, 2 * longest + 1), int64; no padding left."""
    labels = pt.switch(pt.lt(labels, 0), blank, labels).astype("int64")
    blanks = pt.full_like(labels, blank)
    pairs = pt.stack([blanks, labels], axis=2).reshape((labels.shape[0], 2 * labels.shape[1]))
    return pt.concatenate([pairs, pt.full((labels.shape[0], 1), blank, dtype="int64")], axis=1)


def _log_sum(a: TensorVariable, b: TensorVariable, c: TensorVariable) -> TensorVariable:
    """``log(exp(a) + exp(b) + exp(c))``."""
    # The gradient by the maximum is 0: the terms' weights sum to 1.
    m = disconnected_grad(pt.maximum(pt.maximum(a, b), c))
    return m + pt.log(pt.exp(a - m) + pt.exp(b - m) + pt.exp(c - m))


def _check(
    a: TensorVariable,
    labels: TensorVariable,
    input_lengths: TensorVariable,
    label_lengths: TensorVariable,
) -> None:
    for name, x, ndim, kinds, expected in (
        ("activations", a, 3, ("float",), "floats (time, batch, classes)"),
        ("labels", labels, 2, ("int", "uint"), "integers (batch, longest)"),
        ("input_lengths", input_lengths, 1, ("int", "uint"), "integers (batch,)"),
        ("label_lengths", label_lengths, 1, ("int", "uint"), "integers (batch,)"),
    ):
        if x.ndim != ndim:
            raise ShapeError(f"ctc: {name} has {x.ndim} dimensions; expected {expected}.")
        if not x.dtype.startswith(kinds):
            raise DTypeError(f"ctc: {name} is {x.dtype}; expected {expected}. Cast it.")
