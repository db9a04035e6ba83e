"""The plugins whose names test modules import."""

from __future__ import annotations

from symopt.legacy.running.nose.plugins import attrib as attrib
from symopt.legacy.running.nose.plugins import skip as skip
from symopt.legacy.running.nose.plugins.skip import SkipTest as SkipTest


class Plugin:
    """The base of nose's plugins; nothing calls one here."""

    name: str | None = None
    enabled = False
