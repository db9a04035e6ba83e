"""The update alone, with gradients that are already there: adadelta, then adam."""

from __future__ import annotations

from benchmarks.lstm.problem import FULL, QUICK
from benchmarks.system import Case, Peer
from benchmarks.update.problem import RULES, make_problem

PEERS = (
    Peer("symopt", "benchmarks.update.symopt_peer"),
    Peer("pytensor", "benchmarks.update.pytensor_peer"),
    Peer("torch", "benchmarks.update.torch_peer", ("torch",)),
    Peer("jax", "benchmarks.update.jax_peer", ("jax", "optax")),
)


def cases(quick: bool) -> list[Case]:
    """One table a rule."""
    found = []
    for rule in RULES:
        problem = make_problem(rule, QUICK if quick else FULL)
        count = sum(value.size for value in problem.params.values())
        title = (
            f"{rule} update alone: {count:,} float32 parameters in {len(problem.params)} tensors"
        )
        found.append(Case(title, problem, PEERS))
    return found
