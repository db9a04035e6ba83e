"""Event files for TensorBoard, where the ``tensorboard`` extra is installed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from symopt.errors import MissingPackageError
from symopt.training.callback import Callback
from symopt.training.metrics_lines import mean_and_range, update_after
from symopt.training.run import Run

FOLDER = "tensorboard"


class TensorBoard(Callback):
    """Writes cost, rate, speed and validation metrics for ``tensorboard --logdir``.

    Updates have as many points as lines in ``metrics.jsonl``. A resumed run writes a file beside
    the first one, and has TensorBoard hide what the first one says of the updates that are done
    again. A failing disk is told of once and does not end training; that point is lost.

    Parameters
    ----------
    path
        The folder; None: ``tensorboard`` in the run's folder (nothing is written if it has none).
    on_message
        Told what a person should read.

    Raises
    ------
    MissingPackageError
        tensorboardX is not installed.
    """

    def __init__(
        self, path: Path | None = None, on_message: Callable[[str], None] = lambda text: None
    ) -> None:
        if find_spec("tensorboardX") is None:
            raise MissingPackageError(
                "TensorBoard event files were asked for, but tensorboardX is not installed. "
                "Install it: pip install symopt[tensorboard], or leave tensorboard out."
            )
        self.path = path
        self._on_message = on_message
        self._told = False
        self._folder: Path | None = None
        self._writer: Any = None
        self._resumed = 0  # the update from which on an older file is not to be shown
        self._since, self._next = 0, 0
        self._seconds = 0.0

    def on_start(self, run: Run) -> None:
        self._folder = self.path or (run.out and run.out / FOLDER)
        self._resumed = run.update
        self._since, self._next = run.update, update_after(run.update, None)
        self._seconds = run.seconds
        if self._folder is not None:
            # Before the clock runs: it imports PyTorch too, where that is installed.
            import_module("tensorboardX")

    def on_update(self, run: Run) -> None:
        if run.update < self._next:
            return
        self._next = update_after(run.update, None)
        if self._folder is None:
            return
        count = run.update - self._since
        points = {
            "training/cost": mean_and_range(run.costs[self._since : run.update])[0],
            "training/rate": run.rate,
        }
        if (seconds := run.seconds - self._seconds) > 0:
            points["training/updates_per_second"] = count / seconds
        if run.skipped:
            points["training/skipped"] = run.skipped
        self._since, self._seconds = run.update, run.seconds
        self._write(run.update, points)

    def on_validation(self, run: Run) -> None:
        last = run.validations[-1]
        points = {
            name if name == "validation" else f"validation/{name}": value
            for name, value in last.metrics.items()
        }
        self._write(last.update, points, flush=True)

    def on_end(self, run: Run) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except OSError as error:
                self._tell(error)

    def _write(self, update: int, points: Mapping[str, float], flush: bool = False) -> None:
        if self._folder is None:
            return
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.summary_pb2 import Summary

        values = [
            Summary.Value(tag=name, simple_value=float(value)) for name, value in points.items()
        ]
        event = Event(wall_time=time.time(), step=update, summary=Summary(value=values))
        try:
            if self._writer is None:
                self._writer = self._open(self._folder)
            self._writer.write_event(event)
            if flush:
                self._writer.flush()
        except OSError as error:
            self._tell(error)

    def _open(self, folder: Path) -> Any:
        # Not its SummaryWriter: that writes from a thread which a full disk ends, and then waits
        # for it without end.
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto.event_pb2 import Event, SessionLog

        folder.mkdir(parents=True, exist_ok=True)
        writer = EventsWriter(str(folder / "events"), f".{os.getpid()}")
        if self._resumed:
            start = SessionLog(status=SessionLog.START)
            writer.write_event(
                Event(wall_time=time.time(), step=self._resumed + 1, session_log=start)
            )
        return writer

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            self._on_message(
                f"{self._folder} cannot be written to: {error.strerror or error}. Training goes on."
            )
