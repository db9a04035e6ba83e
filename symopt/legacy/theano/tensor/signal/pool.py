"""Theano 1.0.5's ``theano.tensor.signal.pool``: pooling."""

from __future__ import annotations

import functools
from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.signal._pool_ops import AveragePoolGrad as AveragePoolGrad
from symopt.legacy.theano.tensor.signal._pool_ops import (
    DownsampleFactorMaxGradGrad as DownsampleFactorMaxGradGrad,
)
from symopt.legacy.theano.tensor.signal._pool_ops import MaxPoolGrad as MaxPoolGrad
from symopt.legacy.theano.tensor.signal._pool_ops import Pool as Pool
from symopt.legacy.theano.tensor.signal._pool_ops import PoolGrad as PoolGrad
from symopt.nnet import pool as _pool
from symopt.nnet.pool import max_pool_2d_same_size as max_pool_2d_same_size

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")


class PoolingError(ShapeError, HyperparameterError, NotImplementedError):
    """Images or settings that cannot be pooled; where Theano raised NotImplementedError."""


def _as_theano(pool: Any) -> Any:
    """The function of symopt, whose errors are Theano's as well."""

    @functools.wraps(pool)
    def pooled(*args: Any, **kwargs: Any) -> TensorVariable:
        try:
            return pool(*args, **kwargs)
        except (ShapeError, HyperparameterError) as error:
            raise PoolingError(str(error)) from error

    return pooled


pool_2d = _as_theano(_pool.pool_2d)
pool_3d = _as_theano(_pool.pool_3d)
