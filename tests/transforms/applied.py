"""Transforms around plain gradient descent, whose steps are the gradients themselves."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt

import symopt


def around_sgd(transforms, params, backend, rate=1.0, rule=symopt.sgd, **keywords):
    """An optimizer whose gradients are its inputs: ``opt.f_step(*grads)``."""
    tparams = symopt.init_tparams(params)
    inputs = [pt.TensorType(p.dtype, shape=(None,) * p.ndim)(n) for n, p in params.items()]
    cost = sum(p.sum() for p in tparams.values())
    return rule(
        rate, tparams, inputs, inputs, cost, transforms=transforms, backend=backend, **keywords
    )


def arrays(dtype="float64", seed=0):
    """A matrix, a kernel, a vector and a scalar."""
    rng = np.random.default_rng(seed)
    shapes = {"W": (4, 3), "conv_W": (2, 3, 2, 2), "b": (3,), "scale": ()}
    return {name: np.asarray(rng.normal(size=s), dtype) for name, s in shapes.items()}


def values(opt):
    return {name: p.get_value() for name, p in opt.params.items()}
