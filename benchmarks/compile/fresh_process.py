"""A module run in a new process, with a compile cache of one's choice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def run_fresh(module: str, *arguments: str, cache: Path | None) -> tuple[dict[str, Any], float]:
    """What ``python -m module`` prints last, as JSON, and the seconds from its start to there.

    ``cache``, a folder, holds whatever is compiled: PyTensor's modules, symopt's, which lie among
    them, and Numba's functions. None: the usual one.
    """
    environment = dict(os.environ)
    if cache is not None:
        flags = environment.get("PYTENSOR_FLAGS")
        environment |= {
            "PYTENSOR_FLAGS": f"{flags + ',' if flags else ''}base_compiledir={cache}",
            "NUMBA_CACHE_DIR": str(cache),
        }
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        line = seconds = None
        for line in process.stdout:  # noqa: B007 (the last one is wanted)
            seconds = time.perf_counter() - begin  # before the process takes its things down
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return json.loads(line), seconds
