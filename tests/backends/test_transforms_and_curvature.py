"""Transforms and curvature rules compiled: the numbers of PyTensor's Python code.

One optimizer holds every transform, another each kind of Hessian: compiling them one by one would
take minutes and test nothing more.
"""

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from tests.transforms.applied import around_sgd

RUNS = [("c", "float64"), pytest.param("numba", "float32", marks=pytest.mark.long)]


def every_transform():
    return [
        symopt.skip_nonfinite(),
        symopt.clip_by_norm(2.0),
        symopt.accumulate(2),
        symopt.clip_by_value(0.5),
        symopt.clip_by_global_norm(0.8),
        symopt.centralize(),
        symopt.weight_decay(0.01, match="W"),
        symopt.add_noise(0.01, seed=3),
        symopt.scale_steps({"W": 2.0}),
        symopt.freeze("U"),
        symopt.weight_decay(0.02, mode="velocity"),
        symopt.weight_decay(0.03, mode="decoupled"),
        symopt.max_norm(1.0),
        symopt.ema(0.9),
    ]


def moved(backend, dtype):
    rng = np.random.default_rng(0)
    start = {"W": rng.normal(size=(4, 3)).astype(dtype), "U": rng.normal(size=(3, 2)).astype(dtype)}
    opt = around_sgd(every_transform(), start, backend, rate=0.1, rule=symopt.momentum)
    for t in range(5):
        # The third micro-batch is skipped.
        grads = [
            rng.normal(size=p.shape).astype(dtype) * (np.nan if t == 2 else 1)
            for p in start.values()
        ]
        opt.f_grad_shared(*grads)
        opt.f_update()
    return start, opt


@pytest.mark.parametrize(("backend", "dtype"), RUNS)
def test_every_transform(backend, dtype, python_backend):
    start, opt = moved(backend, dtype)
    _, expected = moved(python_backend, dtype)
    rtol, atol = (1e-12, 1e-14) if dtype == "float64" else (1e-5, 1e-6)
    for name, param in expected.params.items():
        value = opt.params[name].get_value()
        assert value.dtype == dtype
        assert np.array_equal(value, start[name]) == (name == "U")
        np.testing.assert_allclose(value, param.get_value(), rtol, atol, err_msg=name)
    state = opt.state_dict()
    for name, value in expected.state_dict().items():
        np.testing.assert_allclose(state[name], value, rtol, atol, err_msg=name)
    assert state["skip_nonfinite/total"] == 1
    assert state["accumulate/count"] == 0


class AllCurvatures(symopt.Rule):
    """What newton, becker_lecun and vsgd observe, and their steps one after another."""

    name = "curvatures"

    def __init__(self):
        self.rules = [
            symopt.rules.Newton(damping=0.5),
            symopt.rules.BeckerLeCun(mu=0.5),
            symopt.rules.VSGD(mu=0.5, curvature="hutchinson"),
        ]
        self.slots = self.rules[2].slots
        self.global_slots = self.rules[2].global_slots

    def advance(self, state):
        return self.rules[2].advance(state)

    def observe_with(self, state, cost, params, grads):
        newton, exact, probed = (
            rule.observe_with(state, cost, params, grads) for rule in self.rules
        )
        return symopt.rules.Observed(
            {"exact": exact.parameters["curvature"], "curvature": probed.parameters["curvature"]},
            newton.shared,
        )

    def step(self, params, grads, state, rate):
        of_newton, _ = self.rules[0].step(params, grads, state, rate)
        exact = {name: {"curvature": of["exact"]} for name, of in state.parameters.items()}
        of_exact, _ = self.rules[1].step(params, grads, symopt.state.State(exact), rate)
        of_vsgd, moved = self.rules[2].step(params, grads, state, rate)
        return {k: of_newton[k] + of_exact[k] + of_vsgd[k] for k in params}, moved


def curved(backend, dtype):
    tparams = symopt.init_tparams(
        {"W": np.array([[0.5, -0.3], [0.2, 0.9]], dtype), "b": np.array([0.1, -0.2], dtype)}
    )
    x = pt.matrix("x", dtype=dtype)
    cost = (pt.tanh(x @ tparams["W"] + tparams["b"]) ** 2).sum() + 0.5 * (tparams["b"] ** 4).sum()
    opt = symopt.compile_optimizer(AllCurvatures(), 0.05, tparams, None, [x], cost, backend=backend)
    for seed in range(3):
        opt.f_grad_shared(np.random.default_rng(seed).normal(size=(5, 2)).astype(dtype))
        opt.f_update()
    return opt


@pytest.mark.long
@pytest.mark.parametrize(("backend", "dtype"), RUNS)
def test_every_curvature(backend, dtype, python_backend):
    opt, expected = curved(backend, dtype), curved(python_backend, dtype)
    rtol = 1e-9 if dtype == "float64" else 1e-3
    for name, value in expected.state_dict().items():
        np.testing.assert_allclose(
            opt.state_dict()[name], value, rtol=rtol, atol=1e-5, err_msg=name
        )
    for name, param in expected.params.items():
        np.testing.assert_allclose(opt.params[name].get_value(), param.get_value(), rtol=rtol)
