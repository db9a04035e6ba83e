"""The names of a module that imports and assignments bind, as dotted paths.

``T.nnet.sigmoid`` is ``theano.tensor.nnet.sigmoid`` where ``T`` was imported so: by ``import ...
as``, ``from ... import``, out of another file of the tree, with a star, or by an assignment
``T = theano.tensor``. A parameter or a local variable of the same name hides it.
"""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import libcst as cst
from libcst import metadata as meta

from symopt.legacy.porting.equivalents import is_known, is_module
from symopt.legacy.porting.exports_protocol import Exports, no_exports

_PROVIDERS = (
    meta.ScopeProvider,
    meta.PositionProvider,
    meta.ParentNodeProvider,
    meta.ExpressionContextProvider,
)


@dataclass(eq=False)
class Binding:
    """A local name, and what it stands for.

    Attributes
    ----------
    local
        The name.
    path
        What it stands for, a dotted path.
    statement
        The import that binds it; None for a name that came with a star.
    alias
        Its part of the statement.
    in_module
        Whether it is bound in the module's own scope.
    uses
        How often the rewritten module goes through it.
    """

    local: str
    path: str
    statement: cst.Import | cst.ImportFrom | None
    alias: cst.ImportAlias | None
    in_module: bool
    uses: int = 0

    @property
    def is_theano(self) -> bool:
        return self.path == "theano" or self.path.startswith("theano.")


@dataclass(frozen=True)
class Resolved:
    """A dotted path, and how the code came to it.

    ``bindings`` are the imports of its first name (several in the arms of a ``try``); ``assigned``
    says that the first name is a variable, which stands for the path ``root``.
    """

    path: str
    root: str
    local: str
    bindings: tuple[Binding, ...]
    assigned: bool = False

    def attribute(self, name: str) -> Resolved:
        return Resolved(f"{self.path}.{name}", self.root, self.local, self.bindings, self.assigned)

    @property
    def is_theano(self) -> bool:
        return self.path == "theano" or self.path.startswith("theano.")


class ModuleNames:
    """Resolves the names of one module."""

    def __init__(self, wrapper: meta.MetadataWrapper, exports: Exports = no_exports) -> None:
        self.module = wrapper.module
        known: Any = wrapper.resolve_many(_PROVIDERS)  # in as few passes as can be
        self.scopes: Mapping[cst.CSTNode, meta.Scope | None] = known[meta.ScopeProvider]
        self.positions: Mapping[cst.CSTNode, meta.CodeRange] = known[meta.PositionProvider]
        self.parents: Mapping[cst.CSTNode, cst.CSTNode] = known[meta.ParentNodeProvider]
        self._contexts = known[meta.ExpressionContextProvider]
        self._exports = exports
        self._resolving: set[str] = set()
        collector = _Imports(self)
        self.module.visit(collector)
        self.bindings = collector.bindings
        self.imports = collector.imports
        self.not_references = collector.not_references
        self._by_statement = {(id(b.statement), b.local): b for b in self.bindings}
        self._starred = self._star_bindings(collector.star_statements)
        self.theano_stars = [node for node in collector.stars if _is_theano_star(node)]
        self.unresolved: set[str] = set()
        self.taken = self._names_taken()

    def resolve(self, node: cst.CSTNode) -> Resolved | None:
        """The path of a name or an attribute chain; None if it does not begin with an import."""
        if isinstance(node, cst.Attribute):
            base = self.resolve(node.value)
            if base is None:
                return None
            offered = None if base.is_theano else self.exported(base.path, 0, node.attr.value)
            if offered is not None:  # module.T of another file of the tree
                return Resolved(offered, "", "", ())
            return base.attribute(node.attr.value)
        if not isinstance(node, cst.Name) or id(node) in self.not_references:
            return None
        scope = self.scopes.get(node)
        return None if scope is None else self._resolve_name(node.value, scope)

    def is_read(self, node: cst.Name) -> bool:
        """Whether a name is read here, not bound, deleted, or part of something else."""
        if id(node) in self.not_references:
            return False
        return self._contexts.get(node) in (None, meta.ExpressionContext.LOAD)

    def is_deleted(self, node: cst.Name) -> bool:
        """Whether ``del`` stands before a name."""
        deleted = self._contexts.get(node) is meta.ExpressionContext.DEL
        return deleted and id(node) not in self.not_references

    @property
    def uses_theano(self) -> bool:
        """Whether the module imports anything of Theano's."""
        starred = any(b.is_theano for b in self._starred.values())
        return starred or bool(self.theano_stars) or any(b.is_theano for b in self.bindings)

    def starred(self) -> list[Binding]:
        """What came with a star from other files of the tree."""
        return list(self._starred.values())

    def line_and_column(self, node: cst.CSTNode) -> tuple[int, int]:
        start = self.positions[node].start
        return start.line, start.column + 1

    def assignments(self, name: str, scope: meta.Scope) -> list[meta.BaseAssignment]:
        return [a for a in scope[name] if not isinstance(a, meta.BuiltinAssignment)]

    def _resolve_name(self, name: str, scope: meta.Scope) -> Resolved | None:
        assignments = self.assignments(name, scope)
        if not assignments:
            star = self._starred.get(name) or self._out_of_theano(name, scope)
            return None if star is None else Resolved(star.path, star.path, name, (star,))
        bindings = []
        for assignment in assignments:
            if isinstance(assignment, meta.ImportAssignment):
                binding = self._by_statement.get((id(assignment.node), name))
                if binding is not None:
                    bindings.append(binding)
        if bindings:
            bindings.sort(key=lambda b: (not b.is_theano, self._order(b)))
            chosen = bindings[0]
            same = tuple(b for b in bindings if b.is_theano == chosen.is_theano)
            return Resolved(chosen.path, chosen.path, name, same)
        if len(assignments) == 1 and isinstance(assignments[0], meta.Assignment):
            return self._resolve_assigned(name, assignments[0])
        return None

    def _out_of_theano(self, name: str, scope: meta.Scope) -> Binding | None:
        """What ``from theano.tensor import *`` bound a name to; it hides Python's ``sum`` too."""
        for node in reversed(self.theano_stars):
            assert node.module is not None
            path = f"{dotted(node.module)}.{name}"
            if is_module(path) or is_known(path):
                self._starred[name] = Binding(name, path, None, None, in_module=True)
                return self._starred[name]
        if self.theano_stars and not scope[name]:
            self.unresolved.add(name)
        return None

    def _resolve_assigned(self, name: str, assignment: meta.Assignment) -> Resolved | None:
        target = self.parents.get(assignment.node)
        statement = None if target is None else self.parents.get(target)
        if not isinstance(statement, cst.Assign) or name in self._resolving:
            return None
        if not isinstance(target, cst.AssignTarget) or target.target is not assignment.node:
            return None
        if not isinstance(statement.value, cst.Name | cst.Attribute):
            return None
        self._resolving.add(name)
        try:
            value = self.resolve(statement.value)
        finally:
            self._resolving.discard(name)
        if value is None or not value.is_theano:
            return None
        return Resolved(value.path, value.path, name, (), assigned=True)

    def _order(self, binding: Binding) -> int:
        return self.bindings.index(binding)

    def _star_bindings(self, statements: Iterable[tuple[str, int]]) -> dict[str, Binding]:
        found: dict[str, Binding] = {}
        for module, level in statements:
            for name, path in (self._exports(module, level) or {}).items():
                found[name] = Binding(name, path, None, None, in_module=True)
        return found

    def exported(self, module: str, level: int, name: str) -> str | None:
        """The path that another file of the tree offers under a name."""
        return (self._exports(module, level) or {}).get(name)

    def _names_taken(self) -> set[str]:
        taken: set[str] = set()
        for scope in {id(s): s for s in self.scopes.values() if s is not None}.values():
            for assignment in scope.assignments:
                if isinstance(assignment, meta.ImportAssignment):
                    key = id(assignment.node), assignment.name.partition(".")[0]
                    binding = self._by_statement.get(key)
                    if binding is not None and binding.is_theano:
                        continue
                taken.add(assignment.name.partition(".")[0])
        return taken


