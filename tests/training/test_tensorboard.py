"""TensorBoard event files, read back record by record."""

import math
import struct

import pytest

from symopt.errors import MissingPackageError
from symopt.training import tensorboard
from symopt.training.tensorboard import TensorBoard
from tests.training.scripted import Script, cost_of


def events(folder):
    """All events of the files in a folder, by the TFRecord framing: length, CRC, data, CRC."""
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    found = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack("<Q", data[:8])
            found.append(event_pb2.Event.FromString(data[12 : 12 + length]))
            data = data[16 + length :]
    return found


def points(folder, tag):
    return [
        (event.step, value.simple_value)
        for event in events(folder)
        for value in event.summary.value
        if value.tag == tag
    ]


@pytest.fixture
def installed():
    pytest.importorskip("tensorboardX")


def test_costs_rates_and_metrics(tmp_path, installed):
    Script(None, tmp_path, spoilt=(5,)).whole([TensorBoard()], 1100)
    folder = tmp_path / "tensorboard"
    costs = points(folder, "training/cost")
    assert [step for step, _ in costs] == [
        *range(1, 501),
        *range(502, 1001, 2),
        *range(1004, 1101, 4),
    ]
    assert costs[0][1] == pytest.approx(cost_of(1))
    assert costs[-1][1] == pytest.approx(sum(map(cost_of, range(1097, 1101))) / 4)
    assert math.isnan(costs[4][1])
    assert points(folder, "training/rate")[-1] == (1100, pytest.approx(0.01))
    assert points(folder, "training/skipped")[-1] == (1100, 1)
    assert points(folder, "training/updates_per_second")[-1][1] == pytest.approx(100)
    errors = points(folder, "validation/error")
    assert [step for step, _ in errors] == list(range(50, 1101, 50))
    assert errors[0][1] == pytest.approx(cost_of(50) / 4)


def test_a_resumed_run_hides_what_is_done_again(tmp_path, installed):
    script = Script(None, tmp_path)
    killed = TensorBoard()
    script.start([killed])
    script.go_on([killed], 130)
    killed._writer.close()
    script.resumed_at(100).whole([TensorBoard()], 200)
    sessions = [
        event.step for event in events(tmp_path / "tensorboard") if event.HasField("session_log")
    ]
    assert sessions == [101]


def test_a_disk_error_is_told_once_and_does_not_end_training(tmp_path, installed):
    (tmp_path / "out").write_text("a file where the folder should be")
    messages = []
    Script(None, tmp_path / "out").whole([TensorBoard(on_message=messages.append)], 120)
    assert len(messages) == 1
    assert "cannot be written to" in messages[0]


def test_without_a_folder_nothing_is_written(tmp_path, installed, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Script(None).whole([TensorBoard()], 60)
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install symopt\[tensorboard\]"):
        TensorBoard()
