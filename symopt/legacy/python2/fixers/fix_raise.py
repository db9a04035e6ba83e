"""``raise E, V, T``: V may be an instance of E already, or a tuple of its arguments.

Only a call at run time can tell, so ``raise exception(E, V, T)`` is written, with the name that
translated modules know :func:`symopt.legacy.python2.exceptions.exception` by.
"""

from __future__ import annotations

from typing import Any

from fissix import fixer_base, pytree
from fissix.fixer_util import Call, Comma, Name

from symopt.legacy.python2.names import support

EXCEPTION = support("exception")


class FixRaise(fixer_base.BaseFix):
    """``raise E, V, T`` becomes ``raise exception(E, V, T)``."""

    BM_compatible = True
    PATTERN = "raise_stmt< 'raise' exc=any ',' val=any [',' tb=any] >"

    def transform(self, node: Any, results: dict[str, Any]) -> Any:
        arguments: list[Any] = []
        for name in ("exc", "val", "tb"):
            if name in results:
                argument = results[name].clone()
                argument.prefix = argument.prefix if arguments else ""
                arguments += [Comma(), argument] if arguments else [argument]
        call = Call(Name(EXCEPTION), arguments)
        call.prefix = " "
        return pytree.Node(self.syms.raise_stmt, [Name("raise"), call], prefix=node.prefix)
