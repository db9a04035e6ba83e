"""The same small programs under real Theano 1.0.5, recorded, and under symopt's namespace."""

from __future__ import annotations

import fnmatch
import json

import pytensor
import pytest

from tests.legacy.differential import answers, comparison
from tests.legacy.differential.disagreements import (
    DISAGREEMENTS,
    DISAGREEMENTS_OF_PYTENSOR_3_3,
)

CELLS = list(comparison.cells())

# What every Python version runs
CORE = {
    ("functions", "updates_use_values_from_before"),
    ("functions", "forms_of_outputs"),
    ("promotion", "optimizer_arithmetic"),
    ("scans", "recurrences"),
    ("type_constructors", "constructors_without_dtype"),
}

# What the C backend and the two others run again: the kinds of graphs that legacy code trains.
COMPILED = [
    ("functions", "updates_use_values_from_before"),
    ("functions", "givens_forms"),
    ("scans", "masked_recurrence"),
    ("random_streams", "mrg_streams_and_seeds"),
]
COMPILED_LONG = [
    *COMPILED,
    ("elementwise", "two_arguments"),
    ("elementwise", "kinks"),
    ("elementwise", "stable_forms"),
    ("reductions", "gradients"),
    ("indexing", "set_subtensor_forms"),
    ("indexing", "gradients_through_indices"),
    ("scans", "recurrences"),
    ("scans", "gradients_through_loops"),
    ("shared_variables", "values_through_functions"),
    ("neural_network", "two_layer_network"),
    ("neural_network", "crossentropy_softmax_forms"),
]


def listed(topic: str, name: str, floatx: str) -> list[str]:
    """The paths, or patterns of paths, that are meant to differ under this floatX."""
    reasons = dict(DISAGREEMENTS.get((topic, name), {}))
    if not pytensor.__version__.startswith("3.0."):
        for reason, some in DISAGREEMENTS_OF_PYTENSOR_3_3.get((topic, name), {}).items():
            reasons[reason] = reasons.get(reason, []) + some
    paths = [path for some in reasons.values() for path in some]
    marks = tuple(f"{dtype}:" for dtype in answers.BOTH)
    plain = [path for path in paths if not path.startswith(marks)]
    return plain + [path.partition(":")[2] for path in paths if path.startswith(f"{floatx}:")]


def surprises(found: dict[str, str], patterns: list[str]) -> dict[str, str]:
    """What differs without being listed."""
    return {
        path: said
        for path, said in found.items()
        if not any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)
    }


@pytest.mark.parametrize(
    ("topic", "name", "floatx"),
    [pytest.param(*cell, marks=[pytest.mark.core] * (cell[:2] in CORE)) for cell in CELLS],
)
def test_answers_are_theanos(topic, name, floatx):
    found = comparison.disagreements(topic, name, floatx)
    patterns = listed(topic, name, floatx)
    assert not surprises(found, patterns)
    agree_now = [pattern for pattern in patterns if not fnmatch.filter(found, pattern)]
    assert not agree_now, "take them out of disagreements.py"


@pytest.mark.parametrize(("topic", "name"), COMPILED)
def test_answers_of_the_c_backend(topic, name):
    found = comparison.disagreements(topic, name, "float32", run=comparison.compiled)
    assert not surprises(found, listed(topic, name, "float32"))


@pytest.mark.long
@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
@pytest.mark.parametrize(("topic", "name"), COMPILED_LONG)
def test_answers_of_all_backends(topic, name, backend, monkeypatch):
    monkeypatch.setenv("SYMOPT_BACKEND", backend)
    found = comparison.disagreements(topic, name, "float32", run=comparison.compiled)
    assert not surprises(found, listed(topic, name, "float32"))


def test_every_program_was_recorded_and_every_recording_has_its_program():
    for topic in comparison.TOPICS:
        recorded = set(comparison.recorded(topic))
        assert recorded == set(answers.programs_of(comparison.module_of(topic)))


def test_every_topic_was_recorded():
    here = comparison.RECORDED.parents[1] / "legacy" / "differential" / "programs"
    assert sorted(path.stem for path in here.glob("*.py")) == comparison.TOPICS


def test_there_are_many_programs_and_answers():
    assert len(CELLS) >= 400
    assert sum(len(_leaves(*cell)) for cell in CELLS) > 25_000


def test_disagreements_name_programs_and_say_why():
    known = {(topic, name) for topic, name, _ in CELLS}
    assert set(DISAGREEMENTS) <= known
    assert all(len(reason) > 20 for reasons in DISAGREEMENTS.values() for reason in reasons)


def test_the_recordings_are_small_and_plain():
    paths = list(comparison.RECORDED.iterdir())
    assert sum(path.stat().st_size for path in paths) < 3_000_000
    for path in paths:
        if path.suffix == ".json":
            json.loads(path.read_text())


def _leaves(topic: str, name: str, floatx: str) -> dict:
    by_floatx = comparison.recorded(topic)[name]
    return by_floatx.get("both") or by_floatx[floatx]
