"""Every scalar operation of PyTensor with every dtype, against PyTensor's Python code."""

import warnings

import jax.numpy as jnp
import numpy as np
import pytensor.scalar.basic as basic
import pytensor.scalar.math as functions
import pytensor.tensor as pt
import pytest
import scipy.special
from pytensor.scalar.basic import Composite, ScalarOp
from pytensor.tensor.elemwise import Elemwise

import symopt
from symopt.backends.jax import forms  # noqa: F401  # registers them
from symopt.backends.jax.flags import wide
from symopt.backends.jax.host import perform
from symopt.backends.jax.trace import Options, Root, Trace
from symopt.errors import NotOnDeviceError
from tests.backends.graphs.pairs import Pair

ALL = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
MIXED = ("bool", "int8", "int64", "uint8", "float16", "float32", "float64", "complex128")

VALUES = {
    "b": ([True, False, True, False], [True, True, False, False]),
    "i": ([-3, 0, 5, 2], [2, -3, 1, -2]),
    "u": ([3, 0, 5, 2], [2, 3, 1, 2]),
    "f": ([-1.5, 0.3, 2.5, 0.75], [0.5, -0.7, 1.5, 2.25]),
    "c": ([-1.5 + 1j, 0.3, 2.5 - 2j, 0.75j], [1j, 2, 1 - 1j, 0.5]),
}
"""Of each kind of dtype: for the first operand, for the second."""

TOLERANCE = {"e": 2e-3, "f": 1e-5, "F": 1e-5, "d": 1e-9, "D": 1e-9}

POLES = ("psi", "tri_gamma", "polygamma", "hyp2f1")
"""JAX gives another infinity or NaN at them, or where a series does not converge."""

OPERATIONS = {
    str(op): op
    for module in (basic, functions)
    for op in vars(module).values()
    if isinstance(op, ScalarOp) and not isinstance(op, Composite)
}

WITHOUT_FORM = {
    "erfcx",
    "gammaincinv",
    "gammainccinv",
    "betaincinv",
    "j0",
    "j1",
    "jv",
    "ive",
    "kve",
}
"""What jax.scipy does not have, as far as it does not (it gets more)."""


def dtypes_of(op):
    arity = 2 if op.nin == -1 else op.nin
    if arity == 1:
        return [(dtype,) for dtype in ALL]
    if arity == 2:
        return [(a, b) for a in MIXED for b in MIXED]
    return [(dtype,) * arity for dtype in ALL]


