"""``symopt doctor`` with backends that work and backends that do not."""

import re

import numpy as np
import pytensor
import pytest
from click.testing import CliRunner

import symopt
from symopt.backends import Backend, Diagnosis
from symopt.cli import doctor, main


class MissingBackend(Backend):
    name = "missing"

    def diagnose(self):
        return Diagnosis(False, "no engine [here]", "Install an engine.")

    def compile(self, inputs, outputs, **keywords):
        raise AssertionError("a backend that does not work must not be tried")


class BrokenBackend(Backend):
    name = "broken"

    def diagnose(self):
        return Diagnosis(True, "engine 1.0")

    def compile(self, inputs, outputs, **keywords):
        raise RuntimeError("engine failure\nmany more lines")


@pytest.fixture
def backends(monkeypatch, python_backend):
    def use(*chosen):
        by_name = {backend.name: backend for backend in chosen}
        monkeypatch.setattr("symopt.backends.all_backends", lambda: by_name)

    return use


def run(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["doctor", *arguments])


def test_working_and_broken_backends(backends, python_backend):
    backends(MissingBackend(), BrokenBackend(), python_backend)
    result = run()
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line for line in result.output.splitlines() if line.split()}
    assert " yes " in rows["python"]
    assert rows["python"].rstrip().endswith("s")
    assert "missing: Install an engine." in result.output
    assert "no engine [here]" in result.output
    assert "broken: A small graph failed (RuntimeError: engine failure)." in result.output
    assert "many more lines" not in result.output


def test_nothing_works(backends):
    backends(MissingBackend(), BrokenBackend())
    assert run().exit_code == 1


def test_no_try_believes_the_diagnosis(backends):
    backends(BrokenBackend())
    result = run("--no-try")
    assert result.exit_code == 0, result.output
    assert "compile" not in result.output.split("built on")[1].splitlines()[0]


def test_versions_and_settings(backends, python_backend, monkeypatch):
    backends(python_backend)
    monkeypatch.setenv("SYMOPT_BACKEND", "numba")
    monkeypatch.setenv("SYMOPT_THREADS", "3")
    monkeypatch.setenv("SYMOPT_NATIVE", "off")
    monkeypatch.setenv("SYMOPT_KEEP", "2.5")
    monkeypatch.delenv("SYMOPT_DATA", raising=False)
    monkeypatch.setitem(doctor.OPTIONAL, "no-such-package", "pip install symopt[none]")
    result = run("--no-try")
    rows = dict(
        line.split(maxsplit=1) for line in result.output.splitlines() if " " in line.strip()
    )
    found = {name: value.strip() for name, value in rows.items()}
    assert found["symopt"] == symopt.__version__
    assert found["pytensor"] == pytensor.__version__
    assert found["numpy"] == np.__version__
    assert found["config.backend"] == found["SYMOPT_BACKEND"] == "numba"
    assert found["config.threads"] == found["SYMOPT_THREADS"] == "3"
    assert (found["config.native"], found["SYMOPT_NATIVE"]) == ("False", "off")
    assert found["config.keep_budget"] == found["SYMOPT_KEEP"] == "2.5"
    assert re.match(r"\d+ libraries, [\d.]+ \w+, in .*symopt$", found["programs"])
    assert found["SYMOPT_CXXFLAGS"].startswith("not set")
    assert found["SYMOPT_DATA"].startswith("not set")
    assert found["no-such-package"] == "not installed (pip install symopt[none])"
    assert found["backend=None:"] == "numba"


def test_settings_that_make_no_sense_are_shown(monkeypatch):
    monkeypatch.setenv("SYMOPT_THREADS", "many")
    monkeypatch.setenv("SYMOPT_BACKEND", "theano")
    result = run("--no-try")
    assert result.exit_code == 0, result.output
    assert result.output.count("SYMOPT_THREADS='many': expected an integer") == 2
    assert "backend=None: SYMOPT_BACKEND='theano' names no backend" in result.output


def test_wrong_numbers_are_found_out(python_backend):
    class WrongBackend(BrokenBackend):
        def compile(self, inputs, outputs, **keywords):
            return python_backend.compile(inputs, outputs + 1, **keywords)

    finding = doctor.examine(WrongBackend(), trial=True)
    assert not finding.works
    assert "ArithmeticError: tanh(x W) came out as float32" in finding.remedy


def test_a_trial_takes_its_time(python_backend):
    finding = doctor.examine(python_backend, trial=True)
    assert finding.works
    assert finding.compile_seconds > finding.call_seconds > 0
    assert doctor.examine(python_backend, trial=False).compile_seconds is None
