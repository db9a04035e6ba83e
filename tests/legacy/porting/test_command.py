"""``symopt port``, as it is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symopt.cli import main

SOURCE = "import theano\nx = theano.shared(0)  # kept\n"
LEFT = "import theano.tensor as T\nf(T)\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.py").write_text(SOURCE)
    return tmp_path / "old"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["port", *map(str, arguments)])


def test_port_and_report(source: Path, tmp_path: Path) -> None:
    done = call(source, tmp_path / "new")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "new" / "a.py").read_text() == SOURCE.replace("theano", "pytensor")
    assert (tmp_path / "new.report.txt").exists()
    assert (tmp_path / "new.report.json").exists()
    assert "a.py" in done.output
    assert "ported" in done.output


def test_dry_run_shows_a_diff_and_writes_nothing(source: Path, tmp_path: Path) -> None:
    done = call(source, tmp_path / "new", "--dry-run")
    assert done.exit_code == 0
    assert "-import theano\n" in done.stdout
    assert "+x = pytensor.shared(0)  # kept\n" in done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["old"]


def test_check_tells_by_the_exit_status(source: Path, tmp_path: Path) -> None:
    assert call(source, tmp_path / "new", "--check", "-q").exit_code == 0
    (source / "b.py").write_text(LEFT)
    assert call(source, tmp_path / "new", "-q").exit_code == 0
    done = call(source, tmp_path / "new", "--check")
    assert done.exit_code == 1
    assert "Left to a human (1)" in done.output
    assert "b.py:2:3" in done.output


def test_a_file_into_a_folder(source: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert call(source / "a.py", tmp_path / "new").exit_code == 0
    assert (tmp_path / "new" / "a.py").exists()


def test_errors_are_one_line(source: Path, tmp_path: Path) -> None:
    done = call(source, source / "new")
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert "lie one within the other" in done.output
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.py").write_text("mine")
    done = call(source, tmp_path / "new")
    assert done.exit_code == 1
    assert "--force" in done.output
    assert call(source, tmp_path / "new", "--force").exit_code == 0


def test_python_2_can_be_said(source: Path, tmp_path: Path) -> None:
    (source / "a.py").write_text("def f(a, b):\n    return a / b\n")
    assert (
        call(source, tmp_path / "new", "--python2", "--report", tmp_path / "r.txt").exit_code == 0
    )
    assert "divide(a, b)" in (tmp_path / "new" / "a.py").read_text()
    assert (tmp_path / "r.txt").exists()
    assert not (tmp_path / "new.report.txt").exists()


def test_importing_the_porter_imports_no_parser() -> None:
    code = "import sys, symopt.legacy.porting; print({'libcst', 'fissix'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_quiet_port_says_nothing(source: Path, tmp_path: Path) -> None:
    assert call(source, tmp_path / "new", "-q").output == ""
