"""Runs as their folders record them."""

import json
import os

import pytest

from symopt.errors import ReportError
from symopt.training.report import find_runs
from tests.training.report.runs import HOSTILE_NAME, make_run, three_runs


def test_a_run_and_a_folder_of_runs(tmp_path):
    three_runs(tmp_path)
    assert [run.name for run in find_runs([tmp_path])] == [HOSTILE_NAME, "run-2", "run-10"]
    (run,) = find_runs([tmp_path / "run-2", tmp_path / "run-10" / ".." / "run-2"])
    assert run.name == "run-2"
    assert run.notes == ()
    assert run.part("settings") == {"rate": 0.1, "rule": "sgd"}
    assert run.curves.metrics == ("error", "cost")
    assert len(run.curves.updates) == 400


def test_names_that_tell_runs_apart(tmp_path):
    for name in ("a/out", "b/out", "c/deep/x", "d/deep/x", "other"):
        make_run(tmp_path / name, updates=3)
    folders = [tmp_path / name for name in ("a/out", "b/out", "c/deep/x", "d/deep/x", "other")]
    assert [run.name for run in find_runs(folders)] == [
        "a/out",
        "b/out",
        "c/deep/x",
        "d/deep/x",
        "other",
    ]


def test_the_folder_we_are_in(tmp_path, monkeypatch):
    make_run(tmp_path / "here", updates=3)
    monkeypatch.chdir(tmp_path / "here")
    from pathlib import Path

    assert [run.name for run in find_runs([Path()])] == ["here"]


def test_what_is_missing_or_damaged_is_noted(tmp_path):
    def notes(name):
        (run,) = find_runs([tmp_path / name])
        return list(run.notes)

    make_run(tmp_path / "no record", record=False, updates=3)
    assert notes("no record") == ["run.json is missing: settings and machine are not known"]
    for text in ("", "{", "[1]", '"text"', '{"format": "of another program"}', "[" * 100_000):
        (tmp_path / "no record" / "run.json").write_text(text)
        assert notes("no record") == ["run.json is damaged: settings and machine are not known"]
    os.unlink(make_run(tmp_path / "no curves", updates=3) / "metrics.jsonl")
    assert notes("no curves") == ["metrics.jsonl is missing: there are no curves"]
    (tmp_path / "no curves" / "metrics.jsonl").write_bytes(b"\xff\xfe\n{}\n")
    assert notes("no curves") == [
        "2 lines of metrics.jsonl could not be read and are left out",
        "metrics.jsonl holds no line: there are no curves",
    ]


def test_a_record_of_other_types_is_no_error(tmp_path):
    folder = make_run(tmp_path / "run", updates=3)
    record = {name: ["not", "this"] for name in json.loads((folder / "run.json").read_text())}
    (folder / "run.json").write_text(json.dumps({**record, "format": "symopt run"}))
    (run,) = find_runs([folder])
    assert run.number("seconds") is None
    assert run.text("ended") == ""
    assert run.part("settings") == {}


def test_what_is_no_run_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"empty holds no run: .* run\.json or metrics\.jsonl"):
        find_runs([tmp_path / "empty"])
    for name in ("file", "missing"):
        with pytest.raises(ReportError, match=f"{name} is not a folder"):
            find_runs([tmp_path / name])
