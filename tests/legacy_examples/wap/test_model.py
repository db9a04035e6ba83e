"""The whole model: what training computes and what decoding computes are the same thing."""

from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor.graph.traversal import ancestors

import symopt
from legacy_examples.wap import data
from legacy_examples.wap.initial import init_bn_params, init_params
from legacy_examples.wap.layers import Noise
from legacy_examples.wap.model import build_model, build_sampler, regularised
from legacy_examples.wap.watcher import watch
from tests.legacy_examples.wap.tiny import TINY, formulas


@pytest.fixture(params=TINY)
def options(request):
    return TINY[request.param]


def parameters(options, seed=3):
    """Parameters and statistics that are nobody's initial ones."""
    rng = np.random.default_rng(seed)
    params = {k: v + 0.1 * rng.normal(size=v.shape) for k, v in init_params(options).items()}
    statistics = {k: v + rng.uniform(0, 0.5, v.shape) for k, v in init_bn_params(options).items()}
    return [
        symopt.init_tparams({k: v.astype("float32") for k, v in arrays.items()})
        for arrays in (params, statistics)
    ]


def test_masks_are_subsampled_with_the_pictures(options, python_backend):
    tparams, bn_tparams = parameters(options)
    x, x_mask, _, _ = next(iter(data.batches(formulas(), options, shuffle=False)))
    noise = Noise(pytensor.shared(np.float32(0)))
    grids = watch(tparams, bn_tparams, *map(pytensor.shared, (x, x_mask)), options, noise)
    shapes = symopt.function(
        [], [part.shape for grid in grids for part in grid], backend=python_backend
    )()
    factor = 2 ** (len(options.get("dim_ConvBlock", ())) or 3)
    for i, (context, mask) in enumerate(zip(shapes[::2], shapes[1::2], strict=True)):
        assert context[2:].tolist() == mask[1:].tolist()
        expected = x.shape[2] // (factor // 2**i)
        assert abs(mask[1] - expected) <= 1
    assert len(grids) == (2 if options.get("MultiScaleBlock") else 1)


def test_decoding_gives_the_probabilities_of_the_model(options, python_backend):
    """Token by token, where the cost has all of them in one loop."""
    options = {**options, "bn_mask": False}
    tparams, bn_tparams = parameters(options)
    batch = next(iter(data.batches(formulas().at([1]), options)))
    model = build_model(tparams, bn_tparams, options, training=False)
    cost = symopt.function(model.inputs, model.costs, backend=python_backend)(*batch)[0]

    sampler = build_sampler(tparams, bn_tparams, options, python_backend)
    x, _, y, _ = batch
    h, *memory = sampler.f_init(x)
    pasts = [np.zeros((1, *part.shape[2:]), "float32") for part in memory[::3]]
    last, total = np.array([-1]), 0.0
    for token in y[:, 0]:
        probs, h, *rest = sampler.f_next(last, h, *pasts, *memory)
        pasts, alphas = rest[: sampler.grids], rest[sampler.grids :]
        np.testing.assert_allclose([alpha.sum() for alpha in alphas], 1, rtol=1e-5)
        total -= np.log(probs[0, token])
        last = np.array([token])
    np.testing.assert_allclose(total, cost, rtol=1e-5)


def test_everything_is_float32(options):
    """Under the default floatX, where a plain 0.8 makes float64 of float32."""
    assert pytensor.config.floatX == "float64"
    tparams, bn_tparams = parameters(options)
    model = build_model(tparams, bn_tparams, {**options, "alpha_c": 1.0})
    computed = [regularised(model, tparams, options), *model.noise.statistics.values()]
    wide = [
        variable
        for variable in ancestors(computed)
        if getattr(variable.type, "dtype", "") == "float64"
        and not all(variable.type.broadcastable)  # single numbers
    ]
    assert not wide


def test_penalties(python_backend):
    options = {**TINY["densenet"], "decay_c": 0.0, "use_dropout": False}
    tparams, bn_tparams = parameters(options)
    model = build_model(tparams, bn_tparams, options)
    costs = [
        regularised(model, tparams, {**options, **change})
        for change in ({}, {"decay_c": 0.5}, {"alpha_c": 1.0})
    ]
    f = symopt.function(model.inputs, costs, backend=python_backend)
    plain, decayed, even = f(*next(iter(data.batches(formulas(), options))))
    filters = sum(
        (p.get_value() ** 2).sum()
        for name, p in tparams.items()
        if p.ndim == 4 and "_bn_" not in name
    )
    np.testing.assert_allclose(decayed - plain, 0.5 * filters, rtol=1e-4)
    assert even > plain
