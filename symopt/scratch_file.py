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

    It may be read and written by whom ``open`` would have let. If it was not renamed it is gone
    afterwards.

    Raises
    ------
    OSError
        There is no such folder, or it may not be written to.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    scratch = Path(name)
    try:
        scratch.chmod(0o666 & ~_umask())
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
