"""metrics.jsonl: what happened in a run, a line at a time, for programs to read.

A line on updates (601 and 602 here), and one on a validation::

    {"kind": "updates", "update": 602, "epoch": 9, "cost": 0.53, "lowest": 0.41,
     "highest": 0.65, "rate": 1.0, "skipped": 0, "samples": 9632, "seconds": 20.1,
     "updates_per_second": 33.1}
    {"kind": "validation", "update": 675, "epoch": 9, "cost": 0.61, "metrics": {"error": 0.2},
     "rate": 1.0, "seconds": 22.4, "best": true}

``cost`` is the mean over the updates since the line before, of those whose cost is finite;
``lowest`` and ``highest`` are left out where there is one cost only.

Every line is strict JSON; what is not finite is a string ("NaN", "Infinity", "-Infinity"), which
``float`` reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from symopt.hyperparameters import check_integer
from symopt.training.callback import Callback
from symopt.training.line_file import LineFile
from symopt.training.metrics_lines import (
    FILE,
    UpdatesLine,
    mean_and_range,
    read_line,
    update_after,
    update_before,
    validation_line,
)
from symopt.training.run import Run, Validation


class MetricsFile(Callback):
    """Writes ``metrics.jsonl`` as a run goes.

    A run that was killed and resumed gives the file of one that was not, but for its times: lines
    that come after the checkpoint are dropped, a half-written one is repaired, and lines that were
    lost with the machine are made again from the run's costs (their rate, samples and seconds are
    not known then). A failing disk is told of once; training goes on, and so does trying to write.

    Parameters
    ----------
    path
        The file; None: ``metrics.jsonl`` in the run's folder (nothing is written if it has none).
    every
        A line for so many updates. None (default): for each of the first 500, then for every
        second up to 1,000, for every fourth up to 2,000 and so on, 250 lines for each doubling:
        3,250 lines (0.7 MB) after a million updates.
    on_message
        Told what a person should read.
    """

    def __init__(
        self,
        path: Path | None = None,
        every: int | None = None,
        on_message: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.path = path
        self.every = None if every is None else check_integer("MetricsFile", "every", every, low=1)
        self._on_message = on_message
        self._file: LineFile | None = None
        self._since = 0  # the update of the line before
        self._next: float = math.inf  # the update of the line to come
        self._seconds = 0.0

    def on_start(self, run: Run) -> None:
        path = self.path or (run.out and run.out / FILE)
        if path is None:
            return
        self._since = reached = update_before(run.update, self.every)
        self._next = update_after(run.update, self.every)
        self._seconds = run.seconds
        validations = tuple(run.validations)

        def lines_of_the_run(held: list[str]) -> list[str]:
            return _lines_of_the_run(run, reached, validations, held, self.every)

        self._file = LineFile(path, lines_of_the_run, self._on_message)
        self._file.flush()

    def on_update(self, run: Run) -> None:
        if run.update >= self._next:
            self._write_updates(run)

    def on_validation(self, run: Run) -> None:
        if self._file is not None:
            validation = run.validations[-1]
            self._file.append(validation_line(validation, _is_best(run, validation)))

    def on_end(self, run: Run) -> None:
        if self._file is None:
            return
        if run.update > self._since:
            self._write_updates(run, partial=True)
        self._file.close()
        self._file = None
        self._next = math.inf

    def _write_updates(self, run: Run, partial: bool = False) -> None:
        assert self._file is not None
        seconds = run.seconds - self._seconds
        cost, lowest, highest = mean_and_range(run.costs[self._since : run.update])
        line = UpdatesLine(
            update=run.update,
            epoch=run.epoch,
            cost=cost,
            lowest=lowest,
            highest=highest,
            rate=float(run.rate),
            skipped=run.skipped,
            samples=run.samples,
            seconds=run.seconds,
            updates_per_second=(run.update - self._since) / seconds if seconds > 0 else math.nan,
            partial=partial,
        )
        self._file.append(line.to_line())
        self._since = run.update
        self._next = update_after(run.update, self.every)
        self._seconds = run.seconds


def _is_best(run: Run, validation: Validation) -> bool:
    return run.best is not None and run.best.update == validation.update


def _lines_of_the_run(
    run: Run,
    reached: int,
    validations: Sequence[Validation],
    held: Sequence[str],
    every: int | None,
) -> list[str]:
    """Of the lines that the file holds, those of the run so far, and those that it lacks."""
    kept: list[tuple[int, bool, str]] = []
    last, validated = 0, 0
    for text in held:
        try:
            line = read_line(text)
        except ValueError:
            continue
        if isinstance(line, UpdatesLine):
            if last < line.update <= reached and not line.partial:
                last = line.update
                kept.append((line.update, False, text))
        elif validated < len(validations) and line[0].update == validations[validated].update:
            validated += 1
            kept.append((line[0].update, True, text))
    lost_validations = (
        (validation.update, True, validation_line(validation, _is_best(run, validation)))
        for validation in validations[validated:]
    )
    lines = [*kept, *_lost_updates(run, last, reached, every), *lost_validations]
    return [text for _, _, text in sorted(lines, key=lambda line: line[:2])]


def _lost_updates(
    run: Run, last: int, reached: int, every: int | None
) -> list[tuple[int, bool, str]]:
    """The lines on the updates after ``last``, as far as the costs tell."""
    lines = []
    skipped = sum(1 for cost in run.costs[:last] if not math.isfinite(cost))
    epochs = [(validation.update, validation.epoch) for validation in run.validations]
    while (update := update_after(last, every)) <= reached:
        skipped += sum(1 for cost in run.costs[last:update] if not math.isfinite(cost))
        while epochs and epochs[0][0] < update:
            del epochs[0]
        cost, lowest, highest = mean_and_range(run.costs[last:update])
        line = UpdatesLine(
            update=update,
            epoch=epochs[0][1] if epochs else run.epoch,
            cost=cost,
            lowest=lowest,
            highest=highest,
            rate=math.nan,
            skipped=skipped,
            samples=0,
            seconds=math.nan,
            updates_per_second=math.nan,
        )
        lines.append((update, False, line.to_line()))
        last = update
    return lines
