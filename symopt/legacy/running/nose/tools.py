"""``nose.tools``: unittest's assertions as functions, and decorators for tests."""

from __future__ import annotations

import functools
import re
import time
import unittest
from collections.abc import Callable
from typing import Any


class _Case(unittest.TestCase):
    def runTest(self) -> None:  # noqa: N802 (unittest's name)
        """Nothing: it is there for its assertions."""


_case = _Case()
_OF_PYTHON2 = {
    "assert_equals": "assertEqual",
    "assert_not_equals": "assertNotEqual",
    "assert_almost_equals": "assertAlmostEqual",
    "assert_not_almost_equals": "assertNotAlmostEqual",
    "assert_items_equal": "assertCountEqual",
    "assert_regexp_matches": "assertRegex",
    "assert_not_regexp_matches": "assertNotRegex",
    "assert_raises_regexp": "assertRaisesRegex",
    "assert_": "assertTrue",
}


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: "_" + m.group().lower(), name)


for _name in dir(_case):
    if _name.startswith("assert") and not _name.startswith("assert_"):
        globals()[_snake_case(_name)] = getattr(_case, _name)
for _old, _new in _OF_PYTHON2.items():
    globals()[_old] = getattr(_case, _new)
_case.maxDiff = None


def eq_(a: Any, b: Any, msg: str | None = None) -> None:
    """Assert that two values are equal."""
    if not a == b:
        raise AssertionError(msg or f"{a!r} != {b!r}")


def ok_(expression: Any, msg: str | None = None) -> None:
    """Assert that something is true."""
    if not expression:
        raise AssertionError(msg)


def raises(*exceptions: type[BaseException]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a test that has to raise one of these exceptions."""
    names = " or ".join(kind.__name__ for kind in exceptions)

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(test)
        def wrapped(*args: Any, **kwargs: Any) -> None:
            try:
                test(*args, **kwargs)
            except exceptions:
                return
            raise AssertionError(f"{test.__name__}() did not raise {names}")

        return wrapped

    return decorate


def timed(limit: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a test that has to end within ``limit`` seconds."""

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(test)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            began = time.monotonic()
            result = test(*args, **kwargs)
            if time.monotonic() - began > limit:
                raise AssertionError(f"Time limit ({limit}) exceeded")
            return result

        return wrapped

    return decorate


def with_setup(
    setup: Callable[[], Any] | None = None, teardown: Callable[[], Any] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a test function with what is to be called before and after it."""

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(test)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if setup is not None:
                setup()
            try:
                return test(*args, **kwargs)
            finally:
                if teardown is not None:
                    teardown()

        return wrapped

    return decorate


def istest(function: Any) -> Any:
    """Mark a function or class as a test."""
    function.__test__ = True
    return function


def nottest(function: Any) -> Any:
    """Mark a function or class as no test."""
    function.__test__ = False
    return function


def make_decorator(
    function: Callable[..., Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a decorator's result the name and attributes of ``function``."""
    return functools.wraps(function)


def set_trace() -> None:
    """Start the debugger."""
    import pdb

    pdb.set_trace()
