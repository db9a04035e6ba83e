"""Batch normalisation: Theano's numbers, any axes on all backends, gradients of both orders."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.gradient import DisconnectedInputError, verify_grad

from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.nnet import (
    batch_normalization,
    batch_normalization_test,
    batch_normalization_train,
)
from symopt.nnet.batch_normalization_ops import (
    BatchNormTrain,
    BatchNormTrainGrad,
    statistics_shape,
)
from tests.nnet.evaluate import BACKENDS, compiled, evaluate
from tests.nnet.golden_cases import check_golden_cases

PYTHON = {"cxx": "", "mode": "FAST_COMPILE"}


def spatial(*inputs):
    return batch_normalization_train(*inputs, "spatial")


GOLDEN = {
    "bn_train_spatial": spatial,
    "bn_train_spatial_cost_on_stats": spatial,
    "bn_train_spatial_y_only": lambda *inputs: spatial(*inputs)[0],
    "bn_train_per_activation": lambda *inputs: batch_normalization_train(*inputs, epsilon=1e-3),
    "bn_train_running": lambda x, gamma, beta, *running: batch_normalization_train(
        x, gamma, beta, "spatial", 1e-4, 0.1, *running
    ),
    "bn_test_spatial": lambda *inputs: batch_normalization_test(*inputs, "spatial"),
    "bn_old_api": batch_normalization,
}

# Parameters in the middle, last, first, in two places, everywhere but there, and one alone.
AXES = [(0, 2, 3), (0,), (1, 2, 3), (0, 2), (1, 3), (1,), (0, 1, 2, 3)]


@pytest.mark.core
def test_golden_python():
    check_golden_cases("python", "pool_bn_neibs", GOLDEN)


@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
def test_golden(backend):
    """Outputs and gradients of real Theano, a gradient through the statistics left out as there."""
    check_golden_cases(backend, "pool_bn_neibs", GOLDEN)


def operands(rng, shape, axes):
    small = statistics_shape(shape, axes)
    return {
        "x": rng.standard_normal(shape),
        "gamma": rng.uniform(0.5, 1.5, small),
        "beta": rng.standard_normal(small),
    }


@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
def test_backends_agree_with_numpy(backend):
    """Forward and gradients over any axes; views that are read-only; rows of all lengths."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((37, 5, 4, 3)).transpose(3, 1, 2, 0)[:, ::-1]
    x.flags.writeable = False
    cases = [(x, axes) for axes in (AXES[3:4] if backend == "numba" else AXES)]
    if backend != "numba":
        cases += [(rng.standard_normal((3, 2100)), (0,)), (rng.standard_normal((2, 1, 7)), (0, 1))]
    arrays = {}
    for k, (x, axes) in enumerate(cases):
        arrays |= {f"{name}{k}": a for name, a in operands(rng, x.shape, axes).items()}
        arrays[f"x{k}"] = x
        arrays[f"dy{k}"] = rng.standard_normal((*x.shape[::-1],)).T

    def build(**variables):
        outputs = []
        for k, (_, axes) in enumerate(cases):
            x, gamma, beta, dy = (variables[f"{name}{k}"] for name in ("x", "gamma", "beta", "dy"))
            forward = BatchNormTrain(axes)(x, gamma, beta, 1e-3)
            outputs += forward + BatchNormTrainGrad(axes)(x, dy, gamma, *forward[1:3])
        return outputs

    found = evaluate(backend, build, **arrays)
    wanted = evaluate("python", build, **arrays)
    for i, (value, expected) in enumerate(zip(found, wanted, strict=True)):
        assert value.shape == expected.shape
        np.testing.assert_allclose(value, expected, 1e-11, 1e-11, err_msg=str(i))
    x, axes = cases[0]
    np.testing.assert_allclose(found[1], x.mean(axes, keepdims=True), 1e-12, 1e-12)
    np.testing.assert_allclose(found[3], x.var(axes, keepdims=True), 1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_float32_empty_and_single(backend):
    """float32 is kept next to a float64 floatX; no images, no channels, no pixels, one element."""
    arrays = {
        "some": 1e3 + np.random.default_rng(2).standard_normal((4, 2, 50)).astype("float32"),
        "none": np.zeros((0, 2, 3), "float32"),
        "flat": np.zeros((3, 0, 3), "float32"),
        "one": np.full((1, 2, 1), 7, "float32"),
    }

    def build(**xs):
        outputs = []
        for name, x in xs.items():
            ones = np.ones((1, arrays[name].shape[1], 1), "float32")
            results = batch_normalization_train(
                x, ones, ones, "spatial", running_mean=ones, running_var=ones
            )
            cost = (results[0] ** 2).sum()
            outputs += [*results, pytensor.grad(cost, x)]
        return outputs

    found = evaluate(backend, build, **arrays)
    assert {value.dtype.name for value in found} == {"float32"}
    for k, x in enumerate(arrays.values()):
        small = (1, x.shape[1], 1)
        shapes = [value.shape for value in found[6 * k : 6 * k + 6]]
        assert shapes == [x.shape, small, small, small, small, x.shape]
    # A mean of 1000 next to a standard deviation of 1.
    x = arrays["some"].astype("float64")
    mean, variance = x.mean((0, 2), keepdims=True), x.var((0, 2), keepdims=True)
    np.testing.assert_allclose(found[0], (x - mean) / np.sqrt(variance + 1e-4) + 1, atol=2e-4)
    np.testing.assert_allclose(found[2], 1 / np.sqrt(variance + 1e-4), rtol=1e-5)
    np.testing.assert_allclose(found[4], 0.9 + 0.1 * variance * 200 / 199, rtol=1e-5)
    assert np.isnan(found[7]).all(), "the mean of nothing"
    assert np.isnan(found[8]).all()
    assert (found[18] == 1).all()
    assert (found[19] == 7).all()
    np.testing.assert_allclose(found[21].ravel(), [1.6, 1.6], rtol=1e-6)
    np.testing.assert_allclose(found[22].ravel(), [0.9, 0.9], rtol=1e-6)
    assert (found[23] == 0).all()


@pytest.mark.parametrize(
    ("backend", "gradients"),
    [(b, b != "numba") for b in BACKENDS] + [pytest.param("numba", True, marks=pytest.mark.long)],
)
def test_inside_scan(backend, gradients):
    """A loop that normalises its state in each step, forward and backward.

    Numba, which takes most of a minute for a loop's gradients, does them among the long tests.
    """
    wrt = [] if backend == "numba" and not gradients else ["x", "gamma", "beta"]

    def build(x, gamma, beta):
        def step(h, gamma, beta):
            return batch_normalization_train(h, gamma, beta, "spatial")[0] * h

        states = pytensor.scan(
            step, outputs_info=[x], non_sequences=[gamma, beta], n_steps=3, return_updates=False
        )
        variables = {"x": x, "gamma": gamma, "beta": beta}
        cost = states[-1].sum()
        return [states, *(pytensor.grad(cost, variables[name]) for name in wrt)]

    arrays = operands(np.random.default_rng(3), (4, 3, 2), (0, 2))
    states, *found = evaluate(backend, build, **arrays)
    h = arrays["x"]
    for state in states:
        d = h - h.mean((0, 2), keepdims=True)
        invstd = 1 / np.sqrt((d**2).mean((0, 2), keepdims=True) + 1e-4)
        h = (d * invstd * arrays["gamma"] + arrays["beta"]) * h
        np.testing.assert_allclose(state, h, rtol=1e-11)
    _, *wanted = evaluate("python", build, **arrays)
    for gradient, expected in zip(found, wanted, strict=True):
        np.testing.assert_allclose(gradient, expected, 1e-10, 1e-10)


@pytest.mark.parametrize("axes", AXES[:4], ids=str)
def test_verify_grad(axes):
    """Finite differences of the function, and of its gradient by each of its three inputs."""
    rng = np.random.default_rng(4)
    values = list(operands(rng, (3, 2, 2, 3), axes).values())

    def y(x, gamma, beta):
        return batch_normalization_train(x, gamma, beta, axes, epsilon=0.1)[0]

    def gradients(x, gamma, beta):
        return pytensor.grad((y(x, gamma, beta) ** 3).sum(), [x, gamma, beta])

    with pytensor.config.change_flags(**PYTHON):
        verify_grad(y, values, rng=rng)
        for k in range(3):
            verify_grad(lambda *inputs, k=k: gradients(*inputs)[k], values, rng=rng)
        # The second derivative of a single output, the others being disconnected.
        mean = values[0].mean(axes, keepdims=True)
        invstd = 1 / np.sqrt(values[0].var(axes, keepdims=True) + 0.1)
        op = BatchNormTrainGrad(axes)
        for k in range(3):
            verify_grad(
                lambda dy, gamma, k=k: op(values[0], dy, gamma, mean, invstd)[k] + 0 * gamma.sum(),
                [rng.standard_normal(values[0].shape), values[1]],
                rng=rng,
            )


@pytest.mark.core
def test_gradient_through_statistics_is_left_out():
    """Silently next to the outputs, as in Theano; an error if the cost is theirs alone."""
    rng = np.random.default_rng(5)
    arrays = operands(rng, (4, 3), (0,))
    running = {"m": np.zeros((1, 3)), "v": np.ones((1, 3))}

    def build(x, gamma, beta, m, v):
        y, mean, invstd, m, v = batch_normalization_train(
            x, gamma, beta, running_mean=m, running_var=v
        )
        cost = (y**3).sum()
        with_statistics = cost + mean.sum() + invstd.sum() + m.sum() + v.sum()
        return [pytensor.grad(c, p) for c in (cost, with_statistics) for p in (x, gamma, beta)]

    a, b, c, *others = evaluate("python", build, **arrays, **running)
    for found, expected in zip(others, (a, b, c), strict=True):
        np.testing.assert_array_equal(found, expected)
    x = pt.matrix("x")
    ones = np.ones((1, 3))
    results = batch_normalization_train(x, ones, ones, running_mean=ones, running_var=ones)
    for statistic in results[1:]:
        with pytest.raises(DisconnectedInputError):
            pytensor.grad(statistic.sum(), x)


@pytest.mark.core
def test_layouts_and_axes():
    """Parameters without the normalised dimensions; names of axes; arrays and any order."""
    rng = np.random.default_rng(6)
    arrays = operands(rng, (4, 3, 2, 5), (0, 2, 3))
    arrays |= {"m": rng.standard_normal((1, 3, 1, 1)), "v": rng.uniform(1, 2, (1, 3, 1, 1))}

    def build(**wide):
        narrow = {
            k: v if k == "x" else pt.specify_broadcastable(v, 0, 2, 3).dimshuffle(1)
            for k, v in wide.items()
        }
        outputs = []
        for values, axes in (
            (wide, "spatial"),
            (narrow, "spatial"),
            (wide, [3, 0, 2]),
            (narrow, np.array([2, 0, 3])),
        ):
            x, gamma, beta, m, v = values.values()
            results = batch_normalization_train(x, gamma, beta, axes, running_mean=m, running_var=v)
            assert all(value.ndim == gamma.ndim for value in results[1:])
            outputs += [value.reshape((-1,)) for value in results]
            outputs.append(batch_normalization_test(x, gamma, beta, m, v, axes).reshape((-1,)))
        return outputs

    found = evaluate("python", build, **arrays)
    for i in range(6):
        for other in found[i + 6 :: 6]:
            np.testing.assert_array_equal(found[i], other)
    x, mean = arrays["x"], arrays["x"].mean((0, 2, 3))
    variance = x.transpose(1, 0, 2, 3).reshape(3, -1).var(1, ddof=1)
    np.testing.assert_allclose(found[3], 0.9 * arrays["m"].ravel() + 0.1 * mean, rtol=1e-12)
    np.testing.assert_allclose(found[4], 0.9 * arrays["v"].ravel() + 0.1 * variance, rtol=1e-12)

    vector = rng.standard_normal(6)
    (y,) = evaluate("python", lambda x: batch_normalization_train(x, 2.0, 1.0)[0], x=vector)
    expected = (vector - vector.mean()) / np.sqrt(vector.var() + 1e-4) * 2 + 1
    np.testing.assert_allclose(y, expected, rtol=1e-12)


@pytest.mark.core
def test_running_averages():
    """A symbolic factor; shared variables take the new averages as their updates."""
    rng = np.random.default_rng(7)
    mean, var = pytensor.shared(np.zeros((1, 3))), pytensor.shared(np.ones((1, 3)))
    x, factor = pt.matrix("x"), pt.scalar("factor", dtype="float32")
    ones = np.ones((1, 3))
    _, _, _, new_mean, new_var = batch_normalization_train(
        x, ones, ones, running_average_factor=factor, running_mean=mean, running_var=var
    )
    with pytensor.config.change_flags(**PYTHON):
        f = pytensor.function([x, factor], [], updates=[(mean, new_mean), (var, new_var)])
    expected_mean, expected_var = np.zeros(3), np.ones(3)
    for rate in (0.25, 0.5):
        batch = rng.standard_normal((5, 3))
        f(batch, np.float32(rate))
        expected_mean = (1 - rate) * expected_mean + rate * batch.mean(0)
        expected_var = (1 - rate) * expected_var + rate * batch.var(0, ddof=1)
    np.testing.assert_allclose(mean.get_value()[0], expected_mean, rtol=1e-12)
    np.testing.assert_allclose(var.get_value()[0], expected_var, rtol=1e-12)


@pytest.mark.core
def test_dtypes():
    """One dtype for all; integers become floatX; half precision and complex numbers are refused."""
    x = np.array([[1, 2], [3, 6]], "int32")

    def build(x):
        ones = np.ones(2, "int32")
        y, mean, _ = batch_normalization_train(x, ones, ones)
        mixed = batch_normalization_train(x.astype("float32"), ones.astype("float64"), ones)
        single = batch_normalization(x.astype("float32"), 2, 1, mean.astype("float32"), 1.5)
        return [y, mean, *mixed, single]

    y, mean, *mixed, single = evaluate("python", build, x=x)
    assert [v.dtype for v in (y, mean, *mixed)] == ["float64"] * 5
    assert single.dtype == "float32"
    np.testing.assert_allclose(mean, [2, 4])
    np.testing.assert_allclose(single, [[-1 / 3, -5 / 3], [7 / 3, 11 / 3]], rtol=1e-6)
    for dtype in ("float16", "complex64"):
        with pytest.raises(DTypeError, match=f"gamma is {dtype}; expected float32 or float64"):
            batch_normalization_train(pt.matrix("x"), pt.vector(dtype=dtype), np.ones(2))
        with pytest.raises(DTypeError, match=f"inputs is {dtype}"):
            BatchNormTrain((0,))(pt.matrix(dtype=dtype), np.ones((1, 2)), np.ones((1, 2)), 1e-4)


@pytest.mark.core
def test_static_and_inferred_shapes():
    """What is known of the shape is carried on; a shape is computed without normalising."""
    x = pt.tensor("x", dtype="float32", shape=(None, None, 4, None))
    gamma = pt.tensor("gamma", dtype="float32", shape=(None, 3, None, None))
    y, mean, invstd = batch_normalization_train(x, gamma, gamma, "spatial")
    assert y.type.dtype == "float32"
    assert y.type.shape == (None, 3, 4, None)
    assert mean.type.shape == invstd.type.shape == (1, 3, 1, 1)
    gx, ggamma = pytensor.grad(y.sum(), [x, gamma])
    assert gx.type.shape == (None, 3, 4, None)
    assert ggamma.type.shape == (1, 3, 1, 1)
    rewritten = Mode(linker="py", optimizer="fast_run")
    outputs = [y.shape, mean.shape, gx.shape]
    shapes = pytensor.function([x, gamma], outputs, mode=rewritten, on_unused_input="ignore")
    kinds = (BatchNormTrain, BatchNormTrainGrad)
    assert not any(isinstance(n.op, kinds) for n in shapes.maker.fgraph.toposort())
    found = shapes(np.zeros((2, 3, 4, 5), "float32"), np.zeros((1, 3, 1, 1), "float32"))
    assert [list(shape) for shape in found] == [[2, 3, 4, 5], [1, 3, 1, 1], [2, 3, 4, 5]]


@pytest.mark.core
def test_old_function():
    """Statistics computed from the inputs are differentiated through; both modes agree."""
    rng = np.random.default_rng(8)
    x, gamma, beta = rng.standard_normal((5, 3)), rng.uniform(1, 2, 3), rng.standard_normal(3)

    def old(x, gamma, beta, mode="low_mem"):
        mean, std = x.mean(0, keepdims=True), pt.sqrt(x.var(0, keepdims=True) + 1e-4)
        return batch_normalization(x, gamma, beta, mean, std, mode)

    def build(x, gamma, beta):
        new = batch_normalization_train(x, gamma, beta)[0]
        ys = [old(x, gamma, beta), old(x, gamma, beta, mode="high_mem"), new]
        return [*ys, *(pytensor.grad((y**3).sum(), x) for y in ys)]

    a, b, c, ga, gb, gc = evaluate("python", build, x=x, gamma=gamma, beta=beta)
    for found, expected in ((a, c), (b, c), (ga, gc), (gb, gc)):
        np.testing.assert_allclose(found, expected, 1e-10, 1e-10)


@pytest.mark.parametrize("backend", BACKENDS)
def test_shapes_are_checked_when_it_runs(backend):
    """Before anything is read or written out of bounds."""
    shapes = {"x": (4, 3, 2), "gamma": (1, 3, 1), "beta": (1, 3, 1)}
    arrays = {name: np.ones(shape) for name, shape in shapes.items()}
    words = "(?i)batch.normali[sz]ation"
    if backend != "numba":
        words += r": {} has shape \({}\) and inputs \(4, 3, 2\); expected shape \(1, 3, 1\)"
    x, gamma, beta = (pt.tensor3(name) for name in arrays)
    f = compiled(backend, [x, gamma, beta], [spatial(x, gamma, beta)[0]])
    f(*arrays.values())
    for name, wrong in (("gamma", (1, 2, 1)), ("beta", (4, 3, 1)), ("gamma", (1, 3, 2))):
        given = (arrays | {name: np.ones(wrong)}).values()
        with pytest.raises(ValueError, match=words.format(name, ", ".join(map(str, wrong)))):
            f(*given)
    dy = pt.tensor3("dy")
    dx, _, _ = BatchNormTrainGrad((0, 2))(x, dy, gamma, gamma, beta)
    g = compiled(backend, [x, dy, gamma, beta], [dx])
    with pytest.raises(ValueError, match="(?i)batch.normali[sz]ation"):
        g(arrays["x"], np.ones((4, 3, 1)), arrays["gamma"], arrays["beta"])


@pytest.mark.core
@pytest.mark.parametrize(
    ("keywords", "error", "words"),
    [
        ({"axes": "all"}, HyperparameterError, "axes='all' is unknown; expected one of 'per-act"),
        ({"axes": 0}, HyperparameterError, "axes=0; expected 'per-activation', 'spatial' or a tu"),
        ({"axes": (0.5,)}, HyperparameterError, r"axes=\(0.5,\); expected"),
        ({"axes": ()}, HyperparameterError, r"axes=\(\); expected at least one"),
        ({"axes": (1, 1)}, HyperparameterError, r"axes=\(1, 1\); expected .* once"),
        ({"axes": (0, 2)}, ShapeError, r"axes=\(0, 2\) with inputs of 2 dim.*from 0 to 1"),
        ({"axes": (-1,)}, ShapeError, r"axes=\(-1,\) with inputs of 2 dimensions"),
        ({"epsilon": 0}, HyperparameterError, r"epsilon=0 is out of range; .*\(0, inf\)"),
        ({"epsilon": pt.scalar("e")}, HyperparameterError, "epsilon=e is a"),
        ({"running_average_factor": 1.5}, HyperparameterError, r"running_average_factor=1.5 .*1\]"),
        ({"running_average_factor": pt.vector()}, ShapeError, "factor has 1 dim.*a scalar"),
        ({"running_mean": np.ones(3)}, HyperparameterError, "running_var is missing"),
        ({"running_var": np.ones(3)}, HyperparameterError, "running_mean is missing"),
        (
            {"gamma": pt.tensor3("g")},
            ShapeError,
            r"gamma has 3 dimensions and inputs 2; .* 2, or 1",
        ),
        ({"beta": np.ones((1, 3))}, ShapeError, "beta has 2 dimensions and gamma 1"),
        (
            {"gamma": np.ones(2)},
            ShapeError,
            r"gamma has shape \(1, 2\) and inputs \(None, 3\); expected shape \(1, 3\)",
        ),
        (
            {"running_mean": np.ones(3), "running_var": np.ones(1)},
            ShapeError,
            r"running_var has shape \(1, 1\) .* expected shape \(1, 3\)",
        ),
    ],
)
def test_arguments_are_checked(keywords, error, words):
    arguments = {
        "inputs": pt.tensor("x", dtype="float64", shape=(None, 3)),
        "gamma": np.ones(3),
        "beta": np.ones(3),
    }
    with pytest.raises(error, match=f"batch_normalization_train: .*{words}|{words}"):
        batch_normalization_train(**(arguments | keywords))


@pytest.mark.core
def test_arguments_of_the_other_functions():
    x, ones = pt.tensor("x", dtype="float64", shape=(None, 3)), np.ones(3)
    with pytest.raises(ShapeError, match=r"batch_normalization_test: var has shape \(1, 2\)"):
        batch_normalization_test(x, ones, ones, ones, np.ones(2))
    with pytest.raises(HyperparameterError, match="batch_normalization_test: epsilon=-1"):
        batch_normalization_test(x, ones, ones, ones, ones, epsilon=-1)
    with pytest.raises(HyperparameterError, match="batch_normalization: mode='fast' is unknown"):
        batch_normalization(x, ones, ones, ones, ones, mode="fast")
    with pytest.raises(ShapeError, match=r"std has shape \(4,\) and inputs \(None, 3\)"):
        batch_normalization(x, ones, ones, ones, np.ones(4))
    with pytest.raises(ShapeError, match="beta has shape"):
        batch_normalization(x, ones, np.ones((1, 1, 3)), ones, ones)
