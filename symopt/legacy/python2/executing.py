"""``exec``, ``eval``, ``execfile`` and ``compile`` of Python 2 code, which is text at run time."""

from __future__ import annotations

import ast
import builtins
import sys
import types
import warnings
from functools import lru_cache
from typing import Any

from symopt.legacy.python2.rewriting import Python2Rewriter
from symopt.legacy.python2.source import decode
from symopt.legacy.python2.text import as_bytes
from symopt.legacy.python2.translating import compiled, python2_tree


def evaluate(source: Any, globals: Any = None, locals: Any = None) -> Any:  # noqa: A002
    """Python 2's ``eval``."""
    if not isinstance(source, types.CodeType):
        source = _expression(_text(source).lstrip(" \t"), "<string>")
    return _run(builtins.eval, source, globals, locals)


def execute(source: Any, globals: Any = None, locals: Any = None) -> None:  # noqa: A002
    """Python 2's ``exec`` statement."""
    if isinstance(source, tuple):
        source, globals, locals = (*source, None, None)[:3]  # noqa: A001
    if hasattr(source, "read"):
        source = source.read()
    if not isinstance(source, types.CodeType):
        source = _statements(_text(source), "<string>")
    _run(builtins.exec, source, globals, locals)


def execute_in(source: Any, globals: Any, locals: Any, executed: dict[str, Any]) -> None:  # noqa: A002
    """``exec source`` in a function: what it assigns is added to ``executed``."""
    before = {**locals, **executed}
    after = dict(before)
    execute(source, globals, after)
    executed.update(
        (name, value)
        for name, value in after.items()
        if name not in before or before[name] is not value
    )


def execute_file(name: Any, globals: Any = None, locals: Any = None) -> None:  # noqa: A002
    """Python 2's ``execfile``."""
    with builtins.open(name, "rb") as file:
        source = decode(file.read())[0]
    _run(builtins.exec, _statements(source, str(name)), globals, locals)


def compile_source(source: Any, filename: str, mode: str, *args: Any, **kwargs: Any) -> Any:
    """Python 2's ``compile``."""
    if isinstance(source, ast.AST):
        return builtins.compile(source, filename, mode, *args, **kwargs)  # type: ignore[call-overload]
    if mode == "eval":
        return _expression(_text(source).strip(), filename)
    if mode == "single":
        tree, flags = python2_tree(_text(source), filename)
        interactive: Any = ast.Interactive(tree.body)
        return compiled(interactive, filename, mode, flags, _text(source))
    return _statements(_text(source), filename)


def _text(source: Any) -> str:
    if isinstance(source, bytes | bytearray):
        return decode(bytes(memoryview(source)))[0]
    if not isinstance(source, str):
        raise TypeError(f"expected a string or a code object, not {type(source).__name__}")
    if not source.isascii():
        source = decode(as_bytes(source))[0]
    return source.replace("\r\n", "\n")


@lru_cache(maxsize=512)
def _expression(source: str, filename: str) -> types.CodeType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, filename, "eval")
    except SyntaxError as error:
        try:
            module, _ = python2_tree(source, filename)
        except SyntaxError:
            raise error from None
        if len(module.body) != 1 or not isinstance(module.body[0], ast.Expr):
            raise error from None
        return compiled(ast.Expression(module.body[0].value), filename, "eval", 0, source)
    rewritten = Python2Rewriter(source=None if source.isascii() else source).visit(tree)
    return compiled(ast.fix_missing_locations(rewritten), filename, "eval", 0, source)


@lru_cache(maxsize=64)
def _statements(source: str, filename: str) -> types.CodeType:
    tree, flags = python2_tree(source, filename)
    return compiled(tree, filename, "exec", flags, source)


def _run(run: Any, code: types.CodeType, globals: Any, locals: Any) -> Any:  # noqa: A002
    """Run in the caller's namespaces, and with its builtins, unless others are given."""
    caller = sys._getframe(2)
    if globals is None:
        globals = caller.f_globals  # noqa: A001
        if locals is None:
            locals = caller.f_locals  # noqa: A001
    if isinstance(globals, dict) and "__builtins__" not in globals:
        globals["__builtins__"] = caller.f_builtins
    return run(code, globals, globals if locals is None else locals)
