"""The demo's model against NumPy, and its data."""

import numpy as np
import pytensor
import pytest

import symopt
from symopt.demos.lstm_digits import build_model, init_params, load_split

pytestmark = pytest.mark.core


def reference(params, x, mask):
    """The probabilities by a plain loop."""
    sigmoid = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    width = params["lstm_U"].shape[0]
    h = c = np.zeros((x.shape[1], width))
    hidden = []
    for x_t, m_t in zip(x, mask[:, :, None], strict=True):
        gates = x_t @ params["lstm_W"] + h @ params["lstm_U"] + params["lstm_b"]
        i, f, o, g = (gates[:, k * width : (k + 1) * width] for k in range(4))
        c_new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        c_new = m_t * c_new + (1 - m_t) * c
        h = m_t * sigmoid(o) * np.tanh(c_new) + (1 - m_t) * h
        c = c_new
        hidden.append(h)
    pooled = (np.array(hidden) * mask[:, :, None]).sum(0) / mask.sum(0)[:, None]
    scores = np.exp(pooled @ params["U"] + params["b"])
    return scores / scores.sum(1, keepdims=True)


def test_model_with_masks_is_the_tutorials(python_backend):
    rng = np.random.default_rng(0)
    params = init_params(rng, 5)
    params["U"] *= 50  # visible differences between the classes
    model = build_model(symopt.init_tparams(params))
    x = rng.normal(size=(4, 3, 8)).astype("float32")
    mask = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 0, 0]], "float32")
    y = np.array([1, 2, 3])
    f = symopt.function(
        [model.x, model.mask, model.y],
        [model.probabilities, model.cost],
        backend=python_backend,
    )
    probabilities, cost = f(x, mask, y)
    expected = reference(params, x, mask)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-4)
    np.testing.assert_allclose(cost, -np.log(expected[np.arange(3), y]).mean(), rtol=1e-4)
    assert probabilities.dtype == cost.dtype == "float32"


def test_split_covers_all_digits_once():
    split = load_split()
    sizes = [len(part.y) for part in split]
    assert sizes == [1197, 200, 400]
    assert all(part.x.shape == (8, n, 8) for part, n in zip(split, sizes, strict=True))
    assert all(part.x.min() == -1 and part.x.max() == 1 for part in split)
    counts = np.bincount(np.concatenate([part.y for part in split]))
    np.testing.assert_array_equal(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    one, two = split.train.take(np.array([3, 1])), split.train
    np.testing.assert_array_equal(one.x[:, 1], two.x[:, 1])


def test_one_step_lowers_the_cost(python_backend):
    tparams = symopt.init_tparams(init_params(np.random.default_rng(0), 4))
    model = build_model(tparams)
    batch = load_split().train.take(np.arange(8))
    grads = pytensor.grad(model.cost, list(tparams.values()))
    inputs = [model.x, model.mask, model.y]
    opt = symopt.sgd(1.0, tparams, grads, inputs, model.cost, backend=python_backend)
    costs = [float(opt.f_step(*batch)) for _ in range(3)]
    assert costs[0] > costs[1] > costs[2]
