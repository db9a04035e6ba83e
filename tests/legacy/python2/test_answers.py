"""Programs print what Python 2.7 printed: answers/record.sh wrote its output down."""

import gc
import io
import sys
import types
from pathlib import Path

import pytest

from symopt.legacy.python2.namespace import python2_builtins
from symopt.legacy.python2.translating import translate
from symopt.legacy.running.streams import TextStream

ANSWERS = Path(__file__).parent / "answers"
PROGRAMS = sorted(ANSWERS.glob("*.py2"))


@pytest.mark.core
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # programs leave closing to the collector
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program_prints_what_python2_printed(program, monkeypatch):
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = python2_builtins()
    monkeypatch.setitem(sys.modules, "__main__", module)
    monkeypatch.setattr(sys, "argv", [str(program)])
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", TextStream(output, encoding="utf-8"))
    code = translate(program.read_bytes(), str(program), python2=True)
    exec(code, module.__dict__)
    sys.stdout.flush()
    del module
    gc.collect()
    printed = output.getvalue().decode("utf-8").splitlines()
    expected = program.with_suffix(".txt").read_bytes().decode("utf-8").splitlines()
    for number, (line, wanted) in enumerate(zip(printed, expected, strict=False)):
        assert line == wanted, f"line {number + 1} of the output"
    assert len(printed) == len(expected)


def test_there_are_programs():
    assert len(PROGRAMS) >= 6
