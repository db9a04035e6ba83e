"""``symopt port``: old Theano code to PyTensor and symopt."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symopt.errors import SymoptError

if TYPE_CHECKING:
    from rich.console import Console

    from symopt.legacy.porting import Port

_LISTED = 12


@click.command()
@click.argument("source", metavar="SRC", type=click.Path(exists=True, path_type=Path))
@click.argument("destination", metavar="DST", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, as a diff; write nothing.")
@click.option(
    "--optimizers",
    is_flag=True,
    help="Replace hand-written optimizers that symopt.legacy.optimizers has to the last digit.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the report goes (text, and JSON beside it).  [default: DST.report.txt]",
)
@click.option("--force", is_flag=True, help="Write over files that no port has written.")
@click.option("--check", is_flag=True, help="Exit with 1 if anything is left to a human.")
@click.option(
    "--python2/--python3",
    "python2",
    default=None,
    help="What SRC was written for; found out by default.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary.")
def port(
    source: Path,
    destination: Path,
    dry_run: bool,
    optimizers: bool,
    report: Path | None,
    force: bool,
    check: bool,
    python2: bool | None,
    quiet: bool,
) -> None:
    """Port a Theano program to Python 3, PyTensor and symopt.

    SRC is a Python file or a folder, of Python 2 or 3. The port is written to DST, with comments
    and layout as they were; files that are not Python are copied. SRC is never written to, and
    nothing of it is run. The report lists every change, and everything left to a human.
    """
    from rich.console import Console

    from symopt.legacy.porting import port as make_port
    from symopt.legacy.porting import write
    from symopt.legacy.porting.writing import check_destination

    console = Console(highlight=False)
    if source.is_file() and destination.is_dir():
        destination = destination / source.name
    try:
        check_destination(source, destination)
        with _Progress(quiet or dry_run) as progress:
            made = make_port(source, python2=python2, optimizers=optimizers, progress=progress.show)
        if dry_run:
            _show_diff(console, made)
        else:
            text_path, json_path = write(made, destination, report=report, force=force)
    except SymoptError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
    if not quiet:
        _summarise(Console(highlight=False, stderr=dry_run), made)
        if not dry_run:
            click.echo(f"wrote {destination}; the report is {text_path} (and {json_path.name})")
    if check and made.needs_a_human:
        sys.exit(1)


class _Progress:
    """A bar on the terminal, for a tree that takes a while."""

    def __init__(self, off: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=off or not console.is_terminal,
        )
        self._task = self._bar.add_task("reading", total=None)

    def show(self, path: str, number: int, count: int) -> None:
        self._bar.update(self._task, description=path[-50:], completed=number, total=count)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()


def _show_diff(console: Console, made: Port) -> None:
    from rich.text import Text

    styles = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}
    for file in made.files:
        if file.action != "ported":
            continue
        lines = difflib.unified_diff(
            file.before.splitlines(),
            file.after.splitlines(),
            f"a/{file.path}",
            f"b/{file.path}",
            lineterm="",
        )
        for line in lines:
            style = next((s for start, s in styles.items() if line.startswith(start)), "")
            console.print(Text(line, style=style), soft_wrap=True)


def _summarise(console: Console, made: Port) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"Port of {made.source.name}", title_justify="left")
    table.add_column("file", overflow="fold")
    for name in ("what", "changes", "kept", "left"):
        table.add_column(name, justify="left" if name == "what" else "right")
    shown = [f for f in made.files if f.changes or f.action in ("ported", "unreadable")]
    for file in shown:
        changed = len(file.changes) - len(file.left) - len(file.kept)
        style = "red" if file.fault else "yellow" if file.left else ""
        counts = (str(n or "") for n in (changed, len(file.kept), len(file.left)))
        table.add_row(Text(str(file.path)), file.action, *counts, style=style)
    others = len(made.files) - len(shown)
    console.print(table)
    if others:
        console.print(f"{others} more file{'s' if others > 1 else ''}: nothing to change")
    left = [(file, change) for file in made.files for change in file.left]
    if left:
        console.print(f"Left to a human ({len(left)}):", style="bold")
        for file, change in left[:_LISTED]:
            where = f"{file.path}:{change.line}:{change.column}: "
            console.print(Text(f"  {where}{change.reason}"), soft_wrap=True)
        if len(left) > _LISTED:
            console.print(f"  and {len(left) - _LISTED} more, in the report")
