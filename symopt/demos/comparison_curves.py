"""Pictures of a comparison of optimizers: one of each run, and one of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symopt.demos.comparison import CONTENDERS, Run
from symopt.training.curves import COST_COLOUR, ERROR_COLOUR, new_figure, save_figure

if TYPE_CHECKING:
    from matplotlib.axis import Axis

# Okabe and Ito's colours, which the colour-blind can tell apart, but for their yellow.
COLOURS = ("#999999", "#e69f00", "#000000", "#0072b2", "#56b4e9", "#cc79a7", "#009e73", "#d55e00")
COLOUR_OF = {c.name: colour for c, colour in zip(CONTENDERS, COLOURS, strict=True)}

THRESHOLD: dict[str, Any] = {"color": "0.4", "linestyle": "--", "linewidth": 1}


def write_run(path: Path, run: Run, accuracy: float) -> Path:
    """Draw the costs and the validation accuracy of one run into a PNG file.

    Parameters
    ----------
    path
        The file to write.
    run
        With at least one validation.
    accuracy
        The fraction that the stopping rule asks for, drawn as a line.

    Returns
    -------
    Path
        The file written.
    """
    figure = new_figure(8, 5.6)
    figure.suptitle(f"{run.contender.label}: {run.reason} after {run.updates:,} updates")
    upper, lower = figure.subplots(2, 1, sharex=True)
    updates = [point.updates for point in run.points]
    marker = "." if len(updates) < 60 else None

    upper.plot(
        updates,
        [point.training_cost for point in run.points],
        color=COST_COLOUR,
        label="training, mean since the last validation",
    )
    upper.plot(
        updates,
        [point.validation.cost for point in run.points],
        color=ERROR_COLOUR,
        label="validation",
    )
    upper.set_yscale("log")
    _label_one_two_five(upper.yaxis)
    upper.set_ylabel("cost (nats)")
    upper.legend(frameon=False)

    accuracies = [100 * point.accuracy for point in run.points]
    lower.plot(updates, accuracies, color=ERROR_COLOUR, marker=marker)
    lower.axhline(100 * accuracy, **THRESHOLD)
    lower.set_ylabel("validation accuracy (%)")
    lower.set_xlabel("updates")
    lower.xaxis.set_major_formatter("{x:,.0f}")
    return save_figure(figure, path)


def write_overlay(path: Path, runs: Sequence[Run], accuracy: float, title: str) -> Path:
    """Draw the fractions of the validation digits read wrong in all runs, on logarithmic axes.

    Parameters
    ----------
    path
        The file to write.
    runs
        Those without a validation are left out.
    accuracy
        The fraction that the stopping rule asks for, drawn as a line.
    title
        Stands above the picture.

    Returns
    -------
    Path
        The file written.
    """
    figure = new_figure(9, 6.4)
    figure.suptitle(title)
    axes = figure.subplots()
    for run in runs:
        if not run.points:
            continue
        colour = COLOUR_OF[run.contender.name]
        updates = [point.updates for point in run.points]
        errors = [100 * point.validation.error for point in run.points]
        label = f"{run.contender.label}: {run.reason} after {run.updates:,}"
        axes.plot(updates, errors, color=colour, linewidth=1.4, label=label)
        axes.plot(updates[-1], errors[-1], "o", color=colour)
    axes.axhline(100 * (1 - accuracy), **THRESHOLD, label=f"{100 * accuracy:g}% right")
    axes.set_xscale("log")
    axes.set_yscale("log")
    _label_one_two_five(axes.xaxis)
    _label_one_two_five(axes.yaxis)
    axes.set_xlabel("updates")
    axes.set_ylabel("validation digits read wrong (%)")
    figure.legend(frameon=False, loc="outside lower center", ncols=2)
    return save_figure(figure, path)


def _label_one_two_five(axis: Axis) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:,.12g}")
    axis.set_minor_formatter(NullFormatter())
