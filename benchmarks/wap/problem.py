"""The model's options, initial parameters, and one minibatch of real formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import symopt
from benchmarks.training_step.problem import Problem
from legacy_examples.wap import data
from legacy_examples.wap.initial import init_bn_params, init_params
from legacy_examples.wap.options import DENSENET, Options

REAL = Path(__file__).parents[2] / "../shared/data/crohme_wap"
"""CROHME's files as WAP has them."""

COMPARED = 2
"""Steps that are compared, without dropout; those that are timed have it."""

QUICK = {"GrowthRate": 4, "DenseBlock": [1, 1], "channel_conv1": 6, "dim_word": 8, "dim_dec": 8}
QUICK |= {"dim_attention": 8, "dim_coverage": 4, "kernel_coverage": [3, 3]}


@dataclass(frozen=True)
class WapProblem(Problem):
    """What every peer gets, and besides the options and the initial running statistics."""

    options: Options
    statistics: dict[str, NDArray[np.float32]]


def make_problem(quick: bool) -> WapProblem:
    """The full model and the minibatch in the middle of the 2016 set; tiny ones for ``quick``.

    Raises
    ------
    click.ClickException
        The formulas are not there.
    """
    options = {**DENSENET, **QUICK} if quick else DENSENET
    batches = [_made_up() if quick else _real(options)]
    return WapProblem(init_params(options), batches, options, init_bn_params(options))


def _real(options: Options) -> Sequence[Any]:
    if not REAL.is_dir():
        raise click.ClickException(f"{REAL} is not there; this benchmark needs its formulas.")
    names = ("16.tar.gz", "16_caption.derived.txt", "dictionary.txt")
    formulas = data.load(*(REAL / name for name in names), options, "skip")
    batches = list(data.batches(formulas, options, shuffle=False))
    return batches[len(batches) // 2]


def _made_up() -> Sequence[Any]:
    rng = np.random.default_rng(0)
    pictures = [rng.choice(np.array([0, 255], "uint8"), (1, 20, 30 + 4 * i)) for i in range(3)]
    captions = [rng.integers(1, 111, 3 + i) for i in range(3)]
    return symopt.prepare_images(pictures, captions, dtype="float32")
