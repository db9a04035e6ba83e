"""Kernels that Numba compiles once for a process, however many functions call them.

A function that calls another takes its code in and optimises both anew, for seconds if that is a
large loop. A symbol that is linked by name stays as it was compiled.

Uses ``llvmlite.binding.add_symbol`` and ``numba.types.ExternalFunction``; tried with Numba 0.61 to
0.67.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba

_kept: dict[str, Any] = {}


def compiled_once(name: str, signature: Any, function: Callable) -> Any:
    """``function`` as a symbol that functions of Numba call, compiled when first asked for.

    Parameters
    ----------
    name
        Of the symbol, one for each signature.
    signature
        A numba signature of numbers and pointers (``numba.types.CPointer``); an array is passed
        as its ``.ctypes``.
    function
        Python code that Numba can compile; ``numba.carray`` makes arrays of its pointers.
    """
    if name not in _kept:
        _kept[name] = numba.cfunc(signature, cache=True)(function)
        llvm.add_symbol(name, _kept[name].address)
    return numba.types.ExternalFunction(name, signature)
