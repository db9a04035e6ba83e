"""Learning-rate schedules."""

import json
import math
from inspect import signature

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt import schedules
from symopt.errors import HyperparameterError, StateDictError
from symopt.schedules import (
    Schedule,
    constant,
    cosine,
    exponential,
    inverse,
    multistep,
    polynomial,
    reduce_on_plateau,
    step,
    warmup,
)

pytestmark = pytest.mark.core

NAN, INF = math.nan, math.inf

# Rates of updates 0, 1, 2... as PyTorch 2.13.0 gives them: tests/golden/made_by/schedules_torch.py.
# fmt: off
TORCH = [
    (step(0.5, 3, factor=0.3),
     [0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.045, 0.045, 0.045, 0.0135]),
    (multistep(0.5, [2, 3, 7], factor=0.3),
     [0.5, 0.5, 0.15, 0.045, 0.045, 0.045, 0.045, 0.0135, 0.0135, 0.0135]),
    (exponential(0.5, 0.9),
     [0.5, 0.45, 0.405, 0.36450000000000005, 0.32805000000000006, 0.2952450000000001,
      0.2657205000000001, 0.23914845000000007, 0.21523360500000008, 0.19371024450000007]),
    (polynomial(0.5, 7, power=1.5),
     [0.5, 0.39678004275966494, 0.3018408052601845, 0.21597969886241553, 0.14028292943742368,
      0.07636035483212125, 0.026997462357801965, 0.0, 0.0, 0.0]),
    (cosine(0.5, 7, minimum=0.01),
     [0.5, 0.47573737263609267, 0.40775500145538973, 0.30951762881929706, 0.20048237118070303,
      0.1022449985446103, 0.03426262736390734, 0.01]),
    (cosine(0.5, 3, minimum=0.01, restarts=True),
     [0.5, 0.3775, 0.13250000000000006, 0.5, 0.3775, 0.13250000000000006, 0.5, 0.3775]),
    (cosine(0.5, 2, minimum=0.01, restarts=True, cycle_multiplier=2),
     [0.5, 0.255, 0.5, 0.4282411613907041, 0.255, 0.08175883860929586, 0.5, 0.48135048546526527,
      0.4282411613907041, 0.348757440929447, 0.255, 0.16124255907055302, 0.08175883860929586,
      0.02864951453473475, 0.5, 0.49529239369879147]),
]

# Metrics, and the rate after each of them, from the same script.
FALLING = [5.0, 4.0, 4.0, 3.9999, NAN, 3.0, 3.0, 3.0, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9]
RISING = [0.1, 0.5, 0.51, 0.5, 0.6, 0.6, NAN, 0.62, 0.62, 0.9, 0.9, 0.91, 0.9]
TORCH_PLATEAUS = [
    (FALLING, {"patience": 1, "threshold": 1e-3},
     [0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.15, 0.045, 0.045, 0.045, 0.0135, 0.0135, 0.00405, 0.00405,
      0.001215]),
    (FALLING, {"patience": 1, "threshold": 0.2, "threshold_mode": "abs", "cooldown": 2,
               "minimum": 0.02},
     [0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.15, 0.045, 0.045, 0.045, 0.045, 0.02, 0.02, 0.02, 0.02]),
    (RISING, {"mode": "max", "patience": 0, "threshold": 0.1, "minimum": 0.01},
     [0.5, 0.5, 0.15, 0.045, 0.045, 0.0135, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]),
    (RISING, {"mode": "max", "patience": 1, "threshold": 0.05, "threshold_mode": "abs",
              "cooldown": 1},
     [0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.045, 0.045, 0.045, 0.045, 0.045, 0.0135, 0.0135]),
]

