"""How the summary of ``held`` is drawn from the reports, on made-up figures."""

from __future__ import annotations

import pytest

from benchmarks.held.run import memory_verdict, ratio_verdict, seconds_verdict
from benchmarks.held.targets import RATIOS, Target
from benchmarks.system import collect

REPORT = {
    "cases": {
        "lstm": {
            "title": "LSTM tutorial, training step: 10 words",
            "systems": [
                {"name": "symopt c", "ms": {"grad": 6.0, "update": 4.0, "total": 10.0}},
                {"name": "torch nn.LSTM", "ms": {"grad": 9.0, "update": 4.0, "total": 13.0}},
            ],
        }
    }
}


@pytest.mark.parametrize(("least", "met"), [(1.0, True), (1.3, True), (1.31, False)])
def test_a_ratio_is_the_peers_step_over_ours(least, met):
    verdict = ratio_verdict(Target("lstm", "lstm", "torch nn.LSTM", least), REPORT, "symopt c")
    assert (verdict.measured, verdict.met) == ("1.30", met)
    assert verdict.work == "LSTM tutorial, training step"


def test_a_peer_that_was_skipped_is_neither_met_nor_missed():
    target = Target("lstm", "lstm", "theano, OpenBLAS", 3.0)
    assert ratio_verdict(target, REPORT, "symopt c").met is None
    assert ratio_verdict(target, REPORT, "symopt numba").met is None


def test_seconds_and_memory():
    assert seconds_verdict("cold", 15.0, 15.0).met
    assert not seconds_verdict("cold", 15.1, 15.0).met
    assert seconds_verdict("cold", None, 15.0).met is None
    found = {"symopt c": {"warm": 50}, "torch nn.LSTM": {"warm": 60, "again": 30}}
    assert memory_verdict("warm", found, "symopt c").measured == "1.20"
    assert memory_verdict("again", found, "symopt c").met is None


def test_the_targets_name_rows_that_there_are():
    pytest.importorskip("torch")
    pytest.importorskip("optax")
    from importlib import import_module

    for benchmark in {target.benchmark for target in RATIOS}:
        for case in import_module(f"benchmarks.{benchmark}").cases(quick=True):
            systems, skipped = collect(case)
            rows = {found.name for found in (*systems, *skipped)}
            wanted = {t.row for t in RATIOS if (t.benchmark, t.case) == (benchmark, case.name)}
            assert wanted <= rows
            assert wanted
