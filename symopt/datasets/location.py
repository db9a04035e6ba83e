"""Where a data set lies: the ``path`` argument, or the environment variable ``SYMOPT_DATA``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from symopt.errors import DatasetError

ENVIRONMENT_VARIABLE = "SYMOPT_DATA"

BOTH_WAYS = (
    f"Either pass path=, or set the environment variable {ENVIRONMENT_VARIABLE} to the folder that "
    "holds it; nothing is downloaded."
)


def candidate_places(
    path: str | os.PathLike[str] | None, expected: str, subfolders: Sequence[str]
) -> list[Path]:
    """List the places to look for a data set in, best first.

    Parameters
    ----------
    path
        A file or folder, ``~`` allowed; or None for the folder that ``SYMOPT_DATA`` names.
    expected
        What the caller looks for, in words, for the error text.
    subfolders
        Names of folders inside ``SYMOPT_DATA`` that are looked in after that folder itself.

    Returns
    -------
    list of Path
        ``path`` alone; or the folder ``SYMOPT_DATA`` and those of its ``subfolders`` that exist.
        Every entry exists.

    Raises
    ------
    DatasetError
        If ``path`` does not exist, or is None while ``SYMOPT_DATA`` is unset, empty or no folder.
    """
    if path is not None:
        place = Path(path).expanduser()
        if not place.exists():
            raise DatasetError(
                f"path={str(place)!r}: no such file or folder; expected {expected}. Pass path= "
                f"where it lies, or leave path out and set {ENVIRONMENT_VARIABLE}."
            )
        return [place]
    named = os.environ.get(ENVIRONMENT_VARIABLE, "")
    if not named:
        raise DatasetError(
            f"path is None and {ENVIRONMENT_VARIABLE} is not set; expected {expected}. {BOTH_WAYS}"
        )
    root = Path(named).expanduser()
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing"
        raise DatasetError(
            f"{ENVIRONMENT_VARIABLE}={named!r}: found {found} there; expected a folder with "
            f"{expected}. {BOTH_WAYS}"
        )
    return [root, *(root / name for name in subfolders if (root / name).is_dir())]


def not_found(places: Sequence[Path], expected: str) -> DatasetError:
    """Make the error for places that exist and do not hold the data set."""
    looked_in = ", ".join(str(place) for place in places)
    return DatasetError(f"looked in {looked_in}: did not find {expected}. {BOTH_WAYS}")
