"""Rewrites the imports of a module whose names have been rewritten."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from symopt.legacy.porting.bindings import Binding, ModuleNames
from symopt.legacy.porting.changes import Change
from symopt.legacy.porting.emptied_lines import (
    REMOVED,
    is_removed,
    same_arms,
    without_empty_lines,
)
from symopt.legacy.porting.equivalents import equivalent, is_module, module_equivalent
from symopt.legacy.porting.import_plan import ImportPlan, import_of
from symopt.legacy.porting.modern_python import RENAMED


class ImportRewriter(cst.CSTTransformer):
    """One pass over the rewritten module.

    An import of Theano's becomes that of what is used of it, in its place; what is not used goes.
    New imports stand after the first one of Theano's.

    Parameters
    ----------
    plan
        What the module imports.
    keep_all
        Whether imports stay that nothing in the module uses: it evaluates text, or is a package's
        ``__init__``.
    """

    def __init__(self, plan: ImportPlan, *, keep_all: bool = False) -> None:
        super().__init__()
        self.plan, self.names, self.keep_all = plan, plan.names, keep_all
        self.changes: list[Change] = []
        self._first, self._last = _import_zone(self.names)
        self._written: set[str] = set()
        self._depth = 0
        self._bindings: dict[int, list[Binding]] = {}
        for binding in self.names.bindings:
            self._bindings.setdefault(id(binding.statement), []).append(binding)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._depth += 1

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._depth -= 1
        return updated_node

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._depth += 1

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._depth -= 1
        return updated_node

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        body = self._rewritten(original_node.body)
        if body is None:
            return updated_node
        if not body:
            return updated_node.with_changes(body=[REMOVED])
        lines = [
            cst.SimpleStatementLine([small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
            for small in body
        ]
        lines[0] = lines[0].with_changes(leading_lines=updated_node.leading_lines)
        lines[-1] = lines[-1].with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        return cst.FlattenSentinel(lines)

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.SimpleStatementSuite:
        body = self._rewritten(original_node.body)
        if body is None:
            if any(is_removed(small) for small in updated_node.body):
                return updated_node.with_changes(body=[cst.Pass()])
            return updated_node
        plain = [small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT) for small in body]
        return updated_node.with_changes(body=plain or [cst.Pass()])

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.BaseStatement:
        """A ``try`` whose arms have become the same import is that import."""
        same = same_arms(updated_node)
        if same is None:
            return updated_node
        code = cst.Module([]).code_for_node
        line, column = self._place_of_try(original_node)
        before, after = code(original_node).strip(), code(same).strip()
        self.changes.append(Change(line, column, "import", before, after, "both arms are the same"))
        return same

    def _place_of_try(self, node: cst.Try) -> tuple[int, int]:
        """The line above its first import."""
        block = node.body
        assert isinstance(block, cst.IndentedBlock)
        line = block.body[0]
        assert isinstance(line, cst.SimpleStatementLine)
        number, column = self.names.line_and_column(line.body[0])
        return max(1, number - 1), max(1, column - len(block.indent or "    "))

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body, rest = without_empty_lines(updated_node.body)
        footer = [*rest, *updated_node.footer]
        return updated_node.with_changes(body=body, footer=footer)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        body: list[cst.BaseStatement] = list(updated_node.body)
        if self._first is None:
            new = [_statement(code) for code in [*self._new_imports(), *self._new_froms()]]
            at = _after_header(body)
            body[at:at] = new
        body, rest = without_empty_lines(body)
        return updated_node.with_changes(body=body, footer=[*rest, *updated_node.footer])

    def _rewritten(
        self, smalls: Sequence[cst.BaseSmallStatement]
    ) -> list[cst.BaseSmallStatement] | None:
        """The small statements of a line; None if there is nothing to change in it."""
        found: list[cst.BaseSmallStatement] = []
        changed = False
        for small in smalls:
            new = self._import(small) if isinstance(small, cst.Import | cst.ImportFrom) else None
            if new is None:
                found.append(small)
            else:
                changed = True
                found += new
        return found if changed else None

    def _import(self, node: cst.Import | cst.ImportFrom) -> list[cst.BaseSmallStatement] | None:
        bindings = self._bindings.get(id(node), [])
        mine = [b for b in bindings if b.is_theano]
        star = self._star(node)
        if star is not None:
            return star
        moved = [] if mine else self._moved(node)
        if not mine and not moved:
            return None
        others = [a for a in _aliases(node) if all(a is not b.alias for b in mine)]
        if moved:
            others = [a for a in others if all(a is not m for m, _ in moved)]
        new: list[cst.BaseSmallStatement] = []
        if others:
            others[-1] = others[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            new.append(node.with_changes(names=others))
        codes = [import_of(b, self.plan.new_local(b)) for b in mine if b.uses or self._must_stay(b)]
        codes += [code for _, code in moved]
        same = self._same_names(node, mine, codes) if not others else None
        if same is not None:
            new.append(same)
        else:
            new += [_small(code) for code in self._not_yet(node, _merged(codes))]
        new = self._with_additions(node, new)
        self._note(node, new)
        return new

    def _same_names(
        self, node: cst.Import | cst.ImportFrom, mine: list[Binding], codes: list[str]
    ) -> cst.BaseSmallStatement | None:
        """A ``from`` import of which only the module changes, with its layout; None if more."""
        if not isinstance(node, cst.ImportFrom) or len(codes) != len(mine) or len(mine) < 2:
            return None
        homes = {code.split()[1] for code in codes}
        plain = all(code.split()[3] == _alias_name(b) for code, b in zip(codes, mine, strict=True))
        if len(homes) != 1 or not plain:
            return None
        module = cst.parse_expression(homes.pop())
        assert isinstance(module, cst.Name | cst.Attribute)
        return node.with_changes(module=module, relative=[])

    def _star(self, node: cst.Import | cst.ImportFrom) -> list[cst.BaseSmallStatement] | None:
        """``from theano.tensor import *`` is what is used of it, or all of the namespace's."""
        if not any(node is star for star in self.names.theano_stars):
            return None
        new: list[cst.BaseSmallStatement] = []
        if self.names.unresolved or self.keep_all:
            assert isinstance(node, cst.ImportFrom)
            module = cst.Module([]).code_for_node(node.module) if node.module else ""
            new.append(_small(f"from symopt.legacy.{module} import *"))
        new = self._with_additions(node, new)
        self._note(node, new)
        return new

    def _with_additions(
        self, node: cst.Import | cst.ImportFrom, new: list[cst.BaseSmallStatement]
    ) -> list[cst.BaseSmallStatement]:
        """The statements with the new imports, where they belong."""
        if node is self._first:
            at = len(new) if isinstance(node, cst.Import) else 0
            new[at:at] = [_small(code) for code in self._not_yet(node, self._new_imports())]
        if node is self._last:
            new += [_small(code) for code in self._not_yet(node, self._new_froms())]
        return new

    def _moved(self, node: cst.Import | cst.ImportFrom) -> list[tuple[cst.ImportAlias, str]]:
        """Names of Python's or NumPy's that come from elsewhere now."""
        if not isinstance(node, cst.ImportFrom) or node.relative or node.module is None:
            return []
        module = cst.Module([]).code_for_node(node.module)
        found = []
        for alias in _aliases(node):
            name = cst.Module([]).code_for_node(alias.name)
            target = RENAMED.get(f"{module}.{name}")
            if target is None or "." not in target:
                continue
            home, _, new = target.rpartition(".")
            local = name
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                local = alias.asname.name.value
            suffix = "" if local == new else f" as {local}"
            found.append((alias, f"from {home} import {new}{suffix}"))
        return found

    def _must_stay(self, binding: Binding) -> bool:
        if not self.keep_all:
            return False
        if is_module(binding.path):
            return module_equivalent(binding.path) is not None
        found = equivalent(binding.path)
        return found is not None and found[0].kind not in ("value", "identity")

    def _new_imports(self) -> list[str]:
        return [code for code in self._additions() if code.startswith("import")]

    def _new_froms(self) -> list[str]:
        return _merged(code for code in self._additions() if code.startswith("from"))

    def _additions(self) -> list[str]:
        starred = [import_of(b, self.plan.new_local(b)) for b in self.names.starred() if b.uses]
        return sorted(dict.fromkeys([*starred, *self.plan.added]))

    def _not_yet(self, node: cst.CSTNode, codes: Iterable[str]) -> list[str]:
        """Statements that the module's top level does not have yet."""
        line = self.names.parents[node]
        if not isinstance(self.names.parents[line], cst.Module):
            return list(codes)
        new = [code for code in codes if code not in self._written]
        self._written.update(new)
        return new

    def _note(
        self, node: cst.Import | cst.ImportFrom, new: Sequence[cst.BaseSmallStatement]
    ) -> None:
        line, column = self.names.line_and_column(node)
        code = cst.Module([]).code_for_node
        after = "\n".join(code(small).strip() for small in new)
        before = code(node).strip().rstrip(";")
        self.changes.append(Change(line, column, "import", before, after))


