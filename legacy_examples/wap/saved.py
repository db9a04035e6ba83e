"""Models on disk: a folder that training wrote, or the original's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import symopt
from legacy_examples.wap.initial import init_bn_params, init_params
from legacy_examples.wap.layers import STREAMS
from legacy_examples.wap.options import Options, complete
from symopt.errors import ParamsError
from symopt.legacy import load_checkpoint

PARAMS, STATISTICS, OPTIONS = "params.npz", "statistics.npz", "options.json"
BN_PARAMS = "bn_params.npz"
"""The original's file of running statistics, beside that of the parameters."""


class Saved(NamedTuple):
    """A model: its parameters and running statistics by name, and its options."""

    params: Mapping[str, Any]
    statistics: Mapping[str, Any]
    options: dict[str, Any]


def save_options(folder: Path, options: Options) -> None:
    """Write the options beside the parameters, where :func:`load_model` finds them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OPTIONS).write_text(json.dumps(dict(options), indent=1) + "\n")


def load_model(path: Path) -> Saved:
    """Read a model.

    Parameters
    ----------
    path
        A folder with params.npz, statistics.npz and options.json; or the original's
        ``attention_*.npz``, with its options (``.npz.pkl``) and ``bn_params.npz`` beside it. Their
        pickles are read without executing anything.

    Raises
    ------
    ParamsError, CheckpointError
        A file is missing or damaged, or its names and shapes are not those of its options.
    """
    if path.is_dir():
        options = complete(json.loads((path / OPTIONS).read_text()))
        params, statistics = (symopt.load_params(path / name) for name in (PARAMS, STATISTICS))
        # Phase 1 moves the states of dropout's draws too, which are no part of a model.
        statistics = {k: v for k, v in statistics.items() if not k.startswith(f"{STREAMS}/")}
    else:
        checkpoint = load_checkpoint(path)
        options = complete(checkpoint.options)
        params = checkpoint.arrays
        statistics = load_checkpoint(path.with_name(BN_PARAMS)).arrays
    expected = {"parameters": init_params(options), "statistics": init_bn_params(options)}
    for kind, found in (("parameters", params), ("statistics", statistics)):
        _check(path, kind, found, expected[kind])
    return Saved(
        {name: params[name] for name in expected["parameters"]},
        {name: statistics[name] for name in expected["statistics"]},
        options,
    )


def _check(path: Path, kind: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    faults = [f"{name} is missing" for name in expected if name not in found]
    faults += [f"{name} is not of the model" for name in found if name not in expected]
    faults += [
        f"{name} has shape {found[name].shape}, not {array.shape}"
        for name, array in expected.items()
        if name in found and found[name].shape != array.shape
    ]
    if faults:
        shown = "; ".join(faults[:5])
        raise ParamsError(
            f"{path}: the {kind} are not those of its options: {shown} ({len(faults)} in all)."
        )
