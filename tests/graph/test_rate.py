"""What may stand as lr, and what f_update then takes."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import RateError, RateTypeError

pytestmark = pytest.mark.core


def descend(lr, backend):
    """An optimizer of one parameter whose gradient is 1, so that a step shows the rate."""
    tparams = symopt.init_tparams({"p": np.zeros(3, "float32")})
    cost = tparams["p"].sum()
    return tparams["p"], symopt.sgd(lr, tparams, None, [], cost, backend=backend)


@pytest.mark.parametrize("floatX", ["float32", "float64"])
@pytest.mark.parametrize("dtype", ["float32", "float64", None])
def test_symbolic_rate_is_required_and_takes_any_real_scalar(python_backend, floatX, dtype):
    with pytensor.config.change_flags(floatX=floatX):
        p, opt = descend(pt.scalar("lr", dtype=dtype), python_backend)
        opt.f_grad_shared()
        total = 0.0
        for rate in (1, 0.5, np.float16(0.25), np.float32(0.5), np.float64(0.5), np.array(1.0)):
            opt.f_update(rate)
            total += float(rate)
            assert p.get_value().dtype == "float32"
            np.testing.assert_allclose(p.get_value(), -total, rtol=1e-6)
        with pytest.raises(RateTypeError, match="f_update"):
            opt.f_update()
        with pytest.raises(RateTypeError):
            opt.f_step()


@pytest.mark.parametrize("kind", ["float", "numpy", "constant", "shared", "derived"])
def test_other_rates_are_optional_and_can_be_overridden_for_one_call(python_backend, kind):
    shared = pytensor.shared(np.float32(0.5), name="rate")
    lr = {
        "float": 0.5,
        "numpy": np.float32(0.5),
        "constant": pt.constant(0.5),
        "shared": shared,
        "derived": 2 * shared * 0.5,
    }[kind]
    p, opt = descend(lr, python_backend)
    opt.f_grad_shared()
    opt.f_update()
    np.testing.assert_allclose(p.get_value(), -0.5)
    opt.f_update(2.0)
    np.testing.assert_allclose(p.get_value(), -2.5)
    opt.f_update()
    np.testing.assert_allclose(p.get_value(), -3.0)
    assert shared.get_value() == 0.5
    opt.f_step()
    opt.f_step(1.0)
    opt.f_step(rate=1.0)
    np.testing.assert_allclose(p.get_value(), -5.5)


def test_shared_rate_is_read_at_each_call(python_backend):
    shared = pytensor.shared(1.0, name="rate")
    p, opt = descend(shared, python_backend)
    opt.f_step()
    shared.set_value(0.25)
    opt.f_step()
    np.testing.assert_allclose(p.get_value(), -1.25)


def test_expression_of_an_input_is_computed_from_what_is_passed(python_backend):
    base, decay = pt.fscalar("base"), pytensor.shared(0.5)
    p, opt = descend(base * decay, python_backend)
    opt.f_step(rate=3.0)
    np.testing.assert_allclose(p.get_value(), -1.5)
    with pytest.raises(RateTypeError):
        opt.f_step()


@pytest.mark.parametrize("lr", ["0.1", None, True, 1j, pt.fvector(), pt.zscalar(), [0.1]])
def test_what_is_no_rate(python_backend, lr):
    with pytest.raises(RateTypeError, match="lr"):
        descend(lr, python_backend)


def test_rate_of_two_inputs(python_backend):
    with pytest.raises(RateTypeError, match="2 inputs"):
        descend(pt.dscalar("a") * pt.dscalar("b"), python_backend)


@pytest.mark.parametrize("rate", [-1.0, np.nan, np.inf])
def test_rates_out_of_range(python_backend, rate):
    with pytest.raises(RateError, match="lr"):
        descend(rate, python_backend)
    p, opt = descend(pt.scalar("lr"), python_backend)
    opt.f_grad_shared()
    with pytest.raises(RateError, match="rate"):
        opt.f_update(rate)
    assert not p.get_value().any()


@pytest.mark.parametrize("rate", ["0.1", np.ones(1), 1j, [1.0]])
def test_calls_with_what_is_no_rate(python_backend, rate):
    _, opt = descend(pt.scalar("lr"), python_backend)
    with pytest.raises(RateTypeError, match="rate"):
        opt.f_update(rate)


def test_a_float32_parameter_gets_the_float64_rate_rounded_once(python_backend):
    p, opt = descend(pt.dscalar("lr"), python_backend)
    opt.f_step(rate=0.1)
    np.testing.assert_array_equal(p.get_value(), np.full(3, -np.float32(0.1)))
