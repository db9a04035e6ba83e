r"""The LSTM tutorial's model, reading a handwritten digit as a sequence of rows of pixels.

An LSTM runs down the rows of each image, its hidden states are averaged over the rows that the
mask admits, and a softmax over the mean tells the digit. With :math:`x_t` the row at step
:math:`t`, :math:`m_t` its mask (1, or 0 past the end of a sequence) and :math:`\sigma` the logistic
function,

.. math::

    (i_t, f_t, o_t) &= \sigma(W_{i,f,o}\, x_t + U_{i,f,o}\, h_{t-1} + b_{i,f,o}) \\
    \bar c_t &= \tanh(W_c\, x_t + U_c\, h_{t-1} + b_c) \\
    c_t &= m_t\, (f_t c_{t-1} + i_t \bar c_t) + (1 - m_t)\, c_{t-1} \\
    h_t &= m_t\, o_t \tanh(c_t) + (1 - m_t)\, h_{t-1} \\
    p &= \operatorname{softmax}\Big(\frac{\sum_t m_t h_t}{\sum_t m_t}\, U + b\Big)

``lstm_W``, ``lstm_U`` and ``lstm_b`` hold the blocks for i, f, o and c side by side, so that one
product a step serves all four.

The code keeps the idiom of the Theano scripts that symopt is for (a dict of arrays, a dict of
shared variables of the same names, ``scan``). It differs from the tutorial in two points: rows of
pixels take the place of word embeddings, so that ``lstm_W`` is not square; and noise on the pixels
takes the place of dropout, which helps less here.

References
----------
P. L. Carrier and K. Cho, LSTM Networks for Sentiment Analysis (deeplearning.net tutorial).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.special import softmax
from pytensor.tensor.variable import TensorVariable

from symopt.datasets import LabelledImages, load_digits

Array = NDArray[np.float32]

CLASSES = 10
PIXELS = 8  # in a row
# Keeps the logarithm finite, as in the tutorial. A Python float would make the cost float64.
PROBABILITY_OFFSET = np.float32(1e-8)

TRAIN, VALIDATION = 1197, 200  # of 1797; the other 400 are held out
SPLIT_SEED = 1797  # of the permutation behind the split, which is the same for every run


class Sequences(NamedTuple):
    """Digits as the model takes them, time first.

    Parameters
    ----------
    x
        float32 (steps, digits, pixels).
    mask
        float32 (steps, digits): 1 where there is a row, 0 past the end of a sequence.
    y
        int64 (digits,): the labels.
    """

    x: Array
    mask: Array
    y: NDArray[np.int64]

    def take(self, digits: NDArray[np.int64]) -> Sequences:
        """The minibatch of these digits."""
        return Sequences(self.x[:, digits], self.mask[:, digits], self.y[digits])

    def with_noise(self, rng: np.random.Generator, std: float) -> Sequences:
        """The same digits with Gaussian noise on every pixel."""
        noise = rng.standard_normal(self.x.shape, dtype=np.float32)
        return self._replace(x=self.x + np.float32(std) * noise)


class Split(NamedTuple):
    """The digits to train on, to validate and to hold out."""

    train: Sequences
    validation: Sequences
    test: Sequences


class Model(NamedTuple):
    """The symbolic variables of the model.

    Parameters
    ----------
    x, mask, y
        The inputs; see :class:`Sequences`.
    probabilities
        float32 (digits, classes), each row adding up to 1.
    cost
        float32 scalar: mean negative log-likelihood of ``y``, in nats.
    """

    x: TensorVariable
    mask: TensorVariable
    y: TensorVariable
    probabilities: TensorVariable
    cost: TensorVariable


def load_split() -> Split:
    """The embedded digits, shuffled once and for all and split 1197 / 200 / 400."""
    images, labels = load_digits()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    parts = np.split(order, [TRAIN, TRAIN + VALIDATION])
    return Split(*(prepare_data(LabelledImages(images[part], labels[part])) for part in parts))


def prepare_data(digits: LabelledImages) -> Sequences:
    """Turn images into sequences of rows, pixels from [0, 1] to [-1, 1].

    Every image has all its rows, so the mask is all ones.
    """
    x = np.ascontiguousarray(2 * digits.images.transpose(1, 0, 2) - 1)
    return Sequences(x, np.ones(x.shape[:2], dtype=np.float32), digits.labels)


def init_params(rng: np.random.Generator, dim_proj: int) -> dict[str, Array]:
    """Initial parameters of the whole model, ``dim_proj`` LSTM units wide."""
    params = param_init_lstm({}, rng, PIXELS, dim_proj)
    params["U"] = (0.01 * rng.standard_normal((dim_proj, CLASSES))).astype(np.float32)
    params["b"] = np.zeros(CLASSES, dtype=np.float32)
    return params


def param_init_lstm(
    params: dict[str, Array],
    rng: np.random.Generator,
    dim_in: int,
    dim_proj: int,
    prefix: str = "lstm",
) -> dict[str, Array]:
    """Add an LSTM's parameters: an orthogonal block for each of i, f, o and c; biases 0."""
    for name, rows in (("W", dim_in), ("U", dim_proj)):
        blocks = [ortho_weight(rng, rows, dim_proj) for _ in range(4)]
        params[f"{prefix}_{name}"] = np.concatenate(blocks, axis=1)
    params[f"{prefix}_b"] = np.zeros(4 * dim_proj, dtype=np.float32)
    return params


