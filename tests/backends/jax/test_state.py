"""State stays on the device, is written over in place, and is never lost."""

import jax
import jax.numpy as jnp
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.pytensor_internals import cell
from tests.backends.jax.models import batch, classifier


@pytest.fixture
def nothing_read(monkeypatch):
    """Fails whatever copies an array of the device to the host.

    JAX's transfer guard knows of no transfers from a CPU, so NumPy keeps watch too.
    """

    def forbid():
        for name in ("array", "asarray", "ascontiguousarray"):
            original = getattr(np, name)

            def watched(value, *args, original=original, **keywords):
                assert not isinstance(value, jax.Array), "an array was read on the host"
                return original(value, *args, **keywords)

            monkeypatch.setattr(np, name, watched)
        return jax.transfer_guard_device_to_host("disallow")

    return forbid


def test_an_update_reads_no_state(nothing_read):
    opt = classifier("jax", transforms=[symopt.clip_by_global_norm(1.0)])
    f_grad_shared, f_update = opt
    f_grad_shared(*batch(8))
    f_update(0.1)
    f_grad_shared(*batch(8))
    with nothing_read():
        for _ in range(3):
            f_update(0.1)


def test_the_guard_of_that_test_fails_where_something_is_read(nothing_read):
    opt = classifier("jax")
    opt.f_step(*batch(8), 0.1)
    with nothing_read(), pytest.raises(AssertionError, match="read on the host"):
        opt.params["W"].get_value()


def test_updated_arrays_are_written_over():
    opt = classifier("jax")
    opt.f_step(*batch(8), 0.1)
    before = {name: cell(variable)[0] for name, variable in (opt.params | opt.state).items()}
    opt.f_step(*batch(8), 0.1)
    for name, array in before.items():
        assert array.is_deleted(), name


def test_values_are_fresh_writable_numpy_arrays():
    opt = classifier("jax")
    opt.f_step(*batch(8), 0.1)
    for variable in (opt.params | opt.state).values():
        for borrow in (False, True):
            value = variable.get_value(borrow=borrow)
            assert type(value) is np.ndarray
            assert value.flags.writeable
            value[...] = 0
    cost = opt.f_step(*batch(8), 0.1)
    assert np.abs(opt.params["W"].get_value()).max() > 0
    assert type(cost) is np.ndarray
    assert all(type(value) is np.ndarray for value in opt.state_dict().values())


def test_outputs_may_be_written_into():
    x = pt.vector("x", dtype="float32")
    f = symopt.function([x], x * 2, backend="jax")
    found = f(np.ones(3, "float32"))
    found[0] = 7
    np.testing.assert_array_equal(found, [7, 2, 2])


def test_backends_take_turns():
    """The same variables, whichever backend wrote last, and plain PyTensor after sync()."""
    alone = classifier("c", factory=symopt.sgd)
    x, y = pt.matrix("x", dtype="float32"), pt.ivector("y")
    tparams = classifier("jax", factory=symopt.sgd).params

    def step(backend):
        p = pt.special.softmax(x @ tparams["W"] + tparams["b"], axis=1)
        cost = -pt.log(p[pt.arange(y.shape[0]), y]).mean()
        return symopt.sgd(0.1, tparams, None, [x, y], cost, backend=backend)

    taking_turns = [step(backend) for backend in ("jax", "c", "jax", "c", "jax")]
    for k, opt in enumerate(taking_turns):
        found = opt.f_step(*batch(8, k))
        expected = alone.f_step(*batch(8, k), 0.1)
        np.testing.assert_allclose(found, expected, 1e-5)
    taking_turns[0].sync()
    plain = pytensor.function([], tparams["W"].sum(), mode="FAST_COMPILE")
    np.testing.assert_allclose(plain(), alone.params["W"].get_value().sum(), 1e-5)


def test_numba_takes_over():
    v = pytensor.shared(np.zeros(3, "float32"))
    for k, backend in enumerate(("jax", "numba", "jax")):
        symopt.function([], [], updates=[(v, v + 1)], backend=backend)()
        np.testing.assert_array_equal(v.get_value(), np.full(3, k + 1))


def test_an_array_that_a_user_holds_is_copied_first():
    opt = classifier("jax")
    held = jnp.ones((5, 3), "float32")
    opt.params["W"].set_value(held, borrow=True)
    opt.f_step(*batch(8), 0.1)
    np.testing.assert_array_equal(np.asarray(held), np.ones((5, 3)))


def test_one_array_in_two_variables():
    shared = jnp.ones(3, "float32")
    a, b = pytensor.shared(np.zeros(3, "float32")), pytensor.shared(np.zeros(3, "float32"))
    for variable in (a, b):
        variable.set_value(shared, borrow=True)
    f = symopt.function([], [], updates=[(a, a + 1), (b, b + 2)], backend="jax")
    f()
    f()
    np.testing.assert_array_equal(a.get_value(), [3, 3, 3])
    np.testing.assert_array_equal(b.get_value(), [5, 5, 5])


