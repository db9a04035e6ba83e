"""Which of Theano's names the programs of the tests call, and with which keywords, by ``ast``."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path


def names_in(paths: Iterable[Path]) -> tuple[set[str], dict[str, set[str]]]:
    """Full names that files mention, and the keywords with which each is called anywhere.

    A method's keywords are under ``.method``, whatever it is called on.
    """
    mentioned: set[str] = set()
    keywords: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        visitor = _Names()
        visitor.visit(ast.parse(path.read_text(), filename=str(path)))
        mentioned |= visitor.mentioned
        for name, found in visitor.keywords.items():
            keywords[name] |= found
    return mentioned, keywords


class _Names(ast.NodeVisitor):
    """Names from ``import theano...`` on, wherever in the file the import is."""

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self.mentioned: set[str] = set()
        self.keywords: dict[str, set[str]] = defaultdict(set)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name.partition(".")[0] == "theano":
                full = alias.name if alias.asname else "theano"
                self.aliases[alias.asname or "theano"] = full
                self._mention(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and node.module.partition(".")[0] == "theano":
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                self.aliases[alias.asname or alias.name] = full
                self._mention(full)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        full = self._full_name(node)
        if full:
            self._mention(full)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        given = {keyword.arg for keyword in node.keywords if keyword.arg}
        full = self._full_name(node.func)
        if full:
            self._mention(full)
            self.keywords[full] |= given
        if isinstance(node.func, ast.Name) and node.func.id == "raised" and node.args:
            given_to = self._full_name(node.args[0])
            if given_to:
                self.keywords[given_to] |= given
        if isinstance(node.func, ast.Attribute):
            self.mentioned.add(f".{node.func.attr}")
            self.keywords[f".{node.func.attr}"] |= given
        self.generic_visit(node)

    def _full_name(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Attribute):
            of = self._full_name(node.value)
            return f"{of}.{node.attr}" if of else None
        return self.aliases.get(node.id) if isinstance(node, ast.Name) else None

    def _mention(self, full: str) -> None:
        parts = full.split(".")
        self.mentioned.update(".".join(parts[:length]) for length in range(1, len(parts) + 1))
