"""Speeds and the time left, by a clock that the test sets."""

import pytest

from symopt.training.pace import WINDOW, Pace, done_fraction, most_updates
from symopt.training.run import Run


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_compiling_is_no_part_of_the_speed(clock):
    run, pace = Run(None, max_updates=1000), Pace(clock)
    for clock.now in (0.0, 20.0, 60.0):
        pace.look(run)
    assert pace.updates_per_second is None
    assert pace.seconds_left(run) is None
    run.update, run.samples = 1, 8
    pace.look(run)
    assert pace.updates_per_second is None  # one point in time is no speed
    clock.now, run.update, run.samples = 62.0, 21, 168
    pace.look(run)
    assert pace.updates_per_second == 10
    assert pace.samples_per_second == 80
    assert pace.seconds_left(run) == (1000 - 21) / 10


def test_the_speed_is_that_of_late(clock):
    run, pace = Run(None), Pace(clock)
    pace.look(run)
    for second in range(1, 100):
        clock.now = float(second)
        run.update += 100 if second < 50 else 10
        pace.look(run)
    assert pace.updates_per_second == pytest.approx(10)
    assert len(pace._looks) <= WINDOW + 2


def test_an_update_that_takes_minutes(clock):
    run, pace = Run(None), Pace(clock)
    pace.look(run)
    for second in range(1, 1000):
        clock.now = float(second)
        run.update = second // 200
        pace.look(run)
    # Between updates the speed falls, as it should, but stays known.
    assert pace.updates_per_second == pytest.approx(1 / 200, rel=0.5)


def test_a_resumed_run_counts_from_there(clock):
    run, pace = Run(None, update=500, resumed_at=500, max_updates=600), Pace(clock)
    pace.look(run)
    clock.now = 30.0
    pace.look(run)
    run.update = 501
    pace.look(run)
    clock.now, run.update = 31.0, 511
    pace.look(run)
    assert pace.updates_per_second == 10
    assert pace.seconds_left(run) == pytest.approx(8.9)


@pytest.mark.parametrize(
    ("limits", "most", "done"),
    [
        ({}, None, None),
        ({"max_updates": 400}, 400, 0.5),
        ({"max_epochs": 4, "updates_per_epoch": 200}, 800, 0.25),
        ({"max_epochs": 4, "updates_per_epoch": 200, "max_updates": 300}, 300, 2 / 3),
        ({"max_epochs": 4}, None, 0.5),
        ({"max_updates": 100}, 100, 1.0),
        ({"max_updates": 0}, 0, None),
    ],
)
def test_limits(limits, most, done):
    run = Run(None, update=200, epoch=3, **limits)
    assert most_updates(run) == most
    assert done_fraction(run) == (None if done is None else pytest.approx(done))
