"""What is left of the ported script's training once symopt's own parts do it.

    python adding_fit.py [UPDATES [FOLDER]]

The model and the data are those of the port (``symopt port adding.py adding_ported.py``).
"""

import sys

import numpy
import pytensor.tensor as tensor
from adding_ported import build_model, init_params, prepare_data

import symopt


def train(updates=3000, out="adding-run", dim=24, batch_size=16, n_steps=12):
    """Train by adadelta, look at new sequences now and then, and keep what did best on them."""
    tparams = symopt.init_tparams(init_params({"dim": dim}))
    x, y, f_pred, cost = build_model(tparams, {"dim": dim})
    opt = symopt.adadelta(tensor.scalar("lr"), tparams, None, [x, y], cost)
    x_new, y_new = prepare_data(100, n_steps)

    def batches():
        for _ in range(500):
            yield prepare_data(batch_size, n_steps)

    return symopt.fit(
        opt,
        batches,
        rate=1.0,
        max_updates=updates,
        validate=lambda: {"error": numpy.square(f_pred(x_new) - y_new).mean()},
        restore_best=True,
        merged=True,
        resume=False,
        out=out,
        quiet=True,
    )


if __name__ == "__main__":
    result = train(
        int(sys.argv[1]) if len(sys.argv) > 1 else 3000,
        sys.argv[2] if len(sys.argv) > 2 else "adding-run",
    )
    print(f"{result.updates} updates, error on new sequences {result.best.metrics['error']:.6f}")
