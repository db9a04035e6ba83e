"""``python -m benchmarks NAME``: times symopt and its peers in one run and prints a table.

Nothing that keeps a thread pool (NumPy, PyTensor, torch, JAX) is imported before the options are
read, since most pools take their size from the environment when they are loaded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmarks.threads import available_cores, limit_threads


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("name", type=click.Choice(["lstm", "update", "compile", "conv"]))
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="Turns of each system.  [default: 20; compile: 5; quick: 2]",
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
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it here too.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="conv: draw cost against the sizes of filter and image here.",
)
def main(
    name: str,
    rounds: int | None,
    threads: int | None,
    backends: tuple[str, ...],
    peers: tuple[str, ...],
    quick: bool,
    json_file: Path | None,
    plot: Path | None,
) -> None:
    """Time symopt and its peers, interleaved, on one piece of work.

    NAME is "lstm", the training step of the LSTM tutorial (both phases), "update", the adadelta and
    adam updates alone, "compile", the compilation of rules over sixty parameters, which has no
    peers, or "conv", the convolutions of WAP's watcher by each algorithm. Peers that are not
    installed are listed as skipped.
    """
    threads = threads or available_cores()
    limit_threads(threads)
    rounds = rounds or (2 if quick else 5 if name == "compile" else 20)
    if name == "compile":
        from benchmarks.compile.run import run as run_compile

        run_compile(
            rounds=rounds, threads=threads, backends=backends, quick=quick, json_file=json_file
        )
        return
    from benchmarks.agreement import DisagreementError  # these import NumPy and PyTensor:
    from benchmarks.conv.run import run as run_conv
    from benchmarks.run import run  # only now that the threads are set

    try:
        if name == "conv":
            run_conv(
                rounds=rounds,
                threads=threads,
                peers=peers,
                quick=quick,
                json_file=json_file,
                plot=plot,
            )
            return
        run(
            name,
            rounds=rounds,
            threads=threads,
            backends=backends,
            peers=peers,
            quick=quick,
            json_file=json_file,
        )
    except DisagreementError as error:
        sys.exit(f"The systems do not compute the same thing. {error}")


if __name__ == "__main__":
    main()
