"""How often legacy code uses Theano's names.

The counts are of 33 public repositories and 556 files (tutorials, frameworks, research code),
names resolved through import aliases; "uses" are occurrences in code. A module that is only
imported has none. The study counted the uses of the 210 most used names; those of the others, 2,
1 or 0, follow from its order and its total.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

FILE = "usage.csv"
REPOSITORIES, FILES = 33, 556


@dataclass(frozen=True)
class Usage:
    """A name of Theano's and how often it was found.

    Attributes
    ----------
    name
        The dotted path.
    repositories, files
        How many of :data:`REPOSITORIES` and :data:`FILES` have it.
    uses
        How often it stands in their code; None for the modules that most files import.
    """

    name: str
    repositories: int
    files: int
    uses: int | None


def usage() -> list[Usage]:
    """Every name, those that most repositories use first."""
    with files(__package__).joinpath(FILE).open(encoding="utf-8") as file:
        return [
            Usage(
                row["name"],
                int(row["repositories"]),
                int(row["files"]),
                int(row["uses"]) if row["uses"] else None,
            )
            for row in csv.DictReader(file)
        ]
