"""What :mod:`symopt.cli.inspection` found, as tables and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from symopt.cli.array_statistics import ArrayStatistics
from symopt.cli.inspection import Inspection

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

LONGEST_VALUE = 60
VALUES_SHOWN = 40
WIDE = 1000


def print_tables(found: Inspection) -> None:
    """Print to the terminal, or, where there is none, without breaking lines."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if console.is_terminal:
        for part in _parts(found):
            console.print(part)
        return
    text = StringIO()
    plain = Console(file=text, width=WIDE, color_system=None, legacy_windows=False)
    for part in _parts(found):
        plain.print(part, soft_wrap=not hasattr(part, "columns"))
    click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def _parts(found: Inspection) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(f"{found.path}: {found.kind}", "bold")
    if found.checkpoints:
        yield _checkpoint_table(found)
    if found.shown:
        yield Text(found.shown, "bold")
    if found.arrays:
        yield _array_table(found)
    if found.values:
        yield _value_table(found)
    for fault in found.faults:
        yield Text(fault, "red")


def _table(*headings: str, right: tuple[str, ...] = ()) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=heading != "name",
            overflow="fold",
        )
    return table


def _checkpoint_table(found: Inspection) -> Table:
    from rich.text import Text

    table = _table("name", "update", "MB", "kept as", "state", right=("update", "MB"))
    for checkpoint in found.checkpoints:
        table.add_row(
            Text(checkpoint.name),
            f"{checkpoint.update:,}",
            f"{checkpoint.nbytes / 1e6:,.1f}",
            "best" if checkpoint.best else "",
            Text("damaged", "red") if checkpoint.fault else Text("whole", "green"),
        )
    return table


def _array_table(found: Inspection) -> Table:
    from rich.text import Text

    numeric = ("norm", "min", "max", "NaN", "Inf")
    table = _table("name", "shape", "dtype", *numeric, right=numeric)
    for name, (statistics, variable) in found.arrays.items():
        label = name if not variable or variable == name else f"{name} {variable}".strip()
        table.add_row(
            Text(label or "(the array)"),
            _shape(statistics.shape),
            statistics.dtype,
            _number(statistics.norm),
            _number(statistics.low),
            _number(statistics.high),
            Text(str(statistics.nan), "red" if statistics.nan else "dim"),
            Text(str(statistics.infinite), "red" if statistics.infinite else "dim"),
        )
    every = [statistics for statistics, _ in found.arrays.values()]
    table.add_section()
    table.add_row(
        f"{len(every):,} array{'s' * (len(every) != 1)}",
        f"{sum(statistics.numbers for statistics in every):,}",
        f"{sum(statistics.nbytes for statistics in every) / 1e6:,.1f} MB",
        "",
        "",
        "",
        str(sum(statistics.nan for statistics in every)),
        str(sum(statistics.infinite for statistics in every)),
    )
    return table


def _value_table(found: Inspection) -> Table:
    from rich.text import Text

    table = _table("name", "value")
    for name in list(found.values)[:VALUES_SHOWN]:
        table.add_row(Text(name), Text(as_text(found.values[name])))
    left = len(found.values) - VALUES_SHOWN
    if left > 0:
        table.add_row(f"and {left:,} more", "(--json shows all)")
    return table


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _number(value: float | int | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and abs(value) < 10**9 else f"{value:.4g}"


def as_text(value: Any, longest: int = LONGEST_VALUE) -> str:
    """One line about a value; a class or function by its name."""
    from symopt.datasets.pickles import Global

    if isinstance(value, Global):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset) and len(value) > longest:
        return f"{type(value).__name__} of {len(value):,}"
    try:
        text = ascii(value) if isinstance(value, str | bytes) else repr(value)
    except ValueError:  # an integer of too many digits
        return "a very long integer"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def as_json(found: Inspection) -> dict[str, Any]:
    """The same for programs: nothing but what JSON has, so null for NaN and infinities."""
    return {
        "path": str(found.path),
        "kind": found.kind,
        "faults": found.faults,
        "checkpoints": [asdict(checkpoint) for checkpoint in found.checkpoints],
        "shown": found.shown,
        "arrays": {
            name: _json_statistics(statistics) | ({"variable": variable} if variable else {})
            for name, (statistics, variable) in found.arrays.items()
        },
        "values": {name: _json_value(value) for name, value in found.values.items()},
    }


def _json_statistics(statistics: ArrayStatistics) -> dict[str, Any]:
    return {
        "shape": list(statistics.shape),
        "dtype": statistics.dtype,
        "numbers": statistics.numbers,
        "bytes": statistics.nbytes,
        "norm": _json_value(statistics.norm),
        "min": _json_value(statistics.low),
        "max": _json_value(statistics.high),
        "nan": statistics.nan,
        "inf": statistics.infinite,
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_json_value(part) for part in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) < 10**300:
        return int(value)
    return as_text(value, longest=1000)