BY_HAND = [
    (constant(0.5), {0: 0.5, 10**9: 0.5}),
    (multistep(0.5, []), {0: 0.5, 99: 0.5}),
    (inverse(0.5, 1.0), {0: 0.5, 1: 0.25, 4: 0.1}),
    (inverse(0.01, 1e-4, power=0.75), {0: 0.01, 150_000: 0.00125}),  # 16 ** -0.75 == 1 / 8
    (polynomial(0.5, 4, power=2, end=0.1),
     {0: 0.5, 1: 0.325, 2: 0.2, 3: 0.125, 4: 0.1, 5: 0.1, 10**9: 0.1}),
    (cosine(0.5, 4, minimum=0.1), {0: 0.5, 2: 0.3, 4: 0.1, 5: 0.1, 8: 0.1, 10**9: 0.1}),
    (warmup(step(0.8, 2, factor=0.5), 4, start=0.2),
     {0: 0.2, 1: 0.35, 2: 0.5, 3: 0.65, 4: 0.8, 5: 0.8, 6: 0.4, 7: 0.4, 8: 0.2}),
    (warmup(0.6, 3), {0: 0.0, 1: 0.2, 2: 0.4, 3: 0.6, 99: 0.6}),
    (warmup(exponential(0.6, 0.5), 0), {0: 0.6, 1: 0.3}),
    (warmup(warmup(0.6, 2, start=0.4), 1, start=0.1), {0: 0.1, 1: 0.4, 2: 0.5, 3: 0.6}),
]
# fmt: on


@pytest.mark.parametrize(("schedule", "rates"), TORCH, ids=repr)
def test_rates_are_those_of_torch(schedule, rates):
    np.testing.assert_allclose([schedule(t) for t in range(len(rates))], rates, rtol=1e-12)


