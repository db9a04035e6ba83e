"""Nodes that the host runs: before the program where it can, else in the middle of it.

In the middle of a program XLA has to know the shapes of what comes back, so they must follow from
shapes. An error there does not end XLA's program: the node gives zeros and a flag, and the flag is
one of the program's checks, which raises the error itself and has nothing written.

XLA may call from a thread of its own, where JAX's 64-bit types are off: it would round what goes in
and refuse what comes back. So 64-bit numbers pass as pairs of 32-bit words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from pytensor.compile.builders import infer_shape
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.null_type import NullType
from pytensor.tensor.basic import constant
from pytensor.tensor.type import DenseTensorType, TensorType

from symopt.backends.jax import host
from symopt.backends.jax.forms.rows import Rows
from symopt.backends.jax.host import NotOnHost, is_known
from symopt.backends.jax.trace import Trace
from symopt.errors import NotOnDeviceError


def call_host(trace: Trace, node: Apply, inputs: Sequence[Any]) -> list[Any]:
    """The outputs of a node that has no form in JAX.

    Raises
    ------
    NotOnDeviceError
        The shapes of its results depend on values that only the device knows, or its inputs or
        outputs are no arrays.
    """
    try:
        return trace.from_host(node, "results")
    except NotOnHost:
        pass
    if not hasattr(node.op, "perform"):
        raise NotOnDeviceError(f"{node.op} has no form in JAX, and none in Python.")
    _check_types(node, inputs)
    shapes = [_shape(trace, node, k, inputs) for k in range(len(node.outputs))]
    results = [
        jax.ShapeDtypeStruct(shape, output.type.dtype)
        for shape, output in zip(shapes, node.outputs, strict=True)
    ]
    call = _Call(node, inputs, results)
    trace.root.calls_back = True
    passed = [_passed(result) for result in results]
    given = [_in_words(value) for value in call.given]
    *values, fine = jax.pure_callback(call, (*passed, _FLAG), *given)
    trace.check(fine, call.error)
    return [_from_words(*pair) for pair in zip(values, results, strict=True)]


_FLAG = jax.ShapeDtypeStruct((), np.bool_)


_WORD = np.dtype("uint32")


def _is_wide(dtype: Any) -> bool:
    return np.dtype(dtype).itemsize == 2 * _WORD.itemsize and np.dtype(dtype).kind in "iuf"


def _passed(result: jax.ShapeDtypeStruct) -> jax.ShapeDtypeStruct:
    """As what a result comes back."""
    wide = _is_wide(result.dtype)
    return jax.ShapeDtypeStruct((*result.shape, 2), _WORD) if wide else result


def _in_words(value: Any) -> Any:
    return jax.lax.bitcast_convert_type(value, _WORD) if _is_wide(value.dtype) else value


def _from_words(value: Any, result: jax.ShapeDtypeStruct) -> Any:
    wide = _is_wide(result.dtype)
    return jax.lax.bitcast_convert_type(value, result.dtype) if wide else value


def _words_of(array: Any) -> Any:
    """:func:`_in_words`, of a NumPy array."""
    if not _is_wide(array.dtype):
        return array
    return np.ascontiguousarray(array)[..., None].view(_WORD).reshape(*array.shape, 2)


class _Call:
    """What JAX calls.

    Attributes
    ----------
    given
        The inputs that are computed on the device; the others are known.
    """

    def __init__(self, node: Apply, inputs: Sequence[Any], results: Sequence[Any]) -> None:
        self._node, self._results = node, list(results)
        self._inputs = list(inputs)
        self._at = [i for i, value in enumerate(inputs) if not is_known(value)]
        self.given = [inputs[i] for i in self._at]
        for i in self._at:
            self._inputs[i] = None
        self._raised: Exception | None = None

    def __call__(self, *given: Any) -> tuple[Any, ...]:
        inputs = list(self._inputs)
        for i, value, passed in zip(self._at, given, self.given, strict=True):
            if _is_wide(passed.dtype):
                value = np.ascontiguousarray(value).view(passed.dtype)[..., 0]
            # An operation may write to its inputs.
            inputs[i] = np.array(value, dtype=self._node.inputs[i].type.dtype)
        try:
            values = host.perform(self._node, inputs)
            self._check(values)
        except Exception as error:
            self._raised = error
            values, fine = [np.zeros(r.shape, r.dtype) for r in self._results], np.False_
            return (*map(_words_of, values), fine)
        return (*map(_words_of, values), np.True_)

    def _check(self, values: list[Any]) -> None:
        for value, result in zip(values, self._results, strict=True):
            if value.shape != result.shape:
                raise ValueError(
                    f"{self._node.op} gave an array of shape {value.shape}; its infer_shape, or "
                    f"the type of its output, says {result.shape}"
                )

    def error(self) -> Exception:
        """What the last call that failed raised."""
        assert self._raised is not None  # the flag says so
        return self._raised


def _check_types(node: Apply, inputs: Sequence[Any]) -> None:
    if any(isinstance(value, Rows) for value in inputs):
        raise NotOnDeviceError(
            f"{node.op} takes all rows of a loop that stops early; how many there are, only the "
            "device knows. Take single rows, or use backend='c' or 'numba'."
        )
    given = [v for v, value in zip(node.inputs, inputs, strict=True) if not is_known(value)]
    strange = [v.type for v in (*given, *node.outputs) if not isinstance(v.type, DenseTensorType)]
    if strange and not all(isinstance(type_, NullType) for type_ in strange):
        raise NotOnDeviceError(
            f"{node.op} cannot run on the host in the middle of a program: {strange[0]} is no type "
            "of arrays. Use backend='c' or 'numba'."
        )


def _shape(trace: Trace, node: Apply, output: int, inputs: Sequence[Any]) -> tuple[int, ...]:
    declared = node.outputs[output].type.shape
    if None not in declared:
        return tuple(declared)
    # Of inputs that nothing is known of but their shapes, which so are not sought further on.
    stand_ins = [v if isinstance(v, Constant) else v.type() for v in node.inputs]
    shapes = [
        tuple(constant(n, dtype="int64") for n in np.shape(value))
        if isinstance(variable.type, TensorType)
        else None
        for variable, value in zip(stand_ins, inputs, strict=True)
    ]
    alone = node.clone_with_new_inputs(stand_ins)
    sizes = infer_shape([alone.outputs[output]], stand_ins, shapes)[0]
    inside = trace.inside({}, dict(zip(stand_ins, node.inputs, strict=True)))
    return tuple(
        int(known if known is not None else _size(inside, node, size))
        for known, size in zip(declared, sizes, strict=True)
    )


def _size(inside: Trace, node: Apply, size: Variable) -> Any:
    try:
        return inside.specialise(inside.expression(size), f"shape of what {node.op} gives")
    except NotOnHost:
        raise NotOnDeviceError(
            f"{node.op} would run on the host, but XLA has to know the shape of what it gives, "
            "which does not follow from the shapes of its inputs. Declare the shape of its output, "
            "give the operation an infer_shape (as_op takes one), or use backend='c' or 'numba'."
        ) from None
