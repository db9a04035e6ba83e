"""Every rule against 50 steps of PyTorch, of the cutedl listings and of real Theano.

A backend compiles the updates of all rules into one function: compiling them one by one would take
most of the suite's time and test nothing more. The gradients, the same for all, are one function
more, whose results are put into each rule's buffers. That phase 1 itself is compiled well, the
LSTM's golden test shows on each backend.
"""

import numpy as np
import pytest

from symopt.function import CompiledFunction
from symopt.graph import build_update_graph, merge_phases
from tests.problems import mlp
from tests.trajectories import SNAPSHOTS, assert_close, assert_parameters, cases

RUNS = [
    pytest.param("python", True, marks=pytest.mark.core, id="python"),
    pytest.param("c", True, id="c"),
    pytest.param("c without programs", False, marks=pytest.mark.long, id="c-without-programs"),
    pytest.param("jax", True, id="jax"),
    pytest.param("numba", False, id="numba"),
    pytest.param("numba", True, marks=pytest.mark.long, id="numba-every"),
]


def build_all(followed, dtype, statistics=None):
    """An update graph for each case, over parameters of its own and common inputs."""
    problem, graphs = mlp(dtype), []
    for case in followed:
        own, rule = mlp(dtype, problem.inputs), case.rule()
        rule.statistics = statistics or rule.statistics
        graphs.append(
            build_update_graph(
                rule,
                0.0,  # each step says which
                own.tparams,
                own.grads,
                own.inputs,
                own.cost,
                transforms=case.transforms(),
            )
        )
    return problem, graphs


def joined(name, backend, phases, inputs):
    """One function that runs a phase of every graph."""
    outputs = [output for phase in phases for output in phase.outputs]
    updates = [(u.target, u.value) for phase in phases for u in phase.updates]
    rates = [v for phase in phases for v in phase.inputs if v not in inputs]
    return CompiledFunction(name, [*inputs, *rates], outputs, backend, updates=updates)


def rates_at(followed, t):
    """What the update phases take as their rates, one after the other."""
    return [argument for case in followed for argument in (case.rate_at(t), True)]


def common_gradients(problem, backend):
    """Cost and gradients of the problem as a function of a batch and of the parameters."""
    stand_ins = {p: p.type() for p in problem.tparams.values()}
    return CompiledFunction(
        "gradients",
        [*problem.inputs, *stand_ins.values()],
        [problem.cost, *problem.grads],
        backend,
        givens=list(stand_ins.items()),
    )


def follow(followed, dtype, graphs, run):
    """Take 50 steps and compare parameters, costs and the last state with the golden ones."""
    costs = []
    for t in range(50):
        costs.append(run(t))
        if t + 1 in SNAPSHOTS:
            for case, graph in zip(followed, graphs, strict=True):
                assert_parameters(case, graph, dtype, t + 1)
    for case, cost in zip(followed, np.array(costs).T, strict=True):
        assert cost.dtype == dtype
        assert_close(cost, case.arrays(dtype)["cost"], dtype, 50, case.file)


@pytest.mark.parametrize(("backend", "every"), RUNS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_updates_follow_the_reference(backend, every, dtype, python_backend, backend_named):
    followed = cases(dtype, backend, every)
    backend = backend_named(backend)
    problem, graphs = build_all(followed, dtype, statistics="phase2")
    gradients = common_gradients(problem, backend)
    updates = joined("updates", backend, [g.updates[0] for g in graphs], [])

    def run(t):
        costs = []
        for case, graph in zip(followed, graphs, strict=True):
            batch = problem.batches[case.minibatch(t)]
            cost, *grads = gradients(*batch, *(p.get_value() for p in graph.params.values()))
            costs.append(cost)
            for parked, grad in zip(graph.grads.values(), grads, strict=True):
                parked.set_value(grad)
        updates(*rates_at(followed, t))
        return costs

    follow(followed, dtype, graphs, run)


@pytest.mark.core
def test_two_phases_with_historical_statistics_follow_the_reference(python_backend):
    followed = [case for case in cases("float64") if case.file.startswith("legacy/")]
    problem, graphs = build_all(followed, "float64")
    gradients = joined("gradients", python_backend, [g.gradient for g in graphs], problem.inputs)
    updates = joined("updates", python_backend, [g.updates[0] for g in graphs], [])

    def run(t):
        costs = gradients(*problem.batches[t % 10])
        updates(*rates_at(followed, t))
        return costs

    follow(followed, "float64", graphs, run)


@pytest.mark.core
def test_merged_step_follows_the_reference(python_backend):
    """The phases as one function give their numbers to rounding: the gradient's last operations
    and the rule's first ones may be computed in one kernel, in another order.
    """
    followed = cases("float32", "c without programs", every=False)
    problem, graphs = build_all(followed, "float32")
    step = joined("step", python_backend, [merge_phases(g) for g in graphs], problem.inputs)
    follow(
        followed,
        "float32",
        graphs,
        lambda t: step(*problem.batches[t % 10], *rates_at(followed, t)),
    )
