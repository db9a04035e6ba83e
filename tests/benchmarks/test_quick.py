"""Each benchmark once at tiny sizes, as a command in a process of its own.

Those that compile take minutes from a cold cache and are marked long; the others run the peers
that compile nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import symopt
from benchmarks.gru.graph import build_model
from benchmarks.gru.problem import QUICK, make_problem
from benchmarks.wap.problem import make_problem as wap_problem
from legacy_examples.wap import model as wap

ROOT = Path(__file__).resolve().parents[2]

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs torch")

# Cores that others use make torch's threads wait for each other at every operation.
ONE_THREAD = ("--quick", "--threads", "1", "--rounds", "1")


def bench(*arguments: str | Path, **environment: str) -> str:
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments), *ONE_THREAD]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_torch
def test_a_training_step_without_symopt(tmp_path):
    bench("gru", "--peer", "torch", "--json", tmp_path / "found.json")
    case = json.loads((tmp_path / "found.json").read_text())["cases"]["gru"]
    assert all(system["ms"]["total"] > 0 and system["ratio"] is None for system in case["systems"])


def test_the_gru_costs_the_same_in_pytensor_and_in_torch(python_backend):
    torch = pytest.importorskip("torch")
    from benchmarks.gru.torch_peer import model

    problem = make_problem(QUICK)
    inputs, cost = build_model(symopt.init_tparams(problem.params))
    with python_backend.first_call():
        found = python_backend.compile(inputs, cost)(*problem.batches[0])
    params = {name: torch.from_numpy(value) for name, value in problem.params.items()}
    expected = model(params)[0](*map(torch.from_numpy, problem.batches[0]))
    assert found == pytest.approx(expected.item(), rel=1e-5)


def test_wap_costs_the_same_in_pytensor_and_in_torch(python_backend):
    torch = pytest.importorskip("torch")
    from benchmarks.wap.torch_peer import Model

    problem = wap_problem(quick=True)
    tparams, bn_tparams = map(symopt.init_tparams, (problem.params, problem.statistics))
    model = wap.build_model(tparams, bn_tparams, problem.options)
    cost = wap.regularised(model, tparams, problem.options)
    with python_backend.first_call():
        found = python_backend.compile(model.inputs, cost)(*problem.batches[0])
    peer = Model(problem, torch.channels_last)
    expected = peer.cost(*map(torch.from_numpy, problem.batches[0]))
    assert found == pytest.approx(expected.item(), rel=1e-5)


@needs_torch
def test_the_updates_of_torch_and_of_the_hand_written_loop_agree():
    printed = bench("update", "--peer", "openmp", "--peer", "torch")
    assert printed.count("| torch foreach") == 4
    assert "5,778 float32 parameters in 60 tensors" in printed


@pytest.mark.long
@needs_torch
def test_memory_of_torch(tmp_path):
    bench("memory", "--peer", "torch", "--json", tmp_path / "found.json")
    found = json.loads((tmp_path / "found.json").read_text())["bytes"]
    assert set(found["torch nn.LSTM"]) == {"first", "warm", "again"}


def test_theano_is_skipped_with_the_reason():
    printed = bench("lstm", "--peer", "theano", THEANO_PYTHON="")
    assert "skipped: theano, OpenBLAS: THEANO_PYTHON is not set" in printed


@pytest.mark.long
@pytest.mark.skipif(not os.environ.get("THEANO_PYTHON"), reason="THEANO_PYTHON is not set")
def test_theano_computes_what_torch_computes():
    assert "| theano, OpenBLAS " in bench("lstm", "--peer", "theano", "--peer", "torch")


@pytest.mark.long
def test_all_systems_of_the_gru_agree():
    assert "| symopt c, f_step" in bench("gru")


@pytest.mark.long
@needs_torch
def test_all_systems_of_wap_agree():
    assert "| symopt jax" in bench("wap")


@pytest.mark.long
def test_compile(tmp_path):
    bench("compile", "--backend", "c", "--json", tmp_path / "found.json")
    found = json.loads((tmp_path / "found.json").read_text())["backends"]["c"]
    assert found["first_step"]["warm"]["total"] > found["first_step"]["warm"]["build"]


@pytest.mark.long
@needs_torch
def test_growth(tmp_path):
    assert "| time steps | symopt c |" in bench("growth", "--plot", tmp_path / "growth.png")
    assert (tmp_path / "growth.png").stat().st_size > 10_000


@pytest.mark.long
@needs_torch
def test_held(tmp_path):
    bench("held", "--json", tmp_path / "found.json")
    verdicts = json.loads((tmp_path / "found.json").read_text())["verdicts"]
    unmeasured = {(v["work"].split(",")[0], v["against"]) for v in verdicts if v["met"] is None}
    assert unmeasured <= {
        ("LSTM tutorial", "theano, OpenBLAS"),
        ("LSTM", "cold cache"),  # a quick run has none
        ("LSTM", "torch nn.LSTM"),  # memory: after a tiny problem, another costs nothing
        *((v["work"].split(",")[0], "optax, jitted and donated") for v in verdicts),
    }
