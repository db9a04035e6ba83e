"""The few internals of PyTensor that symopt touches, each behind a function of its own.

Tried with PyTensor 3.0.7 (Python 3.11) and 3.3.7 (Python 3.12, 3.13). Everything else in symopt
uses public API.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytensor import config
from pytensor.compile.sharedvalue import SharedVariable

_blas_lock = threading.RLock()


@contextmanager
def blas_flags(flags: str) -> Iterator[None]:
    """Have PyTensor compile its BLAS nodes with ``flags``, and leave no trace.

    ``config.change_flags`` would read the old value first, and reading a value that nobody has
    set makes PyTensor search the machine for a BLAS, for seconds, and warn that it found none.
    """
    parameter = config._config_var_dict["blas__ldflags"]
    with _blas_lock:
        was_set = hasattr(parameter, "val")
        before = parameter.val if was_set else None
        parameter.val = flags
        try:
            yield
        finally:
            if was_set:
                parameter.val = before
            else:
                del parameter.val


def cell(variable: SharedVariable) -> list[Any]:
    """The one-element list in which a shared variable keeps its value, for good.

    What is inside is taken and put without a check or a copy: a NumPy array, or another
    backend's.
    """
    return variable.container.storage
