"""The pair of arrays that every image data set is given as, and the checks that make one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from symopt.errors import DatasetError

DIGIT_CLASSES = 10


class LabelledImages(NamedTuple):
    """Grey images and the class of each.

    Parameters
    ----------
    images
        float32, shape (n, rows, cols), 0 (background) to 1 (ink).
    labels
        int64, shape (n,), the digit 0..9 that each image shows.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


def checked_images(images: NDArray[Any], labels: NDArray[Any], source: str) -> LabelledImages:
    """Pair images with labels, or say in which way they do not fit together.

    Parameters
    ----------
    images
        Floating point, shape (n, rows, cols) with n, rows and cols at least 1, values in [0, 1].
    labels
        Any integer dtype, shape (n,), values in 0..9.
    source
        The file or files that both came from, for the error text.

    Returns
    -------
    LabelledImages
        float32 images and int64 labels; an array that has its dtype already is not copied.

    Raises
    ------
    DatasetError
        If the counts differ, there are no pixels, or a value is out of range (NaN included).
    """
    if len(images) != len(labels):
        raise DatasetError(
            f"{source}: {len(images)} images but {len(labels)} labels; expected one label for each "
            "image. Images and labels must come from the same part of the same release: fetch "
            "both again."
        )
    if images.size == 0:
        raise DatasetError(
            f"{source}: holds no pixels (images of shape {images.shape}); expected at least one "
            "image. Fetch the file again."
        )
    lowest, highest = images.min(), images.max()
    if not (lowest >= 0 and highest <= 1):  # written so that NaN fails too
        raise DatasetError(
            f"{source}: pixel values run from {lowest} to {highest}; expected 0 to 1. Divide "
            "0..255 pixels by 255 when writing the file, or fetch the original again."
        )
    outside = (labels < 0) | (labels >= DIGIT_CLASSES)
    if outside.any():
        first = int(outside.argmax())
        raise DatasetError(
            f"{source}: label {first} is {labels[first]} and {int(outside.sum())} label(s) in all "
            f"lie outside 0..{DIGIT_CLASSES - 1}; expected digit classes. The file is damaged or "
            "belongs to another data set: fetch it again."
        )
    return LabelledImages(
        images.astype(np.float32, copy=False), labels.astype(np.int64, copy=False)
    )
