"""``theano.scan_module.scan_utils``: what a step returns, and work on graphs."""

from __future__ import annotations

import math
import warnings
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.basic import equal_computations as equal_computations
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs
from pytensor.scan.utils import Validator as Validator
from pytensor.scan.utils import expand_empty as expand_empty
from pytensor.scan.utils import safe_new as safe_new
from pytensor.scan.utils import until as until

from symopt.errors import DTypeError, InputError
from symopt.legacy.theano._fallback import fallback

_NEVER_GIVEN = object()

_RETURNED = (
    "theano.scan: the step returned {!r}. Expected outputs (a variable, or a list or tuple of "
    "them), updates (a dict or a list of pairs), a condition until(...), or several of these in "
    "this order. Make a variable of a number with theano.tensor.constant."
)


def clone(
    output: Any,
    replace: Mapping[Variable, Any] | Iterable[tuple[Variable, Any]] | None = None,
    strict: bool = True,
    share_inputs: bool = True,
    copy_inputs: Any = _NEVER_GIVEN,
) -> Any:
    """A copy of a graph with some of its variables replaced: ``theano.clone``.

    Parameters
    ----------
    output
        A variable, or a list, tuple or dict of them.
    replace
        What to replace by what: a dict or pairs. Replacements are made all at once.
    strict
        Whether a replacement must have the dtype and number of dimensions of what it replaces;
        otherwise it is converted where it can be.
    share_inputs
        Whether the copy has the same inputs and shared variables; otherwise it has copies of them
        (copies of shared variables share their values).
    copy_inputs
        Theano's older name of ``share_inputs``.

    Returns
    -------
    The same structure as ``output``.

    Raises
    ------
    TypeError
        With ``strict``: a replacement of another type.
    ValueError
        ``replace`` is neither a dict nor pairs.
    """
    if copy_inputs is not _NEVER_GIVEN:
        warnings.warn("clone: copy_inputs is now named share_inputs.", stacklevel=2)
        share_inputs = copy_inputs
    if replace is None:
        pairs: list[tuple[Variable, Any]] = []
    elif isinstance(replace, Mapping):
        pairs = list(replace.items())
    elif isinstance(replace, list | tuple):
        pairs = list(replace)
    else:
        raise InputError(
            f"clone: replace is {replace!r} of type {type(replace).__name__}; expected a dict, "
            "pairs or None."
        )
    new_pairs = [(old, _replacement(old, new, strict)) for old, new in pairs]
    return clone_replace(
        output,
        replace=new_pairs,
        rebuild_strict=False,
        copy_inputs_over=share_inputs,
        no_default_updates=True,  # they are looked for when a function is made
    )


def _replacement(old: Variable, new: Any, strict: bool) -> Variable:
    if not isinstance(new, Variable):
        new = pt.as_tensor_variable(new)
    if strict and hasattr(old.type, "dtype"):
        given, expected = ((v.type.dtype, getattr(v.type, "ndim", None)) for v in (new, old))
        if given != expected:
            raise DTypeError(
                f"clone: {old} is {old.type} and its replacement {new} is {new.type}; expected "
                "the same dtype and number of dimensions (or strict=False)."
            )
    return new


def get_updates_and_outputs(
    ls: Any,
) -> tuple[Variable | None, list[Variable], OrderedDict[Variable, Any]]:
    """What the function of a step returned, as (condition, outputs, updates).

    Raises
    ------
    ValueError
        It is not outputs, updates and a condition, or not in this order.
    """
    if not _made_of_variables(ls):
        raise InputError(_RETURNED.format(ls))
    if _is_outputs(ls):
        return None, _listed(ls), OrderedDict()
    if _is_updates(ls):
        return None, [], OrderedDict(ls)
    if not isinstance(ls, list | tuple) or len(ls) not in (2, 3):
        raise InputError(_RETURNED.format(ls))
    rest = list(ls)
    outputs = _listed(rest.pop(0)) if _is_outputs(rest[0]) else []
    updates = OrderedDict(rest.pop(0)) if rest and _is_updates(rest[0]) else OrderedDict()
    condition = rest.pop(0).condition if rest and isinstance(rest[0], until) else None
    if rest:
        raise InputError(_RETURNED.format(ls))
    return condition, outputs, updates


def _is_outputs(returned: Any) -> bool:
    return isinstance(returned, Variable) or (
        isinstance(returned, list | tuple) and all(isinstance(x, Variable) for x in returned)
    )


def _is_updates(returned: Any) -> bool:
    return isinstance(returned, dict) or (
        isinstance(returned, list | tuple)
        and all(isinstance(x, list | tuple) and len(x) == 2 for x in returned)
    )


def _made_of_variables(returned: Any) -> bool:
    if isinstance(returned, dict):
        returned = list(returned.items())
    if isinstance(returned, list | tuple):
        return all(_made_of_variables(part) for part in returned)
    return isinstance(returned, Variable | until)


def _listed(returned: Any) -> list[Variable]:
    return list(returned) if isinstance(returned, list | tuple) else [returned]


def isNaN_or_Inf_or_None(x: Any) -> bool:  # Theano's name
    """Whether ``x`` is None or is known to be NaN or infinite."""
    if x is None:
        return True
    try:
        value = pt.get_scalar_constant_value(x) if isinstance(x, Variable) else x
        return not math.isfinite(float(value))
    except Exception:  # whatever is no known number
        return False


def hash_listsDictsTuples(x: Any) -> int:  # Theano's name
    """A hash of nested lists, tuples and dicts, whatever the order of their elements."""
    parts: Sequence[Any]
    if isinstance(x, dict):
        parts = [part for pair in x.items() for part in pair]
    elif isinstance(x, list | tuple):
        parts = x
    else:
        return hash(x)
    value = 0
    for part in parts:
        value ^= hash_listsDictsTuples(part)
    return value


def infer_shape(outs: Sequence[Any], inputs: Sequence[Any], input_shapes: Sequence[Any]) -> list:
    """The shapes of ``outs`` as functions of the shapes of ``inputs``: a tuple of scalars each."""
    from pytensor.compile.builders import infer_shape as shapes_of

    shapes = [
        None if shape is None else tuple(pt.cast(length, "int64") for length in shape)
        for shape in input_shapes
    ]
    return shapes_of(outs, inputs, shapes)


def reconstruct_graph(
    inputs: Sequence[Variable], outputs: Sequence[Variable], tag: str | None = None
) -> tuple[list[Variable], list[Variable]]:
    """A copy of a graph with new inputs: the new inputs and the new outputs."""
    new_inputs = [safe_new(x, tag or "") for x in inputs]
    given = dict(zip(inputs, new_inputs, strict=True))
    for variable in graph_inputs(outputs):
        if isinstance(variable, Constant):
            given[variable] = variable.clone()
    return new_inputs, clone(list(outputs), replace=given)


def forced_replace(out: Variable | None, x: Variable, y: Variable) -> Variable | None:
    """``out`` with ``y`` for every part of it that computes what ``x`` does.

    Parts within a replaced part are left alone.
    """
    if out is None:
        return None
    seen: set[Variable] = set()
    waiting = deque([out])
    pairs = []
    while waiting:
        variable = waiting.popleft()
        if variable in seen:
            continue
        seen.add(variable)
        if equal_computations([variable], [x]):
            pairs.append((variable, y))
        elif variable.owner:
            waiting.extendleft(variable.owner.inputs)
    return clone(out, replace=pairs) if pairs else out


__getattr__ = fallback(__name__, "pytensor.scan.utils")
