"""Pooling: Theano's numbers, a definition by loops, gradients of both orders, all backends."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.compile.mode import Mode
from pytensor.gradient import verify_grad

from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.nnet import max_pool_2d_same_size, pool_2d, pool_3d
from symopt.nnet.pool_ops import AveragePoolGrad, MaxPoolGrad, MaxPoolGradGrad, Pool
from symopt.nnet.pool_shapes import MODES, PoolWindows, pool_settings
from tests.nnet.evaluate import BACKENDS, compiled, evaluate, symbols
from tests.nnet.golden_cases import check_golden_cases

FILE = "pool_bn_neibs"
GOLDEN = {
    "max_3_s2_p1": lambda x: pool_2d(x, (3, 3), True, (2, 2), (1, 1)),
    "max_3_s2_ibF": lambda x: pool_2d(x, (3, 3), False, (2, 2)),
    "average_inc_pad_3_s2_p1": lambda x: pool_2d(
        x, (3, 3), True, (2, 2), (1, 1), "average_inc_pad"
    ),
    "average_exc_pad_ib_false": lambda x: pool_2d(x, (2, 2), False, mode="average_exc_pad"),
    "max_ties": lambda x: pool_2d(x, (2, 2), True),
    "pool3d_max": lambda x: pool_3d(x, (2, 2, 2), True),
}
MORE_GOLDEN = {
    "max_ib_false": lambda x: pool_2d(x, ws=(2, 2), ignore_border=False),
    "max_ib_true": lambda x: pool_2d(x, ws=(2, 2), ignore_border=True),
    "average_exc_pad_ib_true": lambda x: pool_2d(x, (2, 2), True, mode="average_exc_pad"),
    "average_exc_pad_3_s2_p1": lambda x: pool_2d(
        x, (3, 3), True, (2, 2), (1, 1), "average_exc_pad"
    ),
    "average_inc_pad_ib_false": lambda x: pool_2d(x, (2, 2), False, mode="average_inc_pad"),
    "average_inc_pad_ib_true": lambda x: pool_2d(x, (2, 2), True, mode="average_inc_pad"),
    "sum_ib_false": lambda x: pool_2d(x, (2, 2), False, mode="sum"),
    "sum_ib_true": lambda x: pool_2d(x, (2, 2), True, mode="sum"),
}

# (ws, ignore_border, stride, pad, mode): overlapping, apart, partial, padded, larger than the image
CASES = [
    ((2, 2), True, None, None, "max"),
    ((3, 2), True, (2, 1), (1, 1), "max"),
    ((4, 5), False, (2, 3), None, "max"),
    ((9, 3), False, (3, 5), None, "average_exc_pad"),
    ((3, 3), True, (1, 2), (2, 1), "average_exc_pad"),
    ((2, 3), True, (3, 3), (1, 2), "average_inc_pad"),
    ((1, 2), False, (2, 3), None, "sum"),
]
MORE_CASES = [
    ((3, 3), True, (3, 3), (1, 0), "max"),
    ((3, 3), True, (1, 1), (1, 1), "max"),
    ((9, 9), True, None, None, "max"),
    ((7, 6), True, None, None, "max"),
    ((2, 1), False, (3, 4), None, "max"),
    ((3, 1), True, (2, 2), (2, 0), "average_inc_pad"),
    ((5, 5), False, (1, 1), None, "sum"),
    ((2, 2), True, None, None, "average_exc_pad"),
]
VOLUMES = [
    ((2, 3, 2), True, (1, 2, 2), (1, 1, 1), "max"),
    ((2, 2, 3), False, (2, 2, 1), None, "average_inc_pad"),
]


def axis_windows(size, ws, ignore_border, stride, pad):
    """The indices of each window along an axis, as Theano lays them out."""
    padded = size + 2 * pad
    if ignore_border:
        starts = [s for s in range(0, padded, stride) if s + ws <= padded]
    elif stride >= ws:
        starts = list(range(0, padded, stride))
    else:  # the last window is the first to reach the border
        starts = [0]
        while starts[-1] + ws < padded:
            starts.append(starts[-1] + stride)
    windows = [[i - pad for i in range(s, s + ws) if 0 <= i - pad < size] for s in starts]
    return windows if size else []


def by_loops(x, ws, ignore_border, stride, pad, mode):
    """Pooling of an array of any number of leading axes, window by window."""
    stride, pad = stride or ws, pad or (0,) * len(ws)
    sizes = x.shape[-len(ws) :]
    axes = [
        axis_windows(size, w, ignore_border, s, p)
        for size, w, s, p in zip(sizes, ws, stride, pad, strict=True)
    ]
    lead = x.shape[: -len(ws)]
    out = np.empty((*lead, *map(len, axes)), x.dtype)
    for index in product(*(range(len(axis)) for axis in axes)):
        window = x[(..., *np.ix_(*(axis[i] for axis, i in zip(axes, index, strict=True))))]
        values = window.reshape(*lead, -1)
        if mode == "max":
            result = values.max(-1)
        elif mode == "sum":
            result = values.sum(-1)
        elif mode == "average_inc_pad" and ignore_border:
            result = values.sum(-1) / np.prod(ws)
        else:
            result = values.mean(-1)
        out[(..., *index)] = result
    return out


def pool(x, case):
    ws, ignore_border, stride, pad, mode = case
    return (pool_2d if len(ws) == 2 else pool_3d)(x, ws, ignore_border, stride, pad, mode)


@pytest.mark.core
def test_golden_python():
    """Every golden case, on PyTensor's Python implementations."""
    check_golden_cases("python", FILE, GOLDEN | MORE_GOLDEN)


