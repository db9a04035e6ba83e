"""A ported program computes what the original computes under the namespace."""

from __future__ import annotations

import sys
import warnings
from textwrap import dedent
from typing import Any

import numpy as np
import pytensor
import pytest

from symopt.backends import Backend
from symopt.legacy import install
from symopt.legacy.porting import port_source
from symopt.legacy.theano.compile import recipe

PROGRAMS = {
    "recurrent": """
        import numpy
        import theano
        import theano.tensor as T

        rng = numpy.random.RandomState(1)
        W = theano.shared(rng.randn(3, 3), name="W", broadcastable=(False, False))
        b = theano.shared(numpy.zeros(3), "b")
        x = T.tensor3("x")
        mask = T.matrix("mask")
        n = x.shape[1]

        def _step(m_, x_, h_):
            h = T.tanh(T.dot(h_, W) + x_ + b)
            return m_[:, None] * h + (1. - m_)[:, None] * h_

        h, updates = theano.scan(
            _step, sequences=[mask, x], outputs_info=[T.alloc(numpy.float64(0.), n, 3)]
        )
        pred = T.nnet.softmax(h[-1])
        cost = T.nnet.categorical_crossentropy(pred, T.arange(n) % 3).mean()
        params = [W, b]
        grads = T.grad(cost, params)
        train = theano.function(
            [x, mask], [cost, pred], updates=[(p, p - 0.1 * g) for p, g in zip(params, grads)]
        )
        data = rng.randn(5, 4, 3), (rng.rand(5, 4) > .3).astype(float)
        result = [train(*data)[0] for i in range(3)] + [W.get_value(), train(*data)[1]]
        """,
    "convolutional": """
        import numpy as np
        import theano
        from theano import tensor as T
        from theano.tensor.nnet import conv2d, relu
        from theano.tensor.nnet import bn
        from theano.tensor.signal import downsample
        from theano.sandbox.cuda.dnn import dnn_pool
        from theano.sandbox.cuda.basic_ops import gpu_contiguous

        rng = np.random.RandomState(2)
        x = T.tensor4()
        w = theano.shared(rng.randn(2, 3, 2, 2))
        y = conv2d(x, w, border_mode="half", image_shape=(2, 3, 6, 6))
        y = bn.batch_normalization(
            y, gamma=T.ones((1, 2, 1, 1)), beta=T.zeros((1, 2, 1, 1)),
            mean=y.mean((0, 2, 3), keepdims=True), std=T.ones((1, 2, 1, 1)))
        z = downsample.max_pool_2d(relu(y), ds=(2, 2), ignore_border=False)
        inner = gpu_contiguous(relu(y, .1))[:, :, :-1, :-1]
        z = z + dnn_pool(inner, (2, 2), stride=(2, 2), mode="average_inc_pad").sum()
        probability = T.nnet.sigmoid(z.reshape((-1, 4), 2))
        loss = T.sqr(z.flatten(2)).mean() + T.nnet.binary_crossentropy(probability, .3).sum()
        loss += abs(T.stack(z.sum(), z.max())).sum()
        f = theano.function([x], [loss, T.grad(loss, w)], allow_input_downcast=True)
        result = f(rng.randn(2, 3, 6, 6))
        """,
    "drawing": """
        import numpy
        import theano
        from theano import tensor as tt
        from theano.sandbox.rng_mrg import MRG_RandomStreams

        srng = MRG_RandomStreams(seed=234)
        v = tt.matrix()

        def gibbs(x):
            p = tt.nnet.sigmoid(x)
            return srng.binomial(size=x.shape, n=1, p=p, dtype=theano.config.floatX)

        chain, updates = theano.scan(gibbs, outputs_info=[v], n_steps=4)
        noise = srng.normal(v.shape, avg=1., std=.5)
        f = theano.function([v], {"chain": chain[-1], "noise": noise}, updates=updates)
        w = theano.Param(v, default=numpy.ones((2, 2)))
        g = theano.function([w], tt.inv(v + srng.uniform((2, 2))))
        out = [f(numpy.zeros((3, 4))) for _ in range(2)]
        result = [o[k] for o in out for k in sorted(o)] + [g(), g(3 * numpy.ones((2, 2)))]
        """,
    "graphs": """
        import theano
        import theano.tensor as T
        from theano.ifelse import ifelse
        from theano.gof.graph import inputs
        import theano.gradient

        x, y = T.vectors("x", "y")
        z = T.sum(T.sgn(x) * T.abs_(y)) + T.dot(x, y)
        swapped = theano.clone(z, replace={x: 2 * y})
        leaves = len(inputs([z]))
        g = theano.gradient.disconnected_grad(x) * x
        u = T.switch(T.gt(x, 0), T.tile(y, 1), T.zeros_like(y))
        c = ifelse(T.gt(x.sum(), 0), z, swapped)
        J = T.jacobian(x ** 2, x)
        f = theano.function([x, y], [z, swapped, T.grad(g.sum(), x), u, c, J], mode="FAST_COMPILE")
        result = f([1., -2., 3.], [.5, .25, -1.]) + [leaves]
        """,
}
PYTHON2 = """
    import theano
    import theano.tensor as T

    x = T.matrix('x')
    k = T.lscalar('k')
    half = x[:x.shape[0] / 2]
    f = theano.function([x, k], [half.sum(axis=0) / 2, k / 4, x.reshape((x.shape[1] / 1, -1))])
    result = f([[1., 2.], [3., 4.], [5., 6.]], 7)
    n, m = 7, 2
    result += [n / m, -n / m, n / 2., sum([3, 4]) / 2, [i / 2 for i in xrange(5)]]
    """


def run(source: str) -> list[Any]:
    names: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, "program", "exec"), names)
    result = names["result"]
    assert isinstance(result, list)
    return result


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, python_backend: Backend) -> Any:
    def backend(*given: Any) -> Backend:
        return python_backend

    monkeypatch.setattr(sys.modules["symopt.function"], "choose_backend", backend)
    monkeypatch.setattr(recipe, "backend_of_functions", backend)
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE", floatX="float64"):
        yield


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_numbers(name: str) -> None:
    source = dedent(PROGRAMS[name]).lstrip("\n")
    done = port_source(source)
    assert not [change for change in done.changes if change.kind == "left"]
    with install(read_flags=False), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Theano's old forms
        expected = run(source)
    found = run(done.text)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_python_2_divides_as_it_did() -> None:
    done = port_source(dedent(PYTHON2), python2=True)
    found = run(done.text)
    expected = [[0.5, 1.0], 1, [[1, 2, 3], [4, 5, 6]], 3, -4, 3.5, 3, [0, 0, 1, 1, 2]]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