def _import_zone(names: ModuleNames) -> tuple[cst.CSTNode | None, cst.CSTNode | None]:
    """The first import of Theano's outside of functions, and the last of the imports around it."""
    statements: list[cst.Import | cst.ImportFrom | None] = [
        b.statement for b in names.bindings if b.is_theano and b.in_module
    ]
    statements += names.theano_stars
    mine = {id(statement) for statement in statements if statement is not None}
    order = [id(node) for node in names.imports]
    statements.sort(key=lambda node: order.index(id(node)))
    first = last = statements[0] if statements else None
    if first is None or not isinstance(names.parents[names.parents[first]], cst.Module):
        return first, last
    begun = False
    for line in names.module.body:
        smalls = line.body if isinstance(line, cst.SimpleStatementLine) else ()
        imports = [s for s in smalls if isinstance(s, cst.Import | cst.ImportFrom)]
        begun = begun or any(small is first for small in imports)
        if begun and (not imports or len(imports) != len(smalls)):
            break
        for small in imports:
            if begun and id(small) in mine:
                last = small
    return first, last


def _aliases(node: cst.Import | cst.ImportFrom) -> list[cst.ImportAlias]:
    return [] if isinstance(node.names, cst.ImportStar) else list(node.names)


def _alias_name(binding: Binding) -> str:
    assert binding.alias is not None
    return cst.Module([]).code_for_node(binding.alias.name)


