"""Few points of many, and ticks."""

import math

import numpy as np
import pytest

from symopt.training.curve_data import CurveData
from symopt.training.metrics_lines import MetricsLines, UpdatesLine
from symopt.training.report.recorded_run import RecordedRun
from symopt.training.report.series import (
    POINTS,
    cost_series,
    metric_series,
    rate_series,
    smoothed,
)
from symopt.training.report.ticks import linear_ticks, log_ticks, tick_label
from symopt.training.run import Validation


def recorded(lines, validations=(), **record):
    curves = CurveData.from_lines(MetricsLines(lines, [(v, True) for v in validations]))
    return RecordedRun("run", None, record, curves)


def line(update, cost, epoch=1, rate=0.1, seconds=math.nan):
    return UpdatesLine(update, epoch, cost, cost - 1, cost + 1, rate, 0, 0, seconds, 1.0)


def test_a_short_run_keeps_every_point():
    series = cost_series(recorded([line(1, 3.0), line(2, 2.0)], updates_per_epoch=4))
    assert series.values.tolist() == [3, 2]
    assert series.epochs.tolist() == [0.25, 0.5]
    assert series.lowest.tolist() == [2, 1]


def test_a_million_updates_become_few_points_and_the_range_stays():
    updates = range(1, 1_000_001, 20)
    lines = [line(update, 5.0 + (update % 3)) for update in updates]
    lines[777] = line(lines[777].update, 1e6)
    lines[778] = line(lines[778].update, math.nan)
    series = cost_series(recorded(lines))
    assert len(series.values) == POINTS
    assert series.updates[-1] == lines[-1].update
    assert series.highest.max() == 1e6 + 1
    assert series.lowest.min() == 4
    assert np.isfinite(series.values).all()
    assert np.median(series.values) == pytest.approx(6, abs=0.1)


def test_means_count_updates_and_not_lines():
    lines = [line(u, 1.0) for u in range(1, 1001)] + [line(2000 + u, 3.0) for u in range(1000)]
    (first, *_) = cost_series(recorded(lines)).values
    assert first == 1.0
    # One line stands for the 1,000 updates before it, the next ones for one each.
    assert cost_series(recorded(lines)).values[-1] == 3.0


def test_rates_are_kept_where_they_change():
    rates = [0.1] * 5000 + [0.01] * 5000
    series = rate_series(recorded([line(u + 1, 1.0, rate=r) for u, r in enumerate(rates)]))
    assert series.updates.tolist() == [1, 5000, 5001, 10000]
    assert series.values.tolist() == [0.1, 0.1, 0.01, 0.01]


def test_epochs_are_guessed_where_their_length_is_not_known():
    lines = [line(u, 1.0, epoch=(u - 1) // 30 + 1) for u in range(1, 100)]
    assert cost_series(recorded(lines)).epochs[59] == pytest.approx(2, rel=0.05)
    assert cost_series(recorded(lines[:20])).epochs[-1] == 1.0


def test_seconds_are_interpolated_where_they_were_lost():
    lines = [line(u, 1.0, seconds=0.5 * u if u != 5 else math.nan) for u in range(1, 10)]
    assert cost_series(recorded(lines)).seconds[4] == 2.5
    validation = Validation(10, 1, 1.0, {"error": 0.5}, 0.1, 6.0)
    series = metric_series(recorded([], [validation]), "error")
    assert series.seconds.tolist() == [6.0]
    assert metric_series(recorded([], [validation]), "other").values.tolist() == []


def test_json_has_short_numbers_and_null():
    series = cost_series(recorded([line(1, math.nan), line(2_000_001, 1 / 3)]))
    assert series.to_json()["values"] == [None, 0.333333]
    assert series.to_json()["updates"] == [1, 2000001]


def test_smoothing_is_without_bias_to_the_start():
    assert smoothed(np.full(5, 3.0)).tolist() == pytest.approx([3.0] * 5)
    values = smoothed(np.array([1.0, math.nan, 2.0]), 0.5)
    assert values[0] == 1
    assert math.isnan(values[1])
    assert values[2] == pytest.approx((0.25 * 1 + 0.5 * 2) / 0.75)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-0.3, 0.2, [-0.3, -0.2, -0.1, 0, 0.1, 0.2]),
        (0, 2250, [0, 500, 1000, 1500, 2000]),
        (1e-9, 2e-9, [1e-9, 1.2e-9, 1.4e-9, 1.6e-9, 1.8e-9, 2e-9]),
    ],
)
def test_linear_ticks(low, high, expected):
    assert linear_ticks(low, high) == pytest.approx(expected, abs=1e-12 * (high - low))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.03, 2, [0.05, 0.1, 0.2, 0.5, 1, 2]),
        (0.001, 1, [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]),
        (1e-5, 1, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]),
        (1e-12, 1, [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1]),
    ],
)
def test_log_ticks(low, high, expected):
    assert log_ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.05, "0.05"),
        (1000, "1,000"),
        (20_000, "20k"),
        (1.5e6, "1.5M"),
        (2e9, "2e9"),
        (1e-6, "1e-6"),
        (-2.5e-5, "-2.5e-5"),
        (-0.2, "-0.2"),
    ],
)
def test_tick_labels(value, expected):
    assert tick_label(value) == expected
