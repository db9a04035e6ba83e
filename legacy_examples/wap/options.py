"""Configurations, dicts as the original's: its two models, and one for small machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symopt.errors import ParamsError

Options = Mapping[str, Any]

_PARSER = {
    "input_channels": 1,
    "dim_target": 111,  # tokens, with the end
    "dim_word": 256,  # embedding of a token; half as many maxout units
    "dim_dec": 256,  # units of either GRU
    "use_dropout": True,
    "bn_mask": False,  # statistics of the pixels under the mask alone
    "decay_c": 1e-4,  # weight decay of filters
    "clip_c": 100.0,  # limit of the gradients' global norm
    "alpha_c": 0.0,  # alpha regularisation
    "patience": 15,
    "batch_size": 8,
    "batch_Imagesize": 500_000,  # pixels of a minibatch
    "maxImagesize": 400_000,
    "maxlen": 200,
    "gamma": None,  # of the batch normalisations at the start; None: drawn around 0
    "lesson": None,  # tokens at most of what is trained on first; None: maxlen, the whole task
    "cut": False,  # whether to train on single symbols too, cut out of formulas
    "distort": 0.0,  # strength of the distortion of pictures to train on
    "join": 0.0,  # probability that another formula is written behind one to train on
}

DENSENET: dict[str, Any] = {
    **_PARSER,
    "watcher": "densenet",
    "kernel_conv1": [7, 7],
    "stride_conv1": [2, 2],
    "channel_conv1": 48,
    "GrowthRate": 24,
    "DenseBlock": [16, 16, 16],
    "Bottleneck": True,
    "Transition": 0.5,
    "MultiScaleBlock": 0,  # levels of the branch of twice the resolution; 0: none
    "dim_attention": 512,
    "dim_coverage": 512,
    "kernel_coverage": [11, 11],
    "optimizer": "adadelta",
    "lrate": 1e-8,
}
"""The original's DenseNet model: 48 levels in three blocks."""

VGG: dict[str, Any] = {
    **_PARSER,
    "watcher": "vgg",
    "dim_ConvBlock": [32, 64, 64, 128],
    "layersNum_block": [4, 4, 4, 4],
    "kernel_Convenc": [3, 3],
    "dim_attention": 128,
    "dim_coverage": 128,
    "kernel_coverage": [5, 5],
    "optimizer": "adam",
    "lrate": 2e-4,
}
"""The original's VGG model: 16 layers in four blocks."""

SMALL: dict[str, Any] = {
    **DENSENET,
    "channel_conv1": 32,
    "GrowthRate": 16,
    "DenseBlock": [4, 4, 4],
    "dim_word": 128,
    "dim_dec": 128,
    "dim_attention": 128,
    "dim_coverage": 64,
    "kernel_coverage": [7, 7],
    "batch_Imagesize": 320_000,
    "maxImagesize": 100_000,
    "maxlen": 20,
    "gamma": 1.0,
    "use_dropout": False,
    "optimizer": "adam",
    "lrate": 1e-3,
    "cut": True,
    "distort": 0.3,
    "join": 0.6,
}
"""A DenseNet of 12 levels for formulas of up to 20 tokens, to be trained on two cores."""

CONFIGURATIONS: dict[str, dict[str, Any]] = {"densenet": DENSENET, "vgg": VGG, "small": SMALL}


def complete(options: Options) -> dict[str, Any]:
    """The options of a model, those that the original did not have added.

    Raises
    ------
    ParamsError
        The options are of neither watcher.
    """
    if "DenseBlock" in options:
        return {**DENSENET, **options, "watcher": "densenet"}
    if "dim_ConvBlock" in options:
        return {**VGG, **options, "watcher": "vgg"}
    raise ParamsError(
        f"The options {', '.join(sorted(options)) or '(none)'} are of no WAP model; expected "
        "DenseBlock, GrowthRate ... of the DenseNet, or dim_ConvBlock, layersNum_block ... of the "
        "VGG."
    )
