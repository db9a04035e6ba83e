"""Which systems take part, of those there are."""

from __future__ import annotations

from dataclasses import replace

import click

from benchmarks.options import Options
from benchmarks.system import Case, Skipped, System, collect
from symopt.config import check_backend_name
from symopt.errors import UnknownBackendError


def select(case: Case, options: Options) -> tuple[list[System], list[Skipped]]:
    """The case's systems that the options leave, and those that cannot run here.

    Raises
    ------
    click.UsageError
        There is no such backend or peer.
    """
    check_backends(options)
    systems, skipped = collect(replace(case, peers=_peers(case, options)))
    return (
        [
            system
            for system in systems
            if (not options.backends or system.backend in (None, *options.backends))
            and (not options.rows or system.name in options.rows)
        ],
        skipped,
    )


def check_backends(options: Options) -> None:
    """Raise click.UsageError unless all of ``--backend`` are backends."""
    for name in options.backends:
        try:
            check_backend_name(name, "--backend")
        except UnknownBackendError as error:
            raise click.UsageError(str(error)) from error


def _peers(case: Case, options: Options) -> list:
    known = [peer.name for peer in case.peers]
    for name in options.peers:
        if name not in known:
            raise click.UsageError(f"--peer={name!r}: expected one of {', '.join(known)}.")
    return [peer for peer in case.peers if not options.peers or peer.name in options.peers]
