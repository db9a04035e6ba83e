"""The numba backend: PyTensor's Numba linker."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
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
        import symopt.backends.numba.nnet  # registers its operations
        import symopt.backends.numba.randomstate  # noqa: F401  # and another

        keywords["mode"] = keywords.get("mode") or "NUMBA"
        return pytensor.function(inputs, outputs, **keywords)

    def first_call(self) -> AbstractContextManager[object]:
        return _without_performance_warnings()  # this is when Numba compiles


@contextmanager
def _without_performance_warnings() -> Iterator[None]:
    """Numba warns about products of transposed arrays, which the user did not write."""
    from numba.core.errors import NumbaPerformanceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaPerformanceWarning)
        yield
