"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_file(target: Path) -> Iterator[Path]:
    """Make an empty file beside ``target``, to be written and then renamed to it.

    Until :func:`usual_mode` it is its owner's alone. If it was not renamed it is gone afterwards.

    Raises
    ------
    OSError
        There is no such folder, or it may not be written to.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def usual_mode(path: Path) -> None:
    """Let those read and write a file whom ``open`` would have let, had it made the file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
