"""Averages of the parameters, and the context manager that swaps them in."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError, RuleError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


def trained(average, backend, steps=3, dtype="float64"):
    start = arrays(dtype)
    opt = around_sgd([average], start, backend, rate=0.1)
    expected = dict(start)
    for seed in range(1, steps + 1):
        opt.f_step(*arrays(dtype, seed=seed).values())
        expected = {k: 0.9 * expected[k] + 0.1 * p for k, p in values(opt).items()}
    return opt, expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_averages_are_swapped_in_and_out(python_backend, dtype):
    average = symopt.ema(0.9)
    opt, expected = trained(average, python_backend, dtype=dtype)
    before = values(opt)
    with average as entered:
        assert entered is average
        for name, value in values(opt).items():
            assert value.dtype == dtype
            np.testing.assert_allclose(value, expected[name], rtol=1e-5)
            assert not np.array_equal(value, before[name])
    for name, value in values(opt).items():
        np.testing.assert_array_equal(value, before[name])


def test_the_parameters_come_back_after_an_error_and_after_writes(python_backend):
    average = symopt.ema(0.9)
    opt, _ = trained(average, python_backend)
    before, state = values(opt), opt.state_dict()

    def fail():
        with average:
            opt.params["W"].set_value(np.zeros((4, 3)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    np.testing.assert_array_equal(opt.params["W"].get_value(), before["W"])
    np.testing.assert_array_equal(opt.state["W/ema/average"].get_value(), state["W/ema/average"])


def test_training_goes_on_as_if_nothing_had_been_swapped(python_backend):
    average = symopt.ema(0.9)
    opt, _ = trained(average, python_backend)
    undisturbed, _ = trained(symopt.ema(0.9), python_backend)
    with average:
        pass
    for each in (opt, undisturbed):
        each.f_step(*arrays(seed=9).values())
    np.testing.assert_array_equal(values(opt)["W"], values(undisturbed)["W"])


def test_wrong_use(python_backend):
    with pytest.raises(HyperparameterError, match="ema: decay"):
        symopt.ema(1.0)
    average = symopt.ema(0.5)
    with pytest.raises(RuleError, match="no averages to swap in yet"), average:
        pass
    trained(average, python_backend, steps=0)
    with average:
        with pytest.raises(RuleError, match="swapped in already"), average:
            pass
        with pytest.raises(RuleError, match="another optimizer is built"):
            trained(average, python_backend, steps=0)
    assert repr(average) == "ema(decay=0.5)"
