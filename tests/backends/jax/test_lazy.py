"""lazy=True: nobody waits for the device, and errors come with the next read."""

import numpy as np
import pytest

import symopt
from symopt.backends.jax.pending import DeviceValue
from symopt.errors import NonFiniteError
from tests.backends.jax.models import batch, classifier


def lazy(**keywords):
    return classifier(symopt.jax_backend(lazy=True), **keywords)


def test_the_cost_is_read_when_asked_for():
    opt, usual = lazy(), classifier("jax")
    for k in range(3):
        cost = opt.f_step(*batch(8, k), 0.1)
        expected = usual.f_step(*batch(8, k), 0.1)
        assert isinstance(cost, DeviceValue)
        assert cost.shape == ()
        assert cost.dtype == "float32"
        assert float(cost) == cost.item() == expected
        assert np.asarray(cost) == expected
        assert np.asarray(cost, "float64").dtype == "float64"


@pytest.mark.parametrize("read", ["cost", "state_dict", "sync"])
def test_the_guard_raises_at_the_next_read(read):
    opt = lazy(transforms=[symopt.skip_nonfinite(0)])
    x, y = batch(8)
    cost = opt.f_grad_shared(np.full_like(x, np.nan), y)
    opt.f_update(0.1)
    with pytest.raises(NonFiniteError, match="1 updates in a row"):
        {"cost": lambda: float(cost), "state_dict": opt.state_dict, "sync": opt.sync}[read]()
    opt.f_step(x, y, 0.1)
    opt.state_dict()  # said once


def test_an_index_from_the_host_is_checked_at_once():
    opt = lazy()
    x, y = batch(8)
    with pytest.raises(IndexError):
        opt.f_step(x, y + 5, 0.1)


def test_a_check_on_the_device_waits():
    import pytensor
    import pytensor.tensor as pt

    count = pytensor.shared(np.int64(0))
    v = pt.vector("v", dtype="float32")
    f = symopt.function(
        [v],
        v[pt.argmax(v) * 2],
        updates=[(count, count + 1)],
        backend=symopt.jax_backend(lazy=True),
    )
    wrong = f(np.array([0, 0, 1], "float32"))
    with pytest.raises(IndexError):
        wrong.item()
    assert count.get_value() == 0
