"""Draws the training of WAP in lessons: ``python docs/images/wap/draw_training.py OUT.png RUN...``.

Each RUN is a folder that ``python -m legacy_examples.wap train`` wrote, in order.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

WINDOW = 50  # updates that a point of the cost is the mean of


def read(run: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines of updates, and those of validations."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    updates, validations = (
        [line for line in lines if line["kind"] == kind] for kind in ("updates", "validation")
    )
    return updates, validations


def main(out: Path, runs: list[Path]) -> None:
    """Draw the cost of what was trained on, and the word error rate of held-out formulas."""
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    costs = figure.add_subplot()
    errors = costs.twinx()
    begin = 0.0
    for run in runs:
        updates, validations = read(run)
        minutes = [begin + x["seconds"] / 60 for x in updates]
        means = [
            sum(x["cost"] for x in updates[i : i + WINDOW]) / len(updates[i : i + WINDOW])
            for i in range(0, len(updates), WINDOW)
        ]
        costs.plot(minutes[::WINDOW], means, color="tab:blue", linewidth=1)
        errors.plot(
            [begin + x["seconds"] / 60 for x in validations],
            [100 * x["metrics"]["wer"] for x in validations],
            color="tab:red",
            marker=".",
        )
        costs.axvline(begin, color="0.85", linewidth=1)
        costs.annotate(run.name, (begin, 1), xycoords=("data", "axes fraction"), fontsize=8)
        begin = minutes[-1]
    costs.set_xlabel("minutes of training")
    costs.set_ylabel("cost of a formula trained on, nats", color="tab:blue")
    costs.set_ylim(bottom=0)
    errors.set_ylabel("WER of held-out formulas, greedy, %", color="tab:red")
    errors.set_ylim(0, 100)
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
