"""Rules against tests/golden/made_by/numpy_rules.py, and rules that look at the curvature."""

from itertools import product

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import HyperparameterError, NonFiniteError
from symopt.rules import VSGD, BeckerLeCun, Newton
from tests.problems import Problem, golden, quadratic, rosenbrock
from tests.trajectories import assert_close

STEPS = 30
PROBLEMS = {"quadratic": quadratic, "rosenbrock": rosenbrock}
CASES = {  # as in numpy_rules.py: (factory, keywords, base rate on each problem)
    "momentum_classical": ("momentum", {}, (0.05, 1e-4)),
    "momentum_torch": ("momentum", {"formulation": "torch"}, (0.05, 1e-4)),
    "momentum_torch_dampening": (
        "momentum",
        {"formulation": "torch", "dampening": 0.25},
        (0.05, 1e-4),
    ),
    "nesterov_classical": ("nesterov", {}, (0.05, 1e-4)),
    "nesterov_torch": ("nesterov", {"formulation": "torch"}, (0.05, 1e-4)),
    "rmsprop_momentum_classical": (
        "rmsprop",
        {"momentum": 0.9, "formulation": "classical"},
        (0.01, 0.005),
    ),
    "rmsprop_momentum_torch": ("rmsprop", {"momentum": 0.9}, (0.01, 0.005)),
    "rmsprop_tutorial": (
        "rmsprop",
        {
            "rho": 0.95,
            "epsilon": 1e-4,
            "epsilon_placement": "inside",
            "centered": True,
            "momentum": 0.9,
            "formulation": "classical",
        },
        (0.01, 0.005),
    ),
    "newton": ("newton", {}, (0.5, 0.5)),
    "newton_damped": ("newton", {"damping": 2.0}, (0.5, 0.5)),
    "becker_lecun": ("becker_lecun", {}, (0.5, 0.25)),
    "vsgd_adaptive": ("vsgd", {}, (0.5, 0.25)),
    "vsgd_window": ("vsgd", {"memory": "window", "window": 4, "mu": 0.1}, (0.5, 0.25)),
}


