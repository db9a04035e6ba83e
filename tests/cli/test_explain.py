"""``symopt explain``: the demo, scripts, and what a person may get wrong."""

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import symopt
from symopt.cli import main

SCRIPT = """
import sys

import numpy as np
import pytensor
import pytensor.tensor as pt

import symopt
from beside import scale

assert sys.argv == [__file__], sys.argv
x = pt.vector("x", dtype="float32")
w = symopt.init_tparams({"w": np.ones(3, "float32")})
opt = symopt.sgd(0.1, w, None, [x], scale * (x * w["w"]).sum(), name="first")
f_grad_shared, f_update = opt
_hidden = symopt.function([x], x + 1, name="hidden")
plain = pytensor.function([x], x * 3, mode="FAST_COMPILE")


class Model:
    def __init__(self):
        self.predict = symopt.function([x], pt.exp(x), name="predict")


model = Model()
if __name__ == "__main__":
    raise AssertionError("a script that is explained is not run")
"""


@pytest.fixture
def script(tmp_path, monkeypatch, python_backend):
    """A script in a folder of its own, whose functions are compiled by Python."""
    for name in ("symopt.function", "symopt.optimizer"):  # `symopt.function` is the function, too
        monkeypatch.setattr(sys.modules[name], "choose_backend", lambda *_: python_backend)
    (tmp_path / "beside.py").write_text("scale = 2.0\n")
    path = tmp_path / "model.py"
    path.write_text(SCRIPT)
    yield str(path)
    sys.modules.pop("beside", None)


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["explain", *arguments])


def titles(output):
    return [line.split(",")[0].split(":")[0] for line in output.splitlines() if "Python," in line]


def test_all_functions_of_a_script_once(script):
    arguments, modules = list(sys.argv), set(sys.modules)
    result = run(script)
    assert result.exit_code == 0, result.output
    assert titles(result.output) == ["opt.f_grad_shared", "opt.f_update", "plain"]
    assert "backend python: " in result.output
    assert sys.argv == arguments
    assert str(Path(script).parent) not in sys.path
    assert {name for name in set(sys.modules) - modules if "explain" in name} == set()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["opt"], ["opt.f_grad_shared", "opt.f_update"]),
        (["f_update"], ["f_update"]),
        (["_hidden"], ["_hidden"]),
        (["model.predict"], ["model.predict"]),
        (["opt", "--phase", "f_update"], ["opt.f_update"]),
        (["opt", "--phase", "f_step"], ["opt.f_step"]),
        (["--phase", "f_grad_shared"], ["opt.f_grad_shared"]),
    ],
)
def test_what_is_asked_for(script, arguments, expected):
    result = run(script, *arguments)
    assert result.exit_code == 0, result.output
    assert titles(result.output) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], r"has no nothing. It has opt.f_grad_shared, opt.f_update, _hidden, plain."),
        (["model.nothing"], "has no model.nothing. It has opt.f_grad_shared"),
        (["w"], r"w in \S+ is no optimizer or function."),
        (["model", "--phase", "f_step"], r"is no optimizer, nor a function f_step."),
    ],
)
def test_mistakes(script, arguments, message):
    result = run(script, *arguments)
    assert result.exit_code == 1
    assert re.search(message, result.output), result.output


def test_no_functions_and_no_script(tmp_path):
    empty = tmp_path / "empty.py"
    empty.write_text("x = 1\n")
    result = run(str(empty))
    assert result.exit_code == 1
    assert "has no optimizer or function at its top level" in result.output
    assert "__main__" in result.output
    for wrong in (str(tmp_path), str(tmp_path / "missing.py"), "demos"):
        result = run(wrong)
        assert result.exit_code == 2
        assert "is neither 'demo' nor a Python script" in " ".join(result.output.split())


def test_the_script_fails(tmp_path):
    failing = tmp_path / "failing.py"
    failing.write_text("import symopt\nsymopt.config.threads = 0\n")
    result = run(str(failing))
    assert result.exit_code == 1
    assert "Error: symopt.config.threads=0" in result.output
    failing.write_text("1 / 0\n")
    assert isinstance(run(str(failing)).exception, ZeroDivisionError)


def test_the_backend_is_for_this_command_only(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("import symopt\nassert symopt.config.backend == 'numba'\n")
    assert "has no optimizer" in run(str(path), "--backend", "numba").output
    assert symopt.config.backend is None


def test_the_demo(script, monkeypatch):
    """On the Python backend, which stands for the best one here."""
    monkeypatch.setattr(
        "symopt.backends.choose_backend", lambda *_: sys.modules["symopt.function"].choose_backend()
    )
    result = run("demo", "f_probabilities")
    assert result.exit_code == 0, result.output
    assert titles(result.output) == ["f_probabilities"]
    rows = result.output.splitlines()
    loop = next(i for i, row in enumerate(rows) if row.strip().startswith("Scan{lstm_layers"))
    assert rows[loop].split()[-1] == "Python"
    assert rows[loop + 1].startswith(" " * 4)  # the body of the loop
    assert "Dot" in result.output[result.output.index("Scan{") :]
