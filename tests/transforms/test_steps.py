"""Steps scaled for some parameters, and parameters that do not move."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


def test_steps_are_scaled_by_pattern(python_backend):
    start, grads = arrays("float32"), arrays("float32", seed=1)
    scale = symopt.scale_steps({"*W": 0.5, "b": 0.0})
    opt = around_sgd([scale], start, python_backend)
    opt.f_step(*grads.values())
    for name, value in values(opt).items():
        factor = {"W": 0.5, "conv_W": 0.5, "b": 0.0}.get(name, 1.0)
        assert value.dtype == "float32"
        np.testing.assert_allclose(value, start[name] - factor * grads[name], rtol=1e-6)


def test_frozen_parameters_and_their_state_are_not_written(python_backend):
    """Whatever else is in the list, and wherever freeze stands among the step transforms."""
    start = arrays()
    transforms = [
        symopt.freeze(["*W"]),
        symopt.weight_decay(0.1, mode="decoupled"),
        symopt.max_norm(0.1),
    ]
    opt = around_sgd(transforms, start, python_backend, rule=symopt.adam)
    opt.f_grad_shared(*arrays(seed=1).values())
    opt.f_update()
    for name, value in values(opt).items():
        frozen = name.endswith("W")
        assert np.array_equal(value, start[name]) == frozen
        assert opt.state[f"{name}/adam/mean_grad"].get_value().any() != frozen
        assert opt.grads[name].get_value().any()
    assert opt.state["adam/step"].get_value() == 1
    written = [update.slot for update in opt.graph.updates[0].updates]
    assert not any(slot.split("/")[0].endswith("W") for slot in written)


def test_names_with_special_characters_match_themselves(python_backend):
    start = {"W[0]": np.ones(2), "W0": np.ones(2)}
    opt = around_sgd([symopt.freeze("W[0]")], start, python_backend)
    opt.f_step(np.ones(2), np.ones(2))
    np.testing.assert_array_equal(opt.params["W[0]"].get_value(), 1)
    np.testing.assert_array_equal(opt.params["W0"].get_value(), 1)  # as a pattern it is W0's too


def test_refusals(python_backend):
    start = arrays()
    for transform, words in [
        (symopt.freeze("w"), "freeze: 'w' matches no parameter; there are 'W'"),
        (symopt.scale_steps({"W": 0.1, "U": 1.0}), "scale_steps: 'U' matches no parameter"),
        (symopt.scale_steps({"*W": 0.1, "conv*": 1.0}), "'conv_W' matches 'conv.' and a pattern"),
    ]:
        with pytest.raises(HyperparameterError, match=words):
            around_sgd([transform], start, python_backend)
    for factors in ({}, {"W": -1.0}, {"W": "1"}, {1: 1.0}, [("W", 1.0)]):
        with pytest.raises(HyperparameterError, match="scale_steps: factors"):
            symopt.scale_steps(factors)
    for pattern in ([], 3, [None], ""):
        with pytest.raises(HyperparameterError, match="freeze: "):
            around_sgd([symopt.freeze(pattern)], start, python_backend)
