"""``symopt demo`` as a person calls it."""

import os
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import symopt
from symopt.cli import main
from symopt.demos.lstm_digits import Split, load_split


@pytest.fixture
def run(monkeypatch, python_backend):
    monkeypatch.setattr("symopt.backends.choose_backend", lambda _=None: python_backend)
    module = sys.modules["symopt.cli.demo"]  # symopt.cli.demo itself is the command
    monkeypatch.setattr(module, "DIM_PROJ", 2)
    monkeypatch.setattr(module, "BATCH_SIZE", 2)
    few = Split(*(part.take(np.arange(6)) for part in load_split()))  # Python is slow
    monkeypatch.setattr("symopt.demos.lstm_digits.load_split", lambda: few)
    return lambda *arguments: CliRunner().invoke(main, ["demo", *arguments])


def test_it_trains_and_writes_curves_and_parameters(run, tmp_path):
    out = tmp_path / "new" / "folder"
    result = run("--out", str(out), "--max-epochs", "2")
    assert result.exit_code == 0, result.output
    for words in ("6 to train on", "backend   python", "held-out digits right", "6 updates"):
        assert words in result.output
    assert sorted(p.name for p in out.iterdir()) == ["curves.png", "params.npz"]
    assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")
    params = symopt.load_params(out / "params.npz")
    assert params["lstm_U"].shape == (2, 8)
    assert params["history_costs"].shape == (6,)
    assert np.isfinite(params["history_costs"]).all()
    again = run("--out", str(tmp_path / "again"), "--max-epochs", "2", "--quiet")
    assert len(again.output.splitlines()) < len(result.output.splitlines())
    same = symopt.load_params(tmp_path / "again" / "params.npz")
    np.testing.assert_array_equal(same["lstm_W"], params["lstm_W"])


def test_errors_are_messages(run, tmp_path):
    (tmp_path / "file").write_text("")
    for arguments in (
        ["--backend", "tpu"],
        ["--seed", "-1"],
        ["--out", str(tmp_path / "file" / "x")],
    ):
        result = run(*arguments)
        assert result.exit_code != 0
        assert isinstance(result.exception, SystemExit)
        assert "Error" in result.output
    if os.geteuid():  # root may write anywhere
        result = run("--out", "/proc/demo")
        assert "cannot be written to" in result.output
