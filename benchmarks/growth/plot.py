"""The picture of the step's cost, a panel for each size that grows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.growth.sizes import Axis

COLORS = {"torch nn.LSTM": "tab:orange", "symopt c": "tab:blue", "symopt numba": "tab:green"}


def draw(
    path: Path, panels: Mapping[Axis, Mapping[int, Mapping[str, float]]], threads: int
) -> None:
    """Save the figure; both axes of each panel are logarithmic."""
    figure, axes = plt.subplots(
        1, len(panels), figsize=(15, 4.2), sharey=True, constrained_layout=True
    )
    for panel, (axis, points) in zip(axes, panels.items(), strict=True):
        for name in next(iter(points.values())):
            ms = [1e3 * seconds[name] for seconds in points.values()]
            panel.plot(list(points), ms, "o-", label=name, color=COLORS.get(name))
        panel.set(xlabel=axis.label, xscale="log", yscale="log")
        panel.set_xticks(list(points), [_short(at) for at in points])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_locator(NullLocator())
        panel.grid(alpha=0.3)
    axes[0].set_ylabel("ms of a training step, both phases")
    axes[0].legend()
    figure.suptitle(
        f"LSTM tutorial's step with one size varied, float32, {threads} thread(s); lower is faster"
    )
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _short(value: int) -> str:
    """12_941_842 as 12.9M."""
    for unit, letter in ((10**6, "M"), (10**3, "k")):
        if value >= unit:
            return f"{value / unit:.3g}{letter}"
    return str(value)
