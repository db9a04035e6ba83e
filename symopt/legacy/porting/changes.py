"""What the porter did to a file, one entry a change, and what it left to a human."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

CHANGED = (
    "import",
    "name",
    "call",
    "value",
    "string",
    "python",
    "division",
    "optimizer",
    "removed",
)
"""Kinds of entries that say what was rewritten."""

KEPT = "namespace"
"""Kind of an entry about a name that only symopt's form of Theano has."""

LEFT = "left"
"""Kind of an entry about what a human has to look at."""

HINT = "hint"
"""Kind of an entry about what could be done besides."""


@dataclass(frozen=True, order=True)
class Change:
    """One change, or one thing left.

    Attributes
    ----------
    line, column
        Where it was in the original, from 1 on; the column counts from 1 too.
    kind
        One of :data:`CHANGED`, :data:`KEPT`, :data:`LEFT` or :data:`HINT`.
    before, after
        The piece of code as it was and as it is; the same where nothing was done.
    reason
        Why, or what to do about it.
    """

    line: int
    column: int
    kind: str
    before: str
    after: str
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