@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
def test_golden(backend):
    """Outputs and gradients of real Theano; Numba, which takes seconds for each, does two."""
    few = ("max_3_s2_p1", "average_inc_pad_3_s2_p1")
    cases = {case: GOLDEN[case] for case in few} if backend == "numba" else GOLDEN | MORE_GOLDEN
    check_golden_cases(backend, FILE, cases)


@pytest.mark.core
@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_definition(data):
    """``Pool`` is what the loops say, for any settings, sizes of 0 and large windows included."""
    ndim = data.draw(st.sampled_from([2, 2, 3]))
    ws = tuple(data.draw(st.integers(1, 5)) for _ in range(ndim))
    stride = tuple(data.draw(st.integers(1, 6)) for _ in range(ndim))
    ignore_border = data.draw(st.booleans())
    pad = tuple(data.draw(st.integers(0, w - 1)) if ignore_border else 0 for w in ws)
    mode = data.draw(st.sampled_from(MODES))
    shape = tuple(data.draw(st.integers(0, 7)) for _ in range(ndim))
    x = np.random.default_rng(1).standard_normal((2, *shape))
    windows, mode = pool_settings("test", ndim, ws, ignore_border, stride, pad, mode)
    node = Pool(windows, mode).make_node(pt.constant(x))
    storage = [[None]]
    node.op.perform(node, [x], storage)
    expected = by_loops(x, ws, ignore_border, stride, pad, mode)
    assert node.outputs[0].type.shape == expected.shape
    np.testing.assert_allclose(storage[0][0], expected, rtol=1e-13)
    symbolic = windows.symbolic_shape([2, *(pt.constant(n) for n in shape)])
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        assert [int(pt.as_tensor(n).eval()) for n in symbolic] == list(expected.shape)


@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
def test_backends_agree_with_numpy(backend):
    """Forward, gradient and gradient of the gradient; inputs that are views and read-only.

    Numba, which takes seconds for each operation, does fewer.
    """
    rng = np.random.default_rng(2)
    cases = CASES[1:2] + VOLUMES[1:] if backend == "numba" else CASES + MORE_CASES + VOLUMES
    # Few distinct values, so that there are ties; -inf as in a masked image.
    x = np.round(rng.standard_normal((6, 3, 7, 2)), 1)
    x[:3, 0, :5], x[1, 1, 2, 1] = -np.inf, np.nan
    x = x.transpose(3, 1, 2, 0)
    x.flags.writeable = False
    v = rng.standard_normal((2, 3, 14, 12))[:, :, ::2, ::-2]

    def build(x, v):
        outputs = []
        for case in cases:
            z = pool(x, case)
            op = z.owner.op
            if case[4] == "max":
                gz = MaxPoolGradGrad(op.windows)(x, z, v)
                outputs += [z, gz, MaxPoolGrad(op.windows)(x, z, gz)]
            else:
                gz = Pool(op.windows, case[4])(v)
                outputs += [z, AveragePoolGrad(op.windows, case[4])(x, gz)]
        return outputs

    found = evaluate(backend, build, x=x, v=v)
    with np.errstate(invalid="ignore"):
        wanted = evaluate("python", build, x=x, v=v)
    assert np.isnan(wanted[0]).any()
    assert np.isneginf(wanted[0]).any()
    for i, (output, expected) in enumerate(zip(found, wanted, strict=True)):
        np.testing.assert_allclose(output, expected, rtol=1e-12, atol=1e-12, err_msg=str(i))


