"""Small problems to optimise.

The golden MLP (tests/golden/mlp), the LSTM tutorial's model, and the two analytic problems of the
NumPy references (tests/golden/numpy).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt

import symopt

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("W1", "b1", "G", "W2", "b2")


@cache
def golden(path: str) -> dict[str, np.ndarray]:
    """The arrays of a file under tests/golden."""
    with np.load(GOLDEN / path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


@dataclass
class Problem:
    tparams: dict
    inputs: list
    cost: object
    batches: list

    @property
    def grads(self):
        return pytensor.grad(self.cost, list(self.tparams.values()))


def mlp(dtype: str, inputs: list | None = None) -> Problem:
    """The masked two-layer MLP of the golden trajectories, with its ten minibatches.

    ``inputs`` are those of another such problem, so that one function can compute both.
    """
    data = golden("mlp/problem.npz")
    tp = symopt.init_tparams({name: data[f"init.{name}"].astype(dtype) for name in NAMES})
    x, mask, y = inputs or (
        pt.matrix("x", dtype=dtype),
        pt.vector("mask", dtype=dtype),
        pt.vector("y", dtype="int64"),
    )
    h0 = pt.tanh(x @ tp["W1"] + tp["b1"])
    h = h0 * tp["G"][0]
    logits = h @ tp["W2"][0] + pt.tanh(h) @ tp["W2"][1] + tp["b2"]
    log_prob = pt.special.log_softmax(logits, axis=1)
    nll = -log_prob[pt.arange(y.shape[0]), y]
    cost = (mask * nll).sum() / mask.sum()
    batches = [
        (data["x"][i].astype(dtype), data["mask"][i].astype(dtype), data["y"][i]) for i in range(10)
    ]
    return Problem(tp, [x, mask, y], cost, batches)


def quadratic(dtype: str) -> Problem:
    """x'Ax / 2 - b_i'x, mean over a minibatch's rows b_i: noisy targets, a constant Hessian."""
    data = golden("numpy/rules.npz")
    tp, x = _vector_in_two("quadratic", dtype)
    b = pt.matrix("b", dtype=dtype)
    A = pt.constant(data["quadratic.A"].astype(dtype))
    cost = 0.5 * (x @ A @ x) - b.mean(axis=0) @ x
    return Problem(tp, [b], cost, [(b_t.astype(dtype),) for b_t in data["quadratic.targets"]])


def rosenbrock(dtype: str) -> Problem:
    """Rosenbrock's function in 4 dimensions, with a steepness s_i (around 100) for each example."""
    data = golden("numpy/rules.npz")
    tp, x = _vector_in_two("rosenbrock", dtype)
    s = pt.vector("s", dtype=dtype)
    ravine = ((x[1:] - x[:-1] ** 2) ** 2).sum()
    cost = (s * ravine + ((1 - x[:-1]) ** 2).sum()).mean()
    return Problem(tp, [s], cost, [(s_t.astype(dtype),) for s_t in data["rosenbrock.steepness"]])


def _vector_in_two(name: str, dtype: str) -> tuple:
    """The parameters u of shape (2,) and w of shape (2, 1), and both as one vector."""
    start = golden("numpy/rules.npz")[f"{name}.start"].astype(dtype)
    tp = symopt.init_tparams({"u": start[:2], "w": start[2:].reshape(2, 1)})
    return tp, pt.concatenate([tp["u"], tp["w"][:, 0]])


def lstm(dtype: str) -> Problem:
    """The LSTM tutorial's model without dropout, with the twenty golden minibatches."""
    data = golden(f"lstm/lstm_tutorial.{'f32' if dtype == 'float32' else 'f64'}.npz")
    names = ("Wemb", "lstm_W", "lstm_U", "lstm_b", "U", "b")
    tp = symopt.init_tparams({name: data[f"init.{name}"] for name in names})
    width = data["init.lstm_U"].shape[0]
    x, y = pt.matrix("x", dtype="int64"), pt.vector("y", dtype="int64")
    mask = pt.matrix("mask", dtype=dtype)

    def step(m, projected, h, c):
        gates = projected + h @ tp["lstm_U"]
        i, f, o = (pt.sigmoid(gates[:, k * width : (k + 1) * width]) for k in range(3))
        c_new = f * c + i * pt.tanh(gates[:, 3 * width :])
        c_new = m[:, None] * c_new + (1 - m)[:, None] * c
        h_new = m[:, None] * (o * pt.tanh(c_new)) + (1 - m)[:, None] * h
        return pt.cast(h_new, dtype), pt.cast(c_new, dtype)

    embedded = tp["Wemb"][x.flatten()].reshape((x.shape[0], x.shape[1], width))
    zeros = pt.zeros((x.shape[1], width), dtype=dtype)
    hidden, _ = pytensor.scan(
        step,
        sequences=[mask, embedded @ tp["lstm_W"] + tp["lstm_b"]],
        outputs_info=[zeros, zeros],
        return_updates=False,
    )
    pooled = (hidden * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
    prob = pt.special.softmax(pooled @ tp["U"] + tp["b"], axis=1)
    small = np.asarray(1e-8, dtype)
    cost = -pt.log(prob[pt.arange(y.shape[0]), y] + small).mean()
    batches = [tuple(data[f"{k}{i:02d}"] for k in ("x", "mask", "y")) for i in range(20)]
    return Problem(tp, [x, mask, y], cost, batches)
