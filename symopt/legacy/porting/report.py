"""The report of a port: everything that was changed, and everything left to a human."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from symopt.legacy.porting.changes import CHANGED, HINT, KEPT, Change
from symopt.legacy.porting.tree import Port, PortedFile

FORMAT = 1
"""Version of the JSON."""

SETTINGS_NOTE = (
    "THEANO_FLAGS and .theanorc are not read by what was ported: floatX and the like are set by "
    "PYTENSOR_FLAGS or .pytensorrc (PYTENSOR_FLAGS=floatX=float32), the backend by SYMOPT_BACKEND."
)


def as_document(port: Port) -> dict[str, Any]:
    """The report as JSON has it.

    ``files`` holds for each file its path, what was done, the SHA-256 of the bytes written, and
    its changes, each with line, column, kind, before, after and reason.
    """
    return {
        "format": FORMAT,
        "made_by": "symopt port",
        "source": port.source.name,
        "python2": port.python2,
        "summary": dict(sorted(summary(port).items())),
        "files": [_file(file) for file in port.files],
    }


def as_json(port: Port) -> str:
    """The report as JSON: :func:`as_document`."""
    return json.dumps(as_document(port), indent=1, ensure_ascii=False) + "\n"


def summary(port: Port) -> Counter[str]:
    """How many files of each kind, and how many changes of each."""
    counts: Counter[str] = Counter(f"files {file.action}" for file in port.files)
    counts.update(change.kind for file in port.files for change in file.changes)
    return counts


def as_text(port: Port) -> str:
    """The report as a person reads it."""
    lines = [f"Port of {port.source.name} ({'Python 2' if port.python2 else 'Python 3'})", ""]
    left = [(file, change) for file in port.files for change in file.left]
    kept = [(file, change) for file in port.files for change in file.kept]
    lines += _section("Left to a human", left, "Nothing.")
    lines += _section("Kept on symopt.legacy.theano", kept, "Nothing.")
    hints = [(f, c) for f in port.files for c in f.changes if c.kind == HINT]
    if hints:
        lines += _section("Could be done besides", hints, "")
    lines += ["Settings", "--------", SETTINGS_NOTE, ""]
    lines += ["Changes", "-------"]
    for file in port.files:
        if file.action == "copied" and not file.changes:
            continue
        lines.append(f"{file.path}: {file.action}")
        lines += [f"  {_line(c)}" for c in file.changes if c.kind in CHANGED]
    return "\n".join(lines) + "\n"


def _section(title: str, found: list[tuple[PortedFile, Change]], nothing: str) -> list[str]:
    lines = [title, "-" * len(title)]
    lines += [
        f"{file.path}:{c.line}:{c.column}: {_one_line(c.before)}: {c.reason or KEPT}"
        for file, c in found
    ]
    if not found:
        lines.append(nothing)
    return [*lines, ""]


def _line(change: Change) -> str:
    text = f"{change.line}:{change.column} {change.kind}: {_one_line(change.before)}"
    text += f" -> {_one_line(change.after)}" if change.after else " (left out)"
    return f"{text}  # {change.reason}" if change.reason else text


def _one_line(code: str) -> str:
    text = " ".join(code.split())
    return text if len(text) <= 100 else f"{text[:97]}..."


def _file(file: PortedFile) -> dict[str, Any]:
    found: dict[str, Any] = {"path": str(file.path), "action": file.action}
    if file.action != "linked":
        found["sha256"] = file.sha256()
    if file.fault:
        found["fault"] = file.fault
    found["changes"] = [change.as_dict() for change in file.changes]
    return found
