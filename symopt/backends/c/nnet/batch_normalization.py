"""Batch normalisation in C++: float32 and float64, over any axes."""

from __future__ import annotations

from pathlib import Path

from pytensor.graph.basic import Apply

from symopt.backends.c.lowering import native_form
from symopt.backends.c.native_function import write_call
from symopt.backends.c.native_op import NativeOp
from symopt.backends.c.program.writer import Writer, write
from symopt.nnet.batch_normalization_ops import (
    BatchNormalizationOp,
    BatchNormTrain,
    BatchNormTrainGrad,
)


class NativeBatchNormalization(NativeOp):
    """One of the functions of ``batch_normalization.c``."""

    source = Path(__file__).parent / "batch_normalization.c"
    version = 2
    kind = "batch_normalization"
    functions = ("train", "train_grad")
    headers = ("vector",)
    op: BatchNormalizationOp

    def settings(self) -> list[int]:
        return [len(self.op.axes), *self.op.axes]


class NativeBatchNormTrain(NativeBatchNormalization):
    """Outputs and statistics."""

    function = "train"


class NativeBatchNormTrainGrad(NativeBatchNormalization):
    """Gradients by the images, gamma and beta."""

    function = "train_grad"


@native_form.register(BatchNormTrain)
def _train(op: BatchNormTrain, node: Apply) -> Apply:
    return NativeBatchNormTrain(op).make_node(*node.inputs)


@native_form.register(BatchNormTrainGrad)
def _train_grad(op: BatchNormTrainGrad, node: Apply) -> Apply:
    return NativeBatchNormTrainGrad(op).make_node(*node.inputs)


@write.register(BatchNormTrain)
def _write_train(op: BatchNormTrain, node: Apply, w: Writer) -> None:
    write_call(NativeBatchNormTrain(op), node, w)


@write.register(BatchNormTrainGrad)
def _write_train_grad(op: BatchNormTrainGrad, node: Apply, w: Writer) -> None:
    write_call(NativeBatchNormTrainGrad(op), node, w)
