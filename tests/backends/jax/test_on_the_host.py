"""Nodes without a form in JAX, which run on the host where that is asked for; prints."""

import jax
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph import Apply, Op
from pytensor.printing import Print

import symopt
from symopt.errors import NotOnDeviceError


class Python(Op):
    """An operation of vectors that is written in Python."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])


class Double(Python):
    """Refuses what begins with a negative number."""

    def perform(self, node, inputs, outputs):
        assert inputs[0].dtype == node.inputs[0].dtype
        if inputs[0].flat[0] < 0:
            raise KeyError("a negative number")
        outputs[0][0] = inputs[0] * 2

    def infer_shape(self, *given):  # PyTensor 3.3 gives one argument less
        return given[-1]


class Positive(Python):
    """The numbers that are positive: how many, their values decide."""

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0][inputs[0] > 0]


@pytest.fixture
def weights():
    return pytensor.shared(np.arange(1.0, 4.0), "weights")


@pytest.fixture
def fallback():
    return symopt.jax_backend(fallback=True)


def test_it_is_named_where_that_was_not_asked_for(weights):
    f = symopt.function([], Double()(weights), backend="jax")
    with pytest.raises(NotOnDeviceError, match=r"The node Double.*no form in JAX.*fallback=True"):
        f()


def test_in_the_middle_of_a_program(weights, fallback):
    x = pt.dvector("x")
    doubled = Double()(weights * x)
    f = symopt.function([x], pt.exp(doubled), updates=[(weights, doubled + 1)], backend=fallback)
    third = np.full(3, 1 / 3)
    np.testing.assert_allclose(f(third), np.exp(2 / 3 * np.arange(1, 4)), rtol=1e-14)
    np.testing.assert_allclose(weights.get_value(), 2 / 3 * np.arange(1, 4) + 1, rtol=1e-14)


def test_before_the_program_where_arguments_are_enough(fallback):
    """Its result may then have any shape."""
    x = pt.dvector("x")
    f = symopt.function([x], [Positive()(x) + 1, Double()(x * 2).sum()], backend=fallback)
    for values in ([1.0, -2.0, 3.0], [1.0, 2.0, 3.0]):
        positive, total = f(values)
        np.testing.assert_array_equal(positive, [v + 1 for v in values if v > 0])
        assert total == 4 * sum(values)


@pytest.mark.parametrize("on_device", [True, False])
def test_an_error_is_raised_as_it_is_and_nothing_is_written(weights, fallback, on_device):
    x = pt.dvector("x")
    doubled = Double()(weights * x if on_device else x)
    f = symopt.function([x], doubled, updates=[(weights, weights + 1)], backend=fallback)
    for _ in range(2):
        with pytest.raises(KeyError, match="a negative number"):
            f([-1.0, 1.0, 1.0])
    np.testing.assert_array_equal(weights.get_value(), [1, 2, 3])
    f([1.0, 1.0, 1.0])
    np.testing.assert_array_equal(weights.get_value(), [2, 3, 4])


def test_in_a_loop(weights, fallback):
    h = pytensor.scan(
        lambda h: Double()(h) - 1, outputs_info=[weights], n_steps=4, return_updates=False
    )
    f = symopt.function([], h[-1], backend=fallback)
    np.testing.assert_array_equal(f(), [1, 17, 33])
    weights.set_value([0.0, 2.0, 3.0])
    with pytest.raises(KeyError, match="a negative number"):
        f()


def test_where_a_shape_depends_on_values_the_whole_function_runs_there(weights, fallback):
    f = symopt.function(
        [], Positive()(weights - 1), updates=[(weights, weights - 1)], name="f", backend=fallback
    )
    with pytest.warns(UserWarning, match=r"f runs on the host.*Positive.*infer_shape"):
        found = f()
    np.testing.assert_array_equal(found, [1, 2])
    np.testing.assert_array_equal(f(), [1])
    np.testing.assert_array_equal(weights.get_value(), [-1, 0, 1])
    weights.set_value(np.array([5.0]))
    np.testing.assert_array_equal(f(), [4])


def test_a_mask_of_the_devices_values(weights, fallback):
    x = pt.dvector("x")
    part = (weights * x)[weights * x > 1]
    f = symopt.function([x], [part, part.sum()], backend=fallback)
    with pytest.warns(UserWarning, match="runs on the host"):
        f(np.ones(3))
    found, total = f(np.array([1.0, 2.0, 0.0]))
    np.testing.assert_array_equal(found, [4])
    assert total == 4


def test_an_optimizer_on_the_host(weights, fallback):
    """Sparse selection by a mask of its own parameters; f_epoch goes the same way."""
    tparams = symopt.init_tparams({"w": np.arange(1.0, 4.0)})
    w = tparams["w"]
    opt = symopt.sgd(0.1, tparams, None, [], (w[w > 1] ** 2).sum(), backend=fallback)
    with pytest.warns(UserWarning, match="runs on the host"):
        assert opt.f_step() == 13
    np.testing.assert_allclose(opt.f_epoch([(), ()]), [13 * 0.8**2, 13 * 0.8**4], 1e-12)


def test_a_shape_that_is_not_what_was_promised(weights, fallback):
    class Short(Double):
        def perform(self, node, inputs, outputs):
            outputs[0][0] = inputs[0][1:]

    f = symopt.function([], Short()(weights), backend=fallback)
    with pytest.raises(ValueError, match=r"gave an array of shape \(2,\).*\(3,\)"):
        f()


def test_prints(weights, capsys):
    f = symopt.function([], Print("weights", attrs=("shape",))(weights) * 2, backend="jax")
    np.testing.assert_array_equal(f(), [2, 4, 6])
    jax.effects_barrier()
    assert "weights shape = (3,)" in capsys.readouterr().out


def test_64_bit_numbers_pass_as_they_are_in_every_thread():
    """XLA runs calls that do not depend on each other in threads, where JAX has 32 bits."""

    class Thirds(Op):
        __props__ = ("number",)

        def __init__(self, number):
            self.number = number

        def make_node(self, x):
            return Apply(self, [x], [x.type(), pt.lvector()])

        def perform(self, node, inputs, outputs):
            outputs[0][0] = inputs[0] / 3
            outputs[1][0] = inputs[0].view("int64")

        def infer_shape(self, *given):
            return [given[-1][0], given[-1][0]]

    x = pt.dvector("x")
    outputs = [y for number in range(20) for y in Thirds(number)(x + number)]
    f = symopt.function([x], outputs, backend=symopt.jax_backend(fallback=True))
    value = np.array([0.1, np.pi, 1e300])
    for number, (third, bits) in enumerate(zip(*[iter(f(value))] * 2, strict=True)):
        np.testing.assert_array_equal(third, (value + number) / 3)
        np.testing.assert_array_equal(bits, (value + number).view("int64"))