def _merged(codes: Iterable[str]) -> list[str]:
    """Statements with those of one module in one."""
    merged: dict[str, str] = {}
    for code in dict.fromkeys(codes):
        if code.startswith("from "):
            home, _, names = code.removeprefix("from ").partition(" import ")
            key = f"from {home} import "
            merged[key] = f"{merged[key]}, {names}" if key in merged else f"{key}{names}"
        else:
            merged[code] = code
    return list(merged.values())


def _small(code: str) -> cst.BaseSmallStatement:
    line = _statement(code)
    small = line.body[0]
    assert isinstance(small, cst.Import | cst.ImportFrom)
    return small


def _statement(code: str) -> cst.SimpleStatementLine:
    line = cst.parse_statement(code)
    assert isinstance(line, cst.SimpleStatementLine)
    return line


def _after_header(body: Sequence[cst.BaseStatement]) -> int:
    """Behind the docstring and the imports from ``__future__``."""
    at = 0
    for index, statement in enumerate(body):
        if not isinstance(statement, cst.SimpleStatementLine) or not statement.body:
            break
        first = statement.body[0]
        is_docstring = (
            index == 0
            and isinstance(first, cst.Expr)
            and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString)
        )
        is_future = (
            isinstance(first, cst.ImportFrom)
            and isinstance(first.module, cst.Name)
            and first.module.value == "__future__"
        )
        if not is_docstring and not is_future:
            break
        at = index + 1
    return at
