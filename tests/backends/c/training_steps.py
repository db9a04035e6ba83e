"""Training steps of several models, small and of changing shapes, for runs under a sanitizer.

``python -m tests.backends.c.training_steps`` runs them on one thread and on several. What they
compute is checked elsewhere; here it has to be finite.
"""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.scan.utils import until

import symopt
from symopt.demos.lstm_digits import build_model, init_params
from tests.backends.graphs import recurrent_models

MODELS = ("lstm", "gru", "gru_with_attention", "two_layers", "vanilla")


def lstm_tutorial():
    """All of a training step: loops, softmax, indexing, clipping, statistics, updates in place."""
    rng = np.random.default_rng(0)
    tparams = symopt.init_tparams(init_params(rng, 19))
    model = build_model(tparams)
    inputs = [model.x, model.mask, model.y]
    clip = [symopt.clip_by_global_norm(1.0)]
    opt = symopt.adadelta(1.0, tparams, None, inputs, model.cost, transforms=clip, backend="c")
    adam = symopt.adam(0.01, tparams, None, inputs, model.cost, backend="c")
    for steps, batch in ((5, 3), (8, 16), (1, 1), (8, 16)):
        x = rng.standard_normal((steps, batch, 8), dtype="float32")
        mask = np.ones((steps, batch), "float32")
        mask[1 + steps // 2 :, 0] = 0
        y = rng.integers(0, 10, batch)
        yield opt.f_grad_shared(x, mask, y)
        opt.f_update()
        yield adam.f_step(x, mask, y)
    yield from (p.get_value() for p in tparams.values())


def recurrent(name):
    """A model's gradient and its update."""
    model = getattr(recurrent_models, name)()
    opt = symopt.rmsprop(0.1, model.tparams, None, model.inputs, model.cost, backend="c")
    for _ in range(2):
        yield opt.f_grad_shared(*model.batch)
        opt.f_update()
    yield from (p.get_value() for p in model.tparams.values())


def loop_with_a_condition():
    """It stops at another step in each call, also at the first and never."""
    x = pt.matrix("x", dtype="float32")

    def step(h):
        h = pt.tanh(h @ h.T @ h) + 1
        return [h, h.sum(axis=0)], until(h.sum() > x[0, 0])

    h, sums = pytensor.scan(step, outputs_info=[x, None], n_steps=7, return_updates=False)
    f = symopt.function([x], [h, sums, h[-1]], backend="c")
    for limit in (1e9, -1e9, 12.0):
        value = np.full((2, 5), 0.1, "float32")
        value[0, 0] = limit
        yield from f(value)


def indexing():
    """Rows, columns and elements by number, in all directions, and numbers that are too large."""
    x, i = pt.matrix("x", dtype="float32"), pt.lvector("i")
    rows = x[i]
    f = symopt.function(
        [x, i],
        [
            rows[::-2, ::-1],
            pt.inc_subtensor(x[i], 2 * rows)[1:],
            pt.set_subtensor(x[-3::-1, 1::2], 0.5),
            pt.grad((rows**2).sum() + (x[i, i] ** 3).sum(), x),
            pt.concatenate([x.T[:3], x[i[:3], :3].T], axis=1),
            pt.argmax(x, axis=1),
            pt.special.softmax(x[:, 1:], axis=0),
        ],
        backend="c",
    )
    value = np.random.default_rng(1).standard_normal((9, 7), dtype="float32")
    for data in (value, value[::-1], np.asfortranarray(value), np.repeat(value, 2, 1)[:, ::2]):
        yield from f(data, np.array([0, 3, -1, 3, 6, -7]))
    for wrong in (7, -10, 2**40):
        try:
            f(value, np.array([0, wrong, 2]))
        except IndexError:
            continue
        raise AssertionError(f"index {wrong} was taken")


def elementwise():
    """Lengths around those of vectors, empty ones, and operands that broadcast."""
    x, y = pt.matrix("x", dtype="float32"), pt.vector("y", dtype="float32")
    f = symopt.function(
        [x, y],
        [pt.exp(x) * y + pt.log1p(y**2), (x * y).sum(axis=1), pt.maximum(x.T, 0).max(), x @ y],
        backend="c",
    )
    for n in (1, 2, 15, 16, 17, 31, 33, 1000, 200_001):
        x = np.full((3, n), -0.5, "float32")
        yield from f(x, np.full(n, 2.0, "float32"))
        yield f(x[:, ::-1], np.full(2 * n, 2.0, "float32")[::2])[0]
    g = symopt.function([x_ := pt.matrix("x")], [pt.tanh(x_) + 1, x_.sum(axis=0)], backend="c")
    for shape in ((0, 3), (3, 0), (0, 0)):
        yield from g(np.zeros(shape, "float64"))


def main():
    work = [lstm_tutorial(), loop_with_a_condition(), indexing(), elementwise()]
    for k, values in enumerate([*work, *map(recurrent, MODELS)]):
        for value in values:
            assert np.isfinite(value).all(), k


if __name__ == "__main__":
    for threads in (1, 3):
        symopt.config.threads = threads
        main()
    print("done")
