"""Elementwise operations: PyTensor's dtypes, JAX's functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce, singledispatch
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Apply
from pytensor.scalar import basic as scalars
from pytensor.scalar.basic import ScalarOp
from pytensor.scalar.math import Sigmoid
from pytensor.tensor.elemwise import Elemwise

from symopt.backends.jax.flags import pytensor_forms
from symopt.backends.jax.forms.rows import Rows, by_elements
from symopt.backends.jax.trace import Trace, lower


def _found(forms: dict[str, Callable]) -> dict[type, Callable]:
    """By class; PyTensor's lines do not have the same ones."""
    return {getattr(scalars, k): form for k, form in forms.items() if hasattr(scalars, k)}


_SAME_DTYPE = _found(
    {
        "Add": lambda *xs: reduce(jnp.add, xs),
        "Mul": lambda *xs: reduce(jnp.multiply, xs),
        "Sub": jnp.subtract,
        "TrueDiv": jnp.true_divide,
        "IntDiv": jnp.floor_divide,
        "Mod": jnp.mod,
        "Pow": jnp.power,
        "Maximum": jnp.maximum,
        "Minimum": jnp.minimum,
        "Neg": jnp.negative,
        "Sqr": lambda x: x * x,
        "Sqrt": jnp.sqrt,
        "Reciprocal": lambda x: 1 / x,
        "Exp": jnp.exp,
        "Exp2": jnp.exp2,
        "Expm1": jnp.expm1,
        "Log": jnp.log,
        "Log2": jnp.log2,
        "Log10": jnp.log10,
        "Log1p": jnp.log1p,
        "Sin": jnp.sin,
        "Cos": jnp.cos,
        "Tan": jnp.tan,
        "ArcSin": jnp.arcsin,
        "ArcCos": jnp.arccos,
        "ArcTan": jnp.arctan,
        "ArcTan2": jnp.arctan2,
        "Sinh": jnp.sinh,
        "Cosh": jnp.cosh,
        "Tanh": jnp.tanh,
        "ArcSinh": jnp.arcsinh,
        "ArcCosh": jnp.arccosh,
        "ArcTanh": jnp.arctanh,
        "Ceil": jnp.ceil,
        "Floor": jnp.floor,
        "Trunc": jnp.trunc,
        "RoundHalfToEven": jnp.round,
        "RoundHalfAwayFromZero": lambda x: jnp.trunc(x + jnp.copysign(x.dtype.type(0.5), x)),
        "AND": jnp.bitwise_and,
        "OR": jnp.bitwise_or,
        "XOR": jnp.bitwise_xor,
        "Invert": jnp.invert,
        "Clip": lambda x, low, high: jnp.where(x < low, low, jnp.where(x > high, high, x)),
        "Identity": lambda x: x,
    }
)
"""What computes in the dtype of its result."""

_COMPARED = _found(
    {
        "EQ": jnp.equal,
        "NEQ": jnp.not_equal,
        "LT": jnp.less,
        "LE": jnp.less_equal,
        "GT": jnp.greater,
        "GE": jnp.greater_equal,
    }
)

_UNCHANGED = _found(
    {
        "Abs": jnp.abs,
        "Sign": jnp.sign,
        "IsNan": jnp.isnan,
        "IsInf": jnp.isinf,
        "Real": jnp.real,
        "Imag": jnp.imag,
        "Angle": jnp.angle,
        "Conj": jnp.conj,
    }
)


@lower.register(Elemwise)
def _elementwise(op: Elemwise, node: Apply, trace: Trace, *inputs: Any) -> Any:
    if any(isinstance(x, Rows) for x in inputs):
        return by_elements(lambda *arrays: _elementwise(op, node, trace, *arrays), inputs)
    inputs = tuple(map(jnp.asarray, inputs))
    Elemwise._check_runtime_broadcast(node, inputs)
    _check_shapes([x.shape for x in inputs])
    if isinstance(op.scalar_op, scalars.IntDiv | scalars.Mod):
        _check_divisor(op.scalar_op, trace, inputs[1], node.outputs[0].type.dtype)
    return scalar_form(op.scalar_op, node, inputs)


def _check_shapes(shapes: list[tuple[int, ...]]) -> None:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"Input dimension mismatch: the shapes {shapes} do not fit") from None


def _check_divisor(op: ScalarOp, trace: Trace, divisor: Any, dtype: str) -> None:
    """A quotient of integers by zero is an error; XLA gives some number."""
    if np.dtype(dtype).kind in "iub":
        trace.check(jnp.all(divisor != 0), lambda: ZeroDivisionError(f"{op} of an integer by zero"))


@lower.register(ScalarOp)
def _scalar(op: ScalarOp, node: Apply, trace: Trace, *inputs: Any) -> Any:
    return scalar_form(op, node, tuple(map(jnp.asarray, inputs)))


@singledispatch
def scalar_form(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    """Apply a scalar operation to arrays; ``node`` has the types, of elements or of arrays."""
    kind = type(op)
    dtype = node.outputs[0].type.dtype
    if kind in _COMPARED:
        common = np.result_type(*(x.dtype for x in inputs))
        return _COMPARED[kind](*(x.astype(common) for x in inputs))
    if kind in _UNCHANGED:
        return _UNCHANGED[kind](*inputs)
    if kind in _SAME_DTYPE:
        return _SAME_DTYPE[kind](*(x.astype(dtype) for x in inputs))
    if np.issubdtype(dtype, np.floating):
        # Special functions: JAX would take other types for integers than PyTensor does.
        inputs = [
            x if np.issubdtype(x.dtype, np.complexfloating) else x.astype(dtype) for x in inputs
        ]
    try:
        return pytensor_forms()(op, node=node)(*inputs)
    except AttributeError as error:
        # It is looked up in jax.scipy by its name in SciPy.
        raise NotImplementedError(str(error)) from error


@scalar_form.register(Sigmoid)
def _sigmoid(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    return jax.nn.sigmoid(inputs[0].astype(node.outputs[0].type.dtype))


@scalar_form.register(scalars.Cast)
def _cast(op: Any, node: Apply, inputs: Sequence[Any]) -> Any:
    return inputs[0].astype(op.o_type.dtype)


@scalar_form.register(scalars.Switch)
def _switch(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    condition, yes, no = inputs
    dtype = node.outputs[0].type.dtype
    return jnp.where(condition.astype(bool), yes.astype(dtype), no.astype(dtype))


@scalar_form.register(scalars.Second)
def _second(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    first, second = inputs
    return jnp.broadcast_to(second, np.broadcast_shapes(first.shape, second.shape))


@scalar_form.register(scalars.ScalarInnerGraphOp)
def _inner(op: Any, node: Apply, inputs: Sequence[Any]) -> Any:
    if not isinstance(op, scalars.Composite):
        return pytensor_forms()(op, node=node)(*inputs)
    values = dict(zip(op.fgraph.inputs, inputs, strict=True))

    def value(variable: Any) -> Any:
        return values[variable] if variable in values else jnp.asarray(variable.data)

    for inner in op.fgraph.toposort():
        results = scalar_form(inner.op, inner, [value(x) for x in inner.inputs])
        results = results if isinstance(results, list | tuple) else [results]
        for variable, result in zip(inner.outputs, results, strict=True):
            values[variable] = result.astype(variable.type.dtype)
    results = [value(variable) for variable in op.fgraph.outputs]
    return results if len(results) > 1 else results[0]
