"""Each rule, by a program before and after."""

from __future__ import annotations

import ast
import functools

import pytest

from symopt.legacy.porting import PortedModule, port_source
from tests.legacy.porting.pairs import PAIRS


@functools.cache
def done(name: str) -> PortedModule:
    return port_source(PAIRS[name][0], python2=name.startswith("python2"))


@pytest.mark.core
@pytest.mark.parametrize("name", PAIRS)
def test_before_and_after(name: str) -> None:
    assert done(name).text == PAIRS[name][1]


@pytest.mark.parametrize("name", PAIRS)
def test_a_port_of_a_port_is_itself(name: str) -> None:
    after = PAIRS[name][1]
    again = port_source(after)
    assert again.text == after
    assert not [c for c in again.changes if c.before != c.after]


@pytest.mark.parametrize("name", PAIRS)
def test_a_port_parses_and_imports_no_theano(name: str) -> None:
    for node in ast.walk(ast.parse(PAIRS[name][1])):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("theano") for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert not (node.module or "").startswith("theano")


@pytest.mark.parametrize("name", PAIRS)
def test_every_change_is_in_the_report(name: str) -> None:
    before = PAIRS[name][0]

    reported = {change.line for change in done(name).changes}
    old = before.splitlines()
    new = set(PAIRS[name][1].splitlines())
    gone = {number for number, line in enumerate(old, 1) if line.strip() and line not in new}
    spanned = {
        line
        for change in done(name).changes
        for line in range(change.line, change.line + change.before.count("\n") + 1)
    }
    comments = {number for number, line in enumerate(old, 1) if line.lstrip().startswith("#")}
    assert gone - comments <= spanned
    assert reported