@pytest.mark.parametrize(("schedule", "rates"), BY_HAND, ids=repr)
def test_rates_are_those_of_the_formula(schedule, rates):
    np.testing.assert_allclose(
        [schedule(t) for t in rates], list(rates.values()), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize(("metrics", "arguments", "rates"), TORCH_PLATEAUS)
def test_plateaus_are_those_of_torch(metrics, arguments, rates):
    schedule = reduce_on_plateau(0.5, factor=0.3, **arguments)
    assert schedule(0) == 0.5
    np.testing.assert_allclose(list(observed(schedule, metrics)), rates, rtol=1e-12)


def observed(schedule, metrics):
    for metric in metrics:
        schedule.observe(metric)
        yield schedule(0)


rate = st.floats(0, 10)
share = st.floats(0, 1)
factor = st.floats(0, 1, exclude_min=True)
length = st.integers(1, 1000)
decaying = st.one_of(
    st.builds(constant, rate),
    st.builds(step, rate, length, factor),
    st.builds(multistep, rate, st.sets(length).map(sorted), factor),
    st.builds(exponential, rate, factor),
    st.builds(inverse, rate, rate, rate),
    st.builds(lambda r, n, p, s: polynomial(r, n, p, s * r), rate, length, factor, share),
    st.builds(lambda r, n, s: cosine(r, n, s * r), rate, length, share),
)
others = st.one_of(
    st.builds(
        lambda r, n, s, m: cosine(r, n, s * r, True, m), rate, length, share, st.integers(1, 4)
    ),
    st.builds(lambda d, n, s: warmup(d, n, s * d(0)), decaying, length, share),
)
plateaus = st.builds(
    lambda r, s, *rest: reduce_on_plateau(r, *rest, minimum=s * r),
    rate,
    share,
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.integers(0, 3),
    share,
    st.sampled_from(["rel", "abs"]),
    st.sampled_from(["min", "max"]),
    st.integers(0, 3),
)
metrics = st.lists(st.integers(-3, 3) | st.floats(), max_size=30)
update = st.integers(0, 2000)


def floor(schedule):
    return getattr(schedule, "minimum", getattr(schedule, "end", 0.0))


@given(decaying, update, update)
def test_decaying_rates_fall_from_the_first_to_their_minimum(schedule, one, other):
    early, late = sorted((one, other))
    slack = 1e-12 * schedule.rate
    assert schedule(0) == pytest.approx(schedule.rate, rel=1e-12, abs=0)
    assert schedule(early) <= schedule.rate + slack
    assert schedule(late) <= schedule(early) + slack
    assert schedule(late) >= floor(schedule) - slack


@given(others, update)
def test_rates_that_rise_stay_within_the_minimum_and_the_peak(schedule, t):
    peak = schedule.rate if schedule.name == "cosine" else schedule.schedule(0)
    slack = 1e-12 * peak
    assert floor(schedule) - slack <= schedule(t) <= peak + slack


@given(decaying | others | plateaus, update, update)
def test_a_rate_is_a_finite_float_and_calls_leave_no_trace(schedule, t, between):
    first = schedule(t)
    assert type(first) is float
    assert math.isfinite(first)
    assert first >= 0
    schedule(between)
    assert schedule(np.int64(t)) == first


@given(plateaus, metrics)
def test_plateaus_only_lower_the_rate_and_never_below_the_minimum(schedule, metrics):
    rates = [schedule(0), *observed(schedule, metrics)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] >= schedule.minimum


@given(plateaus, metrics, metrics, st.booleans())
def test_a_state_continues_from_json(schedule, before, after, warms_up):
    resumed = eval(repr(schedule), vars(schedules))
    if warms_up:
        schedule, resumed = warmup(schedule, 3), warmup(resumed, 3)
    list(observed(schedule, before))
    resumed.load_state_dict(json.loads(json.dumps(schedule.state_dict(), allow_nan=False)))
    for one, other in zip(observed(schedule, after), observed(resumed, after), strict=True):
        assert one == other
    assert schedule.state_dict() == resumed.state_dict()


@given(decaying)
def test_schedules_without_state_ignore_metrics(schedule):
    before = [schedule(t) for t in range(5)]
    schedule.observe(NAN)
    schedule.observe("anything")
    assert schedule.state_dict() == {}
    schedule.load_state_dict({})
    assert [schedule(t) for t in range(5)] == before


@pytest.mark.parametrize("metric", [1, 1.0, np.float32(1), np.array(1.0), np.array(1, "int8")])
def test_metrics_may_be_any_real_scalar(metric):
    schedule = reduce_on_plateau(0.1)
    schedule.observe(metric)
    assert schedule.state_dict() == {
        "current_rate": 0.1,
        "best": 1.0,
        "bad_observations": 0,
        "cooldown_left": 0,
    }
    assert type(schedule.best) is float


@pytest.mark.parametrize("metric", ["1", None, True, 1j, np.ones(1), [1.0, 2.0]])
def test_other_metrics_are_refused(metric):
    schedule = reduce_on_plateau(0.1)
    with pytest.raises(HyperparameterError, match="reduce_on_plateau: metric=.*a real scalar"):
        schedule.observe(metric)
    assert schedule.state_dict() == reduce_on_plateau(0.1).state_dict()


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("metric", [NAN, INF, -INF])
def test_what_is_not_finite_is_bad_and_never_the_best(mode, metric):
    schedule = reduce_on_plateau(0.1, patience=1, mode=mode)
    assert list(observed(schedule, [metric, metric])) == [0.1, pytest.approx(0.01)]
    assert schedule.best is None
    list(observed(schedule, [2.0, metric]))
    assert schedule.best == 2.0
    assert schedule.bad_observations == 1


@pytest.mark.parametrize(("mode", "worse"), [("min", -9.9995), ("max", -10.0005)])
def test_a_relative_threshold_wants_better_metrics_also_below_zero(mode, worse):
    schedule = reduce_on_plateau(0.1, patience=0, threshold=1e-4, mode=mode)
    schedule.observe(-10.0)
    schedule.observe(worse)
    assert schedule.best == -10.0
    assert schedule(0) == pytest.approx(0.01)


def test_warmup_hands_metrics_on_and_climbs_to_the_lowered_rate():
    schedule = warmup(reduce_on_plateau(0.4, factor=0.5, patience=0), 4)
    assert schedule(2) == pytest.approx(0.2)
    schedule.observe(1.0)
    schedule.observe(1.0)
    assert schedule(2) == pytest.approx(0.1)
    assert schedule(4) == pytest.approx(0.2)
    assert schedule.state_dict() == schedule.schedule.state_dict()
    assert schedule.state_dict()["current_rate"] == pytest.approx(0.2)


@pytest.mark.parametrize("t", [-1, np.int64(-1), True, 1.0, np.float64(1), "1", None])
@pytest.mark.parametrize(
    "schedule", [constant(0.1), cosine(0.1, 5), warmup(0.1, 5), reduce_on_plateau(0.1)], ids=repr
)
def test_steps_that_are_no_natural_numbers(schedule, t):
    with pytest.raises(HyperparameterError, match=f"{schedule.name}: step=.* at least 0"):
        schedule(t)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("constant", (-0.1,), r"constant: rate=-0.1 .* \[0, inf\)"),
        ("constant", (NAN,), "constant: rate=nan"),
        ("constant", (True,), "constant: rate=True"),
        ("step", (INF, 10), "step: rate=inf"),
        ("step", (0.1, 0), "step: every=0 .* at least 1"),
        ("step", (0.1, 10, 0.0), r"step: factor=0.0 .* \(0, 1\]"),
        ("step", (0.1, 10, 1.1), "step: factor=1.1"),
        ("multistep", ("0.1", [1]), "multistep: rate='0.1'"),
        ("multistep", (0.1, 30), "multistep: milestones=30; .* such as"),
        ("multistep", (0.1, [0]), r"multistep: milestones\[0\]=0 .* at least 1"),
        ("multistep", (0.1, [5, 5]), r"multistep: milestones\[1\]=5 .* at least 6"),
        ("multistep", (0.1, [5.0]), r"multistep: milestones\[0\]=5.0"),
        ("multistep", (0.1, [5], 2.0), "multistep: factor=2.0"),
        ("exponential", (-1, 0.5), "exponential: rate=-1"),
        ("exponential", (0.1, 0), "exponential: decay=0"),
        ("exponential", (0.1, 1.01), "exponential: decay=1.01"),
        ("inverse", (None, 1.0), "inverse: rate=None"),
        ("inverse", (0.1, -1.0), "inverse: gamma=-1.0"),
        ("inverse", (0.1, 1.0, -1.0), "inverse: power=-1.0"),
        ("polynomial", (-1, 10), "polynomial: rate=-1"),
        ("polynomial", (0.1, 10.5), "polynomial: max_steps=10.5"),
        ("polynomial", (0.1, 10, 0), r"polynomial: power=0 .* \(0, inf\)"),
        ("polynomial", (0.1, 10, 1, 0.2), r"polynomial: end=0.2 .* \[0, 0.1\]"),
        ("cosine", (-1, 10), "cosine: rate=-1"),
        ("cosine", (0.1, 0), "cosine: max_steps=0"),
        ("cosine", (0.1, 10, 0.2), r"cosine: minimum=0.2 .* \[0, 0.1\]"),
        ("cosine", (0.1, 10, 0.0, 1), "cosine: restarts=1"),
        ("cosine", (0.1, 10, 0.0, True, 0), "cosine: cycle_multiplier=0"),
        ("cosine", (0.1, 10, 0.0, True, 1.5), "cosine: cycle_multiplier=1.5"),
        ("cosine", (0.1, 10, 0.0, False, 2), "cosine: cycle_multiplier=2 .* add restarts=True"),
        ("warmup", (-0.1, 10), "warmup: schedule=-0.1"),
        ("warmup", (True, 10), "warmup: schedule=True"),
        ("warmup", (cosine, 10), "warmup: schedule=<function cosine.* expected a schedule such as"),
        ("warmup", (None, 10), "warmup: schedule=None"),
        ("warmup", (0.1, -1), "warmup: steps=-1"),
        ("warmup", (0.1, 10, 0.2), r"warmup: start=0.2 .* \[0, 0.1\]"),
        ("reduce_on_plateau", (-1,), "reduce_on_plateau: rate=-1"),
        ("reduce_on_plateau", (0.1, 1.0), r"reduce_on_plateau: factor=1.0 .* \(0, 1\)"),
        ("reduce_on_plateau", (0.1, 0.5, -1), "reduce_on_plateau: patience=-1"),
        ("reduce_on_plateau", (0.1, 0.5, 1, -1.0), "reduce_on_plateau: threshold=-1.0"),
        ("reduce_on_plateau", (0.1, 0.5, 1, 0.0, "relative"), "threshold_mode='relative' .* 'rel'"),
        ("reduce_on_plateau", (0.1, 0.5, 1, 0.0, "rel", "auto"), "mode='auto' .* 'min', 'max'"),
        ("reduce_on_plateau", (0.1, 0.5, 1, 0.0, "rel", "min", -1), "cooldown=-1"),
        ("reduce_on_plateau", (0.1, 0.5, 1, 0.0, "rel", "min", 0, 1), r"minimum=1 .* \[0, 0.1\]"),
    ],
)
def test_arguments_out_of_range(name, arguments, words):
    with pytest.raises(HyperparameterError, match=words):
        getattr(schedules, name)(*arguments)


