"""A process of Theano's interpreter that takes its turns among the systems of this one."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.system import Built, Skipped, Timed
from benchmarks.training_step.problem import Problem

INTERPRETER = "THEANO_PYTHON"
"""Environment variable: a Python that has Theano, such as /tmp/theano37/bin/python."""

FLAGS = "floatX=float32,blas.ldflags=-lopenblas"
"""As people ran these models; THEANO_FLAGS, where it is set, is added and wins."""

_ROOT = Path(__file__).resolve().parents[2]


def why_not(row: str) -> Skipped | None:
    """Why Theano cannot run here, if it cannot."""
    python = os.environ.get(INTERPRETER)
    if not python:
        return Skipped(row, f"{INTERPRETER} is not set: the path of a Python that has Theano")
    if not Path(python).exists():
        return Skipped(row, f"{INTERPRETER}={python}: there is no such file")
    return None


def build(problem: Problem, model: str) -> Built:
    """The two phases of ``benchmarks.theano.server`` with this model, each a question over a pipe.

    The seconds are measured over there, around the call alone. The process ends with its pipe,
    when what is returned here is forgotten.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "problem.npz")
        arrays = {f"param_{name}": value for name, value in problem.params.items()}
        for i, batch in enumerate(problem.batches):
            arrays |= {f"batch{i}_{j}": value for j, value in enumerate(batch)}
        np.savez(data, **arrays)
        ask = partial(_ask, _start(model, data))
        ask("ready")  # it has read the file
    return Built(
        {phase: partial(_timed, ask, phase) for phase in ("grad", "update")},
        peak_memory=lambda: ask("memory")["bytes"],
    )


def _start(model: str, data: Path) -> subprocess.Popen[str]:
    flags = ",".join(filter(None, (FLAGS, os.environ.get("THEANO_FLAGS"))))
    return subprocess.Popen(
        [os.environ[INTERPRETER], "-m", "benchmarks.theano.server", model, str(data)],
        cwd=_ROOT,
        env=os.environ | {"THEANO_FLAGS": flags},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ask(process: subprocess.Popen[str], question: str) -> dict[str, Any]:
    print(question, file=process.stdin, flush=True)
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError(f"Theano's process ended ({process.wait()}); see above.")
    return json.loads(answer)


def _timed(ask: Any, phase: str) -> Timed:
    return Timed(**ask(phase))
