"""Many golden cases in one compiled function: compiling is what takes the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tests.nnet.evaluate import GOLDEN, evaluate_with_gradients, golden


def check_golden_cases(
    backend: str,
    file: str,
    cases: Mapping[str, Callable],
    atol: Callable[[str, np.ndarray], np.ndarray | float] = lambda case, x: 1e-10,
):
    """Compare outputs and gradients of each case with real Theano's, within 1e-10.

    Each is a function of the case's inputs, in their order. ``atol(case, x)`` gives the absolute
    tolerance for what is computed from the first input x.
    """
    check_cases(backend, {case: golden(file, case) for case in cases}, cases, atol)


def check_torch_cases(backend: str, cases: Mapping[str, Callable]):
    """The same with PyTorch's numbers, of ``tests/golden/torch_nnet/losses.npz``."""
    with np.load(GOLDEN / "torch_nnet" / "losses.npz", allow_pickle=False) as arrays:
        wanted = {
            case: {
                k.removeprefix(f"{case}/"): arrays[k] for k in arrays if k.startswith(f"{case}/")
            }
            for case in cases
        }
    assert all(wanted.values())
    check_cases(backend, wanted, cases, lambda case, x: 1e-10)


def check_cases(backend: str, wanted: dict, cases: Mapping[str, Callable], atol: Callable):
    arrays, cotangents, wrt = {}, [], []
    for case, values in wanted.items():
        arrays |= {f"{case}/{k[3:]}": v for k, v in values.items() if k.startswith("in.")}
        wrt += [f"{case}/{k[5:]}" for k in values if k.startswith("grad.")]
        count = sum(k.startswith("out") for k in values)
        cotangents += [values.get(f"R{i}") for i in range(count)]

    def build(**variables):
        outputs = []
        for case, function in cases.items():
            own = [v for name, v in variables.items() if name.startswith(f"{case}/")]
            result = function(*own)
            outputs += result if isinstance(result, list | tuple) else [result]
        return outputs

    outputs, gradients = evaluate_with_gradients(backend, build, cotangents, wrt, **arrays)
    gradients = dict(zip(wrt, gradients, strict=True))
    outputs = iter(outputs)
    for case, values in wanted.items():
        first = next(v for k, v in values.items() if k.startswith("in."))
        tolerance = atol(case, first)
        for name, expected in values.items():
            if name.startswith("out"):
                output = next(outputs)
                assert output.dtype == expected.dtype, (case, name)
                check_close(output, expected, tolerance, (case, name))
            elif name.startswith("grad."):
                check_close(gradients[f"{case}/{name[5:]}"], expected, tolerance, (case, name))


def check_close(found, expected, atol, what):
    """Same shape, and |found - expected| <= atol + 1e-10 |expected|; NaN and inf in place."""
    assert found.shape == expected.shape, what
    with np.errstate(invalid="ignore"):
        near = np.abs(found - expected) <= atol + 1e-10 * np.abs(expected)
    same = near | (found == expected) | (np.isnan(found) & np.isnan(expected))
    assert same.all(), (what, found[~same], expected[~same])
