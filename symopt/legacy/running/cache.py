"""Translations kept on disk, shared by processes.

An entry's name is a hash of all that made it: the source, the file's path, the translator, the
Python that compiled it, the options. It is written beside its place and renamed, so of two
processes that translate the same file the later one puts an equal file in place of the first, and
one that is killed leaves nothing half done. A folder that cannot be written to is used as far as
it goes; entries that are cut short or foreign are translated again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import marshal
import os
import tempfile
import types
from pathlib import Path
from typing import Any

from symopt.legacy.python2.translating import VERSION

ENVIRONMENT = "SYMOPT_TRANSLATIONS"
"""Names the folder; empty or 0: nothing is kept."""
_MAGIC = b"symopt translation\n"
_DIGEST = 32


class Cache:
    """A folder of translations.

    Parameters
    ----------
    folder
        Where they are kept; it need not be there. None: nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def code(self, key: str) -> types.CodeType | None:
        """The code kept under a key; None where there is none, or none that is whole."""
        data = self._read(f"{key}.code")
        if data is None:
            return None
        try:
            code = marshal.loads(data)
        except (ValueError, EOFError, TypeError):
            return None
        return code if isinstance(code, types.CodeType) else None

    def keep_code(self, key: str, code: types.CodeType) -> None:
        """Keep code under a key, where that is possible."""
        self._write(f"{key}.code", marshal.dumps(code))

    def fact(self, key: str) -> Any:
        """A small value kept under a key, in a list; an empty list where there is none."""
        data = self._read(f"{key}.json")
        try:
            return json.loads(data) if data is not None else []
        except ValueError:
            return []

    def keep_fact(self, key: str, value: Any) -> None:
        """Keep a small value under a key, where that is possible."""
        self._write(f"{key}.json", json.dumps([value]).encode())

    def _read(self, name: str) -> bytes | None:
        if self.folder is None:
            return None
        try:
            data = (self.folder / name[:2] / name).read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST
        body = data[head:]
        if (
            data[: len(_MAGIC)] != _MAGIC
            or hashlib.sha256(body).digest() != data[len(_MAGIC) : head]
        ):
            return None
        return body

    def _write(self, name: str, body: bytes) -> None:
        if self.folder is None:
            return
        place = self.folder / name[:2]
        temporary = None
        try:
            place.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=place, prefix="unfinished-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(body).digest() + body)
            os.replace(temporary, place / name)
        except OSError:  # read-only, or full: the translation is made again next time
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)


def key(*parts: object) -> str:
    """The name of an entry made from these parts, by this translator and this Python."""
    digest = hashlib.sha256(importlib.util.MAGIC_NUMBER)
    for part in (VERSION, *parts):
        data = part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def default_folder() -> Path | None:
    """``SYMOPT_TRANSLATIONS``, else a folder in the user's cache; None: keep nothing."""
    named = os.environ.get(ENVIRONMENT)
    if named is not None:
        return Path(named).expanduser() if named.strip() not in ("", "0") else None
    home = os.environ.get("XDG_CACHE_HOME", "").strip()
    try:
        base = Path(home) if home else Path.home() / ".cache"
    except RuntimeError:  # no home folder
        return None
    return base / "symopt" / "translations"
