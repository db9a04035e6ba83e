"""Batch normalisation in C++: float32 and float64, over any axes."""

from __future__ import annotations

from pathlib import Path

from pytensor.graph.basic import Apply

from symopt.backends.c.lowering import native_form
from symopt.backends.c.native_op import NativeOp
from symopt.nnet.batch_normalization_ops import (
    BatchNormalizationOp,
    BatchNormTrain,
    BatchNormTrainGrad,
)


class NativeBatchNormalization(NativeOp):
    """One of the functions of ``batch_normalization.c``."""

    source = Path(__file__).parent / "batch_normalization.c"
    version = 2
    op: BatchNormalizationOp

    def settings(self) -> list[int]:
        return [len(self.op.axes), *self.op.axes]

    def includes(self) -> str:
        return super().includes() + "#include <vector>\n"


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
