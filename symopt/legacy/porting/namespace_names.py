"""What :mod:`symopt.legacy.theano` has."""

from __future__ import annotations

import functools
import importlib
import warnings


@functools.cache
def is_on_namespace(path: str) -> bool:
    """Whether a dotted path under ``symopt.legacy.theano`` leads to something."""
    parts = path.split(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = importlib.import_module(".".join(parts[:3]))
            for name in parts[3:]:
                found = getattr(found, name)
        except (ImportError, AttributeError):
            return False
    return True
