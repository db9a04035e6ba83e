"""Which of a program's answers differ from those of real Theano."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import symopt.legacy
from tests.legacy.differential import answers, programs

RECORDED = Path(__file__).parents[2] / "golden" / "theano"
TOPICS = sorted(path.stem for path in RECORDED.glob("*.json"))

# Relative and absolute distance of float32 numbers where a program says nothing
TOLERANCE = (2e-6, 1e-7)


@cache
def recorded(topic: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Program -> floatX (or "both") -> path -> leaf, as real Theano 1.0.5 answered."""
    return json.loads((RECORDED / f"{topic}.json").read_text())


@cache
def module_of(topic: str) -> ModuleType:
    """The topic's programs, their ``import theano`` answered by symopt."""
    with symopt.legacy.install(read_flags=False):
        return importlib.import_module(f"{programs.__name__}.{topic}")


def cells() -> Iterator[tuple[str, str, str]]:
    """Topic, program and floatX of every run that was recorded."""
    for topic in TOPICS:
        for name, by_floatx in recorded(topic).items():
            for floatx in answers.BOTH if "both" in by_floatx else by_floatx:
                yield topic, name, floatx


@contextmanager
def quick(floatx: str, rewrites: bool = False) -> Iterator[None]:
    """``theano`` is symopt's, under that floatX, and nothing is compiled to C or by Numba."""
    from symopt.legacy import theano

    mode = {"mode": "Mode", "linker": "py", "optimizer": "fast_run"}
    if not rewrites:
        mode = {"mode": "FAST_COMPILE"}
    with (
        symopt.legacy.install(read_flags=False),
        theano.change_flags(floatX=floatx, **mode),
    ):
        yield


@contextmanager
def compiled(floatx: str, rewrites: bool = True) -> Iterator[None]:
    """``theano`` is symopt's, under that floatX, with the backend that is set."""
    from symopt.legacy import theano

    with symopt.legacy.install(read_flags=False), theano.change_flags(floatX=floatx):
        yield


def disagreements(
    topic: str, name: str, floatx: str, run: Callable[[str, bool], Any] = quick
) -> dict[str, str]:
    """Path of an answer -> what Theano said and what symopt says, where they differ."""
    program = getattr(module_of(topic), name)
    by_floatx = recorded(topic)[name]
    theirs = by_floatx.get("both") or by_floatx[floatx]
    with run(floatx, getattr(program, "rewrites", False)), warnings.catch_warnings():
        if getattr(program, "warns", False):
            warnings.simplefilter("ignore")
        ours = answers.leaves(program())
    relative, absolute = getattr(program, "tolerance", TOLERANCE)
    if floatx == "float64":
        relative, absolute = relative * 1e-4, absolute * 1e-4
    found = {}
    for path in list(dict.fromkeys([*theirs, *ours])):
        their, our = theirs.get(path, "absent"), ours.get(path, "absent")
        if not _agree(their, our, relative, absolute):
            found[path] = f"Theano: {_short(their)}; symopt: {_short(our)}"
    return found


def _agree(their: Any, our: Any, relative: float, absolute: float) -> bool:
    if not isinstance(their, dict) or not isinstance(our, dict):
        if isinstance(their, float) and isinstance(our, float):
            return bool(np.isclose(our, their, relative, absolute, equal_nan=True))
        return type(their) is type(our) and their == our
    if "raises" in their or "raises" in our:
        return _caught_alike(their.get("raises"), our.get("raises"))
    if any(their.get(key) != our.get(key) for key in ("dtype", "shape", "scalar")):
        return False
    if their["dtype"].startswith(("float", "complex")):
        if their["dtype"] == "float32":
            relative, absolute = max(relative, TOLERANCE[0]), max(absolute, TOLERANCE[1])
        return bool(np.allclose(our["values"], their["values"], relative, absolute, equal_nan=True))
    return their["values"] == our["values"]


def _caught_alike(their: list[str] | None, our: list[str] | None) -> bool:
    """Whatever ``except`` caught Theano's exception catches ours."""
    if not their or not our:
        return their == our
    return set(their) <= set(our)


def _short(leaf: Any) -> str:
    if isinstance(leaf, dict) and "values" in leaf:
        kind = "scalar" if leaf.get("scalar") else "array"
        return f"{kind} {leaf['dtype']}{tuple(leaf['shape'])} {leaf['values']}"[:300]
    if isinstance(leaf, dict):
        return f"raises {leaf['raises'][0]}" if leaf["raises"] else "raises nothing"
    return repr(leaf)[:300]
