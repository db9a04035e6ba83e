"""The classes and instances of operations that Theano had for softmax and cross-entropies."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.special import LogSoftmax as _LogSoftmax
from pytensor.tensor.special import Softmax as _Softmax

from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.legacy.theano.tensor.nnet._softmax import logsoftmax, softmax
from symopt.nnet import crossentropy, prepend
from symopt.nnet.softmax import softmax_with_bias


class Softmax(ReplacedOp):
    """``Softmax()(x)``: see :func:`softmax`."""

    stands_for = (_Softmax,)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return softmax(inputs[0])


class LogSoftmax(ReplacedOp):
    """``LogSoftmax()(x)``: see :func:`logsoftmax`."""

    stands_for = (_LogSoftmax,)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return logsoftmax(inputs[0])


class SoftmaxWithBias(ReplacedOp):
    """``SoftmaxWithBias()(x, b)``: ``softmax(x + b)``."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return softmax_with_bias(*inputs)


class SoftmaxGrad(ReplacedOp):
    r"""``SoftmaxGrad()(dy, sm)``: the gradient by the logits, :math:`s (dy - \sum s\, dy)`."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        dy, sm = map(as_tensor_variable, inputs)
        dy, sm = (v.dimshuffle("x", 0) if v.ndim == 1 else v for v in (dy, sm))
        scaled = dy * sm
        return scaled - pt.sum(scaled, axis=1, keepdims=True) * sm


class CrossentropyCategorical1Hot(ReplacedOp):
    """``CrossentropyCategorical1Hot()(p, y)``: see :func:`crossentropy_categorical_1hot`."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return crossentropy.crossentropy_categorical_1hot(*inputs)


class CrossentropyCategorical1HotGrad(ReplacedOp):
    """``(dy, p, y) -> `` the gradient of :func:`crossentropy_categorical_1hot` by ``p``."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        dy, p, y = map(as_tensor_variable, inputs)
        chosen = pt.zeros_like(p)[pt.arange(y.shape[0]), y]
        return pt.set_subtensor(chosen, -dy / p[pt.arange(y.shape[0]), y])


class CrossentropySoftmaxArgmax1HotWithBias(ReplacedOp):
    """``(x, b, y) -> `` cross-entropies, softmax and most likely classes."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return list(crossentropy.crossentropy_softmax_argmax_1hot_with_bias(*inputs))


class CrossentropySoftmax1HotWithBiasDx(ReplacedOp):
    """``(dy, softmax, y) -> `` the gradient of the cross-entropies by the logits."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        dy, sm, y = map(as_tensor_variable, inputs)
        each: Any = pt.alloc(dy, y.shape[0]) if dy.ndim == 0 else dy
        product = each[:, None] * sm
        return pt.inc_subtensor(product[pt.arange(y.shape[0]), y], -each)


class Prepend_scalar_constant_to_each_row(ReplacedOp):  # Theano's name
    """``Prepend_scalar_constant_to_each_row(val)(mat)``: a column of ``val`` in front."""

    def __init__(self, val: Any = 0) -> None:
        self.val = float(val)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return prepend.prepend_scalar_to_each_row(self.val, inputs[0])


class Prepend_scalar_to_each_row(ReplacedOp):  # Theano's name
    """``Prepend_scalar_to_each_row()(val, mat)``: a column of ``val`` in front."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return prepend.prepend_scalar_to_each_row(*inputs)


softmax_op = Softmax()
logsoftmax_op = LogSoftmax()
softmax_grad = SoftmaxGrad()
crossentropy_categorical_1hot_grad = CrossentropyCategorical1HotGrad()
crossentropy_softmax_1hot_with_bias_dx = CrossentropySoftmax1HotWithBiasDx()


def softmax_graph(c: Any) -> Any:
    """The softmax of the rows of ``c`` written out: exponentials divided by their sum."""
    return pt.exp(c) / pt.exp(c).sum(axis=-1, keepdims=True)
