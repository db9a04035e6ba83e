"""Theano 1.0.5's ``theano.tensor.nnet.blocksparse``: products with chosen blocks of a matrix."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp


class SparseBlockGemv(ReplacedOp):
    """``SparseBlockGemv()(o, W, h, inputIdx, outputIdx)``: ``o`` plus products with blocks.

    .. code-block:: none

        y[b, j] = o[b, j] + sum_i h[b, i] @ W[inputIdx[b, i], outputIdx[b, j]]

    with o (batch, output blocks chosen, output size), W (input blocks, output blocks, input size,
    output size), h (batch, input blocks chosen, input size).
    """

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        o, w, h, input_idx, output_idx = map(as_tensor_variable, inputs)
        for name, tensor, ndim in (
            ("o", o, 3),
            ("W", w, 4),
            ("h", h, 3),
            ("inputIdx", input_idx, 2),
            ("outputIdx", output_idx, 2),
        ):
            if tensor.ndim != ndim:
                raise TypeError(
                    f"sparse_block_gemv: {name} has {tensor.ndim} dimensions; expected {ndim}."
                )
        blocks = w[input_idx[:, :, None], output_idx[:, None, :]]
        return o + pt.sum(pt.matmul(h[:, :, None, None, :], blocks)[:, :, :, 0], axis=1)


class SparseBlockOuter(ReplacedOp):
    """``SparseBlockOuter()(o, x, y, xIdx, yIdx, alpha)``: ``o`` plus outer products in its blocks.

    The blocks ``o[xIdx[b, i], yIdx[b, j]]`` get ``alpha * outer(x[b, i], y[b, j])``.
    """

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        o, x, y, x_idx, y_idx = map(as_tensor_variable, inputs[:5])
        alpha = inputs[5] if len(inputs) > 5 else kwargs.get("alpha")
        products = x[:, :, None, :, None] * y[:, None, :, None, :]
        if alpha is not None:
            products = as_tensor_variable(alpha) * products
        return pt.inc_subtensor(o[x_idx[:, :, None], y_idx[:, None, :]], products)


sparse_block_gemv = SparseBlockGemv()
sparse_block_gemv_inplace = SparseBlockGemv(True)
sparse_block_outer = SparseBlockOuter()
sparse_block_outer_inplace = SparseBlockOuter(True)


def sparse_block_dot(
    W: Any,  # Theano's names
    h: Any,
    inputIdx: Any,
    b: Any,
    outputIdx: Any,
) -> TensorVariable:
    """Products of chosen blocks of ``h`` with chosen blocks of ``W``, and a bias.

    Parameters
    ----------
    W
        (input blocks, output blocks, input size, output size).
    h
        (batch, input blocks chosen, input size), or without the batch.
    inputIdx, outputIdx
        Which input and output blocks: (batch, chosen), or without the batch.
    b
        (output blocks, output size).

    Returns
    -------
    (batch, output blocks chosen, output size).
    """
    h, input_idx, output_idx = map(as_tensor_variable, (h, inputIdx, outputIdx))
    if h.ndim == 2:
        h = h.dimshuffle("x", 0, 1)
        input_idx, output_idx = (i.dimshuffle("x", 0) for i in (input_idx, output_idx))
    return sparse_block_gemv(as_tensor_variable(b)[output_idx], W, h, input_idx, output_idx)


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
