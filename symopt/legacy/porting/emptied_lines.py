"""Statements that are gone, and what becomes of the comments above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

REMOVED = cst.Expr(cst.Name("__removed_by_symopt__"))
"""Stands where a statement was until its comments have gone to the next one."""


def without_empty_lines(
    body: Sequence[cst.BaseStatement],
) -> tuple[list[cst.BaseStatement], list[cst.EmptyLine]]:
    """Statements without those that hold nothing any more, whose comments go to the next one.

    The second part is what there is no next one for.
    """
    kept: list[cst.BaseStatement] = []
    waiting: list[cst.EmptyLine] = []
    for statement in body:
        lines = list(getattr(statement, "leading_lines", ()))
        if isinstance(statement, cst.SimpleStatementLine) and any(
            is_removed(small) for small in statement.body
        ):
            waiting += lines
            continue
        if waiting:
            if not any(line.comment for line in waiting):
                waiting = [] if lines and lines[0].comment is None else waiting[:1]
            changed: Any = statement.with_changes(leading_lines=[*waiting, *lines])
            assert isinstance(changed, cst.BaseStatement)
            kept.append(changed)
            waiting = []
        else:
            kept.append(statement)
    return kept, [line for line in waiting if line.comment is not None]


def is_removed(small: cst.BaseSmallStatement) -> bool:
    """Whether a statement stands for one that is gone."""
    return (
        isinstance(small, cst.Expr)
        and isinstance(small.value, cst.Name)
        and small.value.value == "__removed_by_symopt__"
    )


def same_arms(node: cst.Try) -> cst.BaseStatement | None:
    """The one import that all arms of a ``try`` hold; None if they hold something else."""
    if node.orelse is not None or node.finalbody is not None or len(node.handlers) != 1:
        return None
    bodies = [node.body, node.handlers[0].body]
    codes = []
    for block in bodies:
        if not isinstance(block, cst.IndentedBlock) or len(block.body) != 1:
            return None
        line = block.body[0]
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return None
        if not isinstance(line.body[0], cst.Import | cst.ImportFrom):
            return None
        codes.append(cst.Module([]).code_for_node(line.body[0]))
    if codes[0] != codes[1]:
        return None
    first = node.body.body[0]
    assert isinstance(first, cst.SimpleStatementLine)
    return first.with_changes(leading_lines=[*node.leading_lines, *first.leading_lines])
