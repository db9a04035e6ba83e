"""The hand-written loop of ``update`` against NumPy, where its threads' shares cut the tensors."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import symopt
from benchmarks.update.openmp_peer import aligned_copy, build
from benchmarks.update.problem import RULES, Problem

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")

SIZES = ((1,), (17, 3), (16,), (15,), (1, 1), (129,), (5,), (64,), (31,))


def adadelta(p, g, steps, rho=0.95, epsilon=1e-6):
    s = u = np.zeros_like(p)
    for _ in range(steps):
        s = rho * s + (1 - rho) * g**2
        delta = np.sqrt(u + epsilon) / np.sqrt(s + epsilon) * g
        u = rho * u + (1 - rho) * delta**2
        p = p - delta
    return p


def adam(p, g, steps, rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = v = np.zeros_like(p)
    for t in range(1, steps + 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        corrected = m / (1 - beta1**t), np.sqrt(v / (1 - beta2**t))
        p = p - rate * corrected[0] / (corrected[1] + epsilon)
    return p


@pytest.mark.parametrize("copy", [aligned_copy, np.copy])
@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("rule", RULES)
def test_every_element_is_updated_once(rule, threads, copy, monkeypatch):
    monkeypatch.setattr(symopt.config, "_threads", threads)
    rng = np.random.default_rng(0)
    params, grads = (
        {f"p{i}": rng.standard_normal(shape, dtype=np.float32) for i, shape in enumerate(SIZES)}
        for _ in range(2)
    )
    built = build(Problem(rule, params, grads), copy)
    for _ in range(3):
        built.calls["update"]()
    for name, value in built.params().items():
        expected = globals()[rule](params[name].astype(float), grads[name].astype(float), 3)
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6, err_msg=name)
