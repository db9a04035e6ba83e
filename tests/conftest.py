"""Fixtures that many tests share."""

from __future__ import annotations

import pytensor
import pytest

from symopt.backends import Backend, Diagnosis


class PythonBackend(Backend):
    """PyTensor's Python implementations: nothing is compiled, so logic is tested cheaply."""

    name = "python"

    def diagnose(self):
        return Diagnosis(True, "PyTensor's Python implementations")

    def compile(self, inputs, outputs, **keywords):
        keywords["mode"] = keywords.get("mode") or "FAST_COMPILE"
        with pytensor.config.change_flags(cxx=""):  # or the loops inside would be compiled to C
            return pytensor.function(inputs, outputs, **keywords)


@pytest.fixture(scope="session")
def python_backend():
    return PythonBackend()
