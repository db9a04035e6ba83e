"""Child processes of ``multiprocessing`` that start afresh: they translate as their parent does.

Such a child imports the main script again, under the name ``__mp_main__``. It is told to run
:mod:`symopt.legacy.running.child` instead, which sets up the import hook and then runs the script.
(A child that is forked has everything already.)
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symopt.legacy.running.script import Program

ENVIRONMENT = "SYMOPT_RUN_CHILD"
"""What a child needs to know, as JSON."""
_CHILD = "symopt.legacy.running.child"


def tell_children(program: Program, path: str) -> None:
    """Leave word of the program for children of this process."""
    os.environ[ENVIRONMENT] = json.dumps(
        {
            "target": os.path.abspath(path),
            "python": program.python,
            "cache": str(program.cache_folder) if program.cache_folder is not None else None,
            "backend": program.backend,
        }
    )


def translate_in_children(program: Program, path: str) -> None:
    """Have children of this process run ``path`` translated."""
    if path.startswith("<"):
        return
    tell_children(program, path)
    from multiprocessing import spawn

    real = getattr(spawn.get_preparation_data, "__wrapped__", spawn.get_preparation_data)

    def get_preparation_data(name: str) -> dict[str, Any]:
        data = real(name)
        if data.pop("init_main_from_path", None) is not None:
            data["init_main_from_name"] = _CHILD
        return data

    get_preparation_data.__wrapped__ = real  # type: ignore[attr-defined]
    spawn.get_preparation_data = get_preparation_data


def parents_program() -> Program:
    """The program that the parent of this child runs."""
    from symopt.legacy.running.script import Program

    told = json.loads(os.environ[ENVIRONMENT])
    folder = Path(told["cache"]) if told["cache"] is not None else None
    return Program(
        told["target"], python=told["python"], cache_folder=folder, backend=told["backend"]
    )
