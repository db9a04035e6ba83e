"""Operations evaluated on each backend, forward and backward, and Theano's numbers for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from tests.conftest import PythonBackend

BACKENDS = ("python", "c", "numba", "jax")
# For tests of many operations: Numba compiles each of them for one to two seconds.
NUMBA_LONG = pytest.param("numba", marks=pytest.mark.long)
COMPILED = ("c", "jax", NUMBA_LONG)
ALL = (pytest.param("python", marks=pytest.mark.core), *COMPILED)
GOLDEN = Path(__file__).parents[1] / "golden"


def compiled(backend: str, inputs: Sequence, outputs: Sequence) -> Callable:
    """A function of ``inputs``."""
    chosen = PythonBackend() if backend == "python" else backend
    return symopt.function(inputs, outputs, backend=chosen, on_unused_input="ignore")


def symbols(arrays: dict[str, np.ndarray]) -> dict:
    """A variable of unknown shape for each array."""
    return {
        name: pt.tensor(name, dtype=a.dtype, shape=(None,) * a.ndim) for name, a in arrays.items()
    }


def evaluate(backend: str, build: Callable, **arrays: np.ndarray) -> list[np.ndarray]:
    """The outputs of ``build``, called with a variable for each array."""
    variables = symbols(arrays)
    outputs = build(**variables)
    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    values = compiled(backend, list(variables.values()), outputs)(*arrays.values())
    return [np.asarray(value) for value in values]


def evaluate_with_gradients(
    backend: str,
    build: Callable,
    cotangents: Sequence[np.ndarray | None],
    wrt: Sequence[str],
    **arrays: np.ndarray,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The outputs of ``build``, and the gradients of ``sum_i (cotangent_i * output_i).sum()``."""
    variables = symbols(arrays)
    outputs = build(**variables)
    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    known = {y: pt.constant(r) for y, r in zip(outputs, cotangents, strict=True) if r is not None}
    wanted = [variables[name] for name in wrt]
    gradients = pytensor.grad(None, wanted, known_grads=known) if wrt else []
    f = compiled(backend, list(variables.values()), [*outputs, *gradients])
    values = [np.asarray(value) for value in f(*arrays.values())]
    return values[: len(outputs)], values[len(outputs) :]


def golden(file: str, case: str) -> dict[str, np.ndarray]:
    """The arrays of one case of ``tests/golden/ops/FILE.f64.npz``: in.X, outN, RN, grad.X."""
    with np.load(GOLDEN / "ops" / f"{file}.f64.npz", allow_pickle=False) as arrays:
        found = {k.removeprefix(f"{case}/"): arrays[k] for k in arrays if k.startswith(f"{case}/")}
    assert found, case
    return found