@pytest.mark.parametrize("backend", BACKENDS)
def test_empty_arrays_and_float32(backend):
    """No images, no pixels, no windows; float32 stays float32 next to a float64 floatX."""
    arrays = {
        "none": np.zeros((0, 2, 4, 4), "float32"),
        "flat": np.zeros((2, 0, 4), "float32"),
        "small": np.ones((1, 2, 2), "float32"),
        "matrix": np.array([[1, 3], [2, 0]], "float32"),
    }

    def build(none, flat, small, matrix):
        xs = [none, flat, small, matrix]
        modes = ["max", "max", "average_exc_pad"]
        pooled = [
            pool_2d(x, (3, 3), True, (1, 1), None, mode) for x, mode in zip(xs, modes, strict=False)
        ]
        pooled.append(pool_2d(matrix, (3, 3), True, (1, 1), (2, 2)))
        ones = {z: pt.ones_like(z) for z in pooled}
        return [*pooled, *pytensor.grad(None, xs, known_grads=ones)]

    found = evaluate(backend, build, **arrays)
    assert [y.dtype for y in found] == ["float32"] * len(found)
    shapes = [(0, 2, 2, 2), (2, 0, 2), (1, 0, 0)]
    assert [y.shape for y in found[:4]] == [*shapes, (4, 4)]
    expected = [[1, 3, 3, 3], [2, 3, 3, 3], [2, 3, 3, 3], [2, 2, 2, 0]]
    assert found[3].tolist() == expected
    assert [g.shape for g in found[4:]] == [a.shape for a in arrays.values()]
    assert found[7].tolist() == [[1, 9], [5, 1]]


@pytest.mark.parametrize(
    "backend",
    ["python", "c", pytest.param("numba", marks=pytest.mark.long), "jax"],  # Numba: minutes
)
def test_inside_scan(backend):
    """A loop that pools its state in each step, forward and backward."""

    def build(x, w):
        def step(h, w):
            z = pool_2d(h, (2, 2), True, (1, 1), (1, 1)) * w
            return pt.specify_shape(pt.tanh(z[:, 1:, 1:]), (2, 3, 4))

        states = pytensor.scan(
            step, outputs_info=[x], non_sequences=[w], n_steps=3, return_updates=False
        )
        cost = (states[-1] ** 2).sum()
        return [states, *pytensor.grad(cost, [x, w])]

    rng = np.random.default_rng(3)
    arrays = {"x": rng.standard_normal((2, 3, 4)), "w": rng.standard_normal((2, 4, 5))}
    states, gx, gw = evaluate(backend, build, **arrays)
    h = arrays["x"]
    for state in states:
        z = by_loops(h, (2, 2), True, (1, 1), (1, 1), "max") * arrays["w"]
        h = np.tanh(z[:, 1:, 1:])
        np.testing.assert_allclose(state, h, rtol=1e-12)
    if backend == "python":
        check = {}
        for name in arrays:
            moved = {k: a.copy() for k, a in arrays.items()}
            moved[name].flat[5] += 1e-6
            up = (evaluate("python", build, **moved)[0][-1] ** 2).sum()
            check[name] = (up - (states[-1] ** 2).sum()) / 1e-6
        np.testing.assert_allclose([gx.flat[5], gw.flat[5]], list(check.values()), rtol=1e-4)
    else:
        _, *wanted = evaluate("python", build, **arrays)
        np.testing.assert_allclose(gx, wanted[0], rtol=1e-11)
        np.testing.assert_allclose(gw, wanted[1], rtol=1e-11)


