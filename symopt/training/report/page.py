"""The page: the parts put together into one file that needs no other."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from symopt.errors import ReportError
from symopt.training.replace_file import replace_file
from symopt.training.report.chart import COLOURS, Chart, make_charts
from symopt.training.report.markup import (
    Markup,
    escaped,
    joined,
    json_for_a_script,
    name_of_a_run,
    tag,
)
from symopt.training.report.recorded_run import RecordedRun, find_runs
from symopt.training.report.series import SMOOTHING
from symopt.training.report.still_picture import still_picture
from symopt.training.report.tables import (
    count_of_differences,
    run_label,
    settings_table,
    summary_table,
)

SCRIPTS = ("scales.js", "chart.js", "page.js")


def write_report(folders: Sequence[Path], path: Path) -> list[RecordedRun]:
    """Write a page that compares training runs.

    The page is one file without references to others: it can be mailed, and makes no request. It
    shows the curves over updates, epochs or time, and the settings side by side. Without scripts
    it still has still curves and all tables.

    Parameters
    ----------
    folders
        Each is the folder of a run (``symopt.fit(..., out=folder)``), or one that holds such
        folders.
    path
        The file to write. It appears whole or not at all.

    Returns
    -------
    list
        The runs on the page; their ``notes`` say what was wrong with their files.

    Raises
    ------
    ReportError
        A folder holds no run, a file of one cannot be read, or the page cannot be written.
    """
    runs = find_runs(folders)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, page_of(runs).encode("utf-8"))
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or error}.") from error
    return runs


def page_of(runs: Sequence[RecordedRun], now: datetime | None = None) -> str:
    """The HTML of a page about some runs, written at a moment (default: now)."""
    charts = make_charts(runs)
    script = "\n".join(read_page_file(name) for name in SCRIPTS)
    script = f'"use strict";\n{{\n{script}}}\n'
    style = read_page_file("page.css")
    title = "Training runs" if len(runs) != 1 else f"Training run {runs[0].name}"
    parts = {
        "policy": escaped(_policy(script, style)),
        "title": title,
        "style": Markup(style),
        "subtitle": _subtitle(runs, now or datetime.now(UTC)),
        "notices": _notices(runs),
        "summary": summary_table(runs),
        "chips": joined(*_chips(runs)),
        "charts": joined(*_figures(charts)),
        "differences": _differences(runs),
        "settings": settings_table(runs),
        "footer": _footer(),
        "data": json_for_a_script(
            {
                "names": [run.name for run in runs],
                "colours": COLOURS,
                "charts": [chart.to_json() for chart in charts],
            }
        ),
        "script": Markup(script),
    }
    return _filled(read_page_file("page.html"), parts)


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with its ``{{name}}`` replaced, in one pass: parts may hold such text too."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: escaped(parts[found[1]]), template)


def read_page_file(name: str) -> str:
    """One of the files that a page is made of: ``page.css``, say."""
    return (files("symopt.training.report") / "page_files" / name).read_text(encoding="utf-8")


def _policy(script: str, style: str) -> str:
    """What a browser shall refuse: everything but this very script and style."""
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src {_hash(script)}; style-src {_hash(style)}"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _subtitle(runs: Sequence[RecordedRun], now: datetime) -> str:
    count = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    return f"{count}, page written on {now.day} {now:%B %Y} at {now:%H:%M} UTC"


def _notices(runs: Sequence[RecordedRun]) -> Markup:
    items = [tag("li", name_of_a_run(run.name), f": {note}.") for run in runs for note in run.notes]
    if not items:
        return Markup("")
    heading = tag("strong", "Some files are not whole")
    return tag("div", heading, tag("ul", *items), class_="notice", role="note")


def _chips(runs: Sequence[RecordedRun]) -> Iterator[Markup]:
    for place, run in enumerate(runs):
        yield tag(
            "button",
            run_label(run, place),
            type="button",
            class_="chip",
            aria_pressed="true",
            data_run=place,
        )


def _figures(charts: Sequence[Chart]) -> Iterator[Markup]:
    if not charts:
        yield tag("p", "There are no curves to show.", class_="nothing")
    for place, chart in enumerate(charts):
        caption = tag(
            "figcaption",
            tag("h3", tag("bdi", chart.title)),
            tag("div", *_tools(chart), class_="tools needs-script", hidden=True),
        )
        plot = tag("div", still_picture(chart, f"still-{place}"), class_="plot")
        # The first one has a row to itself, and so has a last one that would stand alone.
        wide = place == 0 or (place == len(charts) - 1 and len(charts) % 2 == 0)
        classes = f"chart card{' wide' if wide else ''}"
        yield tag("figure", caption, plot, class_=classes, data_chart=place)


def _tools(chart: Chart) -> Iterator[Markup]:
    if chart.kind == "cost":
        slider = tag("input", type="range", min=0, max=0.99, step=0.01, value=SMOOTHING)
        yield tag("label", "smoothing", slider, tag("output", f"{SMOOTHING:.2f}"))
    pressed = "true" if chart.logarithmic else "false"
    yield tag("button", "log scale", type="button", class_="toggle", aria_pressed=pressed)


def _differences(runs: Sequence[RecordedRun]) -> str:
    if len(runs) < 2:
        return ""
    count = count_of_differences(runs)
    if not count:
        return "the same in all runs"
    return f"{count} differ{'s' if count == 1 else ''} between the runs"


def _footer() -> str:
    from symopt import __version__

    return (
        f"Written by symopt {__version__}. A curve of the training cost is smoothed; the band "
        "behind it spans the lowest and the highest cost. A ring marks the best validation."
    )
