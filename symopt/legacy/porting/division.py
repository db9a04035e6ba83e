"""Python 2's division where it is not evident whether the operands are integers."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst


def divided(function: str, operation: cst.BinaryOperation) -> cst.BaseExpression:
    """``a / b`` as ``divide(a, b)``."""
    call = cst.Call(
        cst.parse_expression(function),
        [
            cst.Arg(_bare(operation.left), comma=_COMMA),
            cst.Arg(_bare(operation.right)),
        ],
    )
    if not operation.lpar or _on_one_line(operation):
        return call
    return call.with_changes(lpar=operation.lpar, rpar=operation.rpar)


def floor_divided(operation: cst.BinaryOperation) -> cst.BaseExpression:
    """``a / b`` of integers as ``a // b``."""
    old = operation.operator
    assert isinstance(old, cst.Divide)
    return operation.with_changes(
        operator=cst.FloorDivide(old.whitespace_before, old.whitespace_after)
    )


def floor_divided_in_place(statement: cst.AugAssign) -> cst.BaseSmallStatement:
    """``a /= b`` of integers as ``a //= b``."""
    old = statement.operator
    assert isinstance(old, cst.DivideAssign)
    return statement.with_changes(
        operator=cst.FloorDivideAssign(old.whitespace_before, old.whitespace_after)
    )


def divided_in_place(
    function: Callable[[str], str], statement: cst.AugAssign
) -> cst.BaseSmallStatement:
    """``a /= b`` by a function: arrays and tensors of integers are divided where they are."""
    target, value = statement.target, _bare(statement.value)
    if isinstance(target, cst.Attribute):
        name = cst.SimpleString(f'"{target.attr.value}"')
        return _call(function("divide_attribute_in_place"), target.value, name, value)
    if isinstance(target, cst.Subscript) and len(target.slice) == 1:
        index = target.slice[0].slice
        if isinstance(index, cst.Index):
            return _call(function("divide_item_in_place"), target.value, index.value, value)
    if isinstance(target, cst.Name):
        call = _call(function("divide_in_place"), target, value).value
        return cst.Assign([cst.AssignTarget(target)], call)
    return statement.with_changes(operator=cst.DivideAssign())


def _call(function: str, *args: cst.BaseExpression) -> cst.Expr:
    given = [cst.Arg(arg, comma=_COMMA) for arg in args]
    given[-1] = cst.Arg(args[-1])
    return cst.Expr(cst.Call(cst.parse_expression(function), given))


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    """An operand without the parentheses that only the operator needed."""
    if isinstance(node, cst.Tuple | cst.GeneratorExp | cst.Yield) or len(node.lpar) != 1:
        return node
    if not _on_one_line(node):
        return node
    return node.with_changes(lpar=[], rpar=[])


def _on_one_line(node: cst.BaseExpression) -> bool:
    """Whether the parentheses hold nothing but the expression: no comment, no line break."""
    code = cst.Module([]).code_for_node
    return "\n" not in code(node)


_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
