"""Choosing parameters by patterns over their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from symopt.errors import HyperparameterError

Patterns = str | Sequence[str]


def check_patterns(owner: str, name: str, patterns: object) -> tuple[str, ...]:
    """The patterns as a tuple, or raise if they are not strings."""
    listed = (patterns,) if isinstance(patterns, str) else patterns
    if (
        not isinstance(listed, Sequence)
        or not listed
        or not all(isinstance(pattern, str) for pattern in listed)
    ):
        raise HyperparameterError(
            f"{owner}: {name}={patterns!r}; expected a parameter's name, a pattern such as "
            "'conv_*', or a list of those."
        )
    return tuple(listed)


def matching(owner: str, patterns: Sequence[str], names: Collection[str]) -> list[str]:
    """The parameters that one of the patterns matches.

    A pattern is a parameter's own name, or a shell pattern (``*``, ``?``, ``[ab]``), in which
    capitals count.

    Raises
    ------
    HyperparameterError
        A pattern matches no parameter.
    """
    matched = {
        pattern: {name for name in names if name == pattern or fnmatchcase(name, pattern)}
        for pattern in patterns
    }
    idle = [pattern for pattern, found in matched.items() if not found]
    if idle:
        raise HyperparameterError(
            f"{owner}: {', '.join(map(repr, idle))} matches no parameter; there are "
            f"{', '.join(map(repr, names))}."
        )
    chosen = set().union(*matched.values())
    return [name for name in names if name in chosen]
