"""The syntax tree of Python 2 code, changed to call what does as Python 2 did.

Only what depends on values at run time is changed, and only where Python 3 would do otherwise. New
nodes take the place of the old ones, so tracebacks keep their lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

from symopt.legacy.python2.iteration import FALLBACKS
from symopt.legacy.python2.names import support
from symopt.legacy.python2.scopes import keep_names, see_class_names

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
}
_RAW_LITERAL = re.compile(r"[rR][bBuU]?['\"]")
_LISTED = ("keys", "values", "items")
_TAKE_ANY_ITERABLE = frozenset(
    ["list", "sorted", "set", "tuple", "len", "dict", "frozenset", "sum", "any", "all"]
)
REMOVED_ARRAY_METHODS = frozenset({"tostring", "itemset", "newbyteorder", "ptp"})
"""What NumPy's arrays had until NumPy 2."""


class _Rewriter(ast.NodeTransformer):
    """What both Pythons' old code needs: NumPy's of that time."""

    def _name(self, name: str, node: ast.AST) -> ast.Name:
        return ast.copy_location(ast.Name(support(name), ast.Load()), node)

    def _call(self, name: str, arguments: Iterable[ast.expr], node: ast.AST) -> ast.Call:
        return ast.copy_location(ast.Call(self._name(name, node), list(arguments), []), node)

    def _constant(self, value: Any, node: ast.AST) -> ast.Constant:
        return ast.copy_location(ast.Constant(value), node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        return self._equals_none(node) or node

    def _equals_none(self, node: ast.Compare) -> ast.AST | None:
        """``x == None``: NumPy compares each element with None today, and gave False."""
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return None
        sides = (node.left, node.comparators[0])
        for side, other in (sides, sides[::-1]):
            if isinstance(side, ast.Constant) and side.value is None:
                call = self._call("equals_none", [other], node)
                if isinstance(node.ops[0], ast.NotEq):
                    return ast.copy_location(ast.UnaryOp(ast.Not(), call), node)
                return call
        return None

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in REMOVED_ARRAY_METHODS and isinstance(node.ctx, ast.Load):
            return self._call(f"get_{node.attr}", [node.value], node)
        return node


class Python3Rewriter(_Rewriter):
    """For Python 3 code of Theano's time."""


class Python2Rewriter(_Rewriter):
    """For Python 2 code.

    Parameters
    ----------
    true_division
        Whether ``division`` was imported from ``__future__``.
    unicode_literals
        Whether ``unicode_literals`` was.
    encoding
        Of the source: what the bytes of its literals were.
    source
        The text that was parsed, to tell characters from escapes in literals beyond ASCII; None: no
        literal is beyond ASCII.
    """

    def __init__(
        self,
        true_division: bool = False,
        unicode_literals: bool = False,
        encoding: str = "utf-8",
        source: str | None = None,
    ) -> None:
        self.true_division = true_division
        self.unicode_literals = unicode_literals
        self.encoding = encoding
        self.lines = source.split("\n") if source is not None else None

    # division

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self.true_division:
            return node
        if _is_float(node.left) or _is_float(node.right):
            return node
        return self._call("divide", [node.left, node.right], node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self.true_division:
            return node
        target = node.target
        value: ast.expr
        if isinstance(target, ast.Name):
            value = ast.copy_location(ast.Name(target.id, ast.Load()), target)
            call = self._call("divide_in_place", [value, node.value], node)
            return ast.copy_location(ast.Assign([target], call), node)
        if isinstance(target, ast.Attribute):
            if target.attr.startswith("__") and not target.attr.endswith("__"):
                # a private name, which the compiler spells with the class: it has to stay a name
                value = ast.copy_location(
                    ast.Attribute(target.value, target.attr, ast.Load()), target
                )
                call = self._call("divide_in_place", [value, node.value], node)
                return ast.copy_location(ast.Assign([target], call), node)
            name = self._constant(target.attr, target)
            call = self._call("divide_attribute_in_place", [target.value, name, node.value], node)
        else:
            assert isinstance(target, ast.Subscript)
            index = self._index(target.slice)
            call = self._call("divide_item_in_place", [target.value, index, node.value], node)
        return ast.copy_location(ast.Expr(call), node)

    def _index(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Slice):
            bounds = [
                part or self._constant(None, node) for part in (node.lower, node.upper, node.step)
            ]
            return self._call("slice", bounds, node)
        if isinstance(node, ast.Tuple):
            return ast.copy_location(
                ast.Tuple([self._index(part) for part in node.elts], ast.Load()), node
            )
        return node

    # comparison

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        changed = self._equals_none(node)
        if changed is not None:
            return changed
        operands = [node.left, *node.comparators]
        if not any(type(op) in _COMPARISONS for op in node.ops):
            return node
        if len(node.ops) > 1 and not all(_is_pure(middle) for middle in operands[1:-1]):
            return node
        links = [
            self._link(left, op, right, node)
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        if len(links) == 1:
            return links[0]
        return ast.copy_location(ast.BoolOp(ast.And(), links), node)

    def _link(self, left: ast.expr, op: ast.cmpop, right: ast.expr, node: ast.AST) -> ast.expr:
        name = _COMPARISONS.get(type(op))
        if name is None or (_is_number(left) and _is_number(right)):
            return ast.copy_location(ast.Compare(left, [op], [right]), node)
        return self._call(name, [left, right], node)

    # methods and attributes

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        if isinstance(function, ast.Name) and function.id in _TAKE_ANY_ITERABLE and node.args:
            first = node.args[0]
            if _lists(first):  # sorted(d.keys()) needs no list in between
                self.generic_visit(first)
                node.args[1:] = [self.visit(a) for a in node.args[1:]]
                node.keywords = [self.visit(k) for k in node.keywords]
                return node
        self.generic_visit(node)
        if not isinstance(function, ast.Attribute) or not isinstance(node.func, ast.Attribute):
            return node
        function, plain = node.func, not node.args and not node.keywords
        name = None
        if function.attr in _LISTED and plain:
            name = f"dict_{function.attr}"
        elif function.attr in ("encode", "decode", "sort"):
            name = function.attr
        elif (
            function.attr in ("join", "translate")
            and len(node.args) in (1, 2)
            and not node.keywords
        ):
            name = f"text_{function.attr}"
        if name is None:
            return node
        call = self._call(name, [function.value, *node.args], node)
        call.keywords = node.keywords
        return call

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if not (node.attr in FALLBACKS and isinstance(node.ctx, ast.Load)):
            return super().visit_Attribute(node)
        self.generic_visit(node)
        return self._call(f"get_{node.attr}", [node.value], node)

    # literals

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bytes):
            return self._call("ByteString", [node], node)
        if (
            self.lines is None
            or not isinstance(value, str)
            or value.isascii()
            or node.kind == "u"
            or self.unicode_literals
        ):
            return node
        node.value = self._byte_string(node)
        return node

    def _byte_string(self, node: ast.Constant) -> str:
        """The bytes of a literal, a character each: escapes are bytes, characters are encoded."""
        written = self._written(node)
        if written.isascii():
            return str(node.value)
        if "\\" in written and not _RAW_LITERAL.search(written):
            escaped = "".join(
                c if c.isascii() else "".join(f"\\x{ord(b):02x}" for b in self._bytes_of(c))
                for c in written
            )
            return str(ast.literal_eval(f"({escaped})"))
        return "".join(self._bytes_of(character) for character in str(node.value))

    def _written(self, node: ast.Constant) -> str:
        assert self.lines is not None
        assert node.end_lineno is not None
        lines = [line.encode() for line in self.lines[node.lineno - 1 : node.end_lineno]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode()

    def _bytes_of(self, character: str) -> str:
        try:
            return character.encode(self.encoding).decode("latin-1")
        except (UnicodeEncodeError, LookupError):
            return character

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    # functions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        keep_names(node)
        self.generic_visit(node)
        if _yields(node):
            _end_at_stop_iteration(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        see_class_names(node)
        self.generic_visit(node)
        return node

    def visit_Module(self, node: ast.Module) -> ast.AST:
        keep_names(node)
        self.generic_visit(node)
        return node


def _end_at_stop_iteration(node: ast.FunctionDef) -> None:
    """A generator in which StopIteration is raised ends; Python 3 makes that a RuntimeError."""
    start = 1 if ast.get_docstring(node, clean=False) is not None else 0
    body = node.body[start:]
    if not body:
        return
    here = body[0]
    handler = ast.ExceptHandler(
        ast.copy_location(ast.Name(support("StopIteration"), ast.Load()), here),
        None,
        [ast.copy_location(ast.Return(None), here)],
    )
    guarded = ast.Try(body, [ast.copy_location(handler, here)], [], [])
    node.body[start:] = [ast.copy_location(guarded, here)]


def _yields(function: ast.FunctionDef) -> bool:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield):
            return True
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _lists(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _LISTED
        and not node.args
        and not node.keywords
    )


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_float(node.operand)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "float"
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("len", "int", "float")
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _is_pure(node: ast.AST) -> bool:
    """Whether computing it twice is as good as once."""
    if isinstance(node, ast.Attribute):
        return _is_pure(node.value)
    return isinstance(node, ast.Name | ast.Constant)
