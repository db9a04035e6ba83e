"""``python -m benchmarks held``: the benchmarks of issue 5's targets, and how each came out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rich.box import MARKDOWN
from rich.table import Table

from benchmarks import run as systems_run
from benchmarks.compile import first_step
from benchmarks.compile import run as compile_run
from benchmarks.held.targets import LEAST_MEMORY, MOST_COLD, MOST_WARM, RATIOS, Target
from benchmarks.memory import run as memory_run
from benchmarks.options import Options
from benchmarks.selection import check_backends

TORCH = "torch nn.LSTM"


@dataclass(frozen=True)
class Verdict:
    """A line of the summary; ``measured`` and ``met`` are None where nothing was measured."""

    work: str
    against: str
    target: str
    measured: str | None
    met: bool | None


def run(options: Options) -> dict[str, Any]:
    """Measure all targets of one backend (c, or --backend's first) and print how it stands."""
    check_backends(options)
    backend = options.backends[0] if options.backends else "c"
    ours = f"symopt {backend}"
    wanted = {name: _rows(name, ours) for name in dict.fromkeys(t.benchmark for t in RATIOS)}
    narrowed = replace(options, backends=(backend,))
    reports: dict[str, Any] = {
        name: systems_run.run(name, replace(narrowed, rows=rows)) for name, rows in wanted.items()
    }
    verdicts = [ratio_verdict(target, reports[target.benchmark], ours) for target in RATIOS]

    console = systems_run.wide_console()
    console.print("measuring cold and warm first steps ...", style="dim", highlight=False)
    seconds = first_step.measure(backend, options.rounds_or(compile_run.ROUNDS), options.quick)
    reports["compile"] = seconds
    for cache, most in (("cold", MOST_COLD), ("warm", MOST_WARM)):
        verdicts.append(seconds_verdict(cache, seconds.get(cache, {}).get("total"), most))

    rows = (ours, TORCH)
    reports["memory"] = memory_run.run(replace(narrowed, rows=rows, rounds=options.rounds_or(1)))
    found = reports["memory"]["bytes"]
    verdicts += [memory_verdict(key, found, ours) for key in ("warm", "again")]

    console.print(f"\nHeld to, {ours}\n", highlight=False)
    console.print(_table(verdicts), highlight=False)
    return {"benchmark": "held", "verdicts": [vars(v) for v in verdicts], "reports": reports}


def _rows(benchmark: str, ours: str) -> tuple[str, ...]:
    return (ours, *dict.fromkeys(t.row for t in RATIOS if t.benchmark == benchmark))


def ratio_verdict(target: Target, report: dict[str, Any], ours: str) -> Verdict:
    """Of the peer's median step over ours, both phases."""
    case = report["cases"][target.case]
    ms = {system["name"]: system["ms"]["total"] for system in case["systems"]}
    ratio = ms[target.row] / ms[ours] if {target.row, ours} <= ms.keys() else None
    return _at_least(_work(case["title"]), target.row, target.least, ratio)


def _work(title: str) -> str:
    """A title without its sizes, except an update's, of which there are two."""
    if "update" in title:
        return title.replace(" alone", "").replace("float32 ", "")
    return title.split(":")[0]


def seconds_verdict(cache: str, measured: float | None, most: float) -> Verdict:
    """Of a first step, with this cache."""
    found = None if measured is None else f"{measured:.1f} s"
    met = None if measured is None else measured <= most
    return Verdict(
        "LSTM, first step from a fresh process", f"{cache} cache", f"{most:g} s", found, met
    )


def memory_verdict(key: str, found: dict[str, Any], ours: str) -> Verdict:
    """Of PyTorch's peak over ours; the keys are the memory benchmark's."""
    mine, theirs = (found.get(row, {}).get(key) for row in (ours, TORCH))
    ratio = theirs / mine if mine and theirs else None
    work = {"warm": "above the imports", "again": "above a tiny problem's"}[key]
    return _at_least(f"LSTM, peak memory {work}", TORCH, LEAST_MEMORY, ratio)


def _at_least(work: str, against: str, least: float, ratio: float | None) -> Verdict:
    if ratio is None:
        return Verdict(work, against, f"{least:g}", None, None)
    return Verdict(work, against, f"{least:g}", f"{ratio:.2f}", ratio >= least)


def _table(verdicts: list[Verdict]) -> Table:
    table = Table(box=MARKDOWN)
    for title in ("work", "against"):
        table.add_column(title, no_wrap=True)
    for title in ("target", "measured", "met"):
        table.add_column(title, justify="right", no_wrap=True)
    words = {True: "yes", False: "no", None: "not measured"}
    for v in verdicts:
        table.add_row(v.work, v.against, v.target, v.measured or "-", words[v.met])
    return table
