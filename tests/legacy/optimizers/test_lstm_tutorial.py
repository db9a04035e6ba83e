"""The LSTM tutorial's model and optimizers against real Theano 1.0.5."""

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.legacy.optimizers import lstm_tutorial
from tests.problems import golden, lstm
from tests.trajectories import assert_close

RUNS = [
    pytest.param("python", "float64", marks=pytest.mark.core),
    ("c", "float32"),
    ("c", "float64"),
    # Each of these compiles for one to two minutes.
    pytest.param("c without programs", "float32", marks=pytest.mark.long),
    pytest.param("c without programs", "float64", marks=pytest.mark.long),
    pytest.param("numba", "float32", marks=pytest.mark.long),
    pytest.param("numba", "float64", marks=pytest.mark.long),
]
STATE = {"rgrad2": "mean_square_grad", "rup2": "mean_square_step"}


@pytest.mark.parametrize(("backend", "dtype"), RUNS)
def test_cost_gradients_and_twenty_steps_of_adadelta(backend, dtype, backend_named):
    backend = backend_named(backend)
    problem = lstm(dtype)
    data = golden(f"lstm/lstm_tutorial.{'f32' if dtype == 'float32' else 'f64'}.npz")
    lr = pt.scalar("lr")
    x, mask, y = problem.inputs
    opt = lstm_tutorial.adadelta(
        lr, problem.tparams, problem.grads, x, mask, y, problem.cost, backend=backend
    )
    f_grad_shared, f_update = opt
    for t, batch in enumerate(problem.batches):
        cost = f_grad_shared(*batch)
        assert cost.dtype == dtype
        assert_close(cost, data["adadelta.cost"][t], dtype, t, f"cost {t}")
        if t == 0:
            assert_close(cost, data["cost0"], dtype, 0, "cost0")
            for name, buffer in opt.grads.items():
                assert_close(buffer.get_value(), data[f"grad0.{name}"], dtype, 0, f"grad0.{name}")
        f_update(0.0001)
        if t + 1 in (1, 2, 5, 20):
            for name, param in opt.params.items():
                wanted = data[f"adadelta.p{t + 1}.{name}"]
                assert_close(param.get_value(), wanted, dtype, t + 1, f"{name} after {t + 1}")
    for theirs, ours in STATE.items():
        for name in opt.params:
            slot = opt.state[f"{name}/adadelta/{ours}"].get_value()
            wanted = data[f"adadelta.state20.{name}_{theirs}"]
            assert_close(slot, wanted, dtype, 20, f"{name}_{theirs}")


@pytest.mark.parametrize(
    ("rule", "rate"),
    [("rmsprop", 0.0001), pytest.param("sgd", 0.1, marks=pytest.mark.long)],
)
def test_twenty_steps_of_the_other_rules(rule, rate, python_backend):
    problem, data = lstm("float64"), golden("lstm/lstm_tutorial.f64.npz")
    x, mask, y = problem.inputs
    historical = getattr(lstm_tutorial, rule)
    opt = historical(
        pt.scalar("lr"),
        problem.tparams,
        problem.grads,
        x,
        mask,
        y,
        problem.cost,
        backend=python_backend,
    )
    for t, batch in enumerate(problem.batches):
        cost = opt.f_grad_shared(*batch)
        assert_close(cost, data[f"{rule}.cost"][t], "float64", t, f"cost {t}")
        opt.f_update(rate)
    for name, param in opt.params.items():
        assert_close(param.get_value(), data[f"{rule}.p20.{name}"], "float64", 20, name)


@pytest.mark.core
@pytest.mark.parametrize("rule", ["adadelta", "rmsprop"])
def test_the_rate_is_required_and_ignored(rule, python_backend):
    results = []
    for rate in (1e-4, 123.0):
        tparams = symopt.init_tparams({"W": np.ones(3, "float32")})
        x, mask, y = pt.fvector("x"), pt.fvector("mask"), pt.fvector("y")
        cost = ((tparams["W"] * x) ** 2).sum()
        grads = [2 * tparams["W"] * x**2]
        opt = getattr(lstm_tutorial, rule)(
            pt.scalar("lr"), tparams, grads, x, mask, y, cost, backend=python_backend
        )
        one = np.arange(3, dtype="float32")
        opt.f_grad_shared(one, one, one)  # mask and y are not used, which legacy code relies on
        with pytest.raises(symopt.errors.RateTypeError):
            opt.f_update()
        opt.f_update(rate)
        results.append(tparams["W"].get_value())
    np.testing.assert_array_equal(*results)
    assert (results[0][1:] < 1).all()
