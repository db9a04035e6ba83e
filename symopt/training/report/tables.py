"""The tables of a page: how the runs went, and how their settings differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from symopt.training import formatting
from symopt.training.report.chart import run_class
from symopt.training.report.markup import Markup, joined, name_of_a_run, tag
from symopt.training.report.recorded_run import RecordedRun

ABSENT = "–"
NOT_ENDED = "not ended: killed, or it still goes on"

Rows = dict[str, list[str]]  # name -> a text for each run


def run_label(run: RecordedRun, place: int) -> Markup:
    """The name of a run beside a line of its colour."""
    line = tag("line", x1=1, x2=21, y1=6, y2=6, class_=f"line {run_class(place)}")
    swatch = tag("svg", line, viewBox="0 0 22 12", class_="swatch", aria_hidden="true")
    return joined(swatch, name_of_a_run(run.name))


def summary_table(runs: Sequence[RecordedRun]) -> Markup:
    """A row for each run: its best, its last cost, how long it took and how it ended."""
    columns = ("best", "at update", "last cost", "updates", "time", "updates/s", "ended")
    # Numbers stand below each other on wide screens; narrow ones stack them by their names.
    head = tag(
        "tr",
        tag("th", "run", scope="col"),
        *(
            tag("th", name, scope="col", class_="text" if name == "ended" else None)
            for name in columns
        ),
    )
    rows = [
        tag(
            "tr",
            tag("th", run_label(run, place), scope="row"),
            *(
                tag("td", cell, data_label=name, class_="text" if name == "ended" else None)
                for name, cell in zip(columns, _summary(run), strict=True)
            ),
            class_="run-row",
            data_run=place,
        )
        for place, run in enumerate(runs)
    ]
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="summary")


def _summary(run: RecordedRun) -> Iterator[object]:
    best = run.curves.best
    if best is None:
        yield ABSENT
        yield ABSENT
    else:
        name, value = next(iter(best.metrics.items()))
        named = "" if name == "validation" else joined(" ", tag("bdi", name, class_="muted"))
        yield joined(tag("strong", formatting.number(value)), named)
        yield f"{best.update:,}"
    costs = run.curves.costs
    yield formatting.number(costs[-1]) if len(costs) else ABSENT
    # A record is written less often than the metrics: those of a killed run know more.
    updates = max(run.number("updates") or 0.0, run.curves.updates.max(initial=0.0))
    known = run.curves.seconds[np.isfinite(run.curves.seconds)]
    seconds = max(run.number("seconds") or 0.0, known.max(initial=0.0))
    yield f"{updates:,.0f}"
    yield formatting.clock(seconds) if seconds else ABSENT
    yield formatting.speed(updates / seconds) if seconds and updates else ABSENT
    if not run.record:
        yield ABSENT
    else:
        yield run.text("ended") or ("ended" if run.text("finished") else NOT_ENDED)


def settings_table(runs: Sequence[RecordedRun]) -> Markup:
    """Settings, machine and versions, a column for each run; rows that differ are marked."""
    groups = {
        "settings": _rows([_settings(run) for run in runs]),
        "machine": _rows([_machine(run) for run in runs]),
        "versions": _rows([run.part("versions") for run in runs]),
        "when and how": _rows([_history(run) for run in runs]),
    }
    names = [tag("th", run_label(run, place), scope="col") for place, run in enumerate(runs)]
    head = tag("tr", tag("td", class_="corner"), *names)
    bodies = [_group(name, rows, len(runs)) for name, rows in groups.items() if rows]
    return tag("table", tag("thead", head), *bodies, class_="settings")


def count_of_differences(runs: Sequence[RecordedRun]) -> int:
    """How many settings the runs do not share."""
    return sum(len(set(cells)) > 1 for cells in _rows([_settings(run) for run in runs]).values())


def _group(name: str, rows: Rows, count: int) -> Markup:
    heading = tag("th", name, scope="rowgroup", colspan=count + 1)
    # Times differ always, and say nothing.
    marked = name != "when and how"
    lines = [
        tag(
            "tr",
            tag("th", tag("bdi", setting), scope="row"),
            *(tag("td", cell, dir="auto") for cell in cells),
            class_="differs" if marked and len(set(cells)) > 1 else "same",
        )
        for setting, cells in rows.items()
    ]
    return tag("tbody", tag("tr", heading, class_="group"), *lines)


def _rows(mappings: Sequence[Mapping[str, Any]]) -> Rows:
    flat = [dict(_flat(mapping)) for mapping in mappings]
    names = dict.fromkeys(name for mapping in flat for name in mapping)
    return {name: [mapping.get(name, ABSENT) for mapping in flat] for name in names}


def _flat(mapping: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in mapping.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "none"
    return str(value)


def _settings(run: RecordedRun) -> Mapping[str, Any]:
    names = ("backend", "threads", "parameters", "max_epochs", "max_updates", "updates_per_epoch")
    own = {name.replace("_", " "): run.record[name] for name in names if name in run.record}
    given = {str(name): value for name, value in run.part("settings").items()}
    # What fit was given stands under its own name already.
    repeated = {name for name in own if name.replace(" ", "_") in given}
    return {**given, **{name: value for name, value in own.items() if name not in repeated}}


def _machine(run: RecordedRun) -> Mapping[str, Any]:
    machine = dict(run.part("machine"))
    size = machine.get("memory")
    if isinstance(size, int | float) and not isinstance(size, bool) and math.isfinite(size):
        machine["memory"] = formatting.memory(size)
    return machine


def _history(run: RecordedRun) -> Mapping[str, Any]:
    if not run.record:
        return {}
    processes = run.record.get("processes")
    last = processes[-1] if isinstance(processes, list) and processes else {}
    command = last.get("command") if isinstance(last, Mapping) else None
    facts: dict[str, Any] = {
        "started": run.text("started").replace("T", " ").replace("Z", " UTC"),
        "finished": run.text("finished").replace("T", " ").replace("Z", " UTC") or ABSENT,
        "skipped updates": run.record.get("skipped", 0),
    }
    if isinstance(processes, list):
        again = max(0, len(processes) - 1)
        facts["resumed"] = {0: "never", 1: "once"}.get(again, f"{again} times")
    if isinstance(command, list):
        facts["command"] = " ".join(map(str, command))
    facts["folder"] = str(run.folder)
    return facts
