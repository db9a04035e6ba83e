"""Every rule against 50 steps of PyTorch, of the cutedl listings and of real Theano.

A backend compiles all rules of a dtype into one function for each phase: compiling them one by
one would take most of the suite's time and test nothing more.
"""

import numpy as np
import pytest

from symopt.backends import choose_backend
from symopt.function import CompiledFunction
from symopt.graph import build_update_graph, merge_phases
from tests.problems import mlp
from tests.trajectories import CASES, SNAPSHOTS, assert_close, assert_parameters

EVERY, ONE_EACH = CASES, [case for case in CASES if case.compiled]
RUNS = [
    pytest.param("python", EVERY, marks=pytest.mark.core, id="python"),
    pytest.param("c", ONE_EACH, id="c"),
    pytest.param("numba", ONE_EACH, id="numba"),
    pytest.param("c", EVERY, marks=pytest.mark.long, id="c-every"),
    pytest.param("numba", EVERY, marks=pytest.mark.long, id="numba-every"),
]


def build_all(cases, dtype):
    """An update graph for each case, over parameters of its own and common inputs."""
    problem, graphs = mlp(dtype), []
    for case in cases:
        own = mlp(dtype, problem.inputs)
        graphs.append(
            build_update_graph(case.rule(), case.rate, own.tparams, own.grads, own.inputs, own.cost)
        )
    return problem, graphs


def joined(name, backend, phases, inputs):
    """One function that runs a phase of every graph."""
    outputs = [output for phase in phases for output in phase.outputs]
    updates = [(u.target, u.value) for phase in phases for u in phase.updates]
    rates = [v for phase in phases for v in phase.inputs if v not in inputs]
    function = CompiledFunction(name, [*inputs, *rates], outputs, backend, updates=updates)
    arguments = [0.0, False] * (len(rates) // 2)
    return lambda *batch: function(*batch, *arguments)


def follow(cases, dtype, graphs, batches, run):
    """Take 50 steps and compare parameters, costs and the last state with the golden ones."""
    costs = []
    for t in range(50):
        costs.append(run(batches[t % 10]))
        if t + 1 in SNAPSHOTS:
            for case, graph in zip(cases, graphs, strict=True):
                assert_parameters(case, graph, dtype, t + 1)
    for case, cost in zip(cases, np.array(costs).T, strict=True):
        assert cost.dtype == dtype
        assert_close(cost, case.arrays(dtype)["cost"], dtype, 50, case.file)


@pytest.mark.parametrize(("backend", "cases"), RUNS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_two_phases_follow_the_reference(backend, cases, dtype, python_backend):
    cases = [case for case in cases if dtype in case.dtypes]
    backend = python_backend if backend == "python" else choose_backend(backend)
    problem, graphs = build_all(cases, dtype)
    gradients = joined("gradients", backend, [g.gradient for g in graphs], problem.inputs)
    updates = joined("updates", backend, [g.updates[0] for g in graphs], [])

    def run(batch):
        cost = gradients(*batch)
        updates()
        return cost

    follow(cases, dtype, graphs, problem.batches, run)


@pytest.mark.core
def test_merged_step_follows_the_reference(python_backend):
    """The phases as one function give their numbers to rounding: the gradient's last operations
    and the rule's first ones may be computed in one kernel, in another order.
    """
    cases = [case for case in CASES if "float32" in case.dtypes]
    problem, graphs = build_all(cases, "float32")
    step = joined("step", python_backend, [merge_phases(g) for g in graphs], problem.inputs)
    follow(cases, "float32", graphs, problem.batches, lambda batch: step(*batch))