def changing(t: int, base: float) -> float:
    """Halved every 7 steps, and four times as large from step 17 on."""
    return base * 0.5 ** (t // 7) * (4.0 if t >= 17 else 1.0)


def build(factory, problem, backend, lr=None, **keywords):
    lr = pt.scalar("lr") if lr is None else lr
    return getattr(symopt, factory)(
        lr,
        problem.tparams,
        problem.grads,
        problem.inputs,
        problem.cost,
        backend=backend,
        **keywords,
    )


def follow(case, name, dtype, backend):
    """Compare the trajectory with the reference, at its snapshots and with its last state."""
    reference = golden("numpy/rules.npz")
    factory, keywords, rates = CASES[case]
    problem = PROBLEMS[name](dtype)
    opt = build(factory, problem, backend, **keywords)
    snapshots = reference["snapshots"].tolist()
    assert snapshots[-1] == STEPS
    for t in range(STEPS):
        opt.f_step(*problem.batches[t % 10], changing(t, rates[name == "rosenbrock"]))
        if t + 1 not in snapshots:
            continue
        for p, shared in opt.params.items():
            expected = reference[f"{name}.{case}.p.{p}"][snapshots.index(t + 1)]
            assert shared.get_value().dtype == dtype
            assert_close(shared.get_value(), expected, dtype, t + 1, f"{case} {p} at {t + 1}")
    prefix = f"{name}.{case}.state{STEPS}."
    for key in reference:
        if key.startswith(prefix):
            slot, p = key.removeprefix(prefix).split(".")
            actual = opt.state[f"{p}/{factory}/{slot}"].get_value()
            assert_close(actual, reference[key], dtype, STEPS, key)


@pytest.mark.core
@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("case", CASES)
def test_float64_is_the_reference(python_backend, case, name):
    follow(case, name, "float64", python_backend)


@pytest.mark.parametrize("case", CASES)
def test_float32_is_the_reference_where_it_is_well_conditioned(python_backend, case):
    follow(case, "quadratic", "float32", python_backend)


def test_the_problems_are_those_of_the_script(python_backend):
    """Parameters start where the script does, with the same minibatches."""
    reference = golden("numpy/rules.npz")
    for name, data in (("quadratic", "targets"), ("rosenbrock", "steepness")):
        problem = PROBLEMS[name]("float32")
        start = np.concatenate([p.get_value().ravel() for p in problem.tparams.values()])
        np.testing.assert_array_equal(start, reference[f"{name}.start"])
        for batch, expected in zip(problem.batches, reference[f"{name}.{data}"], strict=True):
            np.testing.assert_array_equal(batch[0], expected)


# Newton's method


def test_newton_solves_a_quadratic_in_one_step(python_backend):
    problem = quadratic("float64")
    opt = build("newton", problem, python_backend, 1.0)
    opt.f_grad_shared(*problem.batches[0])
    opt.f_update()
    found = np.concatenate([p.get_value().ravel() for p in opt.params.values()])
    A = golden("numpy/rules.npz")["quadratic.A"]
    np.testing.assert_allclose(found, np.linalg.solve(A, problem.batches[0][0].mean(axis=0)))


def test_newton_refuses_what_is_too_large(python_backend):
    problem = quadratic("float64")
    with pytest.raises(HyperparameterError, match=r"u, w.*\b4 elements.*max_size=3\b"):
        build("newton", problem, python_backend, max_size=3)
    build("newton", problem, python_backend, max_size=4)
    large = symopt.init_tparams({"W": np.zeros((50, 40)), "b": np.zeros(1)})
    cost = sum((p**2).sum() for p in large.values())
    with pytest.raises(HyperparameterError, match=r"2,001 elements.*max_size=2,000"):
        symopt.newton(1.0, large, None, [], cost, backend=python_backend)


@pytest.mark.core
@pytest.mark.parametrize(
    ("rule", "keywords", "named"),
    [
        (Newton, {"damping": -1e-3}, "damping"),
        (Newton, {"damping": np.nan}, "damping"),
        (Newton, {"max_size": 0}, "max_size"),
        (Newton, {"max_size": 10.0}, "max_size"),
        (BeckerLeCun, {"mu": -1e-3}, "mu"),
        (BeckerLeCun, {"mu": np.inf}, "mu"),
        (BeckerLeCun, {"curvature": "approximate"}, "curvature"),
        (BeckerLeCun, {"curvature": "hutchinson", "probes": 0}, "probes"),
        (BeckerLeCun, {"curvature": "hutchinson", "probes": True}, "probes"),
        (BeckerLeCun, {"probes": 2}, "probes"),
        (VSGD, {"memory": "elephant"}, "memory"),
        (VSGD, {"memory": "window"}, "window"),
        (VSGD, {"memory": "window", "window": 0}, "window"),
        (VSGD, {"memory": "window", "window": 2.5}, "window"),
        (VSGD, {"window": 5}, "window"),
        (VSGD, {"curvature": None}, "curvature"),
        (VSGD, {"mu": -1.0}, "mu"),
    ],
)
def test_hyper_parameters_out_of_range_are_named(rule, keywords, named):
    with pytest.raises(HyperparameterError, match=f"{rule.name}: {named}="):
        rule(**keywords)


# Diagonals of the Hessian


def parked_curvature(opt):
    """The diagonal that phase 1 has parked, over all parameters as one vector."""
    parked = {u.slot: u.target for u in opt.graph.gradient.updates if u.kind == "observed"}
    return np.concatenate(
        [parked[f"{p}/{opt.graph.name}/curvature"].get_value().ravel() for p in opt.params]
    )


def sign_estimates(H):
    """What one probe can give: z * (H z) for every vector z of signs."""
    return [z * (H @ z) for z in map(np.array, product((-1.0, 1.0), repeat=len(H)))]


def is_among(vector, candidates, rtol=1e-9):
    return np.isclose(np.array(candidates), vector, rtol=rtol, atol=rtol).all(axis=1).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_hutchinson_is_exact_on_a_diagonal_hessian(python_backend, dtype):
    scale = np.array([[1.0, 2.0], [3.0, 0.25]], dtype)
    tparams = symopt.init_tparams({"W": np.ones((2, 2), dtype), "b": np.full(2, 2, dtype)})
    cost = (scale * tparams["W"] ** 2).sum() + (tparams["b"] ** 4).sum()
    opt = symopt.becker_lecun(
        0.5, tparams, None, [], cost, curvature="hutchinson", backend=python_backend
    )
    opt.f_grad_shared()
    np.testing.assert_allclose(parked_curvature(opt), [2, 4, 6, 0.5, 48, 48], rtol=1e-6)
    opt.f_update()
    expected = 1 - 0.5 * 2 * scale / (2 * scale + 1e-3)
    np.testing.assert_allclose(tparams["W"].get_value(), expected, rtol=1e-6)
    assert tparams["W"].get_value().dtype == dtype


def test_hutchinson_draws_anew_with_each_update_and_averages_to_the_diagonal(python_backend):
    problem = quadratic("float64")
    opt = build("becker_lecun", problem, python_backend, 0.0, curvature="hutchinson")
    A = golden("numpy/rules.npz")["quadratic.A"]
    possible = sign_estimates(A)
    drawn = []
    for i in range(400):
        if i < 2:  # phase 1 twice, before any update: the same probes
            opt.f_grad_shared(*problem.batches[0])
            first = parked_curvature(opt)
        opt.f_grad_shared(*problem.batches[0])
        drawn.append(parked_curvature(opt))
        if i < 2:
            np.testing.assert_array_equal(first, drawn[-1])
        if i < 50:
            assert is_among(drawn[-1], possible)
        opt.f_update()
    seen = {tuple(np.round(d, 6)) for d in drawn}
    assert len(seen) == len({tuple(np.round(p, 6)) for p in possible})  # every probe comes up
    deviation = np.sqrt((A**2).sum(axis=1) - np.diag(A) ** 2)  # of one probe, by element
    assert (abs(np.mean(drawn, axis=0) - np.diag(A)) < 4 * deviation / np.sqrt(400)).all()
    assert (np.std(drawn, axis=0) < 1.2 * deviation).all()
    assert (np.std(drawn, axis=0) > 0.8 * deviation).all()


def test_more_probes_average_within_one_update(python_backend):
    problem = quadratic("float64")
    opt = build("becker_lecun", problem, python_backend, 0.0, curvature="hutchinson", probes=3)
    A = golden("numpy/rules.npz")["quadratic.A"]
    possible = [np.mean(three, axis=0) for three in product(sign_estimates(A), repeat=3)]
    drawn = []
    for i in range(200):
        opt.f_grad_shared(*problem.batches[0])
        drawn.append(parked_curvature(opt))
        assert i >= 20 or is_among(drawn[-1], possible)
        opt.f_update()
    deviation = np.sqrt(((A**2).sum(axis=1) - np.diag(A) ** 2) / 3)
    assert (abs(np.mean(drawn, axis=0) - np.diag(A)) < 4 * deviation / np.sqrt(200)).all()
    assert (np.std(drawn, axis=0) < 1.3 * deviation).all()


def tanh_rnn():
    """Two tanh units over three steps of two sequences; the cost is a mean square."""
    r = np.random.default_rng(3)
    tp = symopt.init_tparams({"U": r.normal(size=(2, 2)), "b": r.normal(size=2)})
    x, y = pt.tensor3("x", dtype="float64"), pt.matrix("y", dtype="float64")
    hidden = pytensor.scan(
        lambda x_t, h: pt.tanh(x_t + h @ tp["U"] + tp["b"]),
        sequences=[x],
        outputs_info=[pt.zeros_like(y)],
        return_updates=False,
    )
    cost = ((hidden[-1] - y) ** 2).mean() + 0.1 * (hidden**2).sum()
    return Problem(tp, [x, y], cost, [(r.normal(size=(3, 2, 2)), r.normal(size=(2, 2)))])


def tanh_rnn_cost(theta, x, y):
    U, b, h, total = theta[:4].reshape(2, 2), theta[4:], np.zeros_like(y), 0.0
    for x_t in x:
        h = np.tanh(x_t + h @ U + b)
        total += 0.1 * (h**2).sum()
    return ((h - y) ** 2).mean() + total


def differences(f, theta, h=2e-3):
    """Gradient and Hessian, by central differences of the fourth order."""
    weights = {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12}
    E = np.eye(len(theta)) * h
    gradient = np.array([sum(w * f(theta + k * e) for k, w in weights.items()) / h for e in E])

    def mixed(d, e):
        pairs = product(weights.items(), weights.items())
        return sum(w * v * f(theta + k * d + m * e) for (k, w), (m, v) in pairs) / h**2

    return gradient, np.array([[mixed(d, e) for e in E] for d in E])


@pytest.mark.parametrize("curvature", ["exact", "hutchinson"])
def test_curvature_of_a_recurrent_network(python_backend, curvature):
    problem = tanh_rnn()
    start = np.concatenate([p.get_value().ravel() for p in problem.tparams.values()])
    gradient, H = differences(lambda theta: tanh_rnn_cost(theta, *problem.batches[0]), start)
    opt = build("becker_lecun", problem, python_backend, 0.25, curvature=curvature)
    cost = opt.f_grad_shared(*problem.batches[0])
    np.testing.assert_allclose(cost, tanh_rnn_cost(start, *problem.batches[0]), rtol=1e-12)
    found = parked_curvature(opt)
    if curvature == "exact":
        np.testing.assert_allclose(found, np.diag(H), rtol=1e-6, atol=1e-6)
    else:
        assert is_among(found, sign_estimates(H), rtol=1e-6)
    opt.f_update()
    moved = np.concatenate([p.get_value().ravel() for p in opt.params.values()])
    np.testing.assert_allclose(
        moved, start - 0.25 * gradient / (abs(found) + 1e-3), rtol=1e-6, atol=1e-6
    )


def test_newton_names_a_singular_hessian_and_moves_nothing(python_backend):
    def build(damping):
        tparams = symopt.init_tparams({"a": np.ones(2), "b": np.ones((2, 1))})
        cost = (tparams["a"] ** 2).sum() + tparams["b"].sum()  # flat along b
        return symopt.newton(1.0, tparams, None, [], cost, damping=damping, backend=python_backend)

    opt = build(0.0)
    opt.f_grad_shared()
    with pytest.raises(NonFiniteError, match="newton: the Hessian is singular.*give damping > 0"):
        opt.f_update()
    np.testing.assert_array_equal(opt.params["a"].get_value(), 1)
    damped = build(0.5)
    damped.f_step()
    np.testing.assert_allclose(damped.params["b"].get_value(), 1 - 1 / 0.5)
