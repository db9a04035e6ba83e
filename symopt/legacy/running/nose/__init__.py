"""Stands in for nose, which does not run on Python 3.10 and later, where tests import it."""

from __future__ import annotations

from typing import Any, NoReturn
from unittest import SkipTest as SkipTest

from symopt.legacy.running.nose import plugins as plugins
from symopt.legacy.running.nose import tools as tools
from symopt.legacy.running.nose.tools import with_setup as with_setup

__version__ = "1.3.7"


def _no_runner(*args: Any, **kwargs: Any) -> NoReturn:
    raise NotImplementedError(
        "nose does not run on Python 3.10 and later. Run the tests with pytest: "
        "symopt run -m pytest FILE"
    )


main = run = runmodule = _no_runner
