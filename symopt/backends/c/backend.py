"""The c backend: PyTensor's C linker with a BLAS that pip alone brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytensor
from pytensor.compile.executor import Function

from symopt.backends.backend import Backend, Diagnosis
from symopt.backends.c import blas
from symopt.backends.c.native import native_mode
from symopt.backends.c.program import build
from symopt.config import config
from symopt.pytensor_internals import blas_flags


class CBackend(Backend):
    """Generates C++ for each node and compiles it with the machine's C++ compiler."""

    name = "c"

    def __init__(self) -> None:
        self._threads = 0

    def diagnose(self) -> Diagnosis:
        compiler = pytensor.config.cxx
        if not compiler:
            return Diagnosis(
                False,
                "no C++ compiler was found",
                "Install one (Debian, Ubuntu: apt install g++; macOS: xcode-select --install), "
                "or use backend='numba'.",
            )
        return Diagnosis(True, f"{compiler}; BLAS: {blas.version()}, {config.threads} threads")

    def compile(self, inputs: Sequence[Any], outputs: Any, **keywords: Any) -> Function:
        self.require()
        blas.load()  # before a module that is linked with it does so, with more threads
        keywords["mode"] = keywords.get("mode") or native_mode()
        with blas_flags(blas.linker_flags()):
            return pytensor.function(inputs, outputs, **keywords)

    def first_call(self) -> AbstractContextManager[object]:
        return _inner_graphs_in_c()

    def before_call(self) -> None:
        threads = config.threads
        if self._threads != threads:
            self._threads = threads
            blas.set_threads(threads)  # for the nodes that PyTensor runs, and for convolutions
            build.set_threads(threads)


_MODE = "CVM"  # for graphs inside of operations


@contextmanager
def _inner_graphs_in_c() -> Iterator[None]:
    """Operations with a graph inside (softmax) compile it when first run, in the default mode.

    That is Numba: ten seconds for a softmax. Here they are compiled like the rest.
    """
    with blas_flags(blas.linker_flags()), pytensor.config.change_flags(mode=_MODE):
        yield
