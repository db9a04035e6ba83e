"""Convolution on the c backend: four algorithms over one way to lay out an image.

``problem.h`` turns strides, dilation, padding and the gradient by the input into correlations of
stride 1 over flat memory. ``direct.h``, ``im2col.h``, ``fft.h`` and ``winograd.h`` compute these,
``choose.h`` chooses by the measurements in ``measured.json``.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply

from symopt.backends.c import blas
from symopt.backends.c.lowering import native_form
from symopt.backends.c.native_function import write_call
from symopt.backends.c.native_op import NativeOp
from symopt.backends.c.program.writer import Writer, write
from symopt.errors import ShapeError
from symopt.nnet.convolution_ops import (
    ALGORITHMS,
    Convolution,
    ConvolutionGradInputs,
    ConvolutionGradWeights,
)
from symopt.nnet.convolution_shapes import check_convolution

_FOLDER = Path(__file__).parent / "convolution"
_FILES = ("work.h", "direct.h", "im2col.h", "winograd.h", "fft.h", "choose.h", "run.h")
_DIRECTIONS = (Convolution, ConvolutionGradInputs, ConvolutionGradWeights)


class NativeConvolution(NativeOp):
    """A convolution or one of its gradients; all of a dtype share a compiled module."""

    version: ClassVar[int] = 13
    kind = "convolution"
    headers = ("array", "atomic", "cstdlib", "map", "thread", "utility", "vector")

    def make_node(self, *inputs: Any) -> Apply:
        """The convolution gets a third input too, which it ignores: all three are one module."""
        forward = isinstance(self.op, Convolution)
        node = self.op.make_node(*inputs[:2] if forward else inputs)
        shape = pt.constant(np.zeros(self.op.ndim, "int64")) if forward else node.inputs[2]
        return Apply(self, [*node.inputs[:2], shape], [node.outputs[0].type()])

    def source_code(self) -> str:
        return _files("problem.h", "with_python.h", *_FILES)

    @classmethod
    def source_for_programs(cls) -> str:
        table = _measurements()
        numbers = [len(table), *(number for row in table for number in row)]
        define = f"#define MEASUREMENTS {', '.join(map(str, numbers))}\n"
        return define + _files("problem.h", "without_python.h", *_FILES)

    def includes(self) -> str:
        return super().includes() + blas.declarations()

    def definitions(self, ctype: str) -> str:
        return f"#define GEMM {blas.symbol('sgemm' if ctype == 'float' else 'dgemm')}\n"

    def c_compile_args(self, **kwargs: Any) -> list[str]:
        return ["-O3", "-pthread", f"-Wl,-rpath,{blas.library_folder()}"]

    def c_libraries(self, **kwargs: Any) -> list[str]:
        return [blas.library_name()]

    def c_lib_dirs(self, **kwargs: Any) -> list[str]:
        return [blas.library_folder()]

    def settings(self) -> Sequence[int]:
        table = _measurements()
        return [*self.geometry(), len(table), *(number for row in table for number in row)]

    def geometry(self) -> Sequence[int]:
        """The settings without the measurements, which a library for programs holds."""
        op = self.op
        missing = 3 - op.ndim
        border = {"half": 1, "full": 2}.get(op.border_mode, 0) if _named(op) else 0
        pairs = ((0, 0),) * op.ndim if _named(op) else op.border_mode
        pairs = ((0, 0),) * missing + pairs
        return [
            _DIRECTIONS.index(type(op)),
            ALGORITHMS.index(op.algorithm),
            op.num_groups,
            int(op.filter_flip),
            border,
            *((1,) * missing + op.subsample),
            *((1,) * missing + op.filter_dilation),
            *(before for before, _ in pairs),
            *(after for _, after in pairs),
        ]


class _Called(NativeConvolution):
    """As programs call it."""

    def settings(self) -> Sequence[int]:
        return self.geometry()


@native_form.register(Convolution)
@native_form.register(ConvolutionGradInputs)
@native_form.register(ConvolutionGradWeights)
def _native(op: Convolution, node: Apply) -> Apply:
    return NativeConvolution(op).make_node(*node.inputs)


@write.register(Convolution)
@write.register(ConvolutionGradInputs)
@write.register(ConvolutionGradWeights)
def _write(op: Convolution, node: Apply, w: Writer) -> None:
    native = _Called(op)
    write_call(native, node, w, explain=_Rejection(tuple(native.settings())))


@dataclass(frozen=True)
class _Rejection:
    """The ShapeError of a convolution with these settings, whose inputs do not fit."""

    settings: tuple[int, ...]

    def __call__(self, text: str) -> Exception:
        first, second, lengths = ast.literal_eval(text)
        try:
            reject((first, second), self.settings, lengths)
        except ShapeError as error:
            return error
        return ValueError("The shapes of a convolution do not fit.")


def _files(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def _named(op: Any) -> bool:
    return isinstance(op.border_mode, str)


@cache
def _measurements() -> list[list[int]]:
    """The rows of ``choose.h``'s table, from what ``benchmarks.conv.measure`` measured."""
    found = json.loads((_FOLDER / "measured.json").read_text(encoding="utf-8"))["measurements"]
    directions = ("forward", "by input", "by weights")
    names = ("channels", "results", "kernel", "stride", "image", "batch")
    return [
        [
            directions.index(row["direction"]),
            *(round(16 * math.log2(row[name])) for name in names),
            ALGORITHMS.index(min(row["ms"], key=row["ms"].get)),
        ]
        for row in found
    ]


def reject(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], settings: Sequence[int], lengths: Any
) -> None:
    """Raise the ShapeError of inputs that do not fit; called by the C code."""
    direction, _, groups, _, border = settings[:5]
    ndim = len(shapes[0]) - 2
    stride, dilation, before, after = (
        settings[5 + 3 * i : 8 + 3 * i][3 - ndim :] for i in range(4)
    )
    pairs = tuple(zip(before, after, strict=True))
    border_mode = {1: "half", 2: "full"}.get(border, pairs)
    first, second = shapes
    if direction == 0:
        image, kernel, output = first, second, None
    elif direction == 1:
        image = (second[0], first[1] * groups, *map(int, lengths))
        kernel, output = first, second
    else:
        image, output = first, second
        kernel = (second[1], first[1] // groups, *map(int, lengths))
    check_convolution(image, kernel, border_mode, stride, dilation, groups, output)
