"""Sixty parameters, as many as WAP has: twelve layers of kernel, matrices and vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt

import symopt

LAYERS, WIDTH = 12, 16


def steps(rule: str, backend: str, layers: int = LAYERS) -> dict[str, Callable[[], None]]:
    """What there is to be timed, in order: writing the graph, then compiling either phase."""
    rng = np.random.default_rng(0)
    values = {}
    for i in range(layers):
        values[f"layer{i}_kernel"] = rng.normal(size=(4, 4, 3, 3), scale=0.1)
        values[f"layer{i}_W"] = rng.normal(size=(WIDTH, WIDTH), scale=0.2)
        values[f"layer{i}_U"] = rng.normal(size=(WIDTH, WIDTH), scale=0.2)
        values[f"layer{i}_b"] = np.zeros(WIDTH)
        values[f"layer{i}_gain"] = np.ones(WIDTH)
    tparams = symopt.init_tparams({name: v.astype("float32") for name, v in values.items()})
    x = h = pt.fmatrix("x")
    penalty = 0
    for i in range(layers):
        kernel, W, U, b, gain = list(tparams.values())[5 * i : 5 * i + 5]
        h = pt.tanh((h @ W + pt.tanh(h) @ U + b) * gain)
        penalty += (kernel**2).sum()
    cost = (h**2).mean() + penalty
    built: list[Any] = []

    def build() -> None:
        built[:] = [getattr(symopt, rule)(0.01, tparams, None, [x], cost, backend=backend)]

    return {
        "build": build,
        "f_grad_shared": lambda: built[0].f_grad_shared.compile(),
        "f_update": lambda: built[0].f_update.compile(),
    }