def test_a_state_that_does_not_fit_is_refused_as_a_whole():
    schedule = warmup(reduce_on_plateau(0.1), 5)
    before = schedule.state_dict()
    with pytest.raises(StateDictError) as caught:
        schedule.load_state_dict(
            {"current_rate": 0.05, "best": "3", "bad_observations": 1.5, "extra": 0}
        )
    for words in (
        "does not fit reduce_on_plateau(0.1)",
        "'cooldown_left' is missing",
        "'extra' is unexpected",
        "best='3'",
        "bad_observations=1.5",
        "Nothing was loaded",
    ):
        assert words in str(caught.value)
    assert "current_rate" not in str(caught.value)
    assert schedule.state_dict() == before


@pytest.mark.parametrize(
    "change",
    [
        {"current_rate": None},
        {"current_rate": -0.1},
        {"current_rate": NAN},
        {"best": INF},
        {"best": True},
        {"bad_observations": -1},
        {"cooldown_left": True},
    ],
    ids=repr,
)
def test_state_of_another_kind(change):
    schedule = reduce_on_plateau(0.1)
    with pytest.raises(StateDictError, match=f"{next(iter(change))}=.*\n?.*Nothing was loaded"):
        schedule.load_state_dict({**schedule.state_dict(), **change})
    assert schedule.state_dict() == reduce_on_plateau(0.1).state_dict()


