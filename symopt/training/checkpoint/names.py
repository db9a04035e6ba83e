"""How arrays and checkpoints are called on disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from symopt.errors import CheckpointError

LAST_UPDATE = 10**18

LONGEST_NAME = 4096
"""Bytes of an array's name in the archive."""

ARRAYS = "arrays.npz"
MANIFEST = "manifest.json"

WRITING = ".writing-"
REMOVING = ".removing-"
"""Beginnings of the names of folders that are not whole: yet, or any more."""

_FOLDER = re.compile(r"update-(\d{9,19})-(\d{1,19})(-best)?", re.ASCII)
# What a zip reader, a shell or a file system could take for something else.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f%\\:*?"<>|]|(?<![^/])\.|\A/|(?<=/)/|/\Z|\.(?=npy\Z)')


@dataclass(frozen=True)
class FolderName:
    """What the name of a checkpoint's folder says.

    Attributes
    ----------
    update
        Updates made.
    sequence
        Which save into this folder of checkpoints it was; the newest has the highest.
    best
        Kept until there is a better one.
    """

    update: int
    sequence: int
    best: bool

    def __str__(self) -> str:
        return f"update-{self.update:09d}-{self.sequence}" + ("-best" if self.best else "")


def parse_folder(name: str) -> FolderName | None:
    """What the name of a folder says; None if it is no checkpoint's."""
    found = _FOLDER.fullmatch(name)
    if found is None:
        return None
    parsed = FolderName(int(found[1]), int(found[2]), found[3] is not None)
    return parsed if str(parsed) == name else None


def entry_name(name: str) -> str:
    """The name of an array as the archive has it: ``params/W`` stays, what is unsafe is quoted.

    ``urllib.parse.unquote`` takes it back.

    Raises
    ------
    CheckpointError
        The name is no text, empty, or too long.
    """
    if not isinstance(name, str) or not name:
        raise CheckpointError(
            f"checkpoint: an array is called {name!r}; expected a non-empty string."
        )
    quoted = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", name)
    try:
        length = len(quoted.encode())
    except UnicodeEncodeError as error:
        raise CheckpointError(
            f"checkpoint: an array is called {name!r}, which is no valid Unicode; rename it."
        ) from error
    if length > LONGEST_NAME:
        raise CheckpointError(
            f"checkpoint: the name {name[:40]!r}... takes {length} bytes; expected at most "
            f"{LONGEST_NAME}. Shorten it."
        )
    return quoted


def array_name(entry: str) -> str:
    """The name of the array that the archive has as ``entry``."""
    return unquote(entry)
