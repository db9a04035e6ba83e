"""What holds for every rule: one table of rules and variants, and the laws over it.

Laws run on Rosenbrock's function with a steepness for each example, whose gradient and Hessian
depend on the parameters and on the minibatch.
"""

import io
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import symopt
from tests.problems import mlp, quadratic, rosenbrock

PROBLEMS = {"quadratic": quadratic, "rosenbrock": rosenbrock, "mlp": mlp}


@dataclass(frozen=True)
class Entry:
    """A rule in one of its variants, and a rate that suits it on each of the problems."""

    id: str
    factory: str
    rates: tuple[float, ...]  # on quadratic, rosenbrock, mlp
    keywords: dict = field(default_factory=dict, hash=False)

    def rate(self, problem: str) -> float:
        return self.rates[list(PROBLEMS).index(problem)]


WAP_RMSPROP = {
    "rho": 0.95,
    "centered": True,
    "momentum": 0.9,
    "epsilon": 1e-4,
    "epsilon_placement": "inside",
    "formulation": "classical",
}
HUTCHINSON = {"curvature": "hutchinson"}
TABLE = [
    Entry("sgd", "sgd", (0.1, 2**-11, 0.25)),
    Entry("momentum", "momentum", (0.02, 1e-4, 0.05)),
    Entry("momentum_torch", "momentum", (0.02, 1e-4, 0.05), {"formulation": "torch"}),
    Entry(
        "momentum_dampened",
        "momentum",
        (0.05, 2e-4, 0.1),
        {"formulation": "torch", "dampening": 0.5},
    ),
    Entry("nesterov", "nesterov", (0.02, 1e-4, 0.05)),
    Entry("nesterov_torch", "nesterov", (0.02, 1e-4, 0.05), {"formulation": "torch"}),
    Entry("adagrad", "adagrad", (0.5, 0.1, 0.1)),
    Entry("adagrad_inside", "adagrad", (0.5, 0.1, 0.1), {"epsilon_placement": "inside"}),
    Entry("adagrad_accumulator", "adagrad", (0.5, 0.1, 0.1), {"initial_accumulator": 0.5}),
    Entry("rmsprop", "rmsprop", (0.05, 0.01, 0.01)),
    Entry("rmsprop_inside", "rmsprop", (0.05, 0.01, 0.01), {"epsilon_placement": "inside"}),
    Entry("rmsprop_centered", "rmsprop", (0.02, 0.005, 0.005), {"centered": True}),
    Entry("rmsprop_momentum", "rmsprop", (0.01, 0.002, 0.002), {"momentum": 0.9}),
    Entry("rmsprop_wap", "rmsprop", (0.01, 0.002, 0.002), WAP_RMSPROP),
    Entry("adadelta", "adadelta", (1.0, 1.0, 1.0), {"epsilon": 1e-4}),
    Entry(
        "adadelta_outside",
        "adadelta",
        (1.0, 1.0, 1.0),
        {"epsilon": 0.01, "epsilon_placement": "outside"},
    ),
    Entry("adam", "adam", (0.1, 0.02, 0.02)),
    Entry("adam_hat", "adam", (0.1, 0.02, 0.02), {"epsilon_hat": True}),
    Entry("adam_amsgrad", "adam", (0.1, 0.02, 0.02), {"amsgrad": True}),
    Entry("adamw", "adamw", (0.1, 0.02, 0.02)),
    Entry("nadam", "nadam", (0.1, 0.02, 0.02)),
    Entry("radam", "radam", (0.05, 0.001, 0.05)),
    Entry("adamax", "adamax", (0.1, 0.02, 0.02)),
    Entry("adamax_denominator", "adamax", (0.1, 0.02, 0.02), {"epsilon_placement": "denominator"}),
    Entry("rprop", "rprop", (0.1, 0.01, 0.01)),
    Entry("rprop_skip", "rprop", (0.1, 0.01, 0.01), {"on_sign_change": "skip"}),
    Entry("newton", "newton", (1.0, 1.0)),  # the MLP's Hessian is singular
    Entry("newton_damped", "newton", (0.5, 0.5, 0.5), {"damping": 2.0}),
    Entry("becker_lecun", "becker_lecun", (0.5, 0.25, 0.1), {"mu": 0.01}),
    Entry("becker_lecun_hutchinson", "becker_lecun", (0.1, 0.01, 0.02), {"mu": 0.5, **HUTCHINSON}),
    Entry("vsgd", "vsgd", (0.5, 0.25, 0.1), {"mu": 0.01}),
    Entry("vsgd_window", "vsgd", (0.5, 0.1, 0.1), {"memory": "window", "window": 3, "mu": 0.1}),
    Entry("vsgd_hutchinson", "vsgd", (0.1, 0.05, 0.05), {"mu": 0.5, **HUTCHINSON}),
]
EXACT_CURVATURE = {"newton_damped", "becker_lecun", "vsgd", "vsgd_window"}


