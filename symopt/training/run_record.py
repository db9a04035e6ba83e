"""run.json: what a run was, for those who find its folder later."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from numbers import Integral
from pathlib import Path
from typing import Any

from symopt.config import config
from symopt.training.callback import Callback
from symopt.training.machine import describe_machine, describe_versions
from symopt.training.metrics_lines import to_line
from symopt.training.replace_file import replace_file
from symopt.training.run import Run, Validation

FILE = "run.json"
FORMAT, VERSION = "symopt run", 1
WRITE_EVERY = 30.0  # seconds, at least, between two writes while the run goes on


class RunRecord(Callback):
    """Writes ``run.json`` when a run begins, at validations, and when it ends.

    It holds the run's settings, the versions, the machine, when and by which command it was
    started, resumed and ended, why it ended, and how far it got. The file is replaced as a whole,
    so that it is never half written. A failing disk is told of once, and does not end training.
    A run that is killed leaves ``"ended": ""`` and a last process without an end.

    Parameters
    ----------
    path
        The file; None: ``run.json`` in the run's folder (nothing is written if it has none).
    on_message
        Told what a person should read.
    """

    def __init__(
        self, path: Path | None = None, on_message: Callable[[str], None] = lambda text: None
    ) -> None:
        self.path = path
        self._on_message = on_message
        self._told = False
        self._target: Path | None = None
        self._processes: list[dict[str, Any]] = []
        self._written_at = 0.0

    def on_start(self, run: Run) -> None:
        self._target = self.path or (run.out and run.out / FILE)
        if self._target is None:
            return
        self._processes = _processes_before(self._target) if run.update else []
        self._processes.append(
            {
                "started": _now(),
                "ended": None,
                "resumed_at": run.resumed_at,
                "command": list(sys.orig_argv),
                "folder": os.getcwd(),
                "versions": describe_versions(),
                "machine": describe_machine(),
                "threads": config.threads,
            }
        )
        self._write(run)

    def on_validation(self, run: Run) -> None:
        if time.monotonic() - self._written_at >= WRITE_EVERY:
            self._write(run)

    def on_end(self, run: Run) -> None:
        if self._processes:
            self._processes[-1]["ended"] = _now()
        self._write(run)

    def _write(self, run: Run) -> None:
        if self._target is None:
            return
        self._written_at = time.monotonic()
        text = json.dumps(_document(run, self._processes), indent=2) + "\n"
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._target, text.encode())
        except OSError as error:
            if not self._told:
                self._told = True
                self._on_message(
                    f"{self._target} cannot be written: {error.strerror or error}. Training goes "
                    "on; it is tried again."
                )


def _document(run: Run, processes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    last = processes[-1]
    document = {
        "format": FORMAT,
        "version": VERSION,
        "started": processes[0]["started"],
        "finished": last["ended"],
        "ended": run.ended,
        "updates": run.update,
        "epochs": run.epoch,
        "samples": run.samples,
        "skipped": run.skipped,
        "seconds": run.seconds,
        "last_cost": run.costs[-1] if run.costs else None,
        "best": _validation(run.best),
        "last_validation": _validation(run.validations[-1] if run.validations else None),
        "max_epochs": run.max_epochs,
        "max_updates": run.max_updates,
        "updates_per_epoch": run.updates_per_epoch,
        "parameters": sum(
            variable.get_value(borrow=True).size for variable in run.opt.params.values()
        ),
        "backend": run.opt.backend,
        "threads": last["threads"],
        "settings": {str(name): _plain(value) for name, value in run.settings.items()},
        "versions": last["versions"],
        "machine": last["machine"],
        "processes": list(processes),
    }
    # By way of the one place that knows what strict JSON makes of NaN.
    return json.loads(to_line(document))


def _validation(validation: Validation | None) -> dict[str, Any] | None:
    if validation is None:
        return None
    return {
        "update": validation.update,
        "epoch": validation.epoch,
        "cost": float(validation.cost),
        "metrics": {name: float(value) for name, value in validation.metrics.items()},
        "seconds": float(validation.seconds),
    }


def _plain(value: Any) -> Any:
    """A setting as JSON has it; what JSON has not as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return repr(value)


def _processes_before(path: Path) -> list[dict[str, Any]]:
    """The processes of a run that is resumed; none if its record cannot be read."""
    try:
        document = json.loads(path.read_bytes())
        processes = document["processes"]
        if document["format"] == FORMAT and all("started" in process for process in processes):
            return list(processes)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return []


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
