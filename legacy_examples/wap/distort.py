"""From few formulas many: pictures distorted at random, and two of them on one sheet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform


def distorted(
    picture: NDArray[np.uint8], rng: np.random.Generator, strength: float
) -> NDArray[np.uint8]:
    """Stretch, shear and turn a picture; all of it stays on the paper.

    Parameters
    ----------
    picture
        uint8 (1, height, width), 255 for ink.
    strength
        Either axis is stretched by a factor between 1 / (1 + strength) and 1 + strength, the
        picture sheared by at most ``strength`` and turned by at most ``strength / 3`` radians.
    """
    rows, columns = np.exp(rng.uniform(-1, 1, 2) * np.log1p(strength))
    shear, angle = rng.uniform(-strength, strength), rng.uniform(-strength, strength) / 3
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = turn @ np.array([[rows, 0.0], [shear * columns, columns]])
    size = np.array(picture.shape[1:])
    new_size = np.ceil(np.abs(forward) @ size).astype(int)
    back = np.linalg.inv(forward)
    offset = (size - 1) / 2 - back @ ((new_size - 1) / 2)
    drawn = affine_transform(
        picture[0].astype("float32"), back, offset, tuple(new_size), order=1, mode="constant"
    )
    return np.rint(drawn).astype("uint8")[None]


def joined(
    left: NDArray[np.uint8], right: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Two pictures (1, height, width) side by side on one sheet, up to 20 pixels apart."""
    gap = int(rng.integers(0, 21))
    sheet = np.zeros(
        (1, max(left.shape[1], right.shape[1]), left.shape[2] + gap + right.shape[2]), "uint8"
    )
    for picture, column in ((left, 0), (right, left.shape[2] + gap)):
        _, height, width = picture.shape
        above = (sheet.shape[1] - height) // 2
        sheet[:, above : above + height, column : column + width] = picture
    return sheet
