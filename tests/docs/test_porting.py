"""The commands of docs/porting.md, run in order in a copy of the folder they are about."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symopt.legacy import load_checkpoint

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "porting.md"
FOLDER = ROOT / "legacy_examples" / "porting"
ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands() -> list[tuple[str, str]]:
    """Each command and what the page says that it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M)
    found = []
    for block in blocks:
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.fixture
def shell(tmp_path):
    """Runs a command where ``symopt`` and ``python`` are those of the tests."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, arguments in (("symopt", "-m symopt"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        program.chmod(0o755)
    folder = tmp_path / "porting"
    shutil.copytree(FOLDER, folder)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SYMOPT_TRANSLATIONS": str(tmp_path / "translations"),
    }

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )

    return run


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are for bash")
def test_the_walk(shell, tmp_path):
    pytest.importorskip("fissix")
    pytest.importorskip("libcst")
    checker = doctest.OutputChecker()
    walk = commands()
    assert len(walk) >= 8
    for command, printed in walk:
        done = shell(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert checker.check_output(printed, done.stdout, ALIKE), f"{command}\n{done.stdout}"
    theano = load_checkpoint(FOLDER / "recorded" / "adding.npz")
    ported = load_checkpoint(tmp_path / "porting" / "adding.npz")
    np.testing.assert_allclose(
        ported.history["history_errs"], theano.history["history_errs"], rtol=1e-6
    )
    for name, array in theano.items():
        np.testing.assert_allclose(ported[name], array, rtol=0, atol=1e-6)
