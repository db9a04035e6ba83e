"""``symopt demo`` on a small model, without a compiler."""

import io
import signal
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

import symopt
from symopt.cli import demo, main
from symopt.demos import curves, lstm_digits
from symopt.demos.display import LiveDisplay, PlainDisplay, QuietDisplay, choose_display
from symopt.demos.training import Epoch, History, Validation


@pytest.fixture
def small(monkeypatch, python_backend):
    """Make the demo small enough for Python."""
    split = lstm_digits.load_split()
    parts = zip(split, (12, 6, 10), strict=True)
    few = lstm_digits.Split(*(part.take(np.arange(count)) for part, count in parts))
    monkeypatch.setattr(lstm_digits, "load_split", lambda: few)
    monkeypatch.setattr(demo, "DIM_PROJ", 3)
    monkeypatch.setattr(demo, "BATCH_SIZE", 8)
    monkeypatch.setattr("symopt.backends.choose_backend", lambda name=None: python_backend)


def run(*arguments):
    return CliRunner().invoke(main, ["demo", *map(str, arguments)])


def test_demo_writes_parameters_and_curves(small, tmp_path):
    out = tmp_path / "a" / "b"
    result = run("--out", out, "--max-epochs", 2, "--seed", 3)
    assert result.exit_code == 0, result.output
    for expected in (
        "12 to train on, 6 to validate, 10 held out",
        "173 parameters",
        "python: PyTensor's Python implementations",
        "compiled in",
        "epoch 2/2: cost 2.",
        "4 updates",
        "of 10 held-out digits right",
        f"wrote {out / 'params.npz'}",
    ):
        assert expected in result.output
    saved = symopt.load_params(out / "params.npz")
    assert saved["lstm_U"].shape == (3, 12)
    assert len(saved["history_costs"]) == 4
    assert len(saved["history_errors"]) == 2
    if curves.can_draw():
        assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")

    # The same seed gives the same numbers; and without matplotlib the rest is written.
    again = tmp_path / "again"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves, "find_spec", lambda name: None)
        result = run("--out", again, "--max-epochs", 2, "--seed", 3, "--quiet")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "held-out digits right" in lines[0]
    assert lines[2] == "no curves.png: matplotlib is missing (pip install symopt[plot])"
    assert len(lines) == 3
    assert not (again / "curves.png").exists()
    repeated = symopt.load_params(again / "params.npz")
    assert all((repeated[name] == value).all() for name, value in saved.items())
    assert symopt.config.threads == symopt.config.__class__().threads


def test_ctrl_c_ends_training_and_writes(small, tmp_path, monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    take = lstm_digits.Sequences.take
    taken = []

    def take_and_interrupt(digits, indices):
        taken.append(indices)
        if len(taken) == 3:
            signal.raise_signal(signal.SIGINT)
        return take(digits, indices)

    monkeypatch.setattr(lstm_digits.Sequences, "take", take_and_interrupt)
    result = run("--out", tmp_path, "--max-epochs", 9)
    assert result.exit_code == 0, result.output
    assert "(ended by Ctrl-C): 3 updates" in result.output
    assert len(symopt.load_params(tmp_path / "params.npz")["history_costs"]) == 3
    assert signal.getsignal(signal.SIGINT) is before


def test_second_ctrl_c_interrupts():
    with pytest.raises(KeyboardInterrupt), demo._interrupt_as_request() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop()
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--out", "/dev/null/x"), "/dev/null/x cannot be written to"),
        (("--out", sys.executable), "is a file"),
        (("--backend", "theano"), "'theano' is not one of 'c', 'numba'"),
        (("--max-epochs", 0), "0 is not in the range"),
        (("--seed", -1), "-1 is not in the range"),
    ],
)
def test_wrong_arguments(arguments, expected):
    result = run(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert expected in " ".join(result.output.split())


def test_errors_of_symopt_are_shown_without_a_traceback(tmp_path, monkeypatch):
    monkeypatch.setenv("SYMOPT_BACKEND", "theano")
    result = run("--out", tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith("Error: SYMOPT_BACKEND='theano' names no backend")


def history_of(epochs, ended=""):
    history = History({}, costs=epochs * 4 * [0.5], seconds=2.0, ended=ended)
    for number in range(1, epochs + 1):
        history.epochs.append(Epoch(number, 4 * number, 0.5, Validation(0.4, 0.125), 1.0))
    return history


def test_plain_display_prints_the_first_and_the_last_epoch():
    console = Console(file=io.StringIO())
    display = choose_display(console)
    assert type(display) is PlainDisplay
    with display.waiting("compiling"):
        pass
    with display.training(9, 36) as watch:
        for epochs in (1, 2, 3):
            watch(history_of(epochs))
        watch(history_of(4, "patience"))
    assert console.file.getvalue().splitlines() == [
        "compiling ...",
        "epoch 1/9: cost 0.5000, validation error 12.5%, 2 updates/s, at most 0:16 left",
        "epoch 4/9: cost 0.5000, validation error 12.5%, 8 updates/s",
    ]


def test_live_display_shows_progress_and_leaves_nothing_behind():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    display = choose_display(console)
    assert type(display) is LiveDisplay
    display.facts({"a": "fact", "another": "one"})
    with display.waiting("compiling"):
        pass
    with display.training(9, 36) as watch:
        watch(history_of(2))
    output = console.file.getvalue()
    for expected in (
        "fact",
        "compiling 0:00",
        "epoch 3/9",
        "validation error 12.5%",
        "4 updates/s",
    ):
        assert expected in output


def test_quiet_display():
    console = Console(file=io.StringIO(), force_terminal=True)
    display = choose_display(console, quiet=True)
    assert type(display) is QuietDisplay
    display.say("something")
    display.facts({"a": "fact"})
    with display.waiting("compiling"), display.training(9, 36) as watch:
        watch(history_of(2))
    display.result("result")
    assert console.file.getvalue() == "result\n"


def test_help_lists_the_commands():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "demo" in result.output
    assert "doctor" in result.output
    version = CliRunner().invoke(main, ["--version"])
    assert version.output == f"symopt, version {symopt.__version__}\n"
