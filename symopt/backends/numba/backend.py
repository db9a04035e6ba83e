"""The numba backend: PyTensor's Numba linker."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import pytensor
from pytensor.compile.executor import Function

from symopt.backends.backend import Backend, Diagnosis


class NumbaBackend(Backend):
    """Generates Python that Numba compiles with LLVM; needs no C++ compiler."""

    name = "numba"

    def diagnose(self) -> Diagnosis:
        return Diagnosis(True, f"numba {version('numba')}")  # PyTensor depends on it

    def compile(self, inputs: Sequence[Any], outputs: Any, **keywords: Any) -> Function:
        keywords["mode"] = keywords.get("mode") or "NUMBA"
        return pytensor.function(inputs, outputs, **keywords)
