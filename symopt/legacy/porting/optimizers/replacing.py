"""Finds a module's hand-written optimizers, and writes the calls that take their place."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable

import libcst as cst

from symopt.legacy.porting.bindings import ModuleNames
from symopt.legacy.porting.optimizers.recognising import Recognised, recognise


def recognised_functions(names: ModuleNames, text: str) -> dict[int, Recognised]:
    """What each top-level function of a module that looks like an optimizer is, by its node.

    Parameters
    ----------
    names
        The names of the module.
    text
        Its source.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    paths = {b.local: b.path for b in [*names.starred(), *names.bindings] if b.in_module}
    found = {}
    for node in names.module.body:
        if not isinstance(node, cst.FunctionDef) or node.name.value not in functions:
            continue
        function = functions[node.name.value]
        if function.lineno != names.positions[node.name].start.line:
            continue  # defined twice: the last one counts
        recognised = recognise(function, paths, functions)
        if recognised is not None:
            found[id(node)] = recognised
    return found


def calling_form(
    node: cst.FunctionDef, recognised: Recognised, expression: Callable[[str], str]
) -> cst.FunctionDef:
    """The function with its docstring, and a call of symopt's form for a body."""
    form = recognised.form
    assert form is not None
    module = expression(form.path.rpartition(".")[0])
    code = f"return {module}.{form.function}({recognised.arguments})"
    call = cst.parse_statement(code)
    body = [*_docstring(node), call]
    indent = node.body.indent if isinstance(node.body, cst.IndentedBlock) else None
    return node.with_changes(body=cst.IndentedBlock(body=body, indent=indent))


def _docstring(node: cst.FunctionDef) -> list[cst.BaseStatement]:
    if not isinstance(node.body, cst.IndentedBlock) or not node.body.body:
        return []
    first = node.body.body[0]
    if not isinstance(first, cst.SimpleStatementLine) or not isinstance(first.body[0], cst.Expr):
        return []
    text = isinstance(first.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    return [first] if text else []
