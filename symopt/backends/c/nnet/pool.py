"""Pooling in C++: float32 and float64, over the last two or three axes."""

from __future__ import annotations

from pathlib import Path

from pytensor.graph.basic import Apply

from symopt.backends.c.lowering import native_form
from symopt.backends.c.native_function import write_call
from symopt.backends.c.native_op import NativeOp
from symopt.backends.c.program.writer import Writer, write
from symopt.nnet.pool_ops import AveragePoolGrad, MaxPoolGrad, MaxPoolGradGrad, Pool, WindowedOp


class NativePooling(NativeOp):
    """One of the functions of ``pool.c``."""

    source = Path(__file__).parent / "pool.c"
    version = 5
    kind = "pool"
    functions = ("pool", "average_pool_grad", "max_pool_grad", "max_pool_grad_grad")
    op: WindowedOp

    def settings(self) -> list[int]:
        op = self.op
        divide = 0
        mode = getattr(op, "mode", "max")
        if mode.startswith("average"):
            divide = 1 if mode == "average_inc_pad" and op.ignore_border else 2
        axes = list(zip(op.ws, op.stride, op.pad, strict=True))
        if len(axes) == 2:
            axes.insert(0, (1, 1, 0))
        numbers = [number for axis in axes for number in axis]
        return [len(op.ws), int(op.ignore_border), divide, *numbers, int(mode == "max")]


class NativePool(NativePooling):
    """The maximum, sum or average of each window."""

    function = "pool"


class NativeAveragePoolGrad(NativePooling):
    """Each number spread over its window."""

    function = "average_pool_grad"


class NativeMaxPoolGrad(NativePooling):
    """Each number at the maxima of its window."""

    function = "max_pool_grad"


class NativeMaxPoolGradGrad(NativePooling):
    """The sum of what stands at the maxima of each window."""

    function = "max_pool_grad_grad"


_FORMS: dict[type[WindowedOp], type[NativePooling]] = {
    Pool: NativePool,
    AveragePoolGrad: NativeAveragePoolGrad,
    MaxPoolGrad: NativeMaxPoolGrad,
    MaxPoolGradGrad: NativeMaxPoolGradGrad,
}


@native_form.register(WindowedOp)
def pooling(op: WindowedOp, node: Apply) -> Apply | None:
    """The same in C++; integers and half floats, which are rare, stay with NumPy."""
    if node.outputs[0].type.dtype not in ("float32", "float64"):
        return None
    return _FORMS[type(op)](op).make_node(*node.inputs)


@write.register(WindowedOp)
def _write(op: WindowedOp, node: Apply, w: Writer) -> None:
    write_call(_FORMS[type(op)](op), node, w)
