"""Arguments of calls, changed without touching the layout of the rest."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument given by a keyword."""
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg
    return None


def positional(call: cst.Call, position: int) -> cst.Arg | None:
    """The argument in a position; None if it is not there, or hidden behind a star."""
    for index, arg in enumerate(call.args):
        if arg.keyword is not None or arg.star:
            return None
        if index == position:
            return arg
    return None


def argument(call: cst.Call, position: int, name: str) -> cst.Arg | None:
    """The argument in a position, or by its keyword."""
    return positional(call, position) or keyword(call, name)


def has_stars(call: cst.Call) -> bool:
    """Whether a call has ``*args`` or ``**keywords``."""
    return any(arg.star for arg in call.args)


def renamed(call: cst.Call, old: str, new: str) -> cst.Call:
    """The call with a keyword called ``new``."""
    arg = keyword(call, old)
    if arg is None or keyword(call, new) is not None:
        return call
    return replaced(call, arg, arg.with_changes(keyword=cst.Name(new)))


def by_keyword(call: cst.Call, position: int, name: str) -> cst.Call:
    """The call with the argument of a position, and those behind it, unchanged but named."""
    arg = positional(call, position)
    if arg is None:
        return call
    return replaced(call, arg, named(arg, name))


def named(arg: cst.Arg, name: str) -> cst.Arg:
    """An argument, given by keyword."""
    return arg.with_changes(keyword=cst.Name(name), equal=_EQUAL)


def replaced(call: cst.Call, old: cst.Arg, new: cst.Arg) -> cst.Call:
    """The call with one argument in the place of another."""
    return call.with_changes(args=[new if arg is old else arg for arg in call.args])


def without(call: cst.Call, arg: cst.Arg | None) -> cst.Call:
    """The call without an argument."""
    if arg is None:
        return call
    args = list(call.args)
    index = args.index(arg)
    if index == len(args) - 1 and index:  # the one before is last now: it takes over the comma
        args[index - 1] = args[index - 1].with_changes(comma=arg.comma)
    del args[index]
    return call.with_changes(args=args)


def with_keyword(call: cst.Call, name: str, value: cst.BaseExpression | str) -> cst.Call:
    """The call with one more argument, laid out as those before it."""
    expression = cst.parse_expression(value) if isinstance(value, str) else value
    new = cst.Arg(value=expression, keyword=cst.Name(name), equal=_EQUAL)
    args = list(call.args)
    if args and args[-1].star == "**":
        return call.with_changes(args=[*args[:-1], new, args[-1]])
    if args and isinstance(args[-1].comma, cst.Comma):
        new = new.with_changes(comma=args[-1].comma)
    if args:
        args[-1] = args[-1].with_changes(comma=_usual_comma(args))
    return call.with_changes(args=[*args, new])


def _usual_comma(args: Sequence[cst.Arg]) -> cst.Comma:
    for arg in args[-2::-1]:
        if isinstance(arg.comma, cst.Comma):
            return arg.comma
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


_EQUAL = cst.AssignEqual(
    whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace("")
)
