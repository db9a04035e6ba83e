"""The tables of ``python -m benchmarks shapes``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from time import perf_counter
from typing import Any

import jax
import numpy as np
import pytensor.tensor as pt
from rich.box import MARKDOWN
from rich.table import Table

import symopt
from benchmarks.lstm.graph import build_model
from benchmarks.lstm.jax_peer import cost as jax_cost
from benchmarks.lstm.problem import FULL, QUICK, Sizes, make_problem
from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.run import wide_console
from benchmarks.shapes.corpus import corpus
from benchmarks.training_step.symopt_peer import wait_for

ROUNDS, MINIBATCHES, BUCKETS, UPDATES = 20, 200, 6, 100


def run(options: Options) -> dict[str, Any]:
    """A new shape, a corpus with and without buckets, many updates in one call."""
    console, machine, rounds = wide_console(), describe_machine(), options.rounds_or(ROUNDS)
    console.print(heading(machine, options.threads, rounds), highlight=False)
    sizes = QUICK if options.quick else FULL
    report: dict[str, Any] = {"benchmark": "shapes", "quick": options.quick, "machine": machine}
    for name, title, measure in (
        ("new", "the first call at a new shape, seconds", lambda: _new_shapes(sizes)),
        (
            "corpus",
            "a corpus of lengths from 5 to 100, all of it",
            lambda: _corpora(sizes, options),
        ),
        ("many", f"{UPDATES} updates of small models, ms", lambda: _many(rounds)),
    ):
        rows = measure()
        report[name] = rows
        console.print(f"\n{title}\n", highlight=False)
        console.print(_table(rows), highlight=False)
    return report


def _optimizer(sizes: Sizes, backend: str) -> symopt.Optimizer:
    tparams = symopt.init_tparams(make_problem(sizes).params)
    inputs, cost = build_model(tparams)
    return symopt.adadelta(pt.scalar("lr"), tparams, None, inputs, cost, backend=backend)


def _new_shapes(sizes: Sizes) -> list[dict[str, Any]]:
    """Symopt's f_step and a hand-written step of JAX (cost and gradients alone), at new lengths."""
    opt = _optimizer(sizes, "jax")
    hand_written = jax.jit(jax.value_and_grad(jax_cost))
    params = {name: jax.numpy.array(v.get_value()) for name, v in opt.params.items()}
    rows = []
    for steps in (40, 60, 90):
        rng = np.random.default_rng(steps)
        x = rng.integers(0, sizes.words, (steps, sizes.batch))
        batch = x, np.ones(x.shape, "float32"), rng.integers(0, 2, sizes.batch)
        ours = _seconds(lambda batch=batch: (opt.f_step(*batch, 1.0), wait_for(opt)))
        theirs = _seconds(lambda batch=batch: jax.block_until_ready(hand_written(params, *batch)))
        rows.append({"time steps": steps, "symopt jax, f_step": ours, "jax, gradients": theirs})
    return rows


def _corpora(sizes: Sizes, options: Options) -> list[dict[str, Any]]:
    batches = list(corpus(sizes, 12 if options.quick else MINIBATCHES))
    buckets = symopt.Buckets.fitted([len(x) for x, _, _ in batches], BUCKETS)
    reference = None
    rows = []
    for name, backend, pad in (
        ("symopt c", "c", None),
        ("symopt jax, 6 buckets", "jax", buckets.pad),
        ("symopt jax, every length", "jax", None),
    ):
        opt = _optimizer(sizes, backend)
        opt.f_step(*(batches[0] if pad is None else pad(*batches[0])), 0.0)  # builds, compiles one
        costs: list[float] = []

        def train(opt: Any = opt, pad: Any = pad, costs: Any = costs) -> None:
            for batch in batches:
                costs.append(float(opt.f_step(*(batch if pad is None else pad(*batch)), 1.0)))

        seconds = _seconds(train)
        reference = costs if reference is None else reference
        programs = getattr(opt.f_step.compiled.vm, "programs", None)
        difference = np.abs(np.divide(costs, reference) - 1).max()
        rows.append(
            {
                "system": name,
                "programs": "-" if programs is None else programs.count,
                "seconds": seconds,
                "of them compiling": 0.0 if programs is None else programs.seconds,
                "largest difference of a cost": f"{difference:.0e}",
            }
        )
    return rows


def _many(rounds: int) -> list[dict[str, Any]]:
    rows = []
    for width in (32, 256):
        calls: dict[str, Callable[[], Any]] = {}
        for backend in ("jax", "c"):
            opt, batches = _perceptron(width, backend)
            calls[f"{backend}, f_step"] = lambda opt=opt, batches=batches: [
                opt.f_step(*batch, 0.01) for batch in batches
            ]
            if backend == "jax":
                calls["jax, f_epoch"] = lambda opt=opt, batches=batches: opt.f_epoch(batches, 0.01)
        for call in calls.values():
            call()
        medians = _interleaved(calls, rounds)
        rows.append({"units": width} | {name: 1e3 * s for name, s in medians.items()})
    return rows


def _interleaved(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            samples[name].append(_seconds(call))
    return {name: float(np.median(values)) for name, values in samples.items()}


def _perceptron(width: int, backend: str) -> tuple[symopt.Optimizer, list[Any]]:
    """A perceptron of one hidden layer on 64 inputs, minibatches of 32."""
    rng = np.random.default_rng(0)
    sizes = (64, width, 10)
    params = {}
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        params[f"W{k}"] = rng.normal(0, 0.1, (fan_in, fan_out)).astype("float32")
        params[f"b{k}"] = np.zeros(fan_out, "float32")
    tparams = symopt.init_tparams(params)
    x, y = pt.fmatrix("x"), pt.lvector("y")
    hidden = pt.maximum(x @ tparams["W0"] + tparams["b0"], 0)
    p = pt.special.softmax(hidden @ tparams["W1"] + tparams["b1"], axis=1)
    cost = -pt.log(p[pt.arange(y.shape[0]), y]).mean()
    opt = symopt.adam(pt.scalar("lr"), tparams, None, [x, y], cost, backend=backend)
    batches = [
        (rng.normal(size=(32, 64)).astype("float32"), rng.integers(0, 10, 32))
        for _ in range(UPDATES)
    ]
    return opt, batches


def _seconds(call: Callable[[], Any]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=MARKDOWN)
    for title in rows[0]:
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()))
    return table
