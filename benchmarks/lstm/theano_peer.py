"""Real Theano, where THEANO_PYTHON names an interpreter that has it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.system import Skipped, System
from benchmarks.theano.process import build, why_not
from benchmarks.training_step.problem import Problem

ROW = "theano, OpenBLAS"


def systems(problem: Problem) -> Iterator[System | Skipped]:
    """One row."""
    yield why_not(ROW) or System(ROW, partial(build, problem, "lstm"))
