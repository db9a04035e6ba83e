"""``python -m benchmarks NAME``: times symopt and its peers in one run and prints a table.

Nothing that keeps a thread pool (NumPy, PyTensor, torch, JAX) is imported before the options are
read, since most pools take their size from the environment when they are loaded.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from benchmarks.options import Options
from benchmarks.threads import available_cores, limit_threads

SYSTEMS = ("lstm", "gru", "wap", "update")
"""Benchmarks that ``benchmarks.run`` runs."""

OTHERS = ("compile", "memory", "growth", "held", "conv", "shapes", "checkpoint", "fit")
"""Benchmarks with a ``run`` module of their own."""


HELP = """Time symopt and its peers, interleaved, on one piece of work.

\b
lstm     the training step of the LSTM tutorial, both phases
gru      the training step of a GRU with attention, dl4mt's decoder
wap      the training step of WAP's full DenseNet model, on eight real pictures
update   the adadelta and adam updates alone, 1.4 M and 50 M parameters
compile  seconds from a fresh process to the end of the first LSTM step,
         and of rules over sixty parameters; no peers
memory   peak memory of each system's step, of lstm or --of another
growth   the LSTM's step against time steps, batch, width and vocabulary
held     lstm, gru, update, compile and memory against issue 5's targets
conv     the convolutions of WAP's watcher by each algorithm
shapes   on jax: a new shape, a corpus with and without buckets, and many
         updates in one call
checkpoint  50 M parameters saved and loaded, against dd with fsync
fit      what symopt.fit adds to a step of a millisecond

Peers that are not installed are listed as skipped. THEANO_PYTHON names the interpreter of real
Theano, a peer of lstm.
"""


@click.command(
    help=HELP, context_settings={"help_option_names": ["-h", "--help"], "show_default": True}
)
@click.argument("name", type=click.Choice([*SYSTEMS, *OTHERS]))
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="Turns of each system.  [default: 20; compile: 5, memory: 1; quick: 2]",
)
@click.option(
    "--threads", type=click.IntRange(1), help="Threads of every system.  [default: all cores]"
)
@click.option(
    "--backend", "backends", multiple=True, help="Only this backend of symopt; repeatable."
)
@click.option(
    "--peer", "peers", multiple=True, help="Only this peer (symopt, torch, ...); repeatable."
)
@click.option("--quick", is_flag=True, help="Tiny sizes: a smoke test, whose times mean nothing.")
@click.option(
    "--of",
    type=click.Choice(["lstm", "gru", "wap"]),
    default="lstm",
    help="memory: whose step.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it here too.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="growth: draw the step's time here; conv: cost against the sizes of filter and image.",
)
def main(name: str, json_file: Path | None, threads: int | None, **chosen: Any) -> None:
    """The command; HELP says what it does."""
    options = Options(threads=threads or available_cores(), **chosen)
    limit_threads(options.threads)
    # These import NumPy and PyTensor: only now that the threads are set.
    agreement = import_module("benchmarks.agreement")
    try:
        if name in SYSTEMS:
            report = import_module("benchmarks.run").run(name, options)
        else:
            report = import_module(f"benchmarks.{name}.run").run(options)
    except agreement.DisagreementError as error:
        sys.exit(f"The systems do not compute the same thing. {error}")
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
