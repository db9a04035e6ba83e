"""The training step of a GRU with attention: dl4mt's decoder layer, gru_cond, and adadelta."""

from __future__ import annotations

from benchmarks.gru.problem import FULL, QUICK, make_problem
from benchmarks.system import Case, Peer

PEERS = (
    Peer("symopt", "benchmarks.gru.symopt_peer"),
    Peer("pytensor", "benchmarks.gru.pytensor_peer"),
    Peer("torch", "benchmarks.gru.torch_peer", ("torch",)),
    Peer("jax", "benchmarks.gru.jax_peer", ("jax", "optax")),
)


def cases(quick: bool) -> list[Case]:
    """The one table of this benchmark."""
    sizes = QUICK if quick else FULL
    problem = make_problem(sizes)
    title = (
        f"GRU with attention (gru_cond), training step: dim {sizes.dim}, {sizes.annotations} "
        f"annotations of {2 * sizes.dim}, batch {sizes.batch}, {sizes.steps} time steps, "
        f"{problem.parameter_count:,} float32 parameters, adadelta"
    )
    return [Case("gru", title, problem, PEERS)]
