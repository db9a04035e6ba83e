"""Write digits.npz from the copy of the UCI digits that scikit-learn ships.

Run ``python make_digits.py``; scikit-learn is needed for this alone. The pixels and labels are
stored as they are, as uint8; nothing but the container format changes.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np


def main() -> None:
    """Write digits.npz next to this script."""
    bunch = import_module("sklearn.datasets").load_digits()
    images = bunch.images.astype(np.uint8)
    labels = bunch.target.astype(np.uint8)
    if not (np.array_equal(images, bunch.images) and np.array_equal(labels, bunch.target)):
        raise ValueError("scikit-learn's digits are not whole numbers 0..255; expected 0..16")
    if images.shape != (1797, 8, 8) or images.max() != 16 or labels.max() != 9:
        raise ValueError(f"expected (1797, 8, 8) pixels 0..16, found {images.shape}")
    np.savez_compressed(Path(__file__).with_name("digits.npz"), images=images, labels=labels)


if __name__ == "__main__":
    main()
