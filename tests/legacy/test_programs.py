"""Programs written for Theano, in Python 2 and 3, give the numbers that real Theano gave.

Each is run unmodified by `symopt run`, then as `symopt port` writes it. The numbers are those of
Theano 1.0.5 (tests/golden/made_by/theano_programs.py): integers, texts and draws are equal, floats
agree to the tolerance of the program. The cheap half runs on PyTensor's Python implementations;
the rest, and everything once more on a compiling backend, is marked long.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = HERE / "programs"
GOLDEN = ROOT / "tests" / "golden"
TABLE = {p["name"]: p for p in json.loads((PROGRAMS / "programs.json").read_text())}
IMPORTS_THEANO = re.compile(r"^\s*(import|from) theano\b", re.MULTILINE)
TUTORIAL = GOLDEN / "lstm" / "lstm_tutorial.f32.npz"

# only_compiled: rows that are read twice count twice in set_subtensor(a[i], a[i] + g ** 2) only
# after the optimisation that makes inc_subtensor(a[i], g ** 2) of it, in Theano as here.
CHEAP = [
    pytest.param(name, "python", marks=pytest.mark.long if program.get("long") else ())
    for name, program in TABLE.items()
    if not program.get("only_compiled")
]
# One of each kind of ports; the tutorial's costs below are one more.
QUICK_PORTS = ("crf_tagger", "tutorials", "vae", "recommender")
CHEAP_PORTS = [
    pytest.param(*p.values, marks=() if p.values[0] in QUICK_PORTS else pytest.mark.long)
    for p in CHEAP
]
COMPILED = [pytest.param(name, "c", marks=pytest.mark.long) for name in TABLE]


def environment(program, backend):
    """The environment of a program; nothing is compiled when the backend is "python"."""
    env = {k: v for k, v in os.environ.items() if k not in ("THEANO_FLAGS", "THEANORC")}
    flags = f"floatX={program.get('floatX', 'float32')}"
    env["PYTHONPATH"] = str(ROOT)
    env["THEANO_FLAGS"] = f"{flags},mode=FAST_COMPILE" if backend == "python" else flags
    env["PYTENSOR_FLAGS"] = f"{env.get('PYTENSOR_FLAGS', '')},{flags}".strip(",")
    if backend != "python":
        env["SYMOPT_BACKEND"] = backend
    return env


def plain_python(backend):
    """What stands before a ported program: nothing, or the program that has nothing compiled."""
    return [str(HERE / "without_compiling.py")] if backend == "python" else []


def execute(command, folder, env):
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done


def command_of(program, out):
    return [word.format(out=out) for word in program["command"]]


def compare(program, out):
    rtol = program.get("rtol", 1e-5)
    with (
        np.load(out / "numbers.npz", allow_pickle=False) as given,
        np.load(GOLDEN / "theano_programs" / f"{program['name']}.npz") as expected,
    ):
        assert sorted(given.files) == sorted(expected.files)
        for key in expected.files:
            a, b = given[key], expected[key]
            assert a.shape == b.shape, key
            if b.dtype.kind in "SU":
                assert a.astype(str).tolist() == b.astype(str).tolist(), key
            elif b.dtype.kind in "iub" or key in program.get("bits", ()):
                np.testing.assert_array_equal(a, b, err_msg=key)
            else:
                size = np.abs(b).max(initial=0.0)
                np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * size, err_msg=key)


@pytest.mark.parametrize(("name", "backend"), CHEAP + COMPILED)
def test_run_gives_theanos_numbers(name, backend, tmp_path):
    program = TABLE[name]
    folder = shutil.copytree(PROGRAMS / program["folder"], tmp_path / "program")
    execute(
        ["-m", "symopt", "run", *command_of(program, tmp_path)],
        folder,
        environment(program, backend),
    )
    compare(program, tmp_path)


@pytest.mark.parametrize(("name", "backend"), CHEAP_PORTS + COMPILED)
def test_ported_program_gives_theanos_numbers(name, backend, tmp_path):
    program = TABLE[name]
    env = environment(program, backend)
    folder = tmp_path / "ported"
    execute(["-m", "symopt", "port", str(PROGRAMS / program["folder"]), str(folder)], ROOT, env)
    assert not [p for p in folder.rglob("*.py") if IMPORTS_THEANO.search(p.read_text())]
    execute([*plain_python(backend), *command_of(program, tmp_path)], folder, env)
    compare(program, tmp_path)


@pytest.mark.parametrize("ported", [False, True], ids=["run", "ported"])
@pytest.mark.parametrize("backend", ["python", pytest.param("c", marks=pytest.mark.long)])
def test_costs_of_the_tutorial(ported, backend, tmp_path):
    """Twenty updates of the LSTM tutorial's model by its three rules, to a millionth."""
    env = environment({}, backend)
    folder = tmp_path / "program"
    source = PROGRAMS / "lstm_sentiment"
    if ported:
        execute(["-m", "symopt", "port", str(source), str(folder)], ROOT, env)
    else:
        shutil.copytree(source, folder)
    command = ["tutorial_costs.py", str(tmp_path), str(TUTORIAL)]
    start = plain_python(backend) if ported else ["-m", "symopt", "run"]
    execute([*start, *command], folder, env)
    with np.load(tmp_path / "numbers.npz") as given, np.load(TUTORIAL) as expected:
        for rule in ("adadelta", "rmsprop", "sgd"):
            np.testing.assert_allclose(
                given[rule], expected[f"{rule}.cost"], rtol=0, atol=1e-6, err_msg=rule
            )


@pytest.mark.parametrize("part", ["test_updates.py", "test_layers.py"])
@pytest.mark.parametrize(
    "ported", [False, pytest.param(True, marks=pytest.mark.long)], ids=["run", "ported"]
)
def test_own_tests_of_a_framework_pass(part, ported, tmp_path):
    env = environment({"floatX": "float32"}, "python")
    folder = tmp_path / "strata"
    if ported:
        execute(["-m", "symopt", "port", str(PROGRAMS / "strata"), str(folder)], ROOT, env)
    else:
        shutil.copytree(PROGRAMS / "strata", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"strata/tests/{part}"]
    execute([*(plain_python("python") if ported else ["-m", "symopt", "run"]), *tests], folder, env)
