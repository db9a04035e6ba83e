"""Theano 1.0.5's ``theano.tensor.nnet.bn``: batch normalisation."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.nnet.batch_normalization_ops import BatchNormTrain, BatchNormTrainGrad
from symopt.nnet.bn import batch_normalization as batch_normalization
from symopt.nnet.bn import batch_normalization_test as batch_normalization_test
from symopt.nnet.bn import batch_normalization_train as batch_normalization_train

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")


class AbstractBatchNormTrain(ReplacedOp):
    """``(x, scale, bias, epsilon, factor, running_mean, running_var) -> `` what training gives.

    See :func:`batch_normalization_train`; ``axes`` is its.
    """

    stands_for = (BatchNormTrain,)

    def __init__(self, axes: Any = (0,)) -> None:
        self.axes = tuple(axes)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        names = ("epsilon", "running_average_factor", "running_mean", "running_var")
        x, scale, bias, *rest = inputs
        settings = dict(zip(names, rest, strict=False)) | kwargs
        return batch_normalization_train(x, scale, bias, self.axes, **settings)


class AbstractBatchNormInference(ReplacedOp):
    """``(x, scale, bias, mean, var, epsilon) -> `` see :func:`batch_normalization_test`."""

    def __init__(self, axes: Any = (0,)) -> None:
        self.axes = tuple(axes)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, scale, bias, mean, var, *rest = inputs
        epsilon = rest[0] if rest else kwargs.get("epsilon", 1e-4)
        return batch_normalization_test(x, scale, bias, mean, var, self.axes, epsilon)


class AbstractBatchNormTrainGrad(ReplacedOp):
    """``(x, dy, scale, mean, invstd, epsilon) -> `` gradients by x, scale and bias."""

    stands_for = (BatchNormTrainGrad,)

    def __init__(self, axes: Any = (0,)) -> None:
        self.axes = tuple(axes)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, dy, scale, mean, invstd = inputs[:5]
        return BatchNormTrainGrad(self.axes)(x, dy, scale, mean, invstd)