def ortho_weight(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A random matrix with orthonormal rows or columns, whichever are fewer."""
    u, _, v = np.linalg.svd(rng.standard_normal((rows, columns)), full_matrices=False)
    return (u @ v).astype(np.float32)


def lstm_layer(
    tparams: Mapping[str, SharedVariable],
    state_below: TensorVariable,
    mask: TensorVariable,
    prefix: str = "lstm",
) -> TensorVariable:
    """The hidden states (steps, sequences, dim_proj) of ``state_below`` (steps, sequences, dim_in).

    Where the mask is 0, the state stays as it was.
    """
    W, U, b = (tparams[f"{prefix}_{name}"] for name in "WUb")
    dim_proj = U.get_value(borrow=True).shape[0]

    def block(preact: TensorVariable, n: int) -> TensorVariable:
        return preact[:, n * dim_proj : (n + 1) * dim_proj]

    def step(
        m_: TensorVariable, x_: TensorVariable, h_: TensorVariable, c_: TensorVariable
    ) -> list[TensorVariable]:
        preact = pt.dot(h_, U) + x_
        i = pt.sigmoid(block(preact, 0))
        f = pt.sigmoid(block(preact, 1))
        o = pt.sigmoid(block(preact, 2))
        c = f * c_ + i * pt.tanh(block(preact, 3))
        c = m_[:, None] * c + (1 - m_)[:, None] * c_
        h = m_[:, None] * (o * pt.tanh(c)) + (1 - m_)[:, None] * h_
        return [h, c]

    start = pt.zeros((state_below.shape[1], dim_proj), dtype=state_below.dtype)
    hidden, _cells = pytensor.scan(
        step,
        sequences=[mask, pt.dot(state_below, W) + b],  # the inputs' product for all steps at once
        outputs_info=[start, start],
        name=f"{prefix}_layers",
        return_updates=False,
    )
    return hidden


def build_model(tparams: Mapping[str, SharedVariable]) -> Model:
    """The model and its cost over the shared variables ``tparams``.

    The mask has to admit at least one row of every sequence.
    """
    x = pt.tensor3("x", dtype="float32")
    mask = pt.matrix("mask", dtype="float32")
    y = pt.vector("y", dtype="int64")
    hidden = lstm_layer(tparams, x, mask)
    pooled = (hidden * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
    probabilities = softmax(pt.dot(pooled, tparams["U"]) + tparams["b"], axis=-1)
    likelihood = probabilities[pt.arange(y.shape[0]), y]
    cost = -pt.log(likelihood + PROBABILITY_OFFSET).mean()
    return Model(x, mask, y, probabilities, cost)
