"""From the bytes of a module to code, by way of fissix and the rewriters."""

from __future__ import annotations

import ast
import types
import warnings
from collections.abc import Callable
from typing import Any

from symopt.legacy.python2.rewriting import Python2Rewriter, Python3Rewriter
from symopt.legacy.python2.source import decode, tidy
from symopt.legacy.python2.syntax import Translation, source_error, syntax_to_python3

VERSION = 3
"""Raised with every change of what a translation looks like: a cache keeps them by it."""


def translate(
    data: bytes,
    filename: str,
    python2: bool,
    transform: Callable[[ast.Module], ast.Module] | None = None,
) -> types.CodeType:
    """Compile a module that was written for Python 2, or for Python 3 and Theano.

    Parameters
    ----------
    data
        The bytes of the file.
    filename
        What tracebacks say.
    python2
        Whether Python 2's rules hold in it.
    transform
        Applied to the finished tree, before it is compiled.

    Returns
    -------
    types.CodeType
        To be run in a namespace whose ``__builtins__`` are those of
        :mod:`symopt.legacy.python2.namespace`. Its lines are the file's.

    Raises
    ------
    symopt.errors.SourceError
        The file cannot be read, with its line and the reason.
    """
    source, encoding = decode(data)
    if "\0" in source:
        raise source_error("source code cannot contain null bytes", filename, 1, source)
    if python2:
        tree, flags = python2_tree(source, filename, encoding)
    else:
        tree, flags = python3_tree(source, filename), 0
    if transform is not None:
        tree = transform(tree)
    return compiled(tree, filename, "exec", flags, source)


def python3_tree(source: str, filename: str) -> ast.Module:
    """The tree of Python 3 source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(source, filename)
    return ast.fix_missing_locations(Python3Rewriter().visit(tree))


def python2_tree(source: str, filename: str, encoding: str = "utf-8") -> tuple[ast.Module, int]:
    """The tree of Python 2 source, and the flags to compile it with."""
    translation = syntax_to_python3(tidy(source), filename)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" and "is 0" in old code
        tree = ast.parse(translation.text, filename)
    features = _take_futures(tree)
    rewriter = Python2Rewriter(
        true_division="division" in features,
        unicode_literals="unicode_literals" in features,
        encoding=encoding,
        source=None if source.isascii() else translation.text,
    )
    same_columns = translation.text == source
    tree = rewriter.visit(tree)
    ast.fix_missing_locations(tree)
    if not same_columns:
        _put_back(tree, translation)
    return tree, 0


def compiled(
    tree: ast.Module | ast.Expression, filename: str, mode: str, flags: int, source: str
) -> types.CodeType:
    """Compile a tree; what the compiler refuses is an error with the file's line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return compile(tree, filename, mode, flags, dont_inherit=True)
    except SyntaxError as error:
        raise source_error(error.msg, filename, error.lineno or 1, source) from None
    except RecursionError:
        raise source_error("too deeply nested to be translated", filename, 1, source) from None


def _take_futures(tree: ast.Module) -> set[str]:
    """The names imported from ``__future__``; Python 3 needs none of them."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level:
            found.update(alias.name for alias in node.names)
    return found


def _put_back(tree: ast.AST, translation: Translation) -> None:
    """Give the nodes their lines in the file. Columns are those of the translation: they go."""
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            located: Any = node
            located.lineno = located.end_lineno = translation.original_line(located.lineno)
            located.col_offset = located.end_col_offset = -1
