"""Models of a few hundred parameters, and formulas of a few pixels."""

from __future__ import annotations

import numpy as np

from legacy_examples.wap.options import DENSENET, VGG
from symopt.datasets.crohme import Formulas

_PARSER = {
    "dim_target": 5,
    "dim_word": 6,
    "dim_dec": 4,
    "dim_attention": 3,
    "dim_coverage": 2,
    "kernel_coverage": [3, 3],
    "maxlen": 4,
}
TINY_DENSENET = {
    **DENSENET,
    **_PARSER,
    "channel_conv1": 4,
    "kernel_conv1": [3, 3],
    "GrowthRate": 2,
    "DenseBlock": [1, 1],
}
TINY_VGG = {**VGG, **_PARSER, "dim_ConvBlock": [2, 3], "layersNum_block": [1, 2]}
TINY_MULTISCALE = {**TINY_DENSENET, "MultiScaleBlock": 2, "bn_mask": True}
TINY = {"densenet": TINY_DENSENET, "vgg": TINY_VGG, "multiscale": TINY_MULTISCALE}


def formulas(count=3, seed=0):
    rng = np.random.default_rng(seed)
    shapes = sorted(((9 + 3 * i, 17 + 5 * i) for i in range(count)), key=np.prod)
    return Formulas(
        tuple(f"f{i}" for i in range(count)),
        tuple(rng.choice(np.array([0, 255], "uint8"), (1, *shape)) for shape in shapes),
        tuple(rng.integers(1, 5, rng.integers(1, 5)) for _ in range(count)),
        {"<eol>": 0, "x": 1, "y": 2, "+": 3, "-": 4},
    )
