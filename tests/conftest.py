"""Fixtures that many tests share."""

from __future__ import annotations

import os

import pytensor
import pytest

import symopt
from symopt.backends import Backend, Diagnosis, choose_backend

# Tests run on all cores by themselves; threads that wait for each other's cores slow all of them.
os.environ.setdefault("SYMOPT_THREADS", "1")


class PythonBackend(Backend):
    """PyTensor's Python implementations: nothing is compiled, so logic is tested cheaply."""

    name = "python"

    def diagnose(self):
        return Diagnosis(True, "PyTensor's Python implementations")

    def compile(self, inputs, outputs, **keywords):
        keywords["mode"] = keywords.get("mode") or "FAST_COMPILE"
        with self.first_call():
            return pytensor.function(inputs, outputs, **keywords)

    def first_call(self):
        """Loops and other graphs inside are not compiled either, to C or with Numba."""
        return pytensor.config.change_flags(cxx="", mode="FAST_COMPILE")


@pytest.fixture(scope="session")
def python_backend():
    return PythonBackend()


@pytest.fixture
def backend_named(python_backend):
    """Gives the backend of a name, "python" and "c without programs" among them."""

    def choose(name):
        if name == "python":
            return python_backend
        symopt.config.native = False if name == "c without programs" else None
        return choose_backend("c" if name == "c without programs" else name)

    yield choose
    symopt.config.native = None
