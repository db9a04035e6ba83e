"""``symopt compare`` on few digits, without a compiler."""

import csv
import functools
import signal
import struct

import numpy as np
import pytest
from click.testing import CliRunner

from symopt.cli import main
from symopt.demos import comparison, mlp_digits
from symopt.demos.comparison import CONTENDERS, Comparison, Contender
from symopt.training import curves

SGD = CONTENDERS[0].factory


@pytest.fixture(autouse=True)
def ctrl_c():
    """Ctrl-C as in a terminal: a job in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def small(python_backend):
    """Make the comparison small enough for Python: an epoch is an update, validated by twos."""
    split = mlp_digits.split_digits()
    few = mlp_digits.Split(*(mlp_digits.Digits(part.x[:20], part.y[:20]) for part in split))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlp_digits, "split_digits", lambda: few)
        patch.setattr(Comparison, "run", functools.partialmethod(Comparison.run, interval=2))
        patch.setattr("symopt.backends.choose_backend", lambda name=None: python_backend)
        yield


def run(*arguments):
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def finished(small, tmp_path_factory):
    """A comparison of all contenders: where it wrote, and what it printed."""
    out = tmp_path_factory.mktemp("compare") / "a" / "b"
    result = run("--out", out, "--max-updates", 5, "--patience", 2, "--accuracy", 1)
    assert result.exit_code == 0, result.output
    return out, result.output


def test_compare_says_what_it_does(finished):
    out, output = finished
    for expected in (
        "60 digits: 20 to train on, 20 to validate, 20 held out",
        "perceptron 64-32-10",
        "after 2 validations without a new lowest error, or with at least 100% right",
        "python: PyTensor's Python implementations",
        "compiled in",
        "adam 0.0001 / 0.9 / 0.99: max updates after 5 updates, accuracy",
        f"wrote {out / 'overlay.png' if curves.can_draw() else out / 'runs.csv'}",
    ):
        assert expected in output
    for contender in CONTENDERS:
        assert f"\n {contender.label} " in output  # in the table


def test_compare_writes_tables(finished):
    out, _ = finished
    runs, validations = rows(out / "runs.csv"), rows(out / "validations.csv")
    assert [row["run"] for row in runs] == [contender.name for contender in CONTENDERS]
    assert {row["reason"] for row in runs} <= {"max updates", "no better error"}
    for row in runs:
        history = [point for point in validations if point["run"] == row["run"]]
        accuracies = [float(point["validation_accuracy"]) for point in history]
        assert row["updates"] == history[-1]["updates"]
        assert float(row["best_accuracy"]) == max(accuracies)
        assert float(row["last_accuracy"]) == accuracies[-1]
        assert 0 <= float(row["test_accuracy"]) <= 1
    assert [row["updates"] for row in validations if row["run"] == "adam"] == ["2", "4", "5"]


def test_compare_draws_every_run_and_all_of_them(finished):
    pytest.importorskip("matplotlib")
    out, _ = finished
    pictures = {path.stem for path in out.glob("*.png")}
    assert pictures == {"overlay", *(contender.name for contender in CONTENDERS)}
    for path in out.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_only_and_quiet_without_matplotlib(small, tmp_path, monkeypatch):
    monkeypatch.setattr(curves, "find_spec", lambda name: None)
    options = ("--max-updates", 1, "--quiet")
    result = run("--out", tmp_path, "--only", "adam", "--only", "sgd-0.2", *options)
    assert result.exit_code == 0, result.output
    assert [row["run"] for row in rows(tmp_path / "runs.csv")] == ["sgd-0.2", "adam"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs.csv", "validations.csv"]
    table = [line.split()[0] for line in result.output.splitlines() if line.strip()]
    assert table[2:4] == ["sgd", "adam"]
    assert "compil" not in result.output
    assert "matplotlib is missing" in result.output


@pytest.mark.parametrize(
    ("accuracy", "rate", "expected"),
    [(0, 0.01, ("4", "accuracy held")), (1, 0.0, ("6", "no better error"))],
)
def test_both_rules_end_runs(small, tmp_path, monkeypatch, accuracy, rate, expected):
    monkeypatch.setattr(comparison, "CONTENDERS", (Contender("sgd-0.2", "sgd", SGD, rate),))
    assert run("--out", tmp_path, "--accuracy", accuracy, "--patience", 2).exit_code == 0
    (row,) = rows(tmp_path / "runs.csv")
    assert (row["updates"], row["reason"]) == expected


def test_ctrl_c_ends_the_comparison_and_writes_what_there_is(small, tmp_path, monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    epoch, epochs = Comparison._epoch, []

    def interrupted(self, rng):
        epochs.append(rng)
        if len(epochs) == 8:
            signal.raise_signal(signal.SIGINT)
        return epoch(self, rng)

    monkeypatch.setattr(Comparison, "_epoch", interrupted)
    result = run("--out", tmp_path, "--max-updates", 5)
    assert result.exit_code == 130, result.output
    assert signal.getsignal(signal.SIGINT) is before
    ended = [(row["updates"], row["reason"]) for row in rows(tmp_path / "runs.csv")]
    assert ended == [("5", "max updates"), ("3", "interrupted")]
    assert "sgd 0.2: interrupted after 3 updates" in result.output
    if curves.can_draw():
        assert (tmp_path / "overlay.png").exists()


def test_the_rest_goes_on_after_divergence(small, tmp_path, monkeypatch):
    wild = Contender("sgd-0.2", "sgd 0.2", SGD, 1e30)
    monkeypatch.setattr(comparison, "CONTENDERS", (wild, *CONTENDERS[2:3]))
    with np.errstate(all="ignore"):
        result = run("--out", tmp_path, "--max-updates", 3)
    assert result.exit_code == 0, result.output
    first, second = rows(tmp_path / "runs.csv")
    assert first["reason"] == "diverged"
    assert first["test_accuracy"] == "nan"
    assert second["reason"] == "max updates"


def write_mnist(folder, images):
    """The t10k files of MNIST, in small."""
    pixels = np.random.default_rng(0).integers(0, 256, (images, 28, 28), dtype=np.uint8)
    for name, array, magic in (
        ("t10k-images-idx3-ubyte", pixels, 2051),
        ("t10k-labels-idx1-ubyte", np.arange(images, dtype=np.uint8) % 10, 2049),
    ):
        header = struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
        (folder / name).write_bytes(header + array.tobytes())


@pytest.mark.parametrize("from_environment", [False, True])
def test_mnist(small, tmp_path, monkeypatch, from_environment):
    write_mnist(tmp_path, 50)
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path))
    path = () if from_environment else (tmp_path,)
    out = tmp_path / "out"
    result = run("--data", "mnist", *path, "--out", out, "--only", "adagrad", "--max-updates", 1)
    assert result.exit_code == 0, result.output
    assert "50 digits: 40 to train on, 5 to validate, 5 held out" in result.output
    assert "perceptron 784-32-10" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("--only", "sgdx"), 2, "'sgdx' is not one of sgd (which is"),
        (("--data", "cifar"), 2, "'cifar' is not one of 'digits', 'mnist'"),
        (("/",), 2, "PATH is for MNIST: symopt compare --data mnist /"),
        (("--data", "digits", "/"), 2, "PATH is for MNIST"),
        (("--data", "mnist", "/no/such/folder"), 2, "does not exist"),
        (("--data", "mnist", "/dev"), 1, "t10k-images-idx3-ubyte.gz"),
        (("--out", "/dev/null/x"), 1, "/dev/null/x cannot be written to"),
        (("--max-updates", 0), 2, "0 is not in the range"),
        (("--patience", 0), 2, "0 is not in the range"),
        (("--accuracy", 91), 2, "91.0 is not in the range"),
        (("--backend", "theano"), 2, "'theano' is not one of"),
    ],
)
def test_wrong_arguments(tmp_path, arguments, code, expected):
    out = () if "--out" in arguments else ("--out", tmp_path)
    result = run(*arguments, *out)
    assert result.exit_code == code
    assert isinstance(result.exception, SystemExit)
    assert expected in " ".join(result.output.replace("│", " ").split())


def test_help_names_every_contender():
    output = " ".join(run("--help").output.split())
    for contender in CONTENDERS:
        assert contender.name in output
    for constant in (comparison.HIDDEN, comparison.BATCH_SIZE, comparison.INTERVAL):
        assert f" {constant} " in output
