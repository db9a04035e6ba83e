"""Shapes, views, and arrays made of scalars."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from pytensor.compile.ops import DeepCopyOp, TypeCastingOp
from pytensor.graph.basic import Apply
from pytensor.tensor.basic import (
    Alloc,
    AllocEmpty,
    ARange,
    Eye,
    Join,
    MakeVector,
    Nonzero,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
)
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.extra_ops import Repeat, Unique
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.type_other import MakeSlice, NoneTypeT

from symopt.backends.jax.forms.rows import Rows
from symopt.backends.jax.host import SMALL, HostExpression, NotOnHost, is_known
from symopt.backends.jax.trace import Trace, lower, not_on_device


@lower.register(Shape)
def _shape(op: Shape, node: Apply, trace: Trace, x: Any) -> Any:
    if isinstance(x, Rows):
        return jnp.stack([x.count, *x.array.shape[1:]]).astype("int64")
    return np.array(np.shape(x), dtype="int64")


@lower.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, trace: Trace, x: Any) -> Any:
    if isinstance(x, Rows):
        return np.array(x.array.shape[op.i], dtype="int64") if op.i else x.count.astype("int64")
    return np.array(np.shape(x)[op.i], dtype="int64")


@lower.register(SpecifyShape)
def _specify_shape(op: SpecifyShape, node: Apply, trace: Trace, x: Any, *_: Any) -> Any:
    for d, variable in enumerate(node.inputs[1:]):
        if isinstance(variable.type, NoneTypeT):
            continue
        expected = int(trace.known(variable, node, "shape"))
        if x.shape[d] != expected:
            raise AssertionError(
                f"SpecifyShape: dim {d} of input has shape {x.shape[d]}, expected {expected}."
            )
    return x


@lower.register(ScalarFromTensor)
@lower.register(TensorFromScalar)
@lower.register(TypeCastingOp)
@lower.register(DeepCopyOp)
def _same(op: Any, node: Apply, trace: Trace, x: Any) -> Any:
    return x


@lower.register(MakeSlice)
def _make_slice(op: MakeSlice, node: Apply, trace: Trace, *parts: Any) -> Any:
    known = [trace.known(variable, node, "limit") for variable in node.inputs]
    return slice(*(None if part is None else int(part) for part in known))


@lower.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, trace: Trace, x: Any) -> Any:
    x = jnp.asarray(x)
    kept = [d for d in op.new_order if d != "x"]
    dropped = [d for d in range(x.ndim) if d not in kept]
    for d in dropped:
        if x.shape[d] != 1:
            raise ValueError(
                f"DimShuffle: dimension {d}, which is dropped, has length {x.shape[d]}; expected 1"
            )
    x = jnp.transpose(x, [*kept, *dropped])
    sizes = iter(x.shape)
    return x.reshape([1 if d == "x" else next(sizes) for d in op.new_order])


@lower.register(Reshape)
def _reshape(op: Reshape, node: Apply, trace: Trace, x: Any, shape: Any) -> Any:
    sizes = tuple(int(n) for n in trace.known(node.inputs[1], node, "shape"))
    if len(sizes) != op.ndim:
        raise ValueError(f"Reshape: the shape has {len(sizes)} elements; expected {op.ndim}")
    try:
        return jnp.reshape(x, sizes)
    except TypeError:
        raise ValueError(f"cannot reshape array of size {np.size(x)} into shape {sizes}") from None


@lower.register(MakeVector)
def _make_vector(op: MakeVector, node: Apply, trace: Trace, *parts: Any) -> Any:
    return jnp.stack([jnp.asarray(part).astype(op.dtype) for part in parts])


@lower.register(Alloc)
def _alloc(op: Alloc, node: Apply, trace: Trace, value: Any, *_: Any) -> Any:
    value, sizes = jnp.asarray(value), _sizes(trace, node, 1)
    result = jnp.broadcast_to(value, sizes)
    Alloc._check_runtime_broadcast(node, value, sizes)
    return result


@lower.register(AllocEmpty)
def _alloc_empty(op: AllocEmpty, node: Apply, trace: Trace, *_: Any) -> Any:
    return jnp.zeros(_sizes(trace, node, 0), op.dtype)


def _sizes(trace: Trace, node: Apply, first: int) -> tuple[int, ...]:
    return tuple(int(trace.known(size, node, "shape")) for size in node.inputs[first:])


@lower.register(Eye)
def _eye(op: Eye, node: Apply, trace: Trace, *_: Any) -> Any:
    rows, columns, k = _sizes(trace, node, 0)
    return jnp.eye(rows, columns, k, dtype=op.dtype)


@lower.register(ARange)
def _arange(op: ARange, node: Apply, trace: Trace, *limits: Any) -> Any:
    """``start + step * (0, 1, ...)``: only the length has to be known."""
    dtype = node.outputs[0].type.dtype
    try:
        expressions = [trace.expression(variable) for variable in node.inputs]
    except NotOnHost as error:
        raise not_on_device(node, "length", error) from None
    length = trace.specialise(
        HostExpression(lambda call: len(np.arange(*(call.of(e) for e in expressions)))),
        f"length of {op}",
    )
    if length <= SMALL and all(map(is_known, limits)):
        return np.arange(*limits, dtype=dtype)
    start, _, step = (jnp.asarray(limit).astype(dtype) for limit in limits)
    return start + step * jnp.arange(length, dtype=dtype)


@lower.register(Join)
def _join(op: Join, node: Apply, trace: Trace, *inputs: Any) -> Any:
    variables, arrays = node.inputs, inputs
    axis = getattr(op, "axis", None)
    if axis is None:
        axis = int(trace.known(variables[0], node, "axis"))
        arrays = inputs[1:]
    axis = int(axis) % node.outputs[0].type.ndim
    shapes = [np.shape(x) for x in arrays]
    if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) > 1:
        raise ValueError(f"Join: the shapes {shapes} differ in other axes than {axis}")
    dtype = node.outputs[0].type.dtype
    return jnp.concatenate([jnp.asarray(x).astype(dtype) for x in arrays], axis=axis)


@lower.register(Split)
def _split(op: Split, node: Apply, trace: Trace, x: Any, *rest: Any) -> Any:
    axis = getattr(op, "axis", None)
    sizes_of = node.inputs[-1]
    if axis is None:
        axis = int(trace.known(node.inputs[1], node, "axis"))
    sizes = np.asarray(trace.known(sizes_of, node, "sizes"), dtype=int)
    if len(sizes) != op.len_splits:
        raise ValueError(f"Split: {len(sizes)} sizes given; expected {op.len_splits}")
    if sizes.sum() != x.shape[int(axis)] or (sizes < 0).any():
        raise ValueError(f"Split: the sizes {sizes.tolist()} do not add up to {x.shape[int(axis)]}")
    return jnp.split(x, np.cumsum(sizes)[:-1], axis=int(axis))


@lower.register(Repeat)
def _repeat(op: Repeat, node: Apply, trace: Trace, x: Any, repeats: Any) -> Any:
    """Only the length of the result has to be known."""
    x, times = jnp.asarray(x), node.inputs[1]
    if op.axis is None:
        x, axis = x.ravel(), 0
    else:
        axis = op.axis % x.ndim
    if times.type.ndim == 0 or np.shape(repeats) == (1,):
        count = int(np.asarray(trace.known(times, node, "repeats")).reshape(()))
        if count < 0:
            raise _negative()
        return jnp.repeat(x, count, axis=axis)
    if np.shape(repeats) != (x.shape[axis],):
        raise ValueError(f"Repeat: {np.shape(repeats)[0]} counts for {x.shape[axis]} elements")
    try:
        expression = trace.expression(times)
    except NotOnHost as error:
        raise not_on_device(node, "length", error) from None
    fine = HostExpression(lambda call: bool((np.asarray(call.of(expression)) >= 0).all()))
    trace.check_on_host(fine, _negative)
    length = trace.specialise(
        HostExpression(lambda call: int(np.sum(call.of(expression)))), f"length of {op}"
    )
    return jnp.repeat(x, jnp.asarray(repeats), axis=axis, total_repeat_length=length)


def _negative() -> ValueError:
    return ValueError("Repeat: counts may not be negative.")


@lower.register(Nonzero)
def _nonzero(op: Nonzero, node: Apply, trace: Trace, x: Any) -> Any:
    count = _count(trace, node, lambda a: int(np.count_nonzero(a)))
    return list(jnp.nonzero(x, size=count))


@lower.register(Unique)
def _unique(op: Unique, node: Apply, trace: Trace, x: Any) -> Any:
    try:
        return trace.from_host(node, "number of different elements")
    except NotOnHost as error:
        raise not_on_device(node, "length", error) from None


def _count(trace: Trace, node: Apply, of: Any) -> int:
    try:
        array = trace.expression(node.inputs[0])
    except NotOnHost as error:
        raise not_on_device(node, "length", error) from None
    return int(
        trace.specialise(HostExpression(lambda call: of(call.of(array))), f"length of {node.op}")
    )
