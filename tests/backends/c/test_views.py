"""Elementwise operations move in front of transpositions and reshapes."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape

from symopt.backends.c.rewriting import views
from tests.backends.graphs.python_mode import compiled, nodes, unrewritten

REWRITES = [(views.elementwise_before_views(), position) for position in views.POSITIONS]


def both(inputs, outputs, values):
    function = compiled(inputs, outputs, *REWRITES)
    for result, expected in zip(
        function(*values), unrewritten(inputs, outputs)(*values), strict=True
    ):
        np.testing.assert_allclose(result, expected, rtol=1e-12)
    return function


@pytest.mark.parametrize("transposed", [True, False], ids=["transposition", "reshape"])
def test_one_tanh_for_both_of_its_uses(transposed):
    """In the gradient of x.T @ tanh(x @ W) and the like PyTensor computes tanh twice."""
    x, y = pt.dmatrix("x"), pt.dmatrix("y")
    view = x.T if transposed else x.reshape((x.shape[1], x.shape[0]))
    outputs = [pt.tanh(view) @ y, pt.exp(pt.tanh(x).sum(axis=0))]
    rng = np.random.default_rng(0)
    function = both([x, y], outputs, [rng.normal(size=(4, 3)), rng.normal(size=(4, 2))])
    kind = DimShuffle if transposed else Reshape
    (tanh,) = [n for n in nodes(function, Elemwise) if "Tanh" in str(n.op)]
    clients = [client.op for client, _ in function.maker.fgraph.clients[tanh.outputs[0]]]
    assert any(isinstance(op, kind) for op in clients)
    assert len(clients) == 2


def test_several_operands_and_numbers():
    x, y = pt.dtensor3("x"), pt.dtensor3("y")
    order = (2, 0, 1)
    z = pt.maximum(2.0 * x.transpose(order), y.transpose(order) + 1.0)
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2, 3, 4, 5))
    function = both([x, y], [z.reshape((5, -1)), z.sum(axis=1)], list(values))
    elementwise = nodes(function, Elemwise)
    assert elementwise
    assert not any(v.owner for node in elementwise for v in node.inputs)


def test_what_stays():
    """Operands in different orders, what is fused anyway, an output's type that would be lost."""
    x, y = pt.dmatrix("x"), pt.dmatrix("y")
    outputs = [(x.T + y).sum(axis=1), (pt.exp(x.T) * y).sum(axis=0), pt.exp(x[:, None, :]).sum(0)]
    rng = np.random.default_rng(0)
    both([x, y], outputs, [rng.normal(size=(4, 3)), rng.normal(size=(3, 4))])


def test_in_the_body_of_a_loop():
    W = pt.dmatrix("W")
    h = pytensor.scan(
        lambda h, W: pt.tanh((h @ W).T).T,
        outputs_info=[pt.ones((2, 3))],
        non_sequences=[W],
        n_steps=4,
        return_updates=False,
    )
    both([W], [h[-1], pt.grad(h.sum(), W)], [np.random.default_rng(0).normal(size=(3, 3))])
