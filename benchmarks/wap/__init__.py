"""The training step of WAP's full DenseNet model on eight real pictures."""

from __future__ import annotations

from benchmarks.system import Case, Peer
from benchmarks.wap.problem import COMPARED, make_problem

PEERS = (
    Peer("symopt", "benchmarks.wap.symopt_peer"),
    Peer("torch", "benchmarks.wap.torch_peer", ("torch",)),
)

TOLERANCE = 0.01
"""Largest difference of two costs, which are about 50, before and after one update.

A hundred layers make more of a rounding with every update: after four, PyTorch is 0.17 apart from
itself with another layout of images.
"""


def cases(quick: bool) -> list[Case]:
    """The one table of this benchmark."""
    problem = make_problem(quick)
    options, x = problem.options, problem.batches[0][0]
    blocks = "+".join(map(str, options["DenseBlock"]))
    title = (
        f"WAP, training step: DenseNet of {blocks} levels, growth {options['GrowthRate']}, "
        f"{len(x)} {'made-up ' if quick else ''}pictures of at most {x.shape[2]}x{x.shape[3]}, "
        f"{len(problem.batches[0][2])} tokens, {problem.parameter_count:,} float32 parameters, "
        "dropout, adadelta"
    )
    return [Case("wap", title, problem, PEERS, TOLERANCE, COMPARED)]
