"""The lines of metrics.jsonl: which updates get one, what stands in it, and how it is read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symopt.training.run import Validation

FILE = "metrics.jsonl"

LINES_PER_DOUBLING = 250
"""Lines, by default, each time the number of updates doubles (the first 500 have one each)."""

_ENCODER = json.JSONEncoder(allow_nan=False)


def update_before(update: int, every: int | None) -> int:
    """The last update up to ``update`` that has a line; 0 if there is none."""
    distance = _distance(update, every)
    return update // distance * distance


def update_after(update: int, every: int | None) -> int:
    """The first update after ``update`` that has a line."""
    return update_before(update, every) + _distance(update, every)


def _distance(update: int, every: int | None) -> int:
    """Between lines, in updates: ``every``, or a power of two that grows with the run."""
    if every is not None:
        return every
    return 1 << max(0, (update // LINES_PER_DOUBLING).bit_length() - 1)


def mean_and_range(costs: Sequence[float]) -> tuple[float, float, float]:
    """The mean of the finite costs, the lowest and the highest of them.

    If none is finite, three times the last one; NaN if there are none.
    """
    seen = [cost for cost in costs if math.isfinite(cost)] or costs[-1:] or [math.nan]
    return sum(seen) / len(seen), min(seen), max(seen)


def to_line(fields: Mapping[str, Any]) -> str:
    """A mapping as one line of strict JSON, which knows no NaN and no infinity.

    Those stand there as "NaN", "Infinity" and "-Infinity": ``float`` of Python and ``Number`` of
    JavaScript read them.
    """
    try:
        return _ENCODER.encode(fields)
    except ValueError:
        return _ENCODER.encode(_strict(fields))


def _strict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _strict(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def validation_line(validation: Validation, best: bool) -> str:
    """The line of a validation; ``best`` if it was the best one when it was made."""
    return to_line(
        {
            "kind": "validation",
            "update": validation.update,
            "epoch": validation.epoch,
            "cost": float(validation.cost),
            "metrics": {name: float(value) for name, value in validation.metrics.items()},
            "rate": float(validation.rate),
            "seconds": round(float(validation.seconds), 6),
            "best": best,
        }
    )


@dataclass
class UpdatesLine:
    """What a line on some updates says.

    Attributes
    ----------
    update, epoch
        The last of the updates, and its epoch.
    cost
        Mean cost since the line before, of the updates with a finite one; if none has, the last.
    lowest, highest
        Of those costs; the file leaves them out where there is one cost.
    rate
        The learning rate of the last update.
    skipped
        Updates skipped since the run began.
    samples
        Examples seen since the run began.
    seconds
        Of training so far; NaN if that was lost.
    updates_per_second
        Since the line before.
    partial
        The run ended before the updates of this line were complete.
    """

    update: int
    epoch: int
    cost: float
    lowest: float
    highest: float
    rate: float
    skipped: int
    samples: int
    seconds: float
    updates_per_second: float
    partial: bool = False

    def to_line(self) -> str:
        """The line, without its end."""
        fields = {"kind": "updates", **vars(self)}
        fields["seconds"] = round(self.seconds, 6)
        fields["updates_per_second"] = round(self.updates_per_second, 3)
        if self.lowest == self.cost == self.highest:
            del fields["lowest"], fields["highest"]
        if not self.partial:
            del fields["partial"]
        return to_line(fields)


@dataclass
class MetricsLines:
    """What a file of metrics says.

    Attributes
    ----------
    updates
        Its lines on updates.
    validations
        Its validations, with whether each was the best when it was made.
    damaged
        Lines that could not be read.
    """

    updates: list[UpdatesLine]
    validations: list[tuple[Validation, bool]]
    damaged: int = 0


def read_line(text: str) -> UpdatesLine | tuple[Validation, bool]:
    """Read one line.

    Raises
    ------
    ValueError
        It is not a line of a metrics file.
    """
    try:
        fields = json.loads(text)
        kind = fields["kind"]
        if kind == "updates":
            return UpdatesLine(
                update=_count(fields["update"]),
                epoch=_count(fields["epoch"]),
                cost=float(fields["cost"]),
                lowest=float(fields.get("lowest", fields["cost"])),
                highest=float(fields.get("highest", fields["cost"])),
                rate=float(fields["rate"]),
                skipped=_count(fields["skipped"]),
                samples=_count(fields["samples"]),
                seconds=float(fields["seconds"]),
                updates_per_second=float(fields["updates_per_second"]),
                partial=fields.get("partial") is True,
            )
        if kind == "validation":
            metrics = {str(name): float(value) for name, value in fields["metrics"].items()}
            if not metrics:
                raise ValueError("no metrics")
            return Validation(
                update=_count(fields["update"]),
                epoch=_count(fields["epoch"]),
                cost=float(fields["cost"]),
                metrics=metrics,
                rate=float(fields["rate"]),
                seconds=float(fields["seconds"]),
            ), fields["best"] is True
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a line of a metrics file: {error!r}") from error
    raise ValueError(f"not a line of a metrics file: its kind is {kind!r}")


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def read_lines(lines: Iterable[str]) -> MetricsLines:
    """Read the lines of a metrics file; damaged ones are counted and left out."""
    found = MetricsLines([], [])
    for text in lines:
        if not text.strip():
            continue
        try:
            line = read_line(text)
        except ValueError:
            found.damaged += 1
            continue
        if isinstance(line, UpdatesLine):
            found.updates.append(line)
        else:
            found.validations.append(line)
    return found


def read_metrics(path: Path) -> MetricsLines:
    """Read a metrics file; damaged lines are counted and left out.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        return read_lines(file)
