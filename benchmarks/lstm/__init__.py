"""The LSTM tutorial's training step: one gradient phase and one adadelta update."""

from __future__ import annotations

from benchmarks.lstm.problem import FULL, QUICK, make_problem
from benchmarks.system import Case, Peer

PEERS = (
    Peer("symopt", "benchmarks.lstm.symopt_peer"),
    Peer("pytensor", "benchmarks.lstm.pytensor_peer"),
    Peer("theano", "benchmarks.lstm.theano_peer"),
    Peer("torch", "benchmarks.lstm.torch_peer", ("torch",)),
    Peer("jax", "benchmarks.lstm.jax_peer", ("jax", "optax")),
)


def cases(quick: bool) -> list[Case]:
    """The one table of this benchmark."""
    sizes = QUICK if quick else FULL
    problem = make_problem(sizes)
    title = (
        f"LSTM tutorial, training step: {sizes.words} words, LSTM {sizes.dim}, batch "
        f"{sizes.batch}, {sizes.steps} time steps, {problem.parameter_count:,} float32 parameters, "
        "adadelta"
    )
    return [Case("lstm", title, problem, PEERS)]
