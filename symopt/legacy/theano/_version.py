"""The version, as versioneer gave it."""

from typing import Any

from symopt.legacy.theano.version import info, version


def get_versions() -> dict[str, Any]:
    """What is known of the version."""
    return {**info, "version": version}