def test_one_expression_for_two_variables_and_an_output():
    a, b = pytensor.shared(np.zeros(3, "float32")), pytensor.shared(np.ones(3, "float32"))
    new = a + b
    f = symopt.function([], new, updates=[(a, new), (b, new)], backend="jax")
    np.testing.assert_array_equal(f(), [1, 1, 1])
    np.testing.assert_array_equal(f(), [2, 2, 2])
    np.testing.assert_array_equal(a.get_value(), b.get_value())


def test_swapped_variables():
    a, b = pytensor.shared(np.zeros(3, "float32")), pytensor.shared(np.ones(3, "float32"))
    f = symopt.function([], [], updates=[(a, b), (b, a)], backend="jax")
    f()
    np.testing.assert_array_equal(a.get_value(), np.ones(3))
    f()
    np.testing.assert_array_equal(a.get_value(), np.zeros(3))
    np.testing.assert_array_equal(b.get_value(), np.ones(3))


def test_a_numpy_array_that_was_set_is_copied():
    opt = classifier("jax", factory=symopt.sgd)
    mine = np.ones((5, 3), "float32")
    opt.params["W"].set_value(mine, borrow=True)
    opt.f_grad_shared(*batch(8))
    mine[...] = 100
    opt.f_update(0.0)
    np.testing.assert_array_equal(opt.params["W"].get_value(), np.ones((5, 3)))


def test_a_failing_call_leaves_the_state_alone():
    """An index out of bounds, on the host and on the device, and an assertion on a value."""
    opt = classifier("jax")
    opt.f_step(*batch(8), 0.1)
    before = {n: v.get_value() for n, v in (opt.params | opt.state).items()}
    x, y = batch(8)
    with pytest.raises(IndexError, match="out of bounds for axis 1 with size 3"):
        opt.f_step(x, y + 5, 0.1)
    with pytest.raises(ValueError, match=r"dot|shapes|dimension"):
        opt.f_step(x[:, :4], y, 0.1)
    for name, variable in (opt.params | opt.state).items():
        np.testing.assert_array_equal(variable.get_value(), before[name])
    opt.f_step(*batch(8), 0.1)


def test_a_check_on_the_device_gates_every_write():
    table = pytensor.shared(np.arange(4, dtype="float32"))
    count = pytensor.shared(np.int64(0))
    v = pt.vector("v", dtype="float32")
    where = pt.argmax(v)  # only the device knows
    f = symopt.function(
        [v], table[where * 2], updates=[(table, table + 1), (count, count + 1)], backend="jax"
    )
    assert f(np.array([0, 1], "float32")) == 2
    with pytest.raises(IndexError, match="axis 0 with size 4"):
        f(np.array([0, 0, 1], "float32"))
    np.testing.assert_array_equal(table.get_value(), [1, 2, 3, 4])
    assert count.get_value() == 1
    assert f(np.array([1, 0], "float32")) == 1


def test_an_assertion_ends_the_call():
    from pytensor.raise_op import Assert

    total = pytensor.shared(np.float32(0))
    x = pt.vector("x", dtype="float32")
    checked = Assert("x has to be positive")(x, pt.all(x > 0))
    f = symopt.function([x], checked.sum(), updates=[(total, total + checked.sum())], backend="jax")
    assert f(np.ones(3, "float32")) == 3
    with pytest.raises(AssertionError, match="x has to be positive"):
        f(np.array([1, -1], "float32"))
    assert total.get_value() == 3


def test_the_guard_gates_and_raises():
    opt = classifier("jax", transforms=[symopt.skip_nonfinite(1)])
    opt.f_step(*batch(8), 0.1)
    before = {n: v.get_value() for n, v in opt.params.items()}
    x, y = batch(8)
    x[0, 0] = np.nan
    assert np.isnan(opt.f_step(x, y, 0.1))
    with pytest.raises(symopt.errors.NonFiniteError, match="2 updates in a row"):
        opt.f_step(x, y, 0.1)
    for name, variable in opt.params.items():
        np.testing.assert_array_equal(variable.get_value(), before[name])
    assert opt.state["skip_nonfinite/total"].get_value() == 2


def test_a_variable_changes_its_shape():
    a = pytensor.shared(np.zeros((2, 3), "float32"))
    f = symopt.function([], a.sum(), updates=[(a, pt.concatenate([a, a[:1] + 1]))], backend="jax")
    for rows, total in ((3, 0), (4, 3), (5, 6)):
        assert f() == total
        assert a.get_value().shape == (rows, 3)
    a.set_value(np.ones((1, 7), "float32"))
    assert f() == 7
    assert a.get_value().shape == (2, 7)


def test_memory_does_not_grow():
    opt = classifier("jax")
    opt.f_step(*batch(8), 0.1)
    opt.f_grad_shared(*batch(8))
    opt.f_update(0.1)
    count = len(jax.live_arrays())
    for _ in range(20):
        opt.f_step(*batch(8), 0.1)
        opt.f_grad_shared(*batch(8))
        opt.f_update(0.1)
    assert len(jax.live_arrays()) <= count
