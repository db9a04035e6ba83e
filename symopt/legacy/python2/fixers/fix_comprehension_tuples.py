"""``[x for x in 1, 2 for y in 3, 4]``: fissix's own fixer puts the first into parentheses only."""

from __future__ import annotations

from typing import Any

from fissix import fixer_base
from fissix.fixer_util import LParen, RParen


class FixComprehensionTuples(fixer_base.BaseFix):
    """Parentheses around each tuple that a list comprehension loops over."""

    BM_compatible = False
    PATTERN = "testlist_safe< any+ >"

    def transform(self, node: Any, results: dict[str, Any]) -> None:
        opening = LParen()
        opening.prefix = node.prefix
        node.prefix = ""
        node.insert_child(0, opening)
        node.append_child(RParen())
