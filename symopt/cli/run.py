"""``symopt run``: an old script, Python 2 or 3, with Theano's namespace from symopt."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from symopt.config import BACKENDS


class _EndsAtTheProgram(click.Command):
    """Options end at the script, or after ``-m MODULE``: what follows is the program's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {o: p for p in self.params for o in p.opts if isinstance(p, click.Option)}
        place = 0
        while place < len(args) and args[place].startswith("-") and args[place] not in ("-", "--"):
            word = args[place]
            place += 1
            option = options.get(word)
            if isinstance(option, click.Option) and not option.is_flag:
                place += 1
            if word.startswith("-m") and not word.startswith("--"):
                args = [*args[:place], "--", *args[place:]]
                break
        return super().parse_args(ctx, args)


@click.command(
    cls=_EndsAtTheProgram,
    context_settings={"allow_interspersed_args": False},
    options_metavar="[OPTIONS]",
)
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    help="Compile for this backend. Default: SYMOPT_BACKEND, then THEANO_FLAGS' device, then the "
    "best one here.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the c backend.")
@click.option(
    "--python",
    type=click.Choice(["2", "3", "auto"]),
    default="auto",
    show_default=True,
    help="Which Python's rules hold (division, strings, imports) in modules that read as both.",
)
@click.option(
    "--cache",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep translations in this folder. Default: SYMOPT_TRANSLATIONS, or the user's cache.",
)
@click.option("--no-cache", is_flag=True, help="Keep no translations.")
@click.option("--pdb", is_flag=True, help="Start the debugger where an exception ends the program.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(
    module: str | None,
    backend: str | None,
    threads: int | None,
    python: str,
    folder: Path | None,
    no_cache: bool,
    pdb: bool,
    arguments: tuple[str, ...],
) -> None:
    """Run an old script, unmodified: symopt run [OPTIONS] SCRIPT.py [ARGUMENTS]...

    ``import theano`` gives symopt's form of Theano 1.0.5. The script and the modules of its own
    folder, of the current one and of PYTHONPATH are translated from Python 2 where they need it,
    and so are installed packages that import Theano. ``-`` reads the script from standard input.
    """
    from symopt.legacy.running.cache import default_folder
    from symopt.legacy.running.script import CannotRunError, Program
    from symopt.legacy.running.script import run as run_program
    from symopt.legacy.running.tracebacks import show

    if no_cache and folder is not None:
        raise click.UsageError("--cache and --no-cache exclude each other.")
    if module is None and not arguments:
        raise click.UsageError("Give a script to run, or -m and a module.")
    for name, value in (("SYMOPT_BACKEND", backend), ("SYMOPT_THREADS", threads)):
        if value is not None:
            os.environ[name] = str(value)
    program = Program(
        module if module is not None else arguments[0],
        arguments if module is not None else arguments[1:],
        module is not None,
        python,
        None if no_cache else folder or default_folder(),
        backend,
    )
    try:
        run_program(program)
    except CannotRunError as error:
        click.echo(f"symopt run: {error}", err=True)
        sys.exit(2)
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        show(error)
        sys.exit(130)
    except BaseException as error:
        show(error)
        if pdb and isinstance(error, Exception):
            import pdb as debugger

            debugger.post_mortem(error.__traceback__)
        sys.exit(1)
