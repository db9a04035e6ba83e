"""Sequences and images of different sizes as one array, with masks that say what is real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
from numpy.typing import ArrayLike, NDArray

from symopt.errors import ShapeError

Array = NDArray[Any]


def prepare_data(
    seqs: Sequence[ArrayLike],
    labels: ArrayLike,
    maxlen: int | None = None,
    *,
    dtype: str | None = None,
) -> tuple[Array, Array, Array] | tuple[None, None, None]:
    """Pad sequences of word numbers to a matrix, time first, as the LSTM tutorial does.

    Parameters
    ----------
    seqs
        Lists of integers.
    labels
        One for each sequence.
    maxlen
        Sequences of ``maxlen`` or more words are left out, with their labels. None: none are.
    dtype
        Of the mask; None: ``pytensor.config.floatX``.

    Returns
    -------
    x : int64 (steps, sequences)
        Word numbers, 0 past the end of a sequence.
    mask : float (steps, sequences)
        1 where there is a word, else 0.
    labels : int64 or float (sequences, ...)
        Integers become int64; others keep their dtype.

    All three are None if no sequence is left; ``symopt.fit`` passes over such a minibatch.

    References
    ----------
    lisa-lab/DeepLearningTutorials, code/imdb.py.
    """
    array = np.asarray(labels)
    if len(array) != len(seqs):
        raise ShapeError(
            f"prepare_data: {len(seqs)} sequences and {len(array)} labels; expected as many."
        )
    kept = [i for i, seq in enumerate(seqs) if maxlen is None or len(np.asarray(seq)) < maxlen]
    if not kept:
        return None, None, None
    x, mask = pad_sequences([seqs[i] for i in kept], dtype=dtype)
    array = array[kept]
    return x, mask, array.astype("int64") if array.dtype.kind in "biu" else array


def prepare_images(
    images: Sequence[ArrayLike],
    captions: Sequence[ArrayLike],
    *,
    scale: float = 255.0,
    dtype: str | None = None,
) -> tuple[Array, Array, Array, Array]:
    """Pad images and their captions, as WAP does.

    Parameters
    ----------
    images
        Arrays (channels, height, width), all with the same number of channels.
    captions
        Lists of word numbers. Each gets an end, the word 0, which the mask admits.
    scale
        Pixels are divided by it.
    dtype
        Of pixels and masks; None: ``pytensor.config.floatX``.

    Returns
    -------
    x : float (images, channels, height, width)
        Images at the upper left, 0 elsewhere.
    x_mask : float (images, height, width)
        1 where there is an image, else 0.
    y : int64 (steps, images)
        Captions, time first; steps is the longest caption and its end.
    y_mask : float (steps, images)
        1 up to the end of a caption, which is included.

    References
    ----------
    JianshuZhang/WAP, DenseNet/nmt.py, ``prepare_data``.
    """
    floats = dtype or pytensor.config.floatX
    arrays = [np.asarray(image) for image in images]
    channels = {array.shape[0] for array in arrays if array.ndim == 3}
    if len(arrays) != len(captions) or len(channels) != 1 or any(a.ndim != 3 for a in arrays):
        raise ShapeError(
            f"prepare_images: {len(arrays)} images of shapes {[a.shape for a in arrays]} and "
            f"{len(captions)} captions; expected one (channels, height, width) for each caption, "
            "all with the same number of channels."
        )
    height, width = (max(array.shape[axis] for array in arrays) for axis in (1, 2))
    x = np.zeros((len(arrays), channels.pop(), height, width), floats)
    x_mask = np.zeros((len(arrays), height, width), floats)
    for i, array in enumerate(arrays):
        rows, columns = array.shape[1:]
        x[i, :, :rows, :columns] = array / scale
        x_mask[i, :rows, :columns] = 1
    y, y_mask = pad_sequences([[*np.asarray(caption), 0] for caption in captions], dtype=floats)
    return x, x_mask, y, y_mask


def pad_sequences(seqs: Sequence[ArrayLike], *, dtype: str | None = None) -> tuple[Array, Array]:
    """Sequences of integers as a matrix, time first, and its mask; at least one sequence."""
    arrays = [np.asarray(seq, "int64") for seq in seqs]
    x = np.zeros((max(map(len, arrays)), len(arrays)), "int64")
    mask = np.zeros(x.shape, dtype or pytensor.config.floatX)
    for column, array in enumerate(arrays):
        x[: len(array), column] = array
        mask[: len(array), column] = 1
    return x, mask
