"""Replace a file's content so that the old or the new one is there, whatever happens."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from symopt.training.checkpoint.durable import rename, write_file


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place, bring it to the disk and rename it.

    Only one process at a time may replace a file: what a killed one left beside it is overwritten.

    Raises
    ------
    OSError
        It could not be written; what was there before is still there.
    """
    scratch = path.with_name(f".{path.name}.tmp")
    with suppress(FileNotFoundError):
        os.unlink(scratch)
    try:
        write_file(scratch, content)
        rename(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(scratch)
        raise
