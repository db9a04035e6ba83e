"""curves.png, of runs of every kind."""

import math
import sys
from array import array

import numpy as np
import pytest

from symopt.training import curves
from symopt.training.curve_data import CurveData
from symopt.training.curves import CurvesFile, write_curves
from symopt.training.metrics import MetricsFile
from symopt.training.metrics_lines import read_metrics
from symopt.training.run import Run, Validation
from tests.training.scripted import Script, cost_of

PNG = b"\x89PNG\r\n"

pytest.importorskip("matplotlib")


def finished(spoilt=(), updates=400):
    script = Script(None, spoilt=spoilt)
    return script.whole([], updates)


@pytest.fixture
def axes(monkeypatch):
    """The panels of the last picture."""
    found = []
    save = curves.save_figure

    def look(figure, path):
        found[:] = figure.axes
        return save(figure, path)

    monkeypatch.setattr(curves, "save_figure", look)
    return found


def labels(panel):
    return [text.get_text() for text in panel.get_legend().get_texts()]


def test_the_panels_of_a_run(tmp_path, axes):
    run = finished(spoilt=(7, 8, 120))
    path = write_curves(tmp_path / "curves.png", run, "a $title$ with _")
    assert path.read_bytes().startswith(PNG)
    cost, error, rate = axes
    assert [panel.get_ylabel() for panel in axes] == ["cost", "validation error", "rate"]
    assert labels(cost) == ["training, smoothed", "validation", "not finite, skipped"]
    assert labels(error) == [f"best error: {run.best.metric:.4g}"]
    assert error.lines[0].get_ydata().tolist() == [v.metric for v in run.validations]
    assert cost.lines[-2].get_xdata().tolist() == [7, 8, 120]
    assert rate.lines[0].get_ydata().tolist() == [v.rate for v in run.validations]
    smooth = cost.lines[0].get_ydata()
    assert smooth[200] == pytest.approx(np.mean([cost_of(u) for u in range(197, 206)]))


def test_pyplot_is_left_alone(tmp_path):
    before = "matplotlib.pyplot" in sys.modules
    write_curves(tmp_path / "curves.png", finished())
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_axes_are_logarithmic_where_values_span_decades(tmp_path, axes):
    run = finished()
    assert write_curves(tmp_path / "a.png", run)
    assert axes[0].get_yscale() == "linear"
    run.costs = array("d", [10 * math.exp(-u / 30) for u in range(400)])
    run.validations.clear()
    run.best = None
    write_curves(tmp_path / "b.png", run)
    assert axes[0].get_yscale() == "log"
    run.costs[200] = -1.0
    run.costs = array("d", [c - 0.5 for c in run.costs])
    write_curves(tmp_path / "c.png", run)
    assert axes[0].get_yscale() == "linear"


@pytest.mark.parametrize(
    "costs",
    [
        [1.0],
        [math.nan],
        [math.inf, math.nan, 1.0],
        [0.0, 0.0],
        [-5.0, 1e30, -1e30],
        [1e-300, 1e300],
        [1.0] * 5000,
    ],
)
def test_costs_of_every_kind(costs, tmp_path):
    run = Run(None, costs=array("d", costs), update=len(costs))
    nowhere = Validation(1, 1, math.nan, {"validation": math.nan, "x": math.inf}, 0.1, 0.0)
    assert write_curves(tmp_path / "a.png", run).read_bytes().startswith(PNG)
    run.validations.append(nowhere)
    run.best = nowhere
    assert write_curves(tmp_path / "b.png", run).read_bytes().startswith(PNG)


def test_a_long_run_is_drawn_by_ranges(tmp_path, axes):
    run = Run(None, costs=array("d", [cost_of(u % 5000) for u in range(1_000_000)]))
    run.update = len(run.costs)
    write_curves(tmp_path / "long.png", run)
    (band,) = axes[0].collections
    assert len(band.get_paths()[0].vertices) < 3 * curves.BANDS


def test_the_metrics_file_gives_the_same_curves(tmp_path, axes):
    script = Script(None, tmp_path, spoilt=(3,))
    run = script.whole([MetricsFile()], 450)
    recorded = CurveData.from_lines(read_metrics(tmp_path / "metrics.jsonl"))
    direct = CurveData.from_run(run)
    for name in ("updates", "costs", "lowest", "highest", "skipped"):
        assert np.array_equal(getattr(recorded, name), getattr(direct, name), equal_nan=True)
    assert recorded.metrics == direct.metrics == ("error", "cost")
    assert recorded.best.update == direct.best.update
    assert recorded.rates.tolist() == [0.1 if u < 300 else 0.01 for u in range(1, 451)]
    write_curves(tmp_path / "c.png", recorded)
    assert len(axes) == 3


def test_the_callback_draws_at_the_end_with_every_rate(tmp_path, axes):
    script = Script(None, tmp_path)
    script.whole([MetricsFile(), CurvesFile()], 400)
    assert (tmp_path / "curves.png").read_bytes().startswith(PNG)
    assert len(axes[2].lines[0].get_xdata()) == 400


def test_a_metrics_file_of_another_run_is_not_believed(tmp_path, axes):
    Script(None, tmp_path).whole([MetricsFile()], 900)
    Script(None, tmp_path).whole([CurvesFile()], 400)
    assert len(axes[2].lines[0].get_xdata()) == 8


def test_it_is_drawn_at_validations_too_but_not_often(tmp_path, monkeypatch):
    script = Script(None, tmp_path)
    callback = CurvesFile()
    script.start([callback])
    script.go_on([callback], 100)
    assert not (tmp_path / "curves.png").exists()
    monkeypatch.setattr(curves, "DRAW_EVERY", 0.0)
    callback.on_start(script.run)
    script.go_on([callback], 150)
    drawn = (tmp_path / "curves.png").stat().st_mtime_ns
    script.go_on([callback], 300)  # at once: drawing would take more than a hundredth of the time
    assert (tmp_path / "curves.png").stat().st_mtime_ns == drawn


def test_without_matplotlib_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(curves, "find_spec", lambda name: None)
    messages = []
    Script(None, tmp_path).whole([CurvesFile(on_message=messages.append)], 60)
    assert messages == [
        "no curves.png: matplotlib is missing. Install it: pip install symopt[plot]"
    ]


def test_a_disk_error_is_told_and_does_not_end_training(tmp_path):
    (tmp_path / "out").write_text("a file where the folder should be")
    messages = []
    Script(None, tmp_path / "out").whole([CurvesFile(on_message=messages.append)], 60)
    assert len(messages) == 1
    assert "curves.png cannot be written" in messages[0]


def test_without_updates_or_a_folder_nothing_is_drawn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Script(None).whole([CurvesFile()], 60)
    Script(None, tmp_path).whole([CurvesFile()], 0)
    assert list(tmp_path.iterdir()) == []
