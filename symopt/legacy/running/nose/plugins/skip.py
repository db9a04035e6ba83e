"""``SkipTest``: unittest's, which pytest knows too."""

from unittest import SkipTest as SkipTest
