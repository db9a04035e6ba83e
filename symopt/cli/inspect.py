"""``symopt inspect``: what is in a checkpoint, an npz or a legacy pickle."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list, one object a FILE.")
@click.pass_context
def inspect(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Show the names, shapes, dtypes, norms and NaNs in files of arrays.

    FILE is a checkpoint or a folder of them (the --out folder of a run will do), an npy or npz
    file, or a file of Theano's time: a pickle, gzipped or not, joblib's too; Blocks' tar; Keras'
    HDF5 (with h5py); MATLAB's mat. Nothing in a file is executed. Norm, min and max are of the
    finite elements.

    Everything is read and checked. The exit code is 1 if something is damaged or unreadable.
    """
    import json

    from symopt.cli import inspection_table
    from symopt.cli.inspection import inspect_path

    found = [inspect_path(path) for path in paths]
    if as_json:
        made = [inspection_table.as_json(inspection) for inspection in found]
        click.echo(json.dumps(made, indent=1, allow_nan=False))
    else:
        for inspection in found:
            inspection_table.print_tables(inspection)
    if any(inspection.faults for inspection in found):
        context.exit(1)
