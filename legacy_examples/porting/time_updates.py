# ruff: noqa: D103, UP010
"""How long one update takes, both phases: python time_updates.py legacy|ported|factory.

"legacy" is for Theano itself and for ``symopt run``, "ported" for adding_ported.py, "factory" for
that model with symopt's adadelta, both phases in one call. Runs on Python 2 and 3.
"""

from __future__ import print_function

import sys
import time


def smallest(call, calls=3000):
    seconds = []
    for _ in range(calls):
        begin = time.time()
        call()
        seconds.append(time.time() - begin)
    return min(seconds)


def main(form, dim=24, batch_size=16, n_steps=12):
    if form == "legacy":
        import adding as model
        import theano.tensor as tensor
    else:
        import adding_ported as model
        import pytensor.tensor as tensor
    tparams = model.init_tparams(model.init_params({"dim": dim}))
    x, y, _, cost = model.build_model(tparams, {"dim": dim})
    batch = model.prepare_data(batch_size, n_steps)
    lr = tensor.scalar("lr")
    if form == "factory":
        import symopt

        opt = symopt.adadelta(lr, tparams, None, [x, y], cost)
        arguments = batch + (1.0,)  # noqa: RUF005
        return smallest(lambda: opt.f_step(*arguments))
    grads = tensor.grad(cost, wrt=list(tparams.values()))
    f_grad_shared, f_update = model.adadelta(lr, tparams, grads, x, y, cost)
    return smallest(lambda: (f_grad_shared(*batch), f_update(1.0)))


if __name__ == "__main__":
    print("%.0f microseconds" % (1e6 * main(sys.argv[1])))
