"""Every rule against the lines of the script it comes from."""

from __future__ import annotations

import math
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt import stopping
from symopt.errors import HyperparameterError, StateDictError, TrainingError
from symopt.training import Run, Validation

ERRORS = st.lists(st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.5, math.nan]), min_size=1, max_size=40)


def a_run(mode="min", seconds=0.0):
    return Run(SimpleNamespace(), mode=mode, seconds=seconds)


def validate(run, rule, metrics):
    """One more validation; what the rule asks for, and whether the run is over."""
    metrics = metrics if isinstance(metrics, dict) else {"error": metrics}
    validation = Validation(len(run.validations) + 1, 1, 0.5, metrics, 0.1, 0.0)
    run.validations.append(validation)
    if run.best is None or validation.metric < run.best.metric:
        run.best = validation
    change = rule.after_validation(run)
    return change, rule.is_over(run)


def ends_after(rule, errors, run=None):
    """The number of validations after which a rule ends a run; None if it does not."""
    run = run or a_run()
    for number, error in enumerate(errors, start=1):
        if validate(run, rule, error)[1]:
            return number
    return None


def tutorial(errors, patience):
    """lstm.py of the deep-learning tutorials, with the worst error for one that is NaN."""
    history, bad_counter = [], 0
    for number, error in enumerate(errors, start=1):
        valid_err = math.inf if math.isnan(error) else error
        history.append(valid_err)
        if valid_err <= min(history):
            bad_counter = 0
        if len(history) > patience and valid_err >= min(history[:-patience]):
            bad_counter += 1
            if bad_counter > patience:
                return number
    return None


@given(ERRORS, st.integers(1, 5))
def test_patience_is_the_tutorials(errors, patience):
    assert ends_after(stopping.patience(patience), errors) == tutorial(errors, patience)


def wap(errors, patience):
    """DenseNet/nmt.py of WAP: after which validations the rate is lowered, and the end."""
    history, bad_counter, half_lr_flag, decays = [], 0, 0, []
    for uidx, valid_err in enumerate(errors):
        history.append(valid_err)
        if uidx == 0 or valid_err <= min(history):
            bad_counter = 0
        if uidx != 0 and valid_err > min(history):
            bad_counter += 1
            if bad_counter > patience:
                if half_lr_flag == 2:
                    return decays, uidx + 1
                bad_counter = 0
                decays.append(uidx + 1)
                half_lr_flag += 1
    return decays, None


@given(st.lists(st.sampled_from([0.1, 0.2, 0.25, 0.3]), min_size=1, max_size=40), st.integers(0, 4))
def test_decay_and_restart_is_waps(errors, patience):
    run, rule, decays, end = a_run(), stopping.decay_and_restart(patience), [], None
    for number, error in enumerate(errors, start=1):
        change, over = validate(run, rule, error)
        if change is not None:
            assert (change.factor, change.restore_best) == (0.1, True)
            assert f"{patience + 1} validations" in change.text
            assert f"update {run.best.update}" in change.text
            decays.append(number)
        if over:
            end = number
            break
    assert (decays, end) == wap(errors, patience)


def test_decay_without_restart_and_without_times():
    run, rule = a_run(), stopping.decay_and_restart(0, factor=0.5, times=0, restart=False)
    assert validate(run, rule, 0.1) == (None, False)
    assert validate(run, rule, 0.2) == (None, True)
    run, rule = a_run(), stopping.decay_and_restart(0, factor=0.5, times=1, restart=False)
    validate(run, rule, 0.1)
    change, over = validate(run, rule, 0.2)
    assert (change.factor, change.restore_best, over) == (0.5, False, False)


def test_plateau_asks_for_a_relative_improvement_and_ends_if_told_to():
    run, rule = a_run(), stopping.plateau(1, factor=0.5, times=2, threshold=0.1)
    changes = [validate(run, rule, e) for e in (1.0, 0.95, 0.92, 0.91, 0.905, 0.95, 0.85, 1, 1)]
    assert [change is not None for change, _ in changes] == [
        False, False, True, False, True, False, False, False, False,
    ]  # fmt: skip
    assert [over for _, over in changes] == 5 * [False] + [False, False, False, True]
    assert not any(change.restore_best for change, _ in changes if change)
    forever = stopping.plateau(0)
    run = a_run()
    assert not any(validate(run, forever, 1.0)[1] for _ in range(20))
    assert forever.decays == 19


