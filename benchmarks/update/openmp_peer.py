"""A loop written by hand in C++, with OpenMP: how fast the memory lets anybody be."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import symopt
from benchmarks.system import Built, Skipped, System
from benchmarks.update.problem import (
    ADADELTA_EPSILON,
    ADAM_EPSILON,
    BETA1,
    BETA2,
    LR,
    RHO,
    Problem,
)

ROW = "hand-written OpenMP loop"

FLAGS = (
    *("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math"),
    *("-fopenmp", "-shared", "-fPIC"),
)
"""-fno-math-errno: a square root that may have to set errno is no vector instruction."""

ALIGNMENT = 64
"""Bytes of a cache line: a vector that lies across two costs both, about a sixth of the time."""

Array = NDArray[np.float32]


def systems(problem: Problem) -> Iterator[System | Skipped]:
    """Two rows: arrays on cache lines, and arrays where NumPy puts them (16 bytes behind one)."""
    for row, copy in ((ROW, aligned_copy), (f"{ROW}, NumPy's arrays", np.copy)):
        if shutil.which("g++") is None:
            yield Skipped(row, "there is no g++")
        else:
            yield System(row, partial(build, problem, copy))


def build(problem: Problem, copy: Callable[[Array], Array]) -> Built:
    """The loop over copies of the problem's arrays."""
    library, threads = _library(), symopt.config.threads
    params = {name: copy(value) for name, value in problem.params.items()}
    streams = [params, {name: copy(value) for name, value in problem.grads.items()}]
    streams += [{name: copy(np.zeros_like(p)) for name, p in params.items()} for _ in "12"]
    sizes = [value.size for value in params.values()]
    common = (
        ctypes.c_int(len(sizes)),
        (ctypes.c_long * len(sizes))(*sizes),
        ctypes.c_int(threads),
        *(_pointers(stream.values()) for stream in streams),
    )
    step = 0

    def adadelta() -> None:
        library.adadelta(*common, *map(ctypes.c_float, (RHO, ADADELTA_EPSILON)))

    def adam() -> None:
        nonlocal step
        step += 1
        rate, correction = LR / (1.0 - BETA1**step), 1.0 / (1.0 - BETA2**step)
        scalars = BETA1, BETA2, ADAM_EPSILON, rate, correction
        library.adam(*common, *map(ctypes.c_float, scalars))

    update = {"adadelta": adadelta, "adam": adam}[problem.rule]
    # The pointers do not keep the arrays alive: the functions do.
    update.streams = streams
    return Built({"update": update}, lambda: params)


def aligned_copy(value: Array) -> Array:
    """A copy that begins on a cache line."""
    buffer = np.empty(value.nbytes + ALIGNMENT, np.uint8)
    start = -buffer.ctypes.data % ALIGNMENT
    copy = buffer[start : start + value.nbytes].view(np.float32).reshape(value.shape)
    copy[...] = value
    return copy


def _pointers(values: Iterable[Array]) -> Any:
    addresses = [value.ctypes.data for value in values]
    return (ctypes.c_void_p * len(addresses))(*addresses)


@cache
def _library() -> ctypes.CDLL:
    source = Path(__file__).with_name("openmp_loop.cpp")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "openmp_loop.so")
        subprocess.run(["g++", *FLAGS, str(source), "-o", str(target)], check=True)
        return ctypes.CDLL(str(target))
