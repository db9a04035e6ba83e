"""metrics.jsonl: what it holds, and that it is the same after kills, repairs and full disks."""

import errno
import json
import math
import os

import numpy as np
import pytest

from symopt.errors import HyperparameterError
from symopt.training import line_file
from symopt.training.metrics import MetricsFile
from symopt.training.metrics_lines import (
    UpdatesLine,
    read_metrics,
    to_line,
    update_after,
    update_before,
)
from tests.training.scripted import Script, cost_of

TIMES = ("seconds", "updates_per_second")


def strict(text):
    """Read JSON that is JSON: no NaN, no Infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def timeless(path):
    """The lines of a file without what a clock says."""
    lines = [strict(line) for line in path.read_text().splitlines()]
    return [{name: v for name, v in line.items() if name not in TIMES} for line in lines]


def write(path, until, resumed_at=0, script=None, every=None, messages=None):
    script = script or Script(None, None)
    if resumed_at:
        script = script.resumed_at(resumed_at)
    callback = MetricsFile(path, every, (messages if messages is not None else []).append)
    return script.whole([callback], until)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "metrics.jsonl"


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    """The lines of a run of 1,230 updates that nothing disturbed."""
    path = tmp_path_factory.mktemp("unkilled") / "metrics.jsonl"
    write(path, 1230)
    return path.read_text()


def test_lines_say_what_happened(unkilled, path):
    path.write_text(unkilled)
    lines = read_metrics(path)
    assert lines.damaged == 0
    assert [v.update for v, _ in lines.validations] == list(range(50, 1231, 50))
    first = lines.updates[0]
    assert (first.update, first.epoch, first.samples, first.rate) == (1, 1, 16, 0.1)
    assert first.cost == first.lowest == first.highest == cost_of(1)
    assert first.updates_per_second == pytest.approx(100)
    # From update 500 on a line has two updates.
    pair = next(line for line in lines.updates if line.update == 602)
    assert pair.cost == (cost_of(601) + cost_of(602)) / 2
    assert (pair.lowest, pair.highest) == (
        min(cost_of(601), cost_of(602)),
        max(cost_of(601), cost_of(602)),
    )
    validation, best = lines.validations[-1]
    assert validation.metrics == {
        "error": cost_of(1200) / 4,
        "cost": 1.1 * cost_of(1200),
    }
    assert best is (validation.metric < min(v.metric for v, _ in lines.validations[:-1]))


def test_the_last_updates_have_a_line_too(path):
    write(path, 25, every=10)
    assert [(line["update"], line.get("partial")) for line in timeless(path)] == [
        (10, None),
        (20, None),
        (25, True),
    ]


@pytest.mark.parametrize("every", [None, 7])
def test_the_file_stays_modest(every):
    updates, line = [], 0
    while line < 1_000_000:
        line = update_after(line, every)
        updates.append(line)
    assert len(updates) == (1_000_000 // 7 + 1 if every else 3239)
    assert all(update_before(update, every) == update for update in updates)
    if every is None:
        assert updates[:500] == list(range(1, 501))
        assert updates[500:502] == [502, 504]
        assert updates[748:751] == [998, 1000, 1004]


@pytest.mark.parametrize("update", [1, 499, 1001, 1200, 1229])
@pytest.mark.parametrize("killed_at", [0, 1, 60])
def test_a_resumed_run_gives_the_file_of_an_unkilled_one(path, unkilled, update, killed_at):
    script = Script(None, None)
    callback = MetricsFile(path)
    script.start([callback])
    script.go_on([callback], min(1230, update + killed_at))
    del callback  # killed: nobody calls on_end
    write(path, 1230, resumed_at=update)
    expected = path.with_name("unkilled")
    expected.write_text(unkilled)
    assert timeless(path) == timeless(expected)


def test_a_run_that_ended_is_continued(path, unkilled):
    write(path, 1001)  # which leaves a line on half of its updates
    write(path, 1230, resumed_at=1001)
    expected = path.with_name("unkilled")
    expected.write_text(unkilled)
    assert timeless(path) == timeless(expected)


def test_a_run_that_begins_anew_begins_the_file_anew(path):
    path.write_text(to_line({"kind": "of another run"}) + "\n")
    write(path, 5)
    assert [line["update"] for line in timeless(path)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cut", [1, 20, 4000])
def test_half_a_line_is_repaired_and_lost_ones_are_made_again(path, unkilled, cut):
    path.write_text(unkilled[:-cut])
    script = Script(None, None).resumed_at(1228)
    write(path, 1230, script=script)
    found, expected = timeless(path), [strict(line) for line in unkilled.splitlines()]
    for line, wanted in zip(found, expected, strict=True):
        assert [line[n] for n in ("kind", "update", "cost")] == [
            wanted[n] for n in ("kind", "update", "cost")
        ]
    assert read_metrics(path).damaged == 0


def test_damaged_lines_are_counted_and_left_out(path, unkilled):
    lines = unkilled.splitlines()
    lines[3] = "\x00\x00"
    lines[5] = '{"kind": "updates", "update": -1}'
    lines[7] = '{"kind": "new"}'
    lines[9] = "[" * 100_000
    lines[11] = '{"kind": "validation", "update": 1, "metrics": 5}'
    path.write_bytes("\n".join([*lines, '{"ki']).encode() + b"\xff")
    found = read_metrics(path)
    assert found.damaged == 6
    assert len(found.updates) + len(found.validations) == len(lines) - 5


def test_what_is_not_finite_is_json_and_comes_back(path):
    line = UpdatesLine(1, 1, math.nan, -math.inf, math.inf, 1e-3, 1, 16, 0.5, math.nan)
    path.write_text(line.to_line() + "\n")
    assert strict(path.read_text())["cost"] == "NaN"
    assert repr(read_metrics(path).updates[0]) == repr(line)


def test_costs_that_are_not_finite_are_left_out_of_the_mean(path):
    write(path, 20, script=Script(None, None, spoilt=(3, 11, 12, 13, 14, 15)), every=5)
    first, _, third, _ = read_metrics(path).updates
    assert first.cost == pytest.approx(np.mean([cost_of(u) for u in (1, 2, 4, 5)]), rel=1e-15)
    assert math.isnan(third.cost)
    assert third.skipped == 6


def test_a_full_disk_is_told_of_once_and_nothing_is_lost(path, unkilled, monkeypatch):
    write_of_the_system = os.write
    calls = 0

    def sometimes_full(descriptor, data):
        nonlocal calls
        calls += 1
        if 20 <= calls < 300:
            # A part of it fits.
            if calls % 2:
                return write_of_the_system(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_of_the_system(descriptor, data)

    monkeypatch.setattr(line_file.os, "write", sometimes_full)
    messages = []
    write(path, 1230, messages=messages)
    assert len(messages) == 1
    assert "No space left on device" in messages[0]
    assert str(path) in messages[0]
    expected = path.with_name("unkilled")
    expected.write_text(unkilled)
    assert timeless(path) == timeless(expected)


def test_a_folder_that_appears_later(tmp_path):
    blocker = tmp_path / "out"
    blocker.write_text("a file where the folder should be")
    messages = []
    callback = MetricsFile(blocker / "metrics.jsonl", on_message=messages.append)
    script = Script(None)
    script.start([callback])
    script.go_on([callback], 10)
    blocker.unlink()
    script.go_on([callback], 20)
    script.end([callback])
    assert len(messages) == 1
    assert [line["update"] for line in timeless(blocker / "metrics.jsonl")] == list(range(1, 21))


def test_what_was_never_written_is_told_at_the_end(tmp_path):
    blocker = tmp_path / "out"
    blocker.write_text("a file where the folder should be")
    messages = []
    Script(None).whole([MetricsFile(blocker / "m", on_message=messages.append)], 10)
    assert messages[1] == f"10 lines of {blocker / 'm'} were not written."


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Script(None).whole([MetricsFile()], 60)
    assert list(tmp_path.iterdir()) == []


def test_every_has_to_be_a_count():
    with pytest.raises(HyperparameterError, match="every=0"):
        MetricsFile(every=0)
