"""Each error of the contract is raised when the graph is built, and names the parameter."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt import errors
from symopt.graph import build_update_graph
from symopt.rules import SGD
from symopt.transforms import Transformed

pytestmark = pytest.mark.core


def model(**arrays):
    arrays = arrays or {"W": np.ones((3, 2), "float32"), "b": np.zeros(2, "float32")}
    tparams = symopt.init_tparams(arrays)
    x = pt.fmatrix("x")
    return tparams, x, ((x @ tparams["W"] + tparams["b"]) ** 2).mean()


def build(tparams, grads, x, cost, lr=0.1, **keywords):
    return build_update_graph(SGD(), lr, tparams, grads, [x], cost, **keywords)


def raises(error, *patterns):
    class Matches:
        def __enter__(self):
            self.context = pytest.raises(error)
            self.info = self.context.__enter__()

        def __exit__(self, *exc):
            swallowed = self.context.__exit__(*exc)
            assert isinstance(self.info.value, ValueError | TypeError)
            for pattern in patterns:
                assert pattern in str(self.info.value)
            return swallowed

    return Matches()


def test_two_names_for_one_parameter():
    tparams, x, cost = model()
    tparams["again"] = tparams["W"]
    with raises(errors.DuplicateTargetError, "'W'", "'again'"):
        build(tparams, None, x, cost)


def test_integer_parameter():
    tparams, x, cost = model()
    tparams["count"] = pytensor.shared(np.zeros(2, "int64"), name="count")
    with raises(errors.DTypeError, "'count'", "int64"):
        build(tparams, None, x, cost)


@pytest.mark.parametrize("value", [np.zeros(2), pt.fvector("v"), None])
def test_parameter_that_is_not_shared(value):
    tparams, x, cost = model()
    tparams["v"] = value
    with raises(errors.DTypeError, "'v'", "shared variable"):
        build(tparams, None, x, cost)


def test_tparams_that_is_a_list():
    tparams, x, cost = model()
    with raises(errors.DTypeError, "init_tparams"):
        build(list(tparams.values()), None, x, cost)


def test_no_parameters():
    _, x, cost = model()
    with raises(errors.DisconnectedParameterError, "empty"):
        build({}, None, x, cost)


@pytest.mark.parametrize("grads", ["none", "list with None", "disconnected type"])
def test_disconnected_parameter(grads):
    tparams, x, cost = model()
    tparams["unused"] = pytensor.shared(np.zeros(2, "float32"), name="unused")
    given = {
        "none": None,
        "list with None": [tparams["W"], tparams["b"], None],
        "disconnected type": pytensor.grad(
            cost,
            list(tparams.values()),
            disconnected_inputs="ignore",
            return_disconnected="disconnected",
        ),
    }[grads]
    with raises(errors.DisconnectedParameterError, "'unused'"):
        build(tparams, given, x, cost)


def test_gradients_that_do_not_match_the_parameters():
    tparams, x, cost = model()
    with raises(errors.DisconnectedParameterError, "1 gradients for 2", "W, b"):
        build(tparams, [tparams["W"]], x, cost)
    with raises(errors.DisconnectedParameterError, "['b']", "['c']"):
        build(tparams, {"W": tparams["W"], "c": tparams["b"]}, x, cost)
    with raises(errors.DTypeError, "'b'", "ndarray"):
        build(tparams, [tparams["W"], np.zeros(2)], x, cost)


@pytest.mark.parametrize("dtype", ["int32", "bool", "complex64"])
def test_gradient_that_is_not_a_real_float(dtype):
    tparams, x, cost = model()
    grad = pt.vector("g", dtype=dtype)
    with raises(errors.DTypeError, "'b'", dtype):
        build_update_graph(SGD(), 0.1, tparams, [tparams["W"], grad], [x, grad], cost)


def test_gradient_of_another_number_of_dimensions_or_static_shape():
    tparams, x, cost = model()
    with raises(errors.ShapeError, "'b'", "2 dimensions", "(2,)"):
        build(tparams, [tparams["W"], tparams["W"]], x, cost)
    wrong = pt.specify_shape(tparams["b"], (5,))
    with raises(errors.ShapeError, "'b'", "(5)", "(2,)"):
        build(tparams, [tparams["W"], wrong], x, cost)


def test_cost_that_is_not_a_real_scalar():
    tparams, x, cost = model()
    with raises(errors.CostError, "2 dimensions", "mean()"):
        build(tparams, None, x, x @ tparams["W"] + tparams["b"])
    with raises(errors.CostError, "int64"):
        build(tparams, [tparams["W"], tparams["b"]], x, pt.cast(cost, "int64"))
    with raises(errors.CostError, "float"):
        build(tparams, None, x, 1.0)


def test_extra_updates_that_collide():
    tparams, x, cost = model()
    mean = pytensor.shared(np.zeros(2, "float32"), name="mean")
    with raises(errors.ConflictingUpdateError, "mean"):
        build(tparams, None, x, cost, extra_updates=[(mean, mean + 1), (mean, mean * 2)])
    with raises(errors.DuplicateTargetError, "'W'"):
        build(tparams, None, x, cost, extra_updates=[(tparams["W"], tparams["W"])])
    with raises(errors.DTypeError, "shared variable"):
        build(tparams, None, x, cost, extra_updates=[(x, x)])
    with raises(errors.InputError, "pair"):
        build(tparams, None, x, cost, extra_updates=[mean])


def test_extra_updates_of_another_type():
    tparams, x, cost = model()
    mean = pytensor.shared(np.zeros(2, "float32"), name="mean")
    count = pytensor.shared(np.int64(0), name="count")
    with raises(errors.DTypeError, "'mean'", "int64"):
        build(tparams, None, x, cost, extra_updates=[(mean, pt.zeros(2, dtype="int64"))])
    with raises(errors.DTypeError, "'count'", "float32"):
        build(tparams, None, x, cost, extra_updates=[(count, cost)])
    with raises(errors.ShapeError, "'mean'"):
        build(tparams, None, x, cost, extra_updates=[(mean, cost)])
    graph = build(tparams, None, x, cost, extra_updates={count: count + 1})
    assert graph.gradient.updates[-1].value.dtype == "int64"


def test_inputs():
    tparams, x, cost = model()
    with raises(errors.InputError, "x"):
        build_update_graph(SGD(), 0.1, tparams, None, [], cost)
    with raises(errors.InputError, "list"):
        build_update_graph(SGD(), 0.1, tparams, None, x, cost)
    with raises(errors.InputError, "twice"):
        build_update_graph(SGD(), 0.1, tparams, None, [x, x], cost)
    with raises(errors.InputError, "shared"):
        build_update_graph(SGD(), 0.1, tparams, None, [x, tparams["W"]], cost)


class Doubled(symopt.StepTransform):
    name = "doubled"

    def apply(self, steps, params, state, rate):
        return Transformed({key: 2 * step for key, step in steps.items()})


def test_transforms_out_of_order():
    tparams, x, cost = model()
    clip, guard = symopt.clip_by_global_norm(1.0), symopt.skip_nonfinite()
    with raises(errors.TransformOrderError, "clip_by_global_norm", "GradientTransform"):
        build(tparams, None, x, cost, transforms=[Doubled(), clip])
    with raises(errors.TransformOrderError, "skip_nonfinite", "first"):
        build(tparams, None, x, cost, transforms=[clip, guard])
    with raises(errors.RuleError, "transforms[0]"):
        build(tparams, None, x, cost, transforms=[symopt.clip_by_global_norm])
    build(tparams, None, x, cost, transforms=[guard, clip, Doubled()])


def test_rule_that_is_none():
    tparams, x, cost = model()
    with raises(errors.RuleError, "SGD()"):
        build_update_graph(SGD, 0.1, tparams, None, [x], cost)
    with raises(errors.RuleError, "str"):
        build_update_graph("sgd", 0.1, tparams, None, [x], cost)


def test_rules_that_break_their_protocol():
    tparams, x, cost = model()

    class Undeclared(symopt.PerParameterRule):
        name = "undeclared"

        def step(self, param, grad, state, rate):
            return -grad, {"velocity": grad}

    class NoPair(symopt.PerParameterRule):
        name = "no_pair"

        def step(self, param, grad, state, rate):
            return -grad

    class Forgetful(symopt.Rule):
        name = "forgetful"

        def step(self, params, grads, state, rate):
            return {"W": grads["W"]}, state

    class Slashed(Undeclared):
        name = "a/b"

    for rule, words in [
        (Undeclared(), ("velocity", "undeclared")),
        (NoPair(), ("'W'", "pair")),
        (Forgetful(), ("forgetful", "['W', 'b']")),
        (Slashed(), ("a/b",)),
    ]:
        with raises(errors.RuleError, *words):
            build_update_graph(rule, 0.1, tparams, None, [x], cost)
