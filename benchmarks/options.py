"""What the command was told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The command's options.

    Attributes
    ----------
    rounds
        Turns of each system; None: as many as the benchmark takes by itself.
    threads
        Of every system.
    backends, peers
        Names to which the systems are narrowed; empty: all.
    rows
        The same for rows by their names; empty: all.
    quick
        Tiny sizes, whose times mean nothing.
    of
        memory: the benchmark whose step is measured.
    plot
        Where to draw the figure, if the benchmark has one and it is wanted.
    """

    threads: int
    rounds: int | None = None
    backends: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    quick: bool = False
    of: str = "lstm"
    plot: Path | None = None

    def rounds_or(self, usual: int) -> int:
        """The rounds asked for, else two of a quick run, else the usual number."""
        return self.rounds or (2 if self.quick else usual)
