"""The update alone, with gradients that are already there: adadelta and adam, two sizes of each."""

from __future__ import annotations

from benchmarks.lstm.problem import FULL, QUICK
from benchmarks.system import Case, Peer
from benchmarks.update.problem import (
    RULES,
    Problem,
    make_grads,
    translator_params,
    tutorial_params,
)

PEERS = (
    Peer("symopt", "benchmarks.update.symopt_peer"),
    Peer("openmp", "benchmarks.update.openmp_peer"),
    Peer("pytensor", "benchmarks.update.pytensor_peer"),
    Peer("torch", "benchmarks.update.torch_peer", ("torch",)),
    Peer("jax", "benchmarks.update.jax_peer", ("jax", "optax")),
)


def cases(quick: bool) -> list[Case]:
    """A table for each rule and size."""
    small = tutorial_params(QUICK if quick else FULL)
    large = translator_params(50, 8, 3) if quick else translator_params(21_100, 512, 3)
    found = []
    for size, params in (("small", small), ("large", large)):
        grads = make_grads(params)
        count = sum(value.size for value in params.values())
        for rule in RULES:
            title = f"{rule} update alone: {count:,} float32 parameters in {len(params)} tensors"
            found.append(Case(f"{rule} {size}", title, Problem(rule, params, grads), PEERS))
    return found
