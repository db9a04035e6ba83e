"""A run in words: what the displays print of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from symopt.training import formatting
from symopt.training.machine import resident_memory
from symopt.training.pace import Pace, most_updates
from symopt.training.run import Run, Validation

RECENT = 50  # updates whose mean cost is shown: single minibatches jump about


def place(run: Run) -> str:
    """``epoch 3/50, update 240/4,000``, as far as the limits are known."""
    epochs = f"/{run.max_epochs:,}" if run.max_epochs is not None else ""
    most = most_updates(run)
    updates = f"/{most:,}" if most is not None else ""
    return f"epoch {run.epoch:,}{epochs}, update {run.update:,}{updates}"


def cost(run: Run) -> str:
    """The mean of the last costs that are finite, or the last one if none is; "-" before it."""
    recent = run.costs[-RECENT:]
    seen = [value for value in recent if math.isfinite(value)] or recent[-1:]
    return formatting.number(sum(seen) / len(seen)) if seen else "-"


def metrics(values: Mapping[str, float]) -> str:
    """``error 0.0125, cost 0.044``; a plain number goes without its name."""
    return ", ".join(
        formatting.number(value) if name == "validation" else f"{name} {formatting.number(value)}"
        for name, value in values.items()
    )


def best(validation: Validation) -> str:
    """``best error 0.012 at update 1,100 (epoch 3)``."""
    name, value = next(iter(validation.metrics.items()))
    return (
        f"best {metrics({name: value})} at update {validation.update:,} (epoch {validation.epoch})"
    )


def speeds(run: Run, pace: Pace) -> list[str]:
    """``124 updates/s`` and ``1,984 samples/s``, as far as they are known."""
    updates, samples = pace.updates_per_second, pace.samples_per_second
    found = []
    if updates is not None:
        found.append(f"{formatting.speed(updates)} updates/s")
    if updates is not None and samples:
        found.append(f"{formatting.speed(samples)} samples/s")
    return found


def left(run: Run, pace: Pace) -> str:
    """``at most 1:23 left``; "" if that is not known."""
    seconds = pace.seconds_left(run)
    return "" if seconds is None else f"at most {formatting.clock(seconds)} left"


def skipped(run: Run) -> str:
    """``3 updates skipped``; "" if none was."""
    if not run.skipped:
        return ""
    return f"{run.skipped:,} update{'' if run.skipped == 1 else 's'} skipped"


def progress_line(run: Run, pace: Pace) -> str:
    """A line on a run that goes on."""
    parts = [
        f"cost {cost(run)}",
        f"rate {formatting.number(run.rate)}",
        *speeds(run, pace),
        left(run, pace),
        f"memory {formatting.memory(resident_memory())}",
        skipped(run),
    ]
    return f"{place(run)}: {', '.join(filter(None, parts))}"


def validation_line(run: Run, pace: Pace) -> str:
    """A line on the last validation."""
    last = run.validations[-1]
    parts = [f"cost {formatting.number(last.cost)}"] if math.isfinite(last.cost) else []
    parts.append(f"validation {metrics(last.metrics)}")
    if run.best is not None:
        parts.append("the best so far" if run.best.update == last.update else best(run.best))
    parts.append(", ".join(filter(None, [*speeds(run, pace), left(run, pace)])))
    return f"{place(run)}: {'; '.join(filter(None, parts))}"


def end_line(run: Run) -> str:
    """A line on a run that has ended."""
    here, time = run.update - run.resumed_at, formatting.clock(run.seconds)
    resumed = f", {here:,} of them since it was resumed" if run.resumed_at else ""
    parts = [
        f"{run.ended or 'ended'}: {run.update:,} updates in {time}{resumed}",
        skipped(run),
        best(run.best) if run.best is not None else "",
    ]
    return ", ".join(filter(None, parts))
