"""Branches and operations that are graphs."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.raise_op import Assert

import symopt
from tests.backends.graphs.pairs import Pair

try:
    from pytensor.conditional.op import ifelse  # PyTensor 3.3
except ImportError:
    from pytensor.ifelse import ifelse

rng = np.random.default_rng(6)


def test_operations_that_are_graphs():
    a, b, n = pt.dvector("a"), pt.dvector("b"), pt.lscalar("n")
    pair_of = OpFromGraph([a, b], [a * pt.exp(b), a[::-1] + b])
    inlined = OpFromGraph([a, b], [pt.tanh(a * b)], inline=True)
    sized = OpFromGraph([a, n], [a.sum() * pt.arange(n), n + 1])
    x, y, m = pt.dvector("x"), pt.dvector("y"), pt.lscalar("m")
    u, v = pair_of(x, y)
    cost = inlined(u, v).sum()
    grads = pt.grad(cost, [x, y])
    scaled, more = sized(x, m)
    outputs = [u, v, cost, *grads, pt.grad(grads[0].sum(), y), scaled, pt.arange(more)]
    pair = Pair([x, y, m], outputs, "jax")
    pair.agree(*rng.normal(size=(2, 3)), 3, rtol=1e-10, atol=1e-11)
    pair.agree(*rng.normal(size=(2, 3)), 5, rtol=1e-10, atol=1e-11)


def test_branches():
    c, x, s = pt.lscalar("c"), pt.dvector("x"), pytensor.shared(np.float64(1), "s")
    on_device = pt.gt(s * x.sum(), 0)
    a, b = ifelse(on_device, [x * 2, x.sum()], [x - 1, x.prod()])
    outputs = [
        ifelse(c, x * 2, x + 1),
        ifelse(c, x[:2], x),  # of two shapes
        *(a, b),
        pt.grad(ifelse(on_device, (x**2).sum(), x.sum()), x),
    ]
    pair = Pair([x, c], outputs, "jax")
    for c in (0, 1):
        pair.agree(rng.normal(size=4) - 2, c, rtol=1e-12)
        pair.agree(rng.normal(size=4) + 2, c, rtol=1e-12)


def test_only_the_errors_of_the_branch_that_is_taken_count():
    """An index beyond the array, known to the host, or to the device; a check; shapes."""
    x, c = pt.dvector("x"), pt.lscalar("c")
    at = pytensor.shared(np.array([0]), "at")
    outputs = [
        ifelse(pt.lt(c, x.shape[0]), x[c], x.sum()),
        ifelse(pt.lt(at[0], x.shape[0]), x[at[0]], x.sum()),
        ifelse(pt.gt(x.sum(), 0), Assert("no number is negative")(x, pt.all(x >= 0)), -x),
        ifelse(pt.ge(x.shape[0], 3), x[2], x[0]),
    ]
    f = symopt.function([x, c], outputs, backend="jax")
    for values, c, place in (([1, 2, 3], 2, 1), ([-1, -2, -3], 5, 4), ([1, 2], 7, 0)):
        x = np.array(values, "float64")
        at.set_value(np.array([place]))
        found = f(x, c)
        assert found[0] == (x[c] if c < len(x) else x.sum())
        assert found[1] == (x[place] if place < len(x) else x.sum())
        np.testing.assert_array_equal(found[2], abs(x))
        assert found[3] == (x[2] if len(x) > 2 else x[0])
    with pytest.raises(AssertionError, match="no number is negative"):
        f(np.array([5.0, -1.0]), 0)


def test_a_branch_in_a_loop():
    x = pt.dvector("x")
    h = pytensor.scan(
        lambda element, h: ifelse(pt.gt(element, 0), h + element, h * 0.5),
        sequences=[x],
        outputs_info=[pt.constant(0.0, dtype="float64")],
        return_updates=False,
    )
    pair = Pair([x], [h, pt.grad(h.sum(), x)], "jax")
    pair.agree(np.array([1.0, -2.0, 3.0, -4.0]))