def test_schedules_without_state_load_nothing_else():
    with pytest.raises(StateDictError, match="'best' is unexpected"):
        constant(0.1).load_state_dict({"best": 1.0})
    with pytest.raises(StateDictError, match="constant: the state is a NoneType"):
        constant(0.1).load_state_dict(None)


@pytest.mark.parametrize(
    ("schedule", "call"),
    [
        (constant(1), "constant(1.0)"),
        (step(0.1, 5), "step(0.1, 5)"),
        (multistep(0.1, np.array([5, 9]), 0.5), "multistep(0.1, (5, 9), factor=0.5)"),
        (exponential(0.1, 0.5), "exponential(0.1, 0.5)"),
        (inverse(0.1, 0.5, 2), "inverse(0.1, 0.5, power=2.0)"),
        (polynomial(0.1, 5, end=0.01), "polynomial(0.1, 5, end=0.01)"),
        (cosine(0.1, 5, restarts=True), "cosine(0.1, 5, restarts=True)"),
        (warmup(cosine(0.1, 5), 3), "warmup(cosine(0.1, 5), 3)"),
        (warmup(0.1, 3, 0.01), "warmup(constant(0.1), 3, start=0.01)"),
        (reduce_on_plateau(0.1, mode="max"), "reduce_on_plateau(0.1, mode='max')"),
    ],
)
def test_repr_is_the_call(schedule, call):
    assert repr(schedule) == call
    assert repr(eval(call, vars(schedules))) == call


@pytest.mark.parametrize(
    "schedule", [schedule for schedule, _ in TORCH + BY_HAND] + [reduce_on_plateau(0.1)], ids=repr
)
def test_class_and_function_take_the_same_arguments(schedule):
    function, constructor = getattr(schedules, schedule.name), type(schedule)
    assert signature(function).parameters == signature(constructor).parameters


def test_a_schedule_of_ones_own():
    class Alternating(Schedule):
        name = "alternating"

        def __init__(self, even, odd=0.0):
            self.even, self.odd = even, odd

        def rate_at(self, step):
            return self.odd if step % 2 else self.even

    schedule = warmup(Alternating(0.4), 2)
    assert [schedule(t) for t in range(5)] == [0.0, 0.2, 0.4, 0.0, 0.4]
    assert repr(schedule) == "warmup(alternating(0.4), 2)"
    assert schedule.state_dict() == {}
