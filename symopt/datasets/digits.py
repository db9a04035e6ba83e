"""The small digit set that comes with the package: 1,797 images of 8 x 8 pixels."""

from __future__ import annotations

import zipfile
import zlib
from importlib.resources import files

import numpy as np

from symopt.datasets.images import LabelledImages, checked_images
from symopt.errors import DatasetError

PIXEL_MAXIMUM = 16  # a pixel counts the set points of a 4 x 4 block of the 32 x 32 scan

BROKEN_INSTALLATION = (
    "{resource}: the digits that come with symopt could not be read ({found}); expected a .npz "
    "archive with the arrays 'images' and 'labels'. The installation is incomplete: reinstall "
    "symopt, or write the file again with embedded/make_digits.py."
)


def load_digits() -> LabelledImages:
    """Read the embedded handwritten digits.

    Returns
    -------
    LabelledImages
        ``images`` float32 (1797, 8, 8): the pixels 0..16 divided by 16, so multiples of 1/16 in
        [0, 1]. ``labels`` int64 (1797,), 0..9, between 174 and 183 of each. The order is that of
        the UCI file. Both arrays are new at every call and may be written to.

    Raises
    ------
    DatasetError
        If the file is missing from the installation, or damaged.

    Notes
    -----
    This is the test part of the UCI set (13 writers), as scikit-learn ships it; the training part
    (30 other writers) is not included, so a split of these images has the same writers on both
    sides.

    References
    ----------
    E. Alpaydin and C. Kaynak (1998). Optical Recognition of Handwritten Digits. UCI Machine
    Learning Repository. https://doi.org/10.24432/C50P49 (CC BY 4.0).

    Examples
    --------
    >>> from symopt.datasets import load_digits
    >>> images, labels = load_digits()
    >>> images.shape, images.dtype.name, labels.shape, labels.dtype.name
    ((1797, 8, 8), 'float32', (1797,), 'int64')
    """
    resource = files("symopt.datasets").joinpath("embedded", "digits.npz")
    try:
        with resource.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            images, labels = archive["images"], archive["labels"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        found = f"{type(error).__name__}: {error}"
        raise DatasetError(BROKEN_INSTALLATION.format(resource=resource, found=found)) from error
    scaled = images.astype(np.float32) / np.float32(PIXEL_MAXIMUM)
    return checked_images(scaled, labels, str(resource))
