"""The same optimizer behind a guard: over the same variables, with the same numbers."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt

KINDS = {
    "adam, decay, ema": (
        symopt.adamw,
        lambda: {"transforms": [symopt.clip_by_global_norm(1.0), symopt.ema(0.9)]},
    ),
    "rmsprop in phase 1": (symopt.rmsprop, lambda: {"statistics": "phase1"}),
    "momentum, velocity decay, accumulate": (
        symopt.momentum,
        lambda: {"transforms": [symopt.accumulate(2), symopt.weight_decay(0.1, mode="velocity")]},
    ),
    "hutchinson's probes": (symopt.becker_lecun, lambda: {"curvature": "hutchinson"}),
}


def build(backend, kind):
    make, keywords = KINDS[kind]
    tparams = symopt.init_tparams({"W": np.ones((2, 3), "f"), "b": np.ones(3, "f")})
    x = pt.fmatrix("x")
    cost = (pt.tanh(x @ tparams["W"] + tparams["b"]) ** 2).sum()
    opt = make(pt.scalar("lr"), tparams, None, [x], cost, backend=backend, **keywords())
    return tparams, opt


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_on_where_the_other_one_is(python_backend, kind):
    rng = np.random.default_rng(0)
    batches = rng.normal(size=(6, 4, 2)).astype("f")
    plain_params, plain = build(python_backend, kind)
    params, opt = build(python_backend, kind)
    guarded = opt.guarded()
    assert guarded is opt.guarded() is guarded.guarded()
    assert set(guarded.state) - set(opt.state) == {
        f"skip_nonfinite/{slot}" for slot in ("finite", "consecutive", "total")
    }
    assert all(guarded.state[name] is slot for name, slot in opt.state.items())
    assert all(guarded.grads[name] is buffer for name, buffer in opt.grads.items())
    for number, batch in enumerate(batches):
        one = (opt, guarded)[number % 2]  # by turns
        costs = []
        for each in (one, plain):
            costs.append(each.f_grad_shared(batch))
            each.f_update(0.1)
        np.testing.assert_array_equal(*costs)
    for name, param in params.items():
        np.testing.assert_array_equal(param.get_value(), plain_params[name].get_value())
    for name, value in plain.state_dict().items():
        np.testing.assert_array_equal(opt.state_dict()[name], value)


def test_initial_state_is_not_made_anew(python_backend):
    _, opt = build(python_backend, "adam, decay, ema")
    opt.f_step(np.ones((1, 2), "f"), 0.1)
    before = opt.state_dict()
    after = opt.guarded().state_dict()
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value)
