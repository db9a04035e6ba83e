"""A chart as an SVG picture, for readers without scripts; the page's script draws it anew."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symopt.training.curve_data import Floats
from symopt.training.report.chart import Chart, run_class
from symopt.training.report.markup import Markup, tag
from symopt.training.report.ticks import linear_ticks, log_ticks, tick_label

WIDTH, HEIGHT = 520, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 36
POINTS = 300  # of a curve at most


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` to ``high`` along the pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        low, high = self.low, self.high
        if self.logarithmic:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Values to be marked."""
        return (log_ticks if self.logarithmic else linear_ticks)(self.low, self.high)

    def shows(self, value: float) -> bool:
        """Whether a value has a pixel."""
        return math.isfinite(value) and (value > 0 or not self.logarithmic)


def still_picture(chart: Chart, clip: str) -> Markup:
    """The chart over updates.

    Parameters
    ----------
    chart
        What to draw.
    clip
        An id that nothing else in the page has.
    """
    log = chart.logarithmic
    values = np.concatenate(chart.shown)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return tag("p", "None of its values is finite.", class_="nothing")
    last = max(float(one.updates.max(initial=1)) for one in chart.series)
    x = Axis(0.0, last, LEFT, WIDTH - RIGHT)
    low, high = float(values.min()), float(values.max())
    if log:
        low = max(low, chart.floor * high)
    y = Axis(*with_margin(low, high, log), HEIGHT - BOTTOM, TOP, log)
    frame = tag("rect", x=LEFT, y=TOP, width=WIDTH - LEFT - RIGHT, height=HEIGHT - TOP - BOTTOM)
    return tag(
        "svg",
        tag("clipPath", frame, id=clip),
        *_grid(x, y),
        tag("g", *_curves(chart, x, y), clip_path=f"url(#{clip})"),
        *_best(chart, x, y),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{chart.title} over updates",
    )


def with_margin(low: float, high: float, logarithmic: bool) -> tuple[float, float]:
    """A range with a twentieth more on both sides; never an empty one."""
    if logarithmic:
        margin = (high / low) ** 0.05 if high > low else 2.0
        return low / margin, high * margin
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin


def _grid(x: Axis, y: Axis) -> Iterator[Markup]:
    for value in y.ticks:
        yield tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(value), y2=y(value), class_="grid")
        yield tag("text", tick_label(value), x=LEFT - 8, y=y(value) + 4, class_="tick y")
    yield tag(
        "line", x1=LEFT, x2=WIDTH - RIGHT, y1=HEIGHT - BOTTOM, y2=HEIGHT - BOTTOM, class_="axis"
    )
    for value in x.ticks:
        yield tag("text", tick_label(value), x=x(value), y=HEIGHT - BOTTOM + 16, class_="tick x")
    yield tag("text", "updates", x=WIDTH - RIGHT, y=HEIGHT - 4, class_="unit")


def _curves(chart: Chart, x: Axis, y: Axis) -> Iterator[Markup]:
    for place, (series, shown) in enumerate(zip(chart.series, chart.shown, strict=True)):
        starts = np.unique(np.linspace(0, len(shown), POINTS, endpoint=False).astype(int))
        if not len(shown):
            continue
        updates = series.updates[starts]
        if series.lowest is not None and series.highest is not None:
            lowest = np.fmin.reduceat(series.lowest, starts)
            highest = np.fmax.reduceat(series.highest, starts)
            yield tag(
                "path", d=_band(updates, lowest, highest, x, y), class_=f"band {run_class(place)}"
            )
        steps = chart.kind == "rate"
        line = _line(updates, shown[starts], x, y, steps)
        yield tag("path", d=line, class_=f"line {run_class(place)}")


def _best(chart: Chart, x: Axis, y: Axis) -> Iterator[Markup]:
    for place, (series, update) in enumerate(zip(chart.series, chart.best, strict=True)):
        if update is None:
            continue
        at = int(np.searchsorted(series.updates, update))
        if at < len(series.values) and y.shows(value := float(series.values[at])):
            yield tag("circle", cx=x(update), cy=y(value), r=4, class_=f"best {run_class(place)}")


def _line(updates: Floats, values: Floats, x: Axis, y: Axis, steps: bool) -> str:
    """A line through the points, with gaps where a value cannot be shown."""
    parts = []
    command, height = "M", 0.0
    for update, value in zip(updates, values, strict=True):
        if not y.shows(value):
            command = "M"
            continue
        if steps and command == "L":
            parts.append(f"L{x(update):.1f} {height:.1f}")
        height = y(value)
        parts.append(f"{command}{x(update):.1f} {height:.1f}")
        command = "L"
    return "".join(parts)


def _band(updates: Floats, lowest: Floats, highest: Floats, x: Axis, y: Axis) -> str:
    """The area between two lines."""
    points = [
        (x(update), y(low), y(high))
        for update, low, high in zip(updates, lowest, highest, strict=True)
        if y.shows(low) and y.shows(high)
    ]
    if not points:
        return ""
    there = "L".join(f"{at:.1f} {high:.1f}" for at, _, high in points)
    back = "L".join(f"{at:.1f} {low:.1f}" for at, low, _ in reversed(points))
    return f"M{there}L{back}Z"
