"""Learning curves as a picture. matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symopt.training import metrics_lines
from symopt.training.callback import Callback
from symopt.training.curve_data import CurveData, Floats, History
from symopt.training.metrics_lines import read_metrics
from symopt.training.replace_file import replace_file
from symopt.training.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILE = "curves.png"
DRAW_EVERY = 30.0  # seconds, at least, between two drawings of a run that goes on
COST_COLOUR, ERROR_COLOUR, RATE_COLOUR, WARNING_COLOUR = "#1f5f99", "#c0392b", "#4a7c59", "#b8860b"
BANDS = 2_000  # parts of a long run of which the range is drawn, not every cost
MARKS = 500  # of skipped updates, about
LOGARITHMIC_FROM = 20.0  # the ratio of the highest to the lowest value
MOST_DECADES = 100  # of a logarithmic axis; beyond, its arithmetic overflows
RATE_FLOOR = 1e-4  # of the highest rate: a cosine ends near 0, which would have most of the axis


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def write_curves(path: Path, run: History | CurveData, title: str = "") -> Path:
    """Draw the cost, every validation metric, and the rate if it changes, into a PNG file.

    A metric called "cost" stands beside the training cost, any other has a panel of its own. A
    panel whose values span decades is logarithmic. A dashed line is where the best parameters
    are from; ticks along the bottom are updates that were skipped.

    Parameters
    ----------
    path
        The file to write. It appears whole or not at all.
    run
        The run, the result of a fit, or the curves read from a metrics file.
    title
        Stands above the picture.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    data = run if isinstance(run, CurveData) else CurveData.from_run(run)
    panels = [name for name in data.metrics if name != "cost"]
    rate_changes = len(np.unique(data.rates)) > 1
    count = 1 + len(panels) + rate_changes
    figure = new_figure(8, 1.2 + 2.2 * max(count, 2))
    if title:
        figure.suptitle(title, parse_math=False)
    axes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    _draw_cost(axes[0], data)
    for panel, name in zip(axes[1:], panels, strict=False):
        _draw_metric(panel, data, name)
    if rate_changes:
        axes[-1].plot(data.rate_updates, data.rates, color=RATE_COLOUR, drawstyle="steps-post")
        axes[-1].set_ylabel("rate")
        _choose_scale(axes[-1], data.rates, RATE_FLOOR)
    if data.best is not None:
        _mark_best(axes, data)
    axes[-1].set_xlabel("updates")
    axes[-1].xaxis.set_major_formatter("{x:,.0f}")
    return save_figure(figure, path)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure; the sizes are in inches."""
    # Without pyplot, which would keep it and choose a backend for the process.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: Path) -> Path:
    """Give all axes a faint grid and an open frame, and write the figure as a PNG file."""
    for axes in figure.axes:
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    picture = io.BytesIO()
    figure.savefig(picture, dpi=120, format="png")
    replace_file(path, picture.getvalue())
    return path


def is_logarithmic(values: Floats) -> bool:
    """Whether values are all positive and so far apart that they need a logarithmic axis."""
    finite = values[np.isfinite(values)]
    if not len(finite) or finite.min() <= 0:
        return False
    ratio = math.log10(finite.max()) - math.log10(finite.min())
    return math.log10(LOGARITHMIC_FROM) < ratio < MOST_DECADES


class CurvesFile(Callback):
    """Draws ``curves.png`` when a run ends, and at validations while it goes on.

    While the run goes on it is drawn every half minute at most, and so that drawing takes at most
    a hundredth of the time. What prevents it is told of once, and does not end training.

    Parameters
    ----------
    path
        The file; None: ``curves.png`` in the run's folder (nothing is drawn if it has none).
    title
        Stands above the picture.
    on_message
        Told what a person should read.
    """

    def __init__(
        self,
        path: Path | None = None,
        title: str = "",
        on_message: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.path = path
        self.title = title
        self._on_message = on_message
        self._told = False
        self._draw_at = 0.0

    def on_start(self, run: Run) -> None:
        self._draw_at = time.monotonic() + DRAW_EVERY

    def on_validation(self, run: Run) -> None:
        if time.monotonic() >= self._draw_at and can_draw():
            self._draw(run)

    def on_end(self, run: Run) -> None:
        self._draw(run)

    def _draw(self, run: Run) -> None:
        path = self.path or (run.out and run.out / FILE)
        if path is None or not run.costs:
            return
        began = time.monotonic()
        try:
            if not can_draw():
                self._tell(
                    f"no {path.name}: matplotlib is missing. Install it: pip install symopt[plot]"
                )
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            write_curves(path, _with_rates(run), self.title)
        except OSError as error:
            self._tell(f"{path} cannot be written: {error.strerror or error}. Training goes on.")
        except Exception as error:  # a picture is not worth a night of training
            self._tell(f"{path} could not be drawn: {error!r}. Training goes on.")
        now = time.monotonic()
        self._draw_at = now + max(DRAW_EVERY, 100 * (now - began))

    def _tell(self, text: str) -> None:
        if not self._told:
            self._told = True
            self._on_message(text)


def _with_rates(run: Run) -> CurveData:
    """The curves of a run, with the rates between validations if its metrics file has them."""
    data = CurveData.from_run(run)
    try:
        lines = read_metrics((run.out or Path()) / metrics_lines.FILE)
    except OSError:
        return data
    recorded = CurveData.from_lines(lines)
    if not len(recorded.rates) or recorded.updates[-1] > run.update:  # of another run
        return data
    return replace(data, rate_updates=recorded.rate_updates, rates=recorded.rates)


def _draw_cost(axes: Axes, data: CurveData) -> None:
    updates, lowest, highest = _range(data)
    smooth = _smooth(data.costs)
    drawn = [smooth]
    axes.fill_between(updates, lowest, highest, color=COST_COLOUR, alpha=0.2, linewidth=0.6)
    drawn_at = np.unique(np.linspace(0, len(smooth) - 1, BANDS).astype(int))
    axes.plot(
        data.updates[drawn_at],
        smooth[drawn_at],
        color=COST_COLOUR,
        linewidth=1.8,
        label="training, smoothed",
    )
    if "cost" in data.metrics:
        where, values = data.metric("cost")
        axes.plot(where, values, color=ERROR_COLOUR, linewidth=1.8, label="validation")
        drawn.append(values)
    _choose_scale(axes, np.concatenate(drawn))
    if len(data.skipped):
        marked = data.skipped[:: max(1, len(data.skipped) // MARKS)]
        axes.plot(
            marked,
            np.zeros(len(marked)),
            "|",
            color=WARNING_COLOUR,
            markersize=9,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
            label="not finite, skipped",
        )
    axes.set_ylabel("cost")
    axes.legend(frameon=False, loc="upper right")


def _draw_metric(axes: Axes, data: CurveData, name: str) -> None:
    updates, values = data.metric(name)
    marker = "." if len(updates) < 60 else None
    axes.plot(updates, values, color=ERROR_COLOUR, linewidth=1.8, marker=marker)
    axes.set_ylabel(name if name == "validation" else f"validation {name}", parse_math=False)
    _choose_scale(axes, values)


def _mark_best(axes: NDArray[Any], data: CurveData) -> None:
    assert data.best is not None
    name, value = next(iter(data.best.metrics.items()))
    label = f"best {name}: {value:.4g}" if name != "validation" else f"best: {value:.4g}"
    for panel in axes:
        line = panel.axvline(data.best.update, color="0.4", linestyle="--", linewidth=1)
        if panel is axes[0 if name == "cost" or len(axes) == 1 else 1]:
            line.set_label(label)
            for text in panel.legend(frameon=False, loc="upper right").get_texts():
                text.set_parse_math(False)


def _range(data: CurveData) -> tuple[Floats, Floats, Floats]:
    """The lowest and the highest costs along the run, of parts of it where it is long."""
    if len(data.updates) <= BANDS:
        return data.updates, data.lowest, data.highest
    starts = np.linspace(0, len(data.updates), BANDS, endpoint=False).astype(int)
    # fmin and fmax pass over NaN; infinities would stretch the axis to nothing.
    lowest = np.where(np.isfinite(data.lowest), data.lowest, np.nan)
    highest = np.where(np.isfinite(data.highest), data.highest, np.nan)
    return (
        data.updates[starts],
        np.fmin.reduceat(lowest, starts),
        np.fmax.reduceat(highest, starts),
    )


def _smooth(costs: Floats) -> Floats:
    """Means over a fiftieth of the run around each update; what is not finite is left out."""
    finite = np.isfinite(costs)
    half = len(costs) // 100
    sums = np.concatenate([[0.0], np.cumsum(np.where(finite, costs, 0.0))])
    counts = np.concatenate([[0], np.cumsum(finite)])
    places = np.arange(len(costs))
    first, last = np.maximum(places - half, 0), np.minimum(places + half + 1, len(costs))
    inside = counts[last] - counts[first]
    return np.where(inside > 0, (sums[last] - sums[first]) / np.maximum(inside, 1), np.nan)


def _choose_scale(axes: Axes, values: Floats, floor: float = 0.0) -> None:
    if not is_logarithmic(values):
        return
    finite = values[np.isfinite(values)]
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    if finite.min() < floor * finite.max():
        axes.set_ylim(bottom=floor * finite.max())
