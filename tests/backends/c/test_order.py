"""What is written over an input comes behind everything that reads it."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.tensor.blas import Dot22

import symopt


def test_operations_that_are_views_without_saying_so():
    """The graph inside an operation stands in the program: output and input share memory."""
    a = pt.dmatrix("a")
    transposed = OpFromGraph([a], [a.T])
    v = pytensor.shared(np.arange(6.0).reshape(2, 3))
    w = pytensor.shared(np.ones((3, 2)))
    new = pt.exp(w)
    output = pt.dot(transposed(v), new.T)
    f = symopt.function([], output, updates=[(v, v * 100), (w, new)], backend="c")
    np.testing.assert_allclose(f(), np.arange(6.0).reshape(2, 3).T @ np.full((2, 3), np.e))
    (node,) = f.maker.fgraph.apply_nodes
    assert len(node.op.overwrites) == 2
    order = node.op.order
    (product,) = (k for k, n in enumerate(order) if isinstance(n.op, Dot22))
    (change,) = (
        k
        for k, n in enumerate(order)
        if v.type in [x.type for x in n.outputs] and "Mul" in str(n.op)
    )
    assert product < change
