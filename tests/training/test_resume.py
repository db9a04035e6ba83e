"""A run that is interrupted and resumed ends with the bits of one that was not."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import symopt
from symopt import schedules, stopping
from symopt.errors import BackendUnavailableError
from tests.training.runs import InterruptAt, Problem, outcome

RULES = {
    "adam": (symopt.adam, {}),
    "adadelta in phase 1": (symopt.adadelta, {"statistics": "phase1"}),
    "momentum, ema, accumulate": (
        symopt.momentum,
        {"transforms": lambda: [symopt.accumulate(3), symopt.ema(0.9)]},
    ),
    "sgd, noise": (
        symopt.sgd,
        {"transforms": lambda: [symopt.clip_by_global_norm(1.0), symopt.add_noise(0.01, seed=5)]},
    ),
}

RATES = {
    "number": lambda: 0.05,
    "callable": lambda: lambda update: 0.1 / (1 + update),
    "cosine": lambda: schedules.cosine(0.1, 30),
    "plateau": lambda: schedules.warmup(
        schedules.reduce_on_plateau(0.5, patience=0, threshold=0.5), 4
    ),
}

STOPS = {
    "none": lambda: (),
    "patience": lambda: [stopping.patience(2), stopping.held(0.0, 9, "error")],
    "decay and restart": lambda: stopping.decay_and_restart(0, times=3),
    "plateau": lambda: [stopping.plateau(1, threshold=0.3, times=2), stopping.no_better(3)],
}


def noisy(problem, noise):
    """Minibatches with noise drawn while they are made, from a generator of their own."""

    def batches(rng):
        order = rng.permutation(23)
        for start in range(0, 23, 6):
            rows = order[start : start + 6]
            x = problem.x[rows] + 0.1 * noise.standard_normal((len(rows), 4)).astype("f")
            yield x, problem.y[rows]
            rng.standard_normal(3)  # after the minibatch was given away

    return batches


def batches_named(name, problem):
    """Batches, and what else is the state of the run."""
    noise = np.random.Generator(np.random.MT19937(5))
    if name == "minibatches":
        return symopt.minibatches(problem.x, problem.y, batch_size=6), {}
    if name == "own seed":
        inner = symopt.minibatches(problem.x, problem.y, batch_size=6, seed=4)
        return (lambda: iter(inner)), {"order": inner}
    if name == "bucketed":
        lengths = np.random.default_rng(0).integers(1, 5, 23)
        take = lambda rows: {"y": problem.y[rows], "x": problem.x[rows]}  # noqa: E731
        return symopt.bucketed(lengths, take, batch_size=5), {}
    if name == "noisy":
        return noisy(problem, noise), {"noise": noise}
    if name == "prefetched":
        return symopt.prefetch(noisy(problem, noise), 3, state={"noise": noise}), {}
    assert name == "list"
    return [(problem.x[i : i + 6], problem.y[i : i + 6]) for i in range(0, 23, 6)], {}


BATCHES = ("minibatches", "own seed", "bucketed", "noisy", "prefetched", "list")


@pytest.fixture(scope="module")
def problems(python_backend):
    """Problems by the name of their rule, each compiled once."""
    made = {}

    def problem(name):
        if name not in made:
            factory, keywords = RULES[name]
            made[name] = Problem(
                factory,
                python_backend,
                **{k: v() if callable(v) else v for k, v in keywords.items()},
            )
        return made[name]

    return problem


def run(problem, batches, rate, stop, folder=None, **keywords):
    given, state = batches_named(batches, problem)
    return symopt.fit(
        problem.opt,
        given,
        rate=RATES[rate](),
        stop=STOPS[stop](),
        validate=problem.validate,
        state=state,
        checkpoint=False if folder is None else folder,
        progress=False,
        **{"max_epochs": 4, "seed": 11, **keywords},
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rule=st.sampled_from(list(RULES)),
    batches=st.sampled_from(BATCHES),
    rate=st.sampled_from(list(RATES)),
    stop=st.sampled_from(list(STOPS)),
    at=st.integers(1, 15),
    validate_every=st.sampled_from(["epoch", 3]),
    how=st.sampled_from(["interrupted", "failed", "merged"]),
)
def test_resume_is_exact(problems, rule, batches, rate, stop, at, validate_every, how):
    problem = problems(rule)
    keywords = {"validate_every": validate_every, "merged": how == "merged"}
    problem.set(problem.start)
    unbroken = run(problem, batches, rate, stop, **keywords)
    expected = outcome(problem, unbroken)

    with tempfile.TemporaryDirectory() as folder:
        problem.set(problem.start)
        if how == "failed":
            # Goes on from a checkpoint some updates before.
            keywords["checkpoint_every"] = 2
            try:
                run(
                    problem,
                    batches,
                    rate,
                    stop,
                    folder,
                    callbacks=[InterruptAt(at, RuntimeError("lost"))],
                    **keywords,
                )
            except RuntimeError:
                problem.spoil()
                if at <= 2:  # before the first checkpoint
                    problem.set(problem.start)
        else:
            first = run(
                problem, batches, rate, stop, folder, callbacks=[InterruptAt(at)], **keywords
            )
            assert first.ended in ("interrupted", unbroken.ended)
            assert first.updates <= at or first.ended != "interrupted"
            problem.spoil()
        resumed = run(problem, batches, rate, stop, folder, **keywords)
    assert outcome(problem, resumed) == expected


def test_a_run_can_be_interrupted_at_every_update(problems, tmp_path):
    problem = problems("momentum, ema, accumulate")
    problem.set(problem.start)
    expected = outcome(problem, run(problem, "prefetched", "plateau", "patience"))
    problem.set(problem.start)
    for at in range(1, 16):
        result = run(
            problem, "prefetched", "plateau", "patience", tmp_path, callbacks=[InterruptAt(at)]
        )
        assert (result.ended, result.updates) == ("interrupted", at)
        problem.spoil()
    result = run(problem, "prefetched", "plateau", "patience", tmp_path)
    assert result.resumed_at == 15
    assert outcome(problem, result) == expected


@pytest.mark.parametrize("backend", ["c", "jax", pytest.param("numba", marks=pytest.mark.long)])
def test_resume_is_exact_on_each_backend(backend_named, tmp_path, backend):
    factory, keywords = RULES["momentum, ema, accumulate"]
    made = {name: make() for name, make in keywords.items()}
    try:
        problem = Problem(factory, backend_named(backend), **made)
    except BackendUnavailableError as error:
        pytest.skip(str(error))
    expected = outcome(problem, run(problem, "noisy", "plateau", "patience"))
    problem.set(problem.start)
    first = run(problem, "noisy", "plateau", "patience", tmp_path, callbacks=[InterruptAt(6)])
    assert first.ended == "interrupted"
    problem.spoil()
    assert outcome(problem, run(problem, "noisy", "plateau", "patience", tmp_path)) == expected
