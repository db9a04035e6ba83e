"""Formulas into minibatches, as WAP makes them: sorted by area, limited in pixels, masked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import symopt
from legacy_examples.wap.distort import distorted, joined
from legacy_examples.wap.options import Options
from legacy_examples.wap.pieces import symbols
from symopt.datasets.crohme import Formulas, load_crohme
from symopt.errors import DatasetError


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


def batches(formulas: Formulas, options: Options, shuffle: bool = True, seed: Any = None) -> Any:
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
        seed=seed,
    )


def epochs(formulas: Formulas, options: Options) -> Any:
    """What each epoch is made of: the minibatches, of formulas varied anew if options say so.

    A lesson is made of those that are short enough for it.

    Raises
    ------
    DatasetError
        No formula is short enough for the lesson.
    """
    if options["cut"]:
        formulas = with_symbols(formulas)
    if options["lesson"] is not None:
        options = {**options, "maxlen": options["lesson"]}
        lengths = [len(caption) for caption in formulas.captions]
        short = [i for i, n in enumerate(lengths) if n <= options["lesson"]]
        if not short:
            raise DatasetError(
                f"lesson={options['lesson']}: none of {len(formulas)} formulas has so few tokens, "
                f"the shortest has {min(lengths)}; expected at least one. With cut=true there are "
                "single symbols too."
            )
        formulas = formulas.at(short)
    if not (options["distort"] or options["join"]):
        return batches(formulas, options)
    return lambda rng: batches(varied(formulas, options, rng), options, seed=rng)


def with_symbols(formulas: Formulas) -> Formulas:
    """The formulas, and besides each symbol that can be cut out of one."""
    keys, pictures, captions = (
        list(part) for part in (formulas.keys, formulas.pictures, formulas.captions)
    )
    tokens = formulas.tokens
    for key, picture, caption in zip(
        formulas.keys, formulas.pictures, formulas.captions, strict=True
    ):
        for symbol, i in symbols(picture, [tokens[number] for number in caption]):
            keys.append(f"{key}:{i}")
            pictures.append(symbol)
            captions.append(caption[i : i + 1])
    return _sorted(formulas, keys, pictures, captions)


def varied(formulas: Formulas, options: Options, rng: np.random.Generator) -> Formulas:
    """Each formula distorted, with others behind it: ``join`` is the probability of each next one.

    Not in the original, which had ten times as many formulas to learn from. So few captions are
    soon known by heart from their first tokens, and nothing is left to be learned from looking.
    What would be larger or longer than the options allow is not joined.
    """
    lengths = np.array([len(caption) for caption in formulas.captions])
    pictures, captions = [], []
    for own, tokens in zip(formulas.pictures, formulas.captions, strict=True):
        picture, caption = distorted(own, rng, options["distort"]), tokens
        while rng.random() < options["join"]:
            fitting = np.flatnonzero(lengths <= options["maxlen"] - len(caption))
            if not len(fitting):
                break
            other = int(rng.choice(fitting))
            second = distorted(formulas.pictures[other], rng, options["distort"])
            both = joined(picture, second, rng)
            if both.size > options["maxImagesize"]:
                break
            picture, caption = both, np.concatenate([caption, formulas.captions[other]])
        pictures.append(picture)
        captions.append(caption)
    return _sorted(formulas, formulas.keys, pictures, captions)


def _sorted(
    formulas: Formulas, keys: Sequence[str], pictures: Sequence[Any], captions: Sequence[Any]
) -> Formulas:
    """Others in place of the formulas, by the area of their pictures."""
    order = sorted(range(len(pictures)), key=lambda i: pictures[i].size)
    return dataclasses.replace(
        formulas,
        keys=tuple(keys[i] for i in order),
        pictures=tuple(pictures[i] for i in order),
        captions=tuple(captions[i] for i in order),
    )


def captions_of(formulas: Formulas) -> Mapping[str, list[str]]:
    """Key to tokens."""
    tokens = formulas.tokens
    return {
        key: [tokens[i] for i in caption]
        for key, caption in zip(formulas.keys, formulas.captions, strict=True)
    }
