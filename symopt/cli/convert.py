"""``symopt convert``: legacy checkpoints into plain npz files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symopt.errors import CheckpointError

if TYPE_CHECKING:
    from symopt.legacy.checkpoints.conversion import Conversion

WIDE = 1000
DTYPES = ("float16", "float32", "float64")


@click.command()
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="The npz file to write, or a folder for them. Default: beside each FILE.",
)
@click.option(
    "--names", "patterns", multiple=True, metavar="PATTERN", help="Only arrays so called: enc_*"
)
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="OLD=NEW",
    help="Call an array otherwise; * may stand in both. Or @FILE.json, of old and new names.",
)
@click.option("--dtype", type=click.Choice(DTYPES), help="Cast arrays of floats to this.")
@click.option(
    "--options",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The JSON file for the options of one FILE. Default: OUT.npz.json",
)
@click.option("--force", is_flag=True, help="Write over files that are there, but never FILE.")
@click.pass_context
def convert(
    context: click.Context,
    paths: tuple[Path, ...],
    out: Path | None,
    patterns: tuple[str, ...],
    renames: tuple[str, ...],
    dtype: str | None,
    options: Path | None,
    force: bool,
) -> None:
    """Convert checkpoints of Theano's time into plain npz files.

    FILE is anything that symopt.legacy.load_checkpoint reads: npz and npy files, pickles (plain,
    gzipped, of shared variables, of models, joblib's), Blocks' tar and zip files, Keras' HDF5,
    MATLAB's mat. Nothing in it is executed. numpy.load reads the result without pickles; the
    arrays keep their exact bits. Options go to a JSON file beside it.

    The exit code is 1 if something could not be converted; what could be is written all the same.
    """
    from symopt.legacy.checkpoints.conversion import Conversion, convert_checkpoint

    if options is not None and len(paths) > 1:
        raise click.UsageError("--options is for one FILE; each FILE has a file of its own.")
    rename = _rename_map(renames)
    done: list[Conversion] = []
    for path in paths:
        written = [file for one in done for file in (one.target, one.options) if file is not None]
        try:
            conversion = convert_checkpoint(
                path,
                _target(path, out, len(paths) > 1),
                names=patterns,
                rename=rename,
                dtype=dtype,
                options=options,
                overwrite=force,
                keep=written,
            )
        except CheckpointError as error:
            conversion = Conversion(path, faults=[str(error)])
        done.append(conversion)
    _print(done)
    if any(conversion.faults for conversion in done):
        context.exit(1)


def _rename_map(renames: tuple[str, ...]) -> dict[str, str]:
    made: dict[str, str] = {}
    for rename in renames:
        if rename.startswith("@"):
            made |= _rename_file(Path(rename[1:]))
            continue
        old, equals, new = rename.partition("=")
        if (
            not equals
            or not old
            or not new
            or (old.count("*"), new.count("*")) not in ((0, 0), (1, 1))
        ):
            raise click.BadParameter(
                f"{rename!r}; expected OLD=NEW, with one * in both or none.", param_hint="--rename"
            )
        made[old] = new
    return made


def _rename_file(path: Path) -> dict[str, str]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--rename") from error
    if not isinstance(value, dict) or not all(isinstance(new, str) for new in value.values()):
        raise click.BadParameter(f"{path}: expected an object of names.", param_hint="--rename")
    return value


def _target(path: Path, out: Path | None, many: bool) -> Path:
    from symopt.legacy.checkpoints.conversion import target_for

    if out is not None and not out.is_dir() and out.suffix == ".npz":
        if many:
            raise click.UsageError("-o is one npz file for several FILEs; give a folder.")
        return out
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.ClickException(f"{out}: {error.strerror or error}") from error
    return target_for(path, out)


def _print(done: list[Conversion]) -> None:
    """A table of the files, and below it what could not be converted."""
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("file", "format", "arrays", "numbers", "written"):
        table.add_column(
            heading,
            justify="right" if heading in ("arrays", "numbers") else "left",
            overflow="fold",
        )
    for conversion in done:
        files = [str(file) for file in (conversion.target, conversion.options) if file is not None]
        table.add_row(
            Text(str(conversion.source)),
            conversion.format,
            f"{conversion.arrays:,}" if files else "",
            f"{conversion.numbers:,}" if files else "",
            Text("\n".join(files)) if files else Text("nothing", "red"),
        )
    console = Console(highlight=False, markup=False)
    if console.is_terminal:
        console.print(table)
    else:  # whole lines, for programs
        text = StringIO()
        Console(file=text, width=WIDE, color_system=None, legacy_windows=False).print(table)
        click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()))
    for conversion in done:
        for fault in conversion.faults:
            named = fault.startswith(str(conversion.source))
            click.secho(fault if named else f"{conversion.source}: {fault}", fg="red")
