"""Draw docs/images/schedules.png: ``python docs/images/draw_schedules.py`` (needs matplotlib)."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from symopt.schedules import (
    Schedule,
    constant,
    cosine,
    exponential,
    inverse,
    multistep,
    polynomial,
    reduce_on_plateau,
    step,
    warmup,
)

UPDATES = 1000
OBSERVE_EVERY = 20
COLOUR, COST_COLOUR = "#1f5f99", "#c0392b"

SCHEDULES = [
    constant(0.1),
    step(0.1, 250, factor=0.5),
    multistep(0.1, [300, 600, 700], factor=0.5),
    exponential(0.1, 0.997),
    inverse(0.1, 0.01),
    polynomial(0.1, 800, power=2),
    cosine(0.1, 800),
    cosine(0.1, 140, restarts=True, cycle_multiplier=2),
    warmup(cosine(0.1, 800), 200),
    reduce_on_plateau(0.1, factor=0.5, patience=3),
]


def draw(path: Path) -> None:
    """Draw every schedule into an axes of its own."""
    # The figure is made without pyplot, which would keep it and choose a backend for the process.
    figure = Figure(figsize=(10, 10.5), layout="constrained")
    figure.get_layout_engine().set(wspace=0.06, hspace=0.05)
    FigureCanvasAgg(figure)
    grid = figure.subplots(5, 2, sharex=True, sharey=True)
    for axes, schedule in zip(grid.flat, SCHEDULES, strict=True):
        draw_rates(axes, schedule)
    for axes in grid[:, 0]:
        axes.set_ylabel("rate")
    for axes in grid[-1]:
        axes.set_xlabel("update")
    figure.savefig(path, dpi=100)


def draw_rates(axes: Axes, schedule: Schedule) -> None:
    """Draw the rates of a schedule, and beneath them the cost it observes, if it does."""
    rates, costs = [], []
    cost = 0.8
    for t in range(UPDATES):
        rates.append(schedule(t))
        if t % OBSERVE_EVERY == 0:
            # As of a model that can only get so low with a rate so high.
            cost += 0.5 * (0.05 + 4 * rates[-1] - cost)
            costs.append(cost)
            schedule.observe(cost)
    axes.plot(rates, color=COLOUR, linewidth=1.8)
    if schedule.state_dict():
        updates, scaled = range(0, UPDATES, OBSERVE_EVERY), 0.1 * np.array(costs)
        axes.plot(updates, scaled, ".", color=COST_COLOUR, label="cost observed (scaled)")
        axes.legend(frameon=False)
    axes.set_title(repr(schedule), family="monospace", fontsize=9.5, loc="left")
    axes.set(xlim=(0, UPDATES), xticks=range(0, UPDATES + 1, 200))
    axes.set(ylim=(0, 0.108), yticks=(0, 0.05, 0.1))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    draw(Path(__file__).with_name("schedules.png"))