@pytest.mark.parametrize("case", CASES + VOLUMES, ids=str)
def test_verify_grad(case):
    """Finite differences, of the pooling and of its gradient."""
    rng = np.random.default_rng(4)
    shape = (2, 7, 6) if len(case[0]) == 2 else (3, 5, 4)
    # Distinct values further apart than the step of the differences.
    x = rng.permutation(np.prod(shape)).reshape(shape) / 10
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(lambda x: pool(x, case), [x], rng=rng)
        op = pool(pt.constant(x), case).owner.op
        z = by_loops(x, *case)
        if case[4] == "max":
            gz = rng.standard_normal(z.shape)
            verify_grad(lambda g: MaxPoolGrad(op.windows)(x, z, g), [gz], rng=rng)
            verify_grad(lambda v: MaxPoolGradGrad(op.windows)(x, z, v), [x], rng=rng)
        else:
            verify_grad(lambda g: AveragePoolGrad(op.windows, case[4])(x, g), [z], rng=rng)
        # Through both at once: the gradient of a function of the gradient.
        verify_grad(
            lambda x: pytensor.grad((pool(x, case) ** 3).sum(), x),
            [x],
            rng=rng,
            rel_tol=1e-4,
        )


@pytest.mark.core
def test_gradient_goes_to_all_maxima():
    """And ``max_pool_2d_same_size`` keeps all of them, zeros elsewhere and at the border."""
    x = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, -2.0], [5.0, 6.0, 7.0]])
    gradient, same = evaluate(
        "python",
        lambda x: [
            pytensor.grad(pool_2d(x, (2, 2), True).sum() * 3.0, x),
            max_pool_2d_same_size(x, (2, 2)),
        ],
        x=x,
    )
    assert gradient.tolist() == [[3, 3, 0], [0, 3, 0], [0, 0, 0]]
    assert same.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        distinct = np.random.default_rng(5).permutation(2 * 3 * 5 * 4).reshape(2, 3, 5, 4) / 10
        verify_grad(lambda x: max_pool_2d_same_size(x, (2, 3)), [distinct], rng=np.random)


@pytest.mark.core
def test_unpooling_by_gradient():
    """``T.grad(None, wrt=x, known_grads={pooled: y})`` puts y at the maxima of x."""
    x = np.array([[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 1.0, 2.0]])
    y = np.array([[10.0, 20.0]])

    def build(x, y):
        pooled = pool_2d(x, ws=(2, 2), ignore_border=True)
        return pytensor.grad(None, wrt=x, known_grads={pooled: y})

    (unpooled,) = evaluate("python", build, x=x, y=y)
    assert unpooled.tolist() == [[0, 0, 20, 0], [10, 0, 0, 0]]


@pytest.mark.core
def test_dtypes():
    """Integers keep their dtype but for averages; booleans and complex numbers are refused."""
    x = np.array([[1, 2], [4, 4]], "int16")
    found = evaluate(
        "python",
        lambda x: [pool_2d(x, (2, 2), True, mode=mode) for mode in MODES],
        x=x,
    )
    assert [y.dtype for y in found] == ["int16", "int16", "float64", "float64"]
    assert [y.item() for y in found] == [4, 11, 2.75, 2.75]
    (gradient,) = evaluate(
        "python",
        lambda x: pytensor.grad(pool_2d(x, (2, 2), True).astype("float64").sum(), x),
        x=x,
    )
    assert gradient.tolist() == [[0, 0], [0, 0]]
    for dtype in ("bool", "complex64"):
        with pytest.raises(DTypeError, match=dtype):
            pool_2d(pt.matrix(dtype=dtype), (2, 2))


@pytest.mark.core
def test_static_shape_and_inferred_shape():
    """What is known of the shape is carried on, and a shape is computed without pooling."""
    x = pt.tensor("x", dtype="float32", shape=(None, 3, 7, None))
    y = pool_2d(x, (3, 3), True, (2, 2), (1, 1))
    assert y.type.dtype == "float32"
    assert y.type.shape == (None, 3, 4, None)
    assert pytensor.grad(y.sum(), x).type.shape == x.type.shape
    rewritten = Mode(linker="py", optimizer="fast_run")
    shape_only = pytensor.function([x], y.shape, mode=rewritten)
    assert not any(isinstance(n.op, Pool) for n in shape_only.maker.fgraph.toposort())
    assert shape_only(np.zeros((2, 3, 7, 5), "float32")).tolist() == [2, 3, 4, 3]