@pytest.mark.parametrize(
    ("errors", "end"),
    [
        ([3], None),
        ([3, 2, 1], None),
        ([3, 1, 2, 2], None),
        ([3, 1, 2, 2, 2], 5),
        ([3, 1, 1, 1, 1], 5),  # as good is not better
        ([3, 1, 2, 2, 0.9], None),
        ([math.nan, 1, 2, 2, 2], 5),
        ([1, math.nan, math.inf, math.nan], 4),
        ([math.nan, math.nan, math.nan, math.nan], 4),
    ],
)
def test_no_better(errors, end):
    assert ends_after(stopping.no_better(3), errors) == end


@pytest.mark.parametrize(
    ("errors", "end"),
    [
        ([0.09, 0.09], None),
        ([0.09, 0.09, 0.09], 3),  # at the value counts
        ([0.05, 0.01, 0.0, 0.2], 3),
        ([0.2, 0.05, 0.2, 0.01], None),
        ([0.2, 0.05, 0.09, 0.01], 4),
        ([0.05, 0.091, 0.05], None),
        ([0.05, math.nan, 0.05, 0.05], None),
    ],
)
def test_held(errors, end):
    assert ends_after(stopping.held(0.09, 3), errors) == end
    rising = [1 - error for error in errors]
    assert ends_after(stopping.held(0.91, 3, mode="max"), rising) == end
    assert ends_after(stopping.held(0.91, 3), rising, a_run("max")) == end


@pytest.mark.parametrize("wrong", range(0, 1000, 7))
def test_held_whatever_the_rounding(wrong):
    def rule():
        return stopping.held(1 - (1000 - wrong) / 1000, 1)

    assert ends_after(rule(), [wrong / 1000]) == 1
    assert ends_after(rule(), [(wrong + 1) / 1000]) is None


def test_target_is_reached_once():
    assert ends_after(stopping.target(0.5), [0.6, 0.5, 0.4]) == 2
    assert stopping.target(0.5).reason == "target reached"


def test_max_time():
    rule = stopping.max_time(timedelta(minutes=1))
    assert not rule.is_over(a_run(seconds=59.9))
    assert rule.is_over(a_run(seconds=60.0))
    assert stopping.max_time(5).is_over(a_run(seconds=5.0))
    assert repr(rule) == "max_time(limit=60.0)"


def test_rules_look_at_the_metric_they_are_told():
    run, rule = a_run(), stopping.no_better(1, "accuracy", "max")
    assert not validate(run, rule, {"cost": 1.0, "accuracy": 0.5})[1]
    assert not validate(run, rule, {"cost": 2.0, "accuracy": 0.6})[1]
    assert validate(run, rule, {"cost": 1.0, "accuracy": 0.6})[1]
    assert repr(rule) == "no_better(metric='accuracy', mode='max', patience=1)"
    with pytest.raises(TrainingError, match=r"no metric 'f1'; validate\(\) gave 'cost'"):
        stopping.no_better(1, "f1").after_validation(run)


RULES = {
    "patience": lambda: stopping.patience(2),
    "no_better": lambda: stopping.no_better(2),
    "held": lambda: stopping.held(0.3, 3),
    "decay_and_restart": lambda: stopping.decay_and_restart(1),
    "plateau": lambda: stopping.plateau(1, times=1),
    "max_time": lambda: stopping.max_time(5),
}


@given(st.sampled_from(list(RULES)), ERRORS, st.integers(0, 40))
def test_a_rule_goes_on_from_its_state(name, errors, cut):
    whole, run = RULES[name](), a_run()
    halves = RULES[name]()
    for number, error in enumerate(errors):
        if number == cut:
            state, halves = halves.state_dict(), RULES[name]()
            halves.load_state_dict(state)
        expected = validate(run, whole, error)
        assert (halves.after_validation(run), halves.is_over(run)) == expected
    assert halves.state_dict() == whole.state_dict()


@pytest.mark.parametrize(
    ("state", "match"),
    [
        ({}, r"it has \[\], expected \['best', 'since'\]"),
        ({"best": 0.1, "since": 1, "more": 2}, "more"),
        ({"best": 0.1, "since": -1}, "since=-1"),
        ({"best": "low", "since": 1}, "best='low'"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state, match):
    rule = stopping.no_better(2)
    with pytest.raises(StateDictError, match=match):
        rule.load_state_dict(state)
    assert rule.state_dict() == {"best": math.inf, "since": 0}


@pytest.mark.parametrize(
    "make",
    [
        lambda: stopping.patience(0),
        lambda: stopping.patience(1.5),
        lambda: stopping.no_better(2, mode="lowest"),
        lambda: stopping.held(math.nan, 2),
        lambda: stopping.decay_and_restart(1, factor=1.0),
        lambda: stopping.plateau(1, threshold=-1),
        lambda: stopping.max_time(0),
    ],
)
def test_arguments_out_of_range(make):
    with pytest.raises(HyperparameterError):
        make()
