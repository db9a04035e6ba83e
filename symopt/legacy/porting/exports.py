"""What each file of a tree offers to the others of Theano's names.

``from layers import *`` and ``from common import T`` bind names of Theano's where ``common`` has
imported them.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from symopt.legacy.porting.exports_protocol import Exports

_PASSES = 10  # chains of star imports are not longer


@dataclass
class _Offered:
    """What a module binds at its top level: paths, and names out of other modules."""

    paths: dict[str, str] = field(default_factory=dict)
    others: list[tuple[str, int, str, str]] = field(default_factory=list)  # ..., name, local
    stars: list[tuple[str, int]] = field(default_factory=list)


class TreeExports:
    """The names of Theano's that the files of a tree pass on to each other.

    Parameters
    ----------
    sources
        Python 3 source by path in the tree.
    """

    def __init__(self, sources: Mapping[PurePosixPath, str]) -> None:
        self._files = frozenset(sources)
        self._offered = {path: _offered(text) for path, text in sources.items()}
        for _ in range(_PASSES):
            if not sum(self._pass_on(path) for path in sources):  # each of them is asked
                break

    def of(self, path: PurePosixPath) -> Exports:
        """For one file: what it gets out of a module that it imports."""

        def exports(module: str, level: int) -> dict[str, str] | None:
            found = self._find(path, module, level)
            return None if found is None else self._offered[found].paths

        return exports

    def _pass_on(self, path: PurePosixPath) -> bool:
        """Take over what one file gets from others; whether that was anything new."""
        mine = self._offered[path]
        before = len(mine.paths)
        for module, level, name, local in mine.others:
            found = self._find(path, module, level)
            if found is not None and name in self._offered[found].paths:
                mine.paths.setdefault(local, self._offered[found].paths[name])
        for module, level in mine.stars:
            found = self._find(path, module, level)
            if found is not None:
                for name, target in self._offered[found].paths.items():
                    if not name.startswith("_"):
                        mine.paths.setdefault(name, target)
        return len(mine.paths) > before

    def _find(self, path: PurePosixPath, module: str, level: int) -> PurePosixPath | None:
        """The file behind a module's name, in the folder of ``path`` or one above it."""
        parts = [part for part in module.split(".") if part]
        if not parts and not level:
            return None
        folders = [path.parent, *path.parent.parents]
        if level:
            folders = folders[level - 1 : level]
        for folder in folders:
            base = folder.joinpath(*parts)
            for candidate in (base.with_name(base.name + ".py"), base / "__init__.py"):
                if candidate in self._files and candidate != path:
                    return candidate
        return None


def _offered(text: str) -> _Offered:
    offered = _Offered()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return offered
    for node in _top_level(tree.body):
        if isinstance(node, ast.Import):
            _add_import(offered, node)
        elif isinstance(node, ast.ImportFrom):
            _add_import_from(offered, node)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, path = node.targets[0], _dotted(node.value, offered.paths)
            if isinstance(target, ast.Name) and path is not None:
                offered.paths.setdefault(target.id, path)
    return offered


def _add_import(offered: _Offered, node: ast.Import) -> None:
    for alias in node.names:
        root = alias.name.partition(".")[0]
        if root == "theano":
            offered.paths[alias.asname or root] = alias.name if alias.asname else root


def _add_import_from(offered: _Offered, node: ast.ImportFrom) -> None:
    module = node.module or ""
    is_theano = node.level == 0 and module.partition(".")[0] == "theano"
    for alias in node.names:
        local = alias.asname or alias.name
        if alias.name == "*":
            if not is_theano:
                offered.stars.append((module, node.level))
        elif is_theano:
            offered.paths[local] = f"{module}.{alias.name}"
        else:
            offered.others.append((module, node.level, alias.name, local))


def _dotted(node: ast.expr, paths: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value, paths)
        return None if base is None else f"{base}.{node.attr}"
    return paths.get(node.id) if isinstance(node, ast.Name) else None


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, and those in its ``try`` and ``if``."""
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.Try | ast.If | ast.With):
                yield from _top_level(getattr(node, name, []))
        for handler in getattr(node, "handlers", []):
            yield from _top_level(handler.body)