def nodes_of(op):
    """Nodes with their operands, of all dtypes with which PyTensor's Python code computes it."""
    for dtypes in dtypes_of(op):
        variables = [pt.vector(dtype=dtype) for dtype in dtypes]
        values = [
            np.array(VALUES[np.dtype(dtype).kind][k % 2], dtype) for k, dtype in enumerate(dtypes)
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                node = Elemwise(op).make_node(*variables)
                yield node, values, perform(node, values)
            except Exception:  # PyTensor, NumPy or SciPy has it not
                continue


def computed(node, values):
    """What the form gives. Outside of a program, in which it would take longer."""
    with wide():
        arrays = dict(zip(node.inputs, map(jnp.asarray, values), strict=True))
        trace = Trace(Root(None, Options()), arrays, {})
        trace.node(node)
        holds = all(bool(check.holds) for check in trace.checks)
        return [np.asarray(trace[output]) for output in node.outputs], holds


def compare(name, node, values, expected):
    results, holds = computed(node, values)
    if not holds:  # a division by zero, which the other test is about
        return
    for output, result, value in zip(node.outputs, results, expected, strict=True):
        assert (result.dtype, result.shape) == (output.type.dtype, value.shape), node
        exact = value.dtype.kind not in "fc"
        given = max(TOLERANCE.get(v.dtype.char, 0) for v in values)
        tolerance = 0 if exact else max(TOLERANCE[value.dtype.char], given)
        small = {v.dtype.name for v in values} & {"bool", "int8", "uint8", "int16", "uint16"}
        if small and not exact:
            tolerance = max(tolerance, 2e-3)  # NumPy computes functions of them in float16
        if name in POLES:
            fine = np.isfinite(value) & np.isfinite(result)
            result, value = result[fine], value[fine]
        np.testing.assert_allclose(
            result, value, rtol=tolerance, atol=tolerance, err_msg=f"{name} of {node.inputs}"
        )


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.filterwarnings("ignore")
def test_every_dtype(name):
    for node, values, expected in nodes_of(OPERATIONS[name]):
        real = not any(v.dtype.kind == "c" for v in values)
        if name in ("erf", "psi") and not real:
            continue  # SciPy has them of complex numbers
        try:
            compare(name, node, values, expected)
        except NotOnDeviceError:
            assert name in WITHOUT_FORM


COMMON = (
    *("add", "mul", "sub", "true_div", "int_div", "mod", "pow", "convert_to_int8", "eq", "lt"),
    *("ge", "maximum", "sign", "abs", "round_half_to_even", "invert", "xor", "clip", "switch"),
)


@pytest.mark.parametrize("name", COMMON)
@pytest.mark.filterwarnings("ignore")
def test_common_operations(name):
    """A part of :func:`test_every_dtype`."""
    some, seen = {"int8", "uint8", "int64", "float32", "float64", "bool"}, 0
    for node, values, expected in nodes_of(getattr(basic, name)):
        if {value.dtype.name for value in values} <= some:
            compare(name, node, values, expected)
            seen += 1
    assert seen > 1


def test_special_functions():
    x = pt.dvector("x")
    p = pt.sigmoid(x)
    outputs = [
        *(f(x) for f in (pt.erf, pt.erfc, pt.expit, pt.softplus, pt.log1mexp)),
        *(f(x + 3) for f in (pt.gammaln, pt.psi, pt.tri_gamma, pt.gamma)),
        pt.erfinv(2 * p - 1),
        pt.erfcinv(2 * p),
        pt.gammainc(x + 3, 1.5),
        pt.gammaincc(x + 3, 1.5),
        pt.betainc(x + 3, 2.0, p),
        pt.i0(x),
        pt.i1(x),
        pt.logaddexp(x, 2 * x),
    ]
    grads = [pt.grad(f(x + 3).sum(), x) for f in (pt.gammaln, pt.erf, pt.psi)]
    pair = Pair([x], [*outputs, *grads], "jax")
    pair.agree(np.array([-2.5, -0.3, -1e-3, -1.1]), rtol=1e-8, atol=1e-10)


def test_an_integer_divided_by_zero_is_an_error():
    total = symopt.init_tparams({"total": np.zeros(2, "int64")})["total"]
    a, b = pt.lvector("a"), pt.lvector("b")
    f = symopt.function([a, b], [a // b, a % b], updates=[(total, total + a)], backend="jax")
    np.testing.assert_array_equal(f([7, -7], [2, 2]), [[3, -4], [1, 1]])
    with pytest.raises(ZeroDivisionError):
        f([7, -7], [2, 0])
    np.testing.assert_array_equal(total.get_value(), [7, -7])


def test_limits_that_cross_and_shapes_that_do_not_fit():
    x, y = pt.dvector("x"), pt.dvector("y")
    pair = Pair([x, y], [pt.clip(x, 1.0, -1.0), x + y], "jax")
    pair.agree(np.array([-2.0, 0.0, 2.0, np.nan]), np.zeros(4))
    pair.both_raise(ValueError, np.zeros(3), np.zeros(4))
    pair.both_raise(ValueError, np.zeros(1), np.zeros(4))  # no broadcasting that was not declared


def test_what_has_no_form_is_named():
    x = pt.dvector("x")
    f = symopt.function([x], pt.jv(2.5, x), backend="jax")
    with pytest.raises(NotOnDeviceError, match=r"(?i)jv.*fallback=True"):
        f([1.0])
    g = symopt.function([x], pt.jv(2.5, x), backend=symopt.jax_backend(fallback=True))
    np.testing.assert_allclose(g([1.0, 2.0]), scipy.special.jv(2.5, [1.0, 2.0]), rtol=1e-12)
