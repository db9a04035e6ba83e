"""``symopt demo`` on a small model, without a compiler."""

import io
import signal
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

import symopt
from symopt.backends.choose import choose_backend
from symopt.cli import demo, main
from symopt.demos import curves, lstm_digits
from symopt.demos.display import LiveDisplay, PlainDisplay, QuietDisplay, choose_display
from symopt.demos.training import Epoch, History, Validation


@pytest.fixture(scope="module")
def small(python_backend):
    """Make the demo small enough for Python."""
    split = lstm_digits.load_split()
    parts = zip(split, (12, 6, 10), strict=True)
    few = lstm_digits.Split(*(part.take(np.arange(count)) for part, count in parts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lstm_digits, "load_split", lambda: few)
        patch.setattr(demo, "DIM_PROJ", 3)
        patch.setattr(demo, "BATCH_SIZE", 8)
        patch.setattr("symopt.backends.choose_backend", lambda name=None: python_backend)
        yield


def run(*arguments):
    return CliRunner().invoke(main, ["demo", *map(str, arguments)])


@pytest.fixture(scope="module")
def finished(small, tmp_path_factory):
    """A run of eight epochs: where it wrote, and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "a" / "b"
    result = run("--out", out, "--max-epochs", 8, "--seed", 3)
    assert result.exit_code == 0, result.output
    return out, result.output


def test_demo_says_what_it_does(finished):
    out, output = finished
    for expected in (
        "12 to train on, 6 to validate, 10 held out",
        "184 parameters",
        "python: PyTensor's Python implementations",
        "compiled in",
        "epoch 8/8: cost 2.",
        "(all epochs done): 16 updates",
        "of 10 held-out digits right",
        f"wrote {out / 'params.npz'}",
    ):
        assert expected in output


def test_demo_writes_parameters_and_curves(finished):
    out, _ = finished
    saved = symopt.load_params(out / "params.npz")
    assert saved["lstm_U"].shape == (3, 12)
    assert len(saved["history_errors"]) == 8
    costs = saved["history_costs"]
    assert len(costs) == 16
    assert costs[0] == pytest.approx(np.log(10), rel=0.02)
    assert costs[-2:].mean() < costs[:2].mean()
    if curves.can_draw():
        assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_ctrl_c_ends_training_and_the_same_seed_gives_the_same_numbers(
    finished, tmp_path, monkeypatch
):
    before = signal.getsignal(signal.SIGINT)
    take, taken = lstm_digits.Sequences.take, []

    def take_and_interrupt(digits, indices):
        taken.append(indices)
        if len(taken) == 5:
            signal.raise_signal(signal.SIGINT)
        return take(digits, indices)

    monkeypatch.setattr(lstm_digits.Sequences, "take", take_and_interrupt)
    monkeypatch.setattr(curves, "find_spec", lambda name: None)
    result = run("--out", tmp_path, "--max-epochs", 8, "--seed", 3, "--quiet")
    assert result.exit_code == 0, result.output
    assert signal.getsignal(signal.SIGINT) is before

    accuracy, wrote, hint = result.output.splitlines()
    assert "of 10 held-out digits right" in accuracy
    assert wrote == f"wrote {tmp_path / 'params.npz'}"
    assert hint == "no curves.png: matplotlib is missing (pip install symopt[plot])"

    costs = symopt.load_params(tmp_path / "params.npz")["history_costs"]
    whole = symopt.load_params(finished[0] / "params.npz")["history_costs"]
    assert costs.tolist() == whole[:5].tolist()


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
    monkeypatch.setattr("symopt.backends.choose_backend", choose_backend)  # not the small one
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
