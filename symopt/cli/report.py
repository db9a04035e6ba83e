"""``symopt report``: compare training runs on one page."""

from __future__ import annotations

from pathlib import Path

import click

from symopt.errors import SymoptError


@click.command()
@click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="The file to write.",
)
@click.option("--open", "show", is_flag=True, help="Open the page in a browser.")
def report(folders: tuple[Path, ...], out: Path, show: bool) -> None:
    """Compare training runs on one page of HTML.

    DIR is the folder of a run (what symopt.fit calls out), or one that holds such folders. The
    page has the curves of all runs over updates, epochs or time, how they ended, and their
    settings side by side. It is one file that needs no other and makes no request.
    """
    from symopt.training.report import write_report

    try:
        runs = write_report(folders, out)
    except SymoptError as error:
        raise click.ClickException(str(error)) from error
    for run in runs:
        for note in run.notes:
            click.echo(f"note: {run.name}: {note}", err=True)
    click.echo(f"wrote {out} ({len(runs)} run{'' if len(runs) == 1 else 's'})")
    if show:
        click.launch(out.resolve().as_uri())