class _Imports(cst.CSTVisitor):
    """Collects the imports, and the names that are not references to anything."""

    def __init__(self, names: ModuleNames) -> None:
        self.names = names
        self.bindings: list[Binding] = []
        self.imports: list[cst.Import | cst.ImportFrom] = []
        self.stars: list[cst.ImportFrom] = []
        self.star_statements: list[tuple[str, int]] = []
        self.not_references: set[int] = set()

    def visit_Import(self, node: cst.Import) -> bool:
        self.imports.append(node)
        for alias in node.names:
            path = dotted(alias.name)
            local = _as_name(alias)
            if local is None:
                local = path = path.partition(".")[0]
            self.bindings.append(Binding(local, path, node, alias, self._in_module(node)))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        self.imports.append(node)
        module = "" if node.module is None else dotted(node.module)
        level = len(node.relative)
        if isinstance(node.names, cst.ImportStar):
            self.stars.append(node)
            self.star_statements.append((module, level))
            return False
        for alias in node.names:
            name = dotted(alias.name)
            path = self.names.exported(module, level, name)
            if path is None:
                path = f"{'.' * level}{module}{'.' if module else ''}{name}"
            local = _as_name(alias) or name
            self.bindings.append(Binding(local, path, node, alias, self._in_module(node)))
        return False

    def _in_module(self, node: cst.CSTNode) -> bool:
        return isinstance(self.names.scopes.get(node), meta.GlobalScope)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.not_references.add(id(node.attr))

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self.not_references.add(id(node.keyword))

    def visit_Param(self, node: cst.Param) -> None:
        self.not_references.add(id(node.name))

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.not_references.add(id(node.name))

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.not_references.add(id(node.name))

    def visit_NameItem(self, node: cst.NameItem) -> None:
        self.not_references.add(id(node.name))


def _is_theano_star(node: cst.ImportFrom) -> bool:
    if node.relative or node.module is None:
        return False
    return dotted(node.module).partition(".")[0] == "theano"


def dotted(node: cst.CSTNode) -> str:
    """A name or an attribute chain as text."""
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    assert isinstance(node, cst.Name)
    return node.value


def _as_name(alias: cst.ImportAlias) -> str | None:
    if alias.asname is None or not isinstance(alias.asname.name, cst.Name):
        return None
    return alias.asname.name.value