def build(entry, problem, backend, lr=None, transforms=(), **keywords):
    return getattr(symopt, entry.factory)(
        pt.dscalar("lr") if lr is None else lr,
        problem.tparams,
        problem.grads,
        problem.inputs,
        problem.cost,
        transforms=transforms,
        backend=backend,
        **{**entry.keywords, **keywords},
    )


def falls(entry, name, dtype, backend):
    """Thirty updates lower the cost; everything stays finite and of the parameters' dtype."""
    problem = PROBLEMS[name](dtype)
    opt = build(entry, problem, backend)
    batch, rate = problem.batches[7], entry.rate(name)
    costs = [float(opt.f_step(*batch, rate)) for _ in range(31)]
    assert np.isfinite(costs).all()
    assert costs[30] < costs[0] - 0.02 * abs(costs[0])
    for key, variable in {**opt.params, **opt.state}.items():
        assert np.isfinite(variable.get_value()).all(), key
        if key.split("/")[0] in opt.params:  # a parameter, or state of one
            assert variable.get_value().dtype == dtype, key


def falling():
    """Entries x problems x dtypes; half of them, one dtype of each pair, run by default."""
    default = {"quadratic": "float32", "rosenbrock": "float64", "mlp": "float32"}
    for entry in TABLE:
        for name in list(PROBLEMS)[: len(entry.rates)]:
            for dtype in ("float64", "float32"):
                slow = name == "mlp" and entry.id in EXACT_CURVATURE
                marks = [pytest.mark.long] if slow or dtype != default[name] else []
                yield pytest.param(
                    entry, name, dtype, slow, id=f"{entry.id}-{name}-{dtype}", marks=marks
                )


@pytest.mark.parametrize(("entry", "name", "dtype", "slow"), list(falling()))
def test_the_cost_falls_and_everything_stays_finite(python_backend, entry, name, dtype, slow):
    falls(entry, name, dtype, "c" if slow else python_backend)


# The laws


class Rule:
    """The optimizers of one entry of the table that the laws share, each built when first used."""

    def __init__(self, entry, backend):
        self.entry, self.backend = entry, backend
        self.rate = entry.rate("rosenbrock")

    def build(self, *transforms):
        return build(self.entry, rosenbrock("float64"), self.backend, transforms=list(transforms))

    @cached_property
    def stepping(self):
        """Called by f_step."""
        return self.build()

    @cached_property
    def fresh(self):
        """Built anew: called by f_step for continuing, by both phases for comparing."""
        return self.build()

    @cached_property
    def accumulating(self):
        return self.build(symopt.accumulate(3))

    @cached_property
    def frozen(self):
        return self.build(symopt.freeze("*"))

    @cached_property
    def guarded(self):
        return self.build(symopt.skip_nonfinite())


@pytest.fixture(scope="module", params=TABLE, ids=lambda entry: entry.id)
def rule(request, python_backend):
    return Rule(request.param, python_backend)


# A failure is reported as it is found: shrinking would run thousands of updates.
laws = settings(
    max_examples=3, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
)
points = st.lists(st.floats(0.5, 1.5, width=32), min_size=4, max_size=4).map(np.array)
seeds = st.integers(0, 2**32 - 1)
factors = st.floats(0.25, 1.0)


def steepness(seed, number, size=6):
    return list(np.random.default_rng(seed).uniform(50, 150, (number, size)))


def start(opt, point):
    """Put the parameters at a point, and all state where it is before the first update."""
    if not hasattr(opt, "initial"):
        opt.initial = opt.state_dict()
    opt.load_state_dict(opt.initial)
    symopt.zipp({"u": point[:2], "w": point[2:].reshape(2, 1)}, opt.params)


def values(opt, without="no such name"):
    """Parameters and state, but for the state of a transform."""
    state = {k: v for k, v in opt.state_dict().items() if without not in k}
    return {**symopt.unzip(opt.params), **state}


def assert_same(actual, expected):
    assert actual.keys() == expected.keys()
    for name, value in actual.items():
        assert value.dtype == expected[name].dtype
        np.testing.assert_array_equal(value, expected[name], err_msg=name)


def assert_near(actual, expected, rtol=1e-10):
    """Equal to rounding; Newton's equations may amplify what is rounded."""
    assert actual.keys() == expected.keys()
    for name, value in actual.items():
        np.testing.assert_allclose(value, expected[name], rtol=rtol, atol=1e-11, err_msg=name)


def two_phases(opt, batch, rate):
    cost = opt.f_grad_shared(batch)
    opt.f_update(rate)
    return cost


