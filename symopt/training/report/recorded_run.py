"""Runs as their folders record them: run.json and metrics.jsonl."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from symopt.errors import ReportError
from symopt.training import metrics_lines, run_record
from symopt.training.curve_data import CurveData
from symopt.training.metrics_lines import MetricsLines, read_metrics


@dataclass(frozen=True)
class RecordedRun:
    """A run that a folder records.

    Attributes
    ----------
    name
        The folder's, with as much of what is above it as tells it from the other runs.
    folder
        Where it is.
    record
        What run.json holds; empty if that is missing or damaged.
    curves
        What metrics.jsonl holds.
    notes
        What is wrong with either, for people to read.
    """

    name: str
    folder: Path
    record: Mapping[str, Any]
    curves: CurveData
    notes: tuple[str, ...] = ()

    def part(self, name: str) -> Mapping[str, Any]:
        """A mapping of the record (``settings``, say); empty if there is none of that name."""
        value = self.record.get(name)
        return value if isinstance(value, Mapping) else {}

    def number(self, name: str) -> float | None:
        """A number of the record; None if it has none of that name."""
        value = self.record.get(name)
        if isinstance(value, bool):
            return None
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            return None

    def text(self, name: str) -> str:
        """A text of the record; "" if it has none of that name."""
        value = self.record.get(name)
        return value if isinstance(value, str) else ""


def find_runs(folders: Iterable[Path]) -> list[RecordedRun]:
    """Read the runs in some folders.

    Parameters
    ----------
    folders
        Each is the folder of a run, which holds run.json or metrics.jsonl, or one that holds such
        folders.

    Returns
    -------
    list
        The runs, each once, those of one folder in the order of their names.

    Raises
    ------
    ReportError
        A folder is neither, or a file cannot be read.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        found.update(dict.fromkeys(_run_folders(folder)))
    names = _names(list(found))
    return [replace(_read(folder), name=name) for folder, name in zip(found, names, strict=True)]


def _run_folders(folder: Path) -> list[Path]:
    folder = folder.resolve()
    try:
        if not folder.is_dir():
            raise ReportError(
                f"{folder} is not a folder; expected that of a run, which holds "
                f"{run_record.FILE} or {metrics_lines.FILE}."
            )
        if _is_run(folder):
            return [folder]
        inside = [path for path in folder.iterdir() if path.is_dir() and _is_run(path)]
    except OSError as error:
        raise ReportError(f"{folder} cannot be read: {error.strerror or error}.") from error
    if not inside:
        raise ReportError(
            f"{folder} holds no run: neither it nor a folder in it has {run_record.FILE} or "
            f"{metrics_lines.FILE}. symopt.fit(..., out=DIR) writes them."
        )
    return sorted(inside, key=_natural)


def _is_run(folder: Path) -> bool:
    return any((folder / file).is_file() for file in (run_record.FILE, metrics_lines.FILE))


def _natural(path: Path) -> list[tuple[int, str]]:
    """An order in which run-2 stands before run-10."""
    parts = re.split(r"([0-9]+)", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _names(folders: Sequence[Path]) -> list[str]:
    """The last parts of the paths, as many as tell each from the others."""
    depths = [1] * len(folders)
    while True:
        names = [
            str(Path(*folder.parts[-depth:])) for folder, depth in zip(folders, depths, strict=True)
        ]
        if len(set(names)) == len(names):
            return names
        for place, name in enumerate(names):
            depths[place] += names.count(name) > 1


def _read(folder: Path) -> RecordedRun:
    notes: list[str] = []
    try:
        record = _read_record(folder / run_record.FILE, notes)
        lines = _read_lines(folder / metrics_lines.FILE, notes)
    except OSError as error:
        raise ReportError(f"{error.filename} cannot be read: {error.strerror}.") from error
    return RecordedRun(folder.name, folder, record, CurveData.from_lines(lines), tuple(notes))


def _read_record(path: Path, notes: list[str]) -> Mapping[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        notes.append(f"{path.name} is missing: settings and machine are not known")
        return {}
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, Mapping) or record.get("format") != run_record.FORMAT:
        notes.append(f"{path.name} is damaged: settings and machine are not known")
        return {}
    return record


def _read_lines(path: Path, notes: list[str]) -> MetricsLines:
    try:
        lines = read_metrics(path)
    except FileNotFoundError:
        notes.append(f"{path.name} is missing: there are no curves")
        return MetricsLines([], [])
    if lines.damaged:
        count = f"{lines.damaged:,} line{'' if lines.damaged == 1 else 's'}"
        notes.append(f"{count} of {path.name} could not be read and {_is(lines.damaged)} left out")
    if not lines.updates and not lines.validations:
        notes.append(f"{path.name} holds no line: there are no curves")
    return lines


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
