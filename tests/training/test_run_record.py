"""run.json: what it says of a run that ended, was killed, or was resumed."""

import json
import math
import os
import sys
from fractions import Fraction

import numpy as np
import pytest

import symopt
from symopt.training import run_record
from symopt.training.run_record import RunRecord
from tests.training.scripted import Script, cost_of, tiny_optimizer


@pytest.fixture
def opt(python_backend):
    return tiny_optimizer(python_backend)


def read(folder):
    return json.loads((folder / "run.json").read_text())


def test_the_record_of_a_run(opt, tmp_path):
    script = Script(opt, tmp_path / "a" / "run")
    script.run.settings = {
        "rate": np.float32(0.5),
        "batch_size": np.int64(16),
        "target": math.inf,
        "nested": {"deep": [1, (2, None)]},
        "rule": Fraction,
        "quick": True,
    }
    script.whole([RunRecord()], 120)
    record = read(tmp_path / "a" / "run")
    assert record["ended"] == "max updates"
    assert record["updates"] == 120
    assert record["samples"] == 120 * 16
    assert record["best"]["update"] == 100
    assert record["best"]["metrics"]["error"] == cost_of(100) / 4
    assert record["last_cost"] == cost_of(120)
    assert record["parameters"] == 6
    assert record["backend"] == "python"
    assert record["threads"] == symopt.config.threads
    assert record["versions"]["symopt"] == symopt.__version__
    assert record["versions"]["numpy"] == np.__version__
    assert record["machine"]["cores"] >= 1
    assert record["machine"]["processor"]
    assert record["machine"]["memory"] > 1e8
    assert record["settings"] == {
        "rate": 0.5,
        "batch_size": 16,
        "target": "Infinity",
        "nested": {"deep": [1, [2, None]]},
        "rule": "<class 'fractions.Fraction'>",
        "quick": True,
    }
    (process,) = record["processes"]
    assert process["command"] == sys.orig_argv
    assert process["resumed_at"] == 0
    assert process["started"] <= process["ended"]
    assert process["ended"].endswith("Z")


def test_a_killed_run_has_no_end_and_a_resumed_one_remembers(opt, tmp_path):
    script = Script(opt, tmp_path)
    first = RunRecord()
    script.start([first])
    script.go_on([first], 70)
    killed = read(tmp_path)
    assert killed["ended"] == ""
    assert killed["finished"] is None

    script.resumed_at(50).whole([RunRecord()], 120)
    record = read(tmp_path)
    assert [process["resumed_at"] for process in record["processes"]] == [0, 50]
    assert [process["ended"] is None for process in record["processes"]] == [True, False]
    assert record["started"] == killed["started"]

    Script(opt, tmp_path).whole([RunRecord()], 10)  # begins anew
    assert len(read(tmp_path)["processes"]) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "symopt run", "processes": 3}'])
def test_a_damaged_record_is_begun_anew(opt, tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    Script(opt, tmp_path).resumed_at(50).whole([RunRecord()], 60)
    assert [process["resumed_at"] for process in read(tmp_path)["processes"]] == [50]


def test_it_is_written_at_validations_but_not_at_each(opt, tmp_path, monkeypatch):
    script = Script(opt, tmp_path)
    record = RunRecord()
    script.start([record])
    script.go_on([record], 50)
    assert read(tmp_path)["updates"] == 0  # half a minute has not passed
    monkeypatch.setattr(run_record, "WRITE_EVERY", 0.0)
    script.go_on([record], 100)
    assert read(tmp_path)["updates"] == 100


def test_a_failing_disk_is_told_of_once(opt, tmp_path, monkeypatch):
    monkeypatch.setattr(run_record, "WRITE_EVERY", 0.0)
    blocker = tmp_path / "out"
    blocker.write_text("a file where the folder should be")
    messages = []
    script = Script(opt, blocker)
    record = RunRecord(on_message=messages.append)
    script.start([record])
    script.go_on([record], 100)
    assert len(messages) == 1
    assert str(blocker / "run.json") in messages[0]
    blocker.unlink()
    script.go_on([record], 150)
    assert read(blocker)["updates"] == 150


def test_a_write_that_is_cut_short_leaves_the_record_before(opt, tmp_path, monkeypatch):
    script = Script(opt, tmp_path)
    record = RunRecord()
    script.start([record])
    before = (tmp_path / "run.json").read_bytes()

    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        script.end([record])
    assert (tmp_path / "run.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_without_a_folder_nothing_is_written(opt, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Script(opt).whole([RunRecord()], 60)
    assert list(tmp_path.iterdir()) == []
