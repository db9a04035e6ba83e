"""Learning curves as a picture. matplotlib is imported when one is drawn."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from symopt.demos.training import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COST_COLOUR, ERROR_COLOUR = "#1f5f99", "#c0392b"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def write_curves(path: Path, history: History, title: str) -> Path:
    """Draw the cost of every update and the validation error of every epoch into a PNG file.

    Parameters
    ----------
    path
        The file to write.
    history
        At least one epoch.
    title
        Stands above the picture.

    Returns
    -------
    Path
        The file written.
    """
    figure = new_figure(8, 5.6)
    figure.suptitle(title)
    upper, lower = figure.subplots(2, 1, sharex=True)

    updates = np.arange(1, len(history.costs) + 1)
    ends = [epoch.updates for epoch in history.epochs]
    upper.plot(updates, history.costs, color=COST_COLOUR, alpha=0.2, linewidth=0.6)
    upper.plot(
        ends,
        [epoch.cost for epoch in history.epochs],
        color=COST_COLOUR,
        linewidth=1.8,
        label="training, with noise (faint: each minibatch)",
    )
    upper.plot(
        ends,
        [epoch.validation.cost for epoch in history.epochs],
        color=ERROR_COLOUR,
        linewidth=1.8,
        label="validation",
    )
    upper.set_yscale("log")
    upper.yaxis.set_major_formatter("{x:g}")
    upper.set_ylabel("cost (nats)")
    upper.legend(frameon=False)

    errors = [100 * epoch.validation.error for epoch in history.epochs]
    lower.plot(ends, errors, color=ERROR_COLOUR, linewidth=1.8, marker=".")
    if history.best is not None:
        lower.axvline(
            history.best.updates,
            color="0.4",
            linestyle="--",
            linewidth=1,
            label=f"parameters kept (epoch {history.best.number})",
        )
        lower.legend(frameon=False)
    lower.set_ylim(bottom=0)
    lower.set_ylabel("validation error (%)")
    lower.set_xlabel("updates")
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
    figure.savefig(path, dpi=120)
    return path
