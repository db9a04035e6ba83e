"""``symopt demo`` on a small model, without a compiler."""

import shutil
import signal
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import symopt
from symopt.backends.choose import choose_backend
from symopt.cli import demo, main
from symopt.demos import lstm_digits
from symopt.training import CheckpointStore, curves


@pytest.fixture(autouse=True)
def ctrl_c():
    """Ctrl-C as in a terminal: a job in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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
        "epoch 8/8, update 16/16: cost 1.",
        "max epochs: 16 updates",
        "kept the parameters of epoch",
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


def interrupt_at(monkeypatch, number):
    """Press Ctrl-C while a minibatch is made."""
    take, taken = lstm_digits.Sequences.take, []

    def take_and_interrupt(digits, indices):
        taken.append(indices)
        if len(taken) == number:
            signal.raise_signal(signal.SIGINT)
        return take(digits, indices)

    monkeypatch.setattr(lstm_digits.Sequences, "take", take_and_interrupt)


def saved(out):
    """Parameters and history, without the files' times."""
    arrays = symopt.load_params(out / "params.npz")
    return {name: (array.shape, array.tobytes()) for name, array in arrays.items()}


def test_ctrl_c_ends_training_and_it_goes_on_to_the_same_end(finished, tmp_path, monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    whole = symopt.load_params(finished[0] / "params.npz")
    with monkeypatch.context() as patch:
        interrupt_at(patch, 5)
        patch.setattr(curves, "find_spec", lambda name: None)
        result = run("--out", tmp_path, "--max-epochs", 8, "--seed", 3, "--quiet")
    assert result.exit_code == 130, result.output
    assert signal.getsignal(signal.SIGINT) is before

    interrupted, hint, accuracy, wrote = result.output.splitlines()
    assert interrupted.startswith("SIGINT after update 5: saved as ")
    assert interrupted.endswith(f"To go on, symopt demo --out {tmp_path} --seed 3 --resume.")
    assert hint.startswith("no curves.png: matplotlib is missing")
    assert "of 10 held-out digits right" in accuracy
    assert wrote == f"wrote {tmp_path / 'params.npz'}"
    costs = symopt.load_params(tmp_path / "params.npz")["history_costs"]
    assert costs.tolist() == whole["history_costs"][:5].tolist()

    result = run("--out", tmp_path, "--max-epochs", 8, "--seed", 3, "--resume")
    assert result.exit_code == 0, result.output
    assert "11 of them since it was resumed" in result.output
    assert saved(tmp_path) == saved(finished[0])


def test_a_finished_run_that_is_resumed_says_its_result_again(finished, tmp_path):
    shutil.copytree(finished[0], tmp_path / "copy")
    result = run("--out", tmp_path / "copy", "--max-epochs", 8, "--seed", 3, "--resume")
    assert result.exit_code == 0, result.output
    assert "0 of them since it was resumed" in result.output
    assert saved(tmp_path / "copy") == saved(finished[0])
    longer = run("--out", tmp_path / "copy", "--max-epochs", 9, "--seed", 3, "--resume")
    assert "2 of them since it was resumed" in longer.output


def test_without_resume_it_starts_over(finished, tmp_path):
    shutil.copytree(finished[0], tmp_path / "copy")
    result = run("--out", tmp_path / "copy", "--max-epochs", 1, "--seed", 4)
    assert result.exit_code == 0, result.output
    (newest,) = CheckpointStore(tmp_path / "copy" / "checkpoints").paths()
    assert newest.name.startswith("update-000000002")


def test_another_seed_does_not_go_on(finished, tmp_path):
    shutil.copytree(finished[0], tmp_path / "copy")
    result = run("--out", tmp_path / "copy", "--max-epochs", 8, "--seed", 4, "--resume")
    assert result.exit_code == 1
    assert "seed is 3, here 4" in " ".join(result.output.split())


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


def test_help_lists_the_commands():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "demo" in result.output
    assert "doctor" in result.output
    version = CliRunner().invoke(main, ["--version"])
    assert version.output == f"symopt, version {symopt.__version__}\n"