@pytest.mark.core
def test_old_names_and_constants():
    """ds, st and padding; arrays, PyTensor constants and lists; Theano's order of arguments."""
    x = np.random.default_rng(6).standard_normal((5, 6))

    def build(x):
        return [
            pool_2d(x, (3, 2), True, (2, 1), (1, 0), "sum"),
            pool_2d(x, ds=(3, 2), ignore_border=True, st=(2, 1), padding=(1, 0), mode="sum"),
            pool_2d(x, np.array([3, 2]), True, pt.constant([2, 1]), [1, np.int64(0)], "sum"),
            pool_2d(x, [pt.constant(3), 2], True, [2, 1], (1, 0), mode="sum"),
            pool_2d(x, (2, 2)),
            pool_2d(x, (2, 2), ignore_border=False, mode="max_deterministic"),
        ]

    a, *others, p, q = evaluate("python", build, x=x)
    for other in others:
        np.testing.assert_array_equal(a, other)
    assert p.shape == (3, 3)
    np.testing.assert_array_equal(p, q)


@pytest.mark.core
@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({}, "ws is missing"),
        ({"ws": 2}, r"ws=2; expected 2 integers.*ws=\(2, 2\)"),
        ({"ws": (2, 2, 2)}, r"ws=\(2, 2, 2\); expected 2 integers"),
        ({"ws": (0, 2)}, r"ws=\(0, 2\); expected 2 integers of at least 1"),
        ({"ws": (2.0, 2)}, r"ws=\(2.0, 2\)"),
        ({"ws": (True, 2)}, r"ws=\(True, 2\)"),
        ({"ws": pt.lvector("window")}, "ws=window is symbolic.*Python integers"),
        ({"ws": (2, 2), "ds": (2, 2)}, "two names of one argument"),
        ({"ws": (2, 2), "stride": (1, 1), "st": (1, 1)}, "stride=.*st="),
        ({"ws": (2, 2), "pad": (1, 0), "padding": (1, 0)}, "pad=.*padding="),
        ({"ws": (2, 2), "stride": (0, 1)}, "stride="),
        ({"ws": (2, 2), "pad": (1, 1)}, "ignore_border=False; expected no padding"),
        ({"ws": (2, 2), "pad": (2, 0), "ignore_border": True}, r"pad=\(2, 0\) with ws=\(2, 2\)"),
        ({"ws": (2, 2), "pad": (-1, 0), "ignore_border": True}, "pad="),
        ({"ws": (2, 2), "mode": "mean"}, "mode='mean' is unknown; expected one of 'max'"),
        ({"ws": (2, 2), "ignore_border": "yes"}, "ignore_border='yes'"),
    ],
)
def test_settings_are_checked(keywords, words):
    """Each error names the argument, what was given and what is expected."""
    with pytest.raises(HyperparameterError, match=f"pool_2d: .*{words}|{words}"):
        pool_2d(pt.matrix("x"), **keywords)


@pytest.mark.core
def test_shapes_are_checked():
    with pytest.raises(ShapeError, match="pool_2d: input=x has 1 dimensions; expected at least 2"):
        pool_2d(pt.vector("x"), (2, 2))
    with pytest.raises(ShapeError, match="pool_3d: input=x has 2 dimensions"):
        pool_3d(pt.matrix("x"), (2, 2, 2))
    with pytest.raises(HyperparameterError, match="max_pool_2d_same_size: patch_size=3"):
        max_pool_2d_same_size(pt.matrix("x"), 3)
    windows = PoolWindows((2, 2), (2, 2), (0, 0), True)
    with pytest.raises(ShapeError, match="has 1 dimensions and the input x has 2"):
        MaxPoolGrad(windows)(pt.matrix("x"), pt.vector("z"), pt.matrix("gz"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_pooled_shape_is_an_error(backend):
    """A z, gz or v that does not fit is found before anything is read or written out of bounds."""
    x, z = np.zeros((4, 4)), np.zeros((2, 2))
    wrong = np.zeros((3, 2))
    windows = PoolWindows((2, 2), (2, 2), (0, 0), True)
    variables = symbols({"x": x, "z": z, "wrong": wrong})
    a, b, c = variables.values()
    for output in (
        MaxPoolGrad(windows)(a, c, b),
        MaxPoolGrad(windows)(a, b, c),
        MaxPoolGradGrad(windows)(a, b, c),
        AveragePoolGrad(windows, "sum")(a, c),
    ):
        f = compiled(backend, [a, b, c], [output])
        with pytest.raises(ValueError, match="shape"):
            f(x, z, wrong)
