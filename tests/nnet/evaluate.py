"""Operations evaluated on each backend, forward and backward, and Theano's numbers for them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from tests.conftest import PythonBackend

BACKENDS = ("python", "c", "numba", "jax")
GOLDEN = Path(__file__).parents[1] / "golden"


def compiled(backend: str, inputs: Sequence, outputs: Sequence) -> Callable:
    """A function of ``inputs``; jax runs on PyTensor's linker and needs inputs of static shape."""
    if backend == "python":
        return symopt.function(inputs, outputs, backend=PythonBackend(), on_unused_input="ignore")
    if backend != "jax":
        return symopt.function(inputs, outputs, backend=backend, on_unused_input="ignore")
    pytest.importorskip("jax")
    importlib.import_module("symopt.backends.jax.nnet")  # registers the operations
    return pytensor.function(inputs, outputs, mode="JAX", on_unused_input="ignore")


def symbols(backend: str, arrays: dict[str, np.ndarray]) -> dict:
    """A variable for each array: of its shape for jax, of unknown shape otherwise."""
    return {
        name: pt.tensor(
            name, dtype=a.dtype, shape=a.shape if backend == "jax" else (None,) * a.ndim
        )
        for name, a in arrays.items()
    }


def evaluate(backend: str, build: Callable, **arrays: np.ndarray) -> list[np.ndarray]:
    """The outputs of ``build``, called with a variable for each array."""
    variables = symbols(backend, arrays)
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
    variables = symbols(backend, arrays)
    outputs = build(**variables)
    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    cost = sum(
        (output * pt.constant(r)).sum()
        for output, r in zip(outputs, cotangents, strict=True)
        if r is not None
    )
    gradients = pytensor.grad(cost, [variables[name] for name in wrt]) if wrt else []
    f = compiled(backend, list(variables.values()), [*outputs, *gradients])
    values = [np.asarray(value) for value in f(*arrays.values())]
    return values[: len(outputs)], values[len(outputs) :]


def golden(file: str, case: str) -> dict[str, np.ndarray]:
    """The arrays of one case of ``tests/golden/ops/FILE.f64.npz``: in.X, outN, RN, grad.X."""
    with np.load(GOLDEN / "ops" / f"{file}.f64.npz", allow_pickle=False) as arrays:
        found = {k.removeprefix(f"{case}/"): arrays[k] for k in arrays if k.startswith(f"{case}/")}
    assert found, case
    return found


def check_golden(backend: str, file: str, case: str, build: Callable, rtol=1e-10, atol=1e-10):
    """Compare outputs and gradients with real Theano's."""
    wanted = golden(file, case)
    inputs = {k[3:]: v for k, v in wanted.items() if k.startswith("in.")}
    wrt = [k[5:] for k in wanted if k.startswith("grad.")]
    count = sum(k.startswith("out") for k in wanted)
    cotangents = [wanted.get(f"R{i}") for i in range(count)]
    outputs, gradients = evaluate_with_gradients(backend, build, cotangents, wrt, **inputs)
    for i, output in enumerate(outputs):
        assert output.dtype == wanted[f"out{i}"].dtype
        assert output.shape == wanted[f"out{i}"].shape
        np.testing.assert_allclose(output, wanted[f"out{i}"], rtol, atol)
    for name, gradient in zip(wrt, gradients, strict=True):
        np.testing.assert_allclose(gradient, wanted[f"grad.{name}"], rtol, atol)


def check_golden_cases(
    backend: str, file: str, builds: dict[str, Callable], rtol=1e-10, atol=1e-10
):
    """``check_golden`` of many cases in one function, which compiles in a fraction of the time."""
    inputs, outputs, arrays, checks = [], [], [], []
    for case, build in builds.items():
        wanted = golden(file, case)
        given = {k[3:]: v for k, v in wanted.items() if k.startswith("in.")}
        variables = symbols(backend, given)
        built = build(**variables)
        built = list(built) if isinstance(built, list | tuple) else [built]
        assert len(built) == sum(k.startswith("out") for k in wanted)
        cost = sum((y * wanted[f"R{i}"]).sum() for i, y in enumerate(built) if f"R{i}" in wanted)
        wrt = [k[5:] for k in wanted if k.startswith("grad.")]
        gradients = pytensor.grad(cost, [variables[name] for name in wrt]) if wrt else []
        inputs += variables.values()
        arrays += given.values()
        outputs += [*built, *gradients]
        checks += [(case, f"out{i}", wanted[f"out{i}"]) for i in range(len(built))]
        checks += [(case, f"grad.{name}", wanted[f"grad.{name}"]) for name in wrt]
    values = compiled(backend, inputs, outputs)(*arrays)
    for (case, name, wanted), value in zip(checks, values, strict=True):
        assert value.dtype == wanted.dtype, (case, name)
        np.testing.assert_allclose(value, wanted, rtol, atol, err_msg=f"{case} {name}")
