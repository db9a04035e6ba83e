"""Formulas into minibatches, as WAP makes them: sorted by area, limited in pixels, masked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import symopt
from legacy_examples.wap.options import Options
from symopt.datasets.crohme import Formulas, load_crohme


def load(
    pictures: Path, captions: Path, dictionary: Path, options: Options, problems: Any = "raise"
) -> Formulas:
    """Read formulas within the limits of the options.

    ``problems`` is "raise" or "skip": what to do about damaged pictures, missing or empty captions
    and unknown tokens.
    """
    return load_crohme(
        pictures,
        captions,
        dictionary,
        maxlen=options["maxlen"],
        max_area=options["maxImagesize"],
        damaged=problems,
        missing=problems,
        empty=problems,
        unknown=problems,
    )


def batches(formulas: Formulas, options: Options, shuffle: bool = True) -> Any:
    """Minibatches ``(x, x_mask, y, y_mask)`` of formulas of about equal area."""

    def take(indices: Any) -> Any:
        return symopt.prepare_images(
            [formulas.pictures[i] for i in indices],
            [formulas.captions[i] for i in indices],
            dtype="float32",
        )

    return symopt.bucketed(
        formulas.areas,
        take,
        batch_size=options["batch_size"],
        max_area=options["batch_Imagesize"],
        shuffle=shuffle,
    )


def captions_of(formulas: Formulas) -> Mapping[str, list[str]]:
    """Key to tokens."""
    tokens = formulas.tokens
    return {
        key: [tokens[i] for i in caption]
        for key, caption in zip(formulas.keys, formulas.captions, strict=True)
    }