@given(point=points, seed=seeds, factor=factors)
@laws
def test_a_restored_state_continues_bit_for_bit(rule, point, seed, factor):
    opt, restored, batches = rule.stepping, rule.fresh, steepness(seed, 6)
    start(opt, point)
    start(restored, point[::-1])
    for batch in batches[:3]:
        opt.f_step(batch, rule.rate)
    file = io.BytesIO()
    np.savez(file, **opt.state_dict())
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        restored.load_state_dict(archive)
    symopt.zipp(symopt.unzip(opt.params), restored.params)
    assert_same(values(restored), values(opt))
    for batch in batches[3:]:
        cost = opt.f_step(batch, factor * rule.rate)
        assert cost == restored.f_step(batch, factor * rule.rate)
    assert_same(values(restored), values(opt))


@given(point=points, seed=seeds, factor=factors)
@laws
def test_f_step_is_the_two_phases(rule, point, seed, factor):
    one, two = rule.stepping, rule.fresh
    start(one, point)
    start(two, point)
    for t, batch in enumerate(steepness(seed, 4)):
        rate = rule.rate * factor**t
        np.testing.assert_allclose(one.f_step(batch, rate), two_phases(two, batch, rate), 1e-10)
    assert_near(values(one), values(two))
    assert any((one.params[name].get_value() != p).any() for name, p in split(point).items())


def split(point):
    return {"u": point[:2], "w": point[2:].reshape(2, 1)}


@given(point=points, seed=seeds, factor=factors)
@laws
def test_accumulating_micro_batches_is_one_large_batch(rule, point, seed, factor):
    micro, large = rule.accumulating, rule.stepping
    start(micro, point)
    start(large, point)
    for update in range(2):
        batches = steepness([seed, update], 3)
        before = values(micro, without="accumulate")
        for i, batch in enumerate(batches):
            assert_same(values(micro, without="accumulate"), before)
            two_phases(micro, batch, rule.rate * factor if i == 2 else 7.0)
        large.f_step(np.concatenate(batches), rule.rate * factor)
        assert_near(values(micro, without="accumulate"), values(large))


@given(point=points, seed=seeds)
@laws
def test_what_is_frozen_does_not_move(rule, point, seed):
    opt = rule.frozen
    start(opt, point)

    def of_parameters():
        return {k: v for k, v in values(opt).items() if k.split("/")[0] in opt.params}

    before = of_parameters()
    for batch in steepness(seed, 3):
        assert np.isfinite(opt.f_step(batch, rule.rate))
    assert_same(of_parameters(), before)


@pytest.mark.filterwarnings("ignore:An ill-conditioned matrix:Warning")  # Newton's is of NaN
@given(point=points, seed=seeds)
@laws
def test_a_cost_that_is_nan_moves_nothing(rule, point, seed):
    opt, unguarded = rule.guarded, rule.stepping
    start(opt, point)
    start(unguarded, point)
    first, second = steepness(seed, 2)
    spoilt = np.where(np.arange(6) == 3, np.nan, second)
    for good in (first, second):
        before = values(opt, without="skip_nonfinite")
        assert np.isnan(opt.f_step(spoilt, rule.rate))
        assert_same(values(opt, without="skip_nonfinite"), before)
        assert np.isnan(two_phases(opt, spoilt, rule.rate))
        assert_same(values(opt, without="skip_nonfinite"), before)
        opt.f_step(good, rule.rate)
        unguarded.f_step(good, rule.rate)
        assert_near(values(opt, without="skip_nonfinite"), values(unguarded))


# float32 stays float32

RATES = {
    "float": lambda rate: rate,
    "numpy32": np.float32,
    "numpy64": np.float64,
    "symbolic32": lambda rate: pt.fscalar("lr"),
    "symbolic64": lambda rate: pt.dscalar("lr"),
    "shared64": lambda rate: pytensor.shared(np.float64(rate), name="lr"),
    "derived64": lambda rate: 0.5 * pytensor.shared(np.float64(2 * rate), name="half"),
}
HARDEST = ("numpy32", "derived64")
EVERY_KIND = ("sgd", "rmsprop_wap", "adam", "rprop", "newton_damped")


def test_float32_stays_float32_whatever_the_rate_is(rule):
    rate = 2.0**-7
    results = {}
    for kind in RATES if rule.entry.id in EVERY_KIND else HARDEST:
        problem = quadratic("float32")
        opt = build(rule.entry, problem, rule.backend, RATES[kind](rate))
        for phase in opt.graph.phases:
            for update in phase.updates:
                assert update.value.dtype == update.target.dtype, (kind, update.slot)
                assert update.note == "", (kind, update.slot)
                if update.slot.split("/")[0] in opt.params:
                    assert update.target.dtype == "float32", (kind, update.slot)
        argument = [rate] if kind.startswith("symbolic") else []
        for batch in problem.batches[:3]:
            assert opt.f_step(*batch, *argument).dtype == "float32"
        results[kind] = values(opt)
        for variable in (*opt.params.values(), *opt.grads.values()):
            assert variable.get_value().dtype == "float32", kind
    for actual in results.values():
        assert_near(actual, results["numpy32"], rtol=2e-6)
