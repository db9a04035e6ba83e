"""What ``theano.scan`` is given, in one form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.type import TensorType

from symopt.errors import DTypeError, ShapeError
from symopt.nnet.unbroadcast import forget_shape


@dataclass(frozen=True)
class State:
    """An output of the step: its initial value and which past values the step takes."""

    initial: Any
    taps: tuple[int, ...]

    def info(self, once: bool) -> dict[str, Any] | None:
        """An entry of PyTensor's ``outputs_info``; ``once`` if there is no loop but one step."""
        if self.initial is None:
            return None
        initial: Any = self.initial
        if not once and isinstance(initial.type, TensorType):
            # The loop's buffer must take whatever the step returns: Theano looked at shapes when
            # it ran, PyTensor compares the types when it compiles.
            name, initial = initial.name, forget_shape(initial)
            if initial is not self.initial:
                initial.name = name
        return {"initial": initial, "taps": list(self.taps)}

    def broadcasting(self, value: Any) -> Any:
        """A past value, known to have length 1 where the initial value is."""
        if self.initial is None or not isinstance(value.type, TensorType):
            return value
        shape = self.initial.type.shape
        # Of several taps the initial value has a first axis more.
        ones = [length if length == 1 else None for length in shape[len(shape) - value.type.ndim :]]
        if 1 not in ones:
            return value
        known = pt.specify_shape(value, ones)
        known.name = value.name
        return known


def listed(given: Any) -> list[Any]:
    """None is no entry; anything but a list or a tuple is one."""
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def sequence(given: Any) -> dict[str, Any]:
    """An entry of ``sequences`` as a dict with ``input`` and ``taps``."""
    entry = dict(given) if isinstance(given, Mapping) else {"input": given}
    taps = entry.get("taps")
    tensor = entry["input"]
    if not isinstance(tensor, Variable):
        tensor = pt.as_tensor_variable(tensor)
    return {"input": tensor, "taps": [0] if taps is None else _integers(taps)}


def state(given: Any, index: int) -> State:
    """An entry of ``outputs_info``."""
    if given is None:
        return State(None, ())
    entry = dict(given) if isinstance(given, Mapping) else {"initial": given}
    initial, taps = entry.get("initial"), entry.get("taps")
    if entry.get("return_steps") is not None:
        raise ShapeError(
            f"theano.scan: outputs_info[{index}] has return_steps, which Theano took out; slice "
            "the output instead (what is not used is not kept)."
        )
    if initial is None:
        if taps is not None:
            raise ShapeError(
                f"theano.scan: outputs_info[{index}] has taps {taps} but no initial state; give "
                "it one under 'initial'."
            )
        return State(None, ())
    taps = (-1,) if taps is None else tuple(_integers(taps))
    if len(set(taps)) < len(taps) or any(tap >= 0 for tap in taps):
        raise ShapeError(
            f"theano.scan: outputs_info[{index}] has taps {list(taps)}; expected negative ones, "
            "each once."
        )
    if not isinstance(initial, Variable):
        initial = pt.as_tensor_variable(initial)
    return State(initial, taps)


def _integers(taps: Any) -> list[int]:
    return [int(tap) for tap in taps] if isinstance(taps, Sequence | np.ndarray) else [int(taps)]


def number_of_steps(given: Any) -> Any:
    """``n_steps`` as an int, a symbolic integer, or None where the sequences tell."""
    if given is None or isinstance(given, str):
        return None
    if hasattr(given, "dtype") and np.dtype(str(given.dtype)).kind not in "iu":
        raise ShapeError(f"theano.scan: n_steps is {given.dtype}; expected an integer.")
    try:
        known = given if not isinstance(given, Variable) else pt.get_scalar_constant_value(given)
    except NotScalarConstantError:
        return given
    if not math.isfinite(float(known)):
        return None
    if int(known) != known:
        raise DTypeError(f"theano.scan: n_steps={given!r}; expected an integer.")
    # Theano took -1 for one step, too.
    return 1 if int(known) == -1 else int(known)
