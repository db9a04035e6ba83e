"""``unittest`` with the assertions under the names that Python 3.12 has dropped."""

from __future__ import annotations

import types
import unittest
from typing import Any

from symopt.legacy.python2.replaced.facade import over

_ALIASES = {
    "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assertAlmostEquals": "assertAlmostEqual",
    "assertNotAlmostEquals": "assertNotAlmostEqual",
    "assert_": "assertTrue",
    "assertItemsEqual": "assertCountEqual",
    "assertRegexpMatches": "assertRegex",
    "assertNotRegexpMatches": "assertNotRegex",
    "assertRaisesRegexp": "assertRaisesRegex",
    "failUnless": "assertTrue",
    "failIf": "assertFalse",
    "failUnlessEqual": "assertEqual",
    "failIfEqual": "assertNotEqual",
    "failUnlessAlmostEqual": "assertAlmostEqual",
    "failUnlessRaises": "assertRaises",
}


class TestCase(unittest.TestCase):
    """unittest's, with the old names of its assertions."""


def _alias(new: str) -> Any:
    def method(self: unittest.TestCase, *args: Any, **kwargs: Any) -> Any:
        return getattr(self, new)(*args, **kwargs)

    return method


for _old, _new in _ALIASES.items():
    setattr(TestCase, _old, _alias(_new))


def unittest_module() -> types.ModuleType:
    """``unittest``."""
    return over("unittest", {"TestCase": TestCase, "makeSuite": _make_suite})


def _make_suite(case: type, prefix: str = "test", *args: Any, **kwargs: Any) -> unittest.TestSuite:
    loader = unittest.TestLoader()
    loader.testMethodPrefix = prefix
    return loader.loadTestsFromTestCase(case)
