r"""The multilayer perceptron that ``symopt compare`` trains, and the digits it is trained on.

One hidden layer of rectified linear units, then a softmax over the ten digits. With the image
:math:`x` as one row of pixels,

.. math::

    h &= \max(0,\, x W_1 + b_1) \\
    p &= \operatorname{softmax}(h W_2 + b_2)

and the cost is the mean of :math:`-\log p_y` over the minibatch. Weights start as Glorot and Bengio
draw them, uniform within :math:`\pm\sqrt{6 / (n_{in} + n_{out})}`; biases start at 0.

References
----------
X. Glorot, Y. Bengio (2010). Understanding the difficulty of training deep feedforward neural
networks. AISTATS. https://proceedings.mlr.press/v9/glorot10a.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import disconnected_grad
from pytensor.tensor.variable import TensorVariable

from symopt.datasets import LabelledImages, load_digits, load_mnist
from symopt.demos.lstm_digits import CLASSES, SPLIT_SEED, TRAIN, VALIDATION
from symopt.errors import DatasetError

Array = NDArray[np.float32]

FEWEST = 10  # images that can be split into tenths


class Digits(NamedTuple):
    """Digits as the model takes them.

    Parameters
    ----------
    x
        float32 (digits, pixels), 0 (background) to 1 (ink), contiguous.
    y
        int64 (digits,): the labels 0..9.
    """

    x: Array
    y: NDArray[np.int64]


class Split(NamedTuple):
    """The digits to train on, to validate and to hold out."""

    train: Digits
    validation: Digits
    test: Digits


def split_digits() -> Split:
    """The embedded digits of 8 x 8 pixels, split 1197 / 200 / 400 as ``symopt demo`` does."""
    return Split(*_shuffled_parts(load_digits(), [TRAIN, TRAIN + VALIDATION]))


def split_mnist(path: str | os.PathLike[str] | None = None) -> Split:
    """MNIST, from whatever of it there is.

    Parameters
    ----------
    path
        As for :func:`symopt.datasets.load_mnist`.

    Returns
    -------
    Split
        With all of MNIST, its own test part is held out, and where the files have no validation
        part, a sixth of the training part becomes it: 50,000 / 10,000 / 10,000. With one part
        alone, that part is split 80% / 10% / 10%: the 10,000 images of ``t10k`` give
        8,000 / 1,000 / 1,000. What is split is shuffled first, the same way each time.

    Raises
    ------
    DatasetError
        As load_mnist, or there are fewer than ten images to split.
    """
    parts = load_mnist(path)
    if len(parts) == 1:
        (images,) = parts.values()
        count = len(images.labels)
        return Split(*_shuffled_parts(images, [8 * count // 10, 9 * count // 10]))
    if "valid" in parts:
        return Split(*(_flattened(parts[part]) for part in ("train", "valid", "test")))
    count = len(parts["train"].labels)
    train, validation = _shuffled_parts(parts["train"], [5 * count // 6])
    return Split(train, validation, _flattened(parts["test"]))


def init_params(rng: np.random.Generator, pixels: int, hidden: int) -> dict[str, Array]:
    """Initial parameters: ``W1`` (pixels, hidden), ``b1``, ``W2`` (hidden, 10) and ``b2``."""
    return {
        "W1": glorot_weight(rng, pixels, hidden),
        "b1": np.zeros(hidden, dtype=np.float32),
        "W2": glorot_weight(rng, hidden, CLASSES),
        "b2": np.zeros(CLASSES, dtype=np.float32),
    }


def glorot_weight(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A random matrix that keeps the variance of what passes through it, both ways."""
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)


def log_probabilities(tparams: Mapping[str, SharedVariable], x: TensorVariable) -> TensorVariable:
    """Logarithms (digits, classes) of the probabilities of images ``x`` (digits, pixels)."""
    hidden = pt.maximum(pt.dot(x, tparams["W1"]) + tparams["b1"], 0)
    scores = pt.dot(hidden, tparams["W2"]) + tparams["b2"]
    # Which score is the largest cancels out of the result, so no gradient need pass through it.
    scores = scores - disconnected_grad(scores.max(axis=1, keepdims=True))
    return scores - pt.log(pt.exp(scores).sum(axis=1, keepdims=True))


def mean_cost(log_p: TensorVariable, y: TensorVariable) -> TensorVariable:
    """Mean negative log-likelihood of the labels ``y`` (digits,), in nats: a float32 scalar."""
    # Picked by comparison: PyTensor has no C code for an index of two vectors.
    is_label = pt.eq(y[:, None], np.arange(CLASSES))
    return -pt.switch(is_label, log_p, np.float32(0)).sum(axis=1).mean()


def _shuffled_parts(images: LabelledImages, cuts: Sequence[int]) -> list[Digits]:
    count = len(images.labels)
    if count < FEWEST:
        raise DatasetError(
            f"{count} images; expected at least {FEWEST}, to train on, to validate and to hold out."
        )
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    return [
        _flattened(LabelledImages(images.images[part], images.labels[part]))
        for part in np.split(order, cuts)
    ]


def _flattened(images: LabelledImages) -> Digits:
    return Digits(images.images.reshape(len(images.labels), -1), images.labels)
