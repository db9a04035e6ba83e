"""``symopt doctor``: what it says where things work and where they do not."""

import pytensor
import pytest
from click.testing import CliRunner

from symopt.backends import Backend, Diagnosis
from symopt.cli import main
from symopt.cli.doctor import examine

pytestmark = pytest.mark.core


def run(*arguments):
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_versions_settings_and_backends(monkeypatch):
    monkeypatch.setenv("SYMOPT_THREADS", "1")
    result = run("--no-try")
    assert result.exit_code == 0, result.output
    for words in ("pytensor", pytensor.__version__, "OpenBLAS", "config.threads", "numba", "c "):
        assert words in result.output


def test_without_a_compiler_it_says_what_to_do(monkeypatch):
    monkeypatch.delenv("SYMOPT_BACKEND", raising=False)
    with pytensor.config.change_flags(cxx=""):
        result = run("--no-try")
    assert result.exit_code == 0
    assert "none found" in result.output
    assert "apt install g++" in result.output
    assert "backend=None: numba" in result.output


def test_a_bad_setting_is_named(monkeypatch):
    monkeypatch.setenv("SYMOPT_BACKEND", "cuda")
    assert "SYMOPT_BACKEND='cuda'" in run("--no-try").output


def test_a_trial_tells_a_backend_that_computes_from_one_that_does_not(python_backend):
    finding = examine(python_backend, trial=True)
    assert finding.works
    assert finding.compile_seconds > 0

    class Broken(Backend):
        name = "broken"

        def diagnose(self):
            return Diagnosis(True, "it looks well")

        def compile(self, inputs, outputs, **keywords):
            return python_backend.compile(inputs, outputs * 1.5, **keywords)

    finding = examine(Broken(), trial=True)
    assert not finding.works
    assert "away from NumPy's" in finding.remedy


def test_exit_code_where_nothing_works(monkeypatch):
    class Absent(Backend):
        name = "absent"

        def diagnose(self):
            return Diagnosis(False, "nothing", "Install something.")

        def compile(self, inputs, outputs, **keywords):
            raise AssertionError

    monkeypatch.setattr("symopt.backends.all_backends", lambda: {"absent": Absent()})
    result = run()
    assert result.exit_code == 1
    assert "absent: Install something." in result.output


def test_version_and_help():
    assert CliRunner().invoke(main, ["--version"]).output.startswith("symopt, version")
    assert "demo" in CliRunner().invoke(main, ["-h"]).output
