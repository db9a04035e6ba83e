"""What fit leaves in a run's folder, and that a kill changes nothing of it."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.training import Callback, fit
from symopt.training.curves import write_curves
from symopt.training.metrics_lines import read_metrics
from symopt.training.report import find_runs

TIMES = ("seconds", "updates_per_second")


class CopyAt(Callback):
    """Copies the run's folder after an update: what a SIGKILL at that moment would leave."""

    def __init__(self, update, target):
        self.update, self.target = update, target

    def on_update(self, run):
        if run.update == self.update:
            # A checkpoint may be in the making; what is whole stays, for all of them are kept.
            shutil.copytree(run.out, self.target, ignore=shutil.ignore_patterns(".*"))


@pytest.fixture
def train(python_backend):
    def run(out, **keywords):
        tparams = symopt.init_tparams({"W": np.ones(3)})
        x, rate = pt.vector("x", dtype="float64"), pt.scalar("rate")
        cost = ((tparams["W"] * x).sum() - 1) ** 2
        opt = symopt.momentum(rate, tparams, None, [x], cost, backend=python_backend)
        rng = np.random.default_rng(0)
        data = [(row,) for row in rng.normal(size=(20, 3))]
        return fit(
            opt,
            data,
            rate=symopt.schedules.step(1e-4, every=100),
            validate=lambda: {"error": float(np.abs(tparams["W"].get_value()).sum())},
            max_epochs=8,
            out=out,
            keep=20,
            progress=False,
            tensorboard=False,
            **keywords,
        )

    return run


def timeless(folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: v for name, v in line.items() if name not in TIMES} for line in lines]


def test_a_killed_and_resumed_run_leaves_the_same_metrics(train, tmp_path):
    copies = [SimpleNamespace(update=u, folder=tmp_path / str(u)) for u in (7, 93, 159)]
    train(tmp_path / "whole", callbacks=[CopyAt(c.update, c.folder) for c in copies])
    whole = timeless(tmp_path / "whole")
    assert [line["update"] for line in whole if line["kind"] == "validation"] == list(
        range(20, 161, 20)
    )
    for copy in copies:
        result = train(copy.folder, resume="auto")
        assert result.updates == 160
        assert timeless(copy.folder) == whole
    record = json.loads((tmp_path / "93" / "run.json").read_text())
    first, second = (process["resumed_at"] for process in record["processes"])
    assert first == 0
    assert second in (20, 40, 60, 80)  # as far as checkpoints were written by then
    assert record["ended"] == "max epochs"
    assert record["settings"]["optimizer"] == "momentum"


def test_the_report_reads_what_fit_wrote(train, tmp_path):
    result = train(tmp_path / "run")
    (run,) = find_runs([tmp_path])
    assert run.notes == ()
    assert run.number("updates_per_epoch") == 20
    assert np.array_equal(run.curves.costs, result.costs)
    assert run.curves.best.update == result.best.update
    assert (tmp_path / "run" / "curves.png").is_file()
    assert write_curves(tmp_path / "again.png", result, "again").is_file()
    assert read_metrics(tmp_path / "run" / "metrics.jsonl").damaged == 0
