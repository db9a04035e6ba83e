"""Batch normalisation with JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from pytensor.graph.basic import Apply
from pytensor.link.jax.dispatch import jax_funcify

from symopt.nnet.batch_normalization_ops import BatchNormTrain, BatchNormTrainGrad


@jax_funcify.register(BatchNormTrain)
def _train(op: BatchNormTrain, node: Apply | None = None, **kwargs: Any) -> Callable:
    def batch_norm_train(x: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
        op.check(x.shape, gamma=gamma.shape, beta=beta.shape)
        mean = jnp.mean(x, op.axes, keepdims=True)
        deviation = x - mean
        variance = jnp.mean(deviation**2, op.axes, keepdims=True)
        invstd = 1 / jnp.sqrt(variance + epsilon)
        return deviation * (gamma * invstd) + beta, mean, invstd, variance

    return batch_norm_train


@jax_funcify.register(BatchNormTrainGrad)
def _train_grad(op: BatchNormTrainGrad, node: Apply | None = None, **kwargs: Any) -> Callable:
    def batch_norm_train_grad(x: Any, dy: Any, gamma: Any, mean: Any, invstd: Any) -> Any:
        op.check(x.shape, dy=dy.shape, gamma=gamma.shape, mean=mean.shape, invstd=invstd.shape)
        count = max(op.count(x.shape), 1)
        normalised = (x - mean) * invstd
        dbeta = jnp.sum(dy, op.axes, keepdims=True)
        dgamma = jnp.sum(dy * normalised, op.axes, keepdims=True)
        dx = gamma * invstd * (dy - dbeta / count - normalised * (dgamma / count))
        return dx, dgamma, dbeta

    return batch_norm_train_grad
