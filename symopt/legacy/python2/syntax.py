"""Python 2's syntax in Python 3's, by fissix. Layout, comments and, mostly, lines stay."""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from symopt.errors import MissingPackageError, SourceError
from symopt.legacy.python2.literals import as_python3
from symopt.legacy.python2.source import tidy

_FISSIX = "fissix.fixes.fix_"
_OWN = "symopt.legacy.python2.fixers.fix_"
_SYNTAX = (
    *(_FISSIX + name for name in ("except", "exec", "ne", "numliterals", "print", "repr", "throw")),
    _FISSIX + "tuple_params",
    _OWN + "lambda_tuples",
    _OWN + "comprehension_tuples",
    _OWN + "raise",
)
_LEFT_OUT = {"buffer", "idioms", "paren", "set_literal", "ws_comma", "asserts", "isinstance"}
_MISSING = (
    "Python 2 source needs the package fissix, which is not installed: pip install symopt[port]"
)
_lock = threading.Lock()


@dataclass(frozen=True)
class Translation:
    """Text that Python 3 reads.

    Attributes
    ----------
    text : str
        The source.
    lines : tuple of int or None
        For each line of ``text`` the line it came from, counted from 1; None: the same lines.
    """

    text: str
    lines: tuple[int, ...] | None = None

    def original_line(self, line: int) -> int:
        """The line of the original that ``line`` came from."""
        if self.lines is None or not 1 <= line <= len(self.lines):
            return line
        return self.lines[line - 1]


def to_python3(source: str, filename: str) -> str:
    """Translate Python 2 source to the Python 3 that one would write by hand.

    Names that moved (``cPickle``, ``xrange``, ``iteritems``, ``unicode``, ...) are replaced too,
    and ``list()`` is put around ``keys()``, ``map()`` and ``zip()`` where the result is not just
    looped over. What depends on values at run time stays: ``/`` on integers above all, and where
    bytes and text part.

    Parameters
    ----------
    source
        Text that Python 2 reads; Python 3 source is given back with few changes or none.
    filename
        For messages, and to find out which imports are of the module's own folder.

    Returns
    -------
    str
        The translation. Comments and layout stay; so does the number of lines, unless a function
        has tuples as parameters.

    Raises
    ------
    symopt.errors.SourceError
        Neither Python 2 nor Python 3 reads the source, or there is no translation. A
        ``SyntaxError`` too, with the line.
    symopt.errors.MissingPackageError
        fissix is not installed.
    """
    return _translate(source, filename, everything=True).text


def syntax_to_python3(source: str, filename: str) -> Translation:
    """Translate only what Python 3 cannot read, for code that runs with Python 2's builtins.

    Parameters
    ----------
    source, filename
        As for :func:`to_python3`.

    Returns
    -------
    Translation
        The text and where its lines came from.

    Raises
    ------
    symopt.errors.SourceError, symopt.errors.MissingPackageError
        As for :func:`to_python3`.
    """
    source = tidy(source)
    if parses(source):
        return Translation(source)
    return _translate(source, filename, everything=False)


def parses(source: str) -> bool:
    """Whether Python 3 reads the source as it is, and as it was meant.

    ``print >>f, x`` and a bare ``print`` are expressions to Python 3.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not any(map(is_print_statement, ast.walk(tree)))


def is_print_statement(node: ast.AST) -> bool:
    """Whether an expression is one only because Python 3 has no ``print`` statement."""
    if not isinstance(node, ast.Expr):
        return False
    value = (
        node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
    )
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.RShift):
        value = value.left
    elif value is not node.value:
        return False
    return isinstance(value, ast.Name) and value.id == "print"


def _translate(source: str, filename: str, everything: bool) -> Translation:
    source = tidy(source)
    with _lock:  # fissix keeps state in its fixers
        tree = _refactored(source, filename, everything)
        text = str(tree)
        lines = _line_map(tree, text.count("\n") + 1)
    translation = Translation(text, lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        line = translation.original_line(error.lineno or 1)
        raise source_error(
            f"no translation to Python 3 ({error.msg})", filename, line, source
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise source_error(f"no translation to Python 3 ({error})", filename, 1, source) from None
    return translation


def source_error(
    reason: str, filename: str, line: int, source: str, column: int = 0
) -> SourceError:
    """The error for one line of a file, with the line."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    error = SourceError(f"{filename}, line {line}: {reason}")
    error.msg = f"{reason}"
    error.filename, error.lineno, error.text = filename, line, text
    error.offset = column + 1 if column else None
    return error


def _refactored(source: str, filename: str, everything: bool) -> Any:
    """The parse tree of fissix, fixed."""
    try:
        from fissix.pgen2.parse import ParseError
        from fissix.pgen2.tokenize import TokenError
        from fissix.refactor import _detect_future_features
    except ImportError as error:
        raise MissingPackageError(_MISSING) from error
    first: tuple[str, int, int] | None = None
    features = _detect_future_features(source)
    source = as_python3(source, "unicode_literals" in features)
    for tool in _tools(everything, "print_function" in features):
        try:
            tree = tool.driver.parse_string(source)
        except ParseError as error:
            place = error.context[1] if error.context else (1, 0)
            reason = (
                f"neither Python 2 nor Python 3 reads {error.value!r} here"
                if error.value
                else "invalid syntax"
            )
            first = first or (reason, place[0], place[1])
        except TokenError as error:
            first = first or (str(error.args[0]), error.args[1][0], error.args[1][1])
        except (IndentationError, SyntaxError) as error:
            first = first or (error.msg, error.lineno or 1, error.offset or 0)
        else:
            tree.future_features = features
            tool.refactor_tree(tree, filename)
            return tree
    assert first is not None
    raise source_error(first[0], filename, first[1], source, first[2])


def _tools(everything: bool, print_is_function: bool) -> Iterator[Any]:
    """One for each way to read ``print`` and ``exec``, the likeliest first."""
    ways = [(True, False), (True, True)]
    if not print_is_function:
        ways.insert(0, (False, False))
    return (_tool(everything, *way) for way in ways)


@cache
def _tool(everything: bool, print_is_function: bool, exec_is_function: bool) -> Any:
    from fissix.refactor import RefactoringTool, get_fixers_from_package

    names = list(_SYNTAX)
    if everything:
        available = get_fixers_from_package("fissix.fixes")
        names = [name for name in available if name.removeprefix(_FISSIX) not in _LEFT_OUT]
        names += [_OWN + "lambda_tuples", _OWN + "comprehension_tuples"]
    tool = RefactoringTool(names, {"print_function": print_is_function})
    if exec_is_function:
        tool.grammar.keywords.pop("exec", None)
    return tool


def _line_map(tree: Any, count: int) -> tuple[int, ...] | None:
    """For each line written, the line read: that of its first token that was read."""
    origin = [0] * (count + 1)
    line = 1
    for leaf in tree.leaves():
        line += leaf.prefix.count("\n")
        if leaf.lineno > 0 and line <= count and not origin[line]:
            origin[line] = leaf.lineno
        line += leaf.value.count("\n")
    for line in range(1, count + 1):
        if not origin[line]:
            origin[line] = origin[line - 1] + 1
    lines = tuple(max(1, number) for number in origin[1:])
    return None if all(number == i + 1 for i, number in enumerate(lines[:-1])) else lines
