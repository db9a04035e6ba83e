"""``theano.function`` and its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytensor.compile.maker import FunctionMaker
from pytensor.compile.rebuild import rebuild_collect_shared as rebuild_collect_shared
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.null_type import NullType
from pytensor.graph.traversal import ancestors
from pytensor.graph.utils import MissingInputError

from symopt.errors import InputError
from symopt.legacy.theano.compile.function_module import Function
from symopt.legacy.theano.compile.io import In as In
from symopt.legacy.theano.compile.io import Param as Param
from symopt.legacy.theano.compile.io import SymbolicInput
from symopt.legacy.theano.compile.recipe import Recipe
from symopt.legacy.theano.compile.sharedvalue import shared


def pfunc(
    params: Sequence[Any],
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: bool | list[Variable] = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    output_keys: list[str] | None = None,
) -> Function:
    """As :func:`theano.function`; outputs that came from a dict have ``output_keys``."""
    if not isinstance(params, list | tuple):
        raise Exception("in pfunc() the first argument must be a list or a tuple")
    if not isinstance(no_default_updates, bool | list):
        raise TypeError("no_default_update should be either a boolean or a list")
    pairs = _update_pairs(updates)
    inputs = [_pfunc_param_to_in(param, allow_downcast=allow_input_downcast) for param in params]
    unpack = outputs is not None and not isinstance(outputs, list | tuple)
    wanted = [] if outputs is None else [outputs] if unpack else list(outputs)
    replaced = [_given(old, new) for old, new in iter_over_pairs(givens or ())]
    keywords = {
        "givens": replaced,
        "accept_inplace": accept_inplace,
        "rebuild_strict": rebuild_strict,
        "profile": profile,
        "on_unused_input": on_unused_input,
    }
    if no_default_updates is not False:
        keywords["no_default_updates"] = no_default_updates
    recipe = Recipe(inputs, wanted, output_keys, unpack, pairs, mode, name, keywords)
    try:
        return Function(recipe)
    except InputError as error:
        # What Theano finds first: givens of another type, gradients that are not defined, inputs
        # that nothing depends on.
        for old, new in replaced:
            if rebuild_strict:
                old.type.filter_variable(new)
        computed = [*wanted, *(value for _, value in pairs if isinstance(value, Variable))]
        for variable in ancestors([getattr(each, "variable", each) for each in computed]):
            if isinstance(variable.type, NullType):
                raise TypeError(
                    f"Computation graph contains a NaN. {variable.type.why_null}"
                ) from error
        specs = [spec for spec in inputs if spec.update is None]
        FunctionMaker.check_unused_inputs(
            specs, [FunctionMaker.wrap_out(each) for each in computed], on_unused_input
        )
        raise MissingInputError(str(error)) from error


def iter_over_pairs(pairs: Any) -> Iterable[tuple[Any, Any]]:
    """The pairs of a dict, or of any iterable of pairs."""
    return pairs.items() if isinstance(pairs, Mapping) else pairs


def _given(old: Any, new: Any) -> tuple[Variable, Variable]:
    if not isinstance(old, Variable):
        raise TypeError("given keys must be Variable", old)
    return old, new if isinstance(new, Variable) else shared(new)


def _update_pairs(updates: Any) -> list[tuple[Variable, Any]]:
    if updates is None:
        return []
    pairs = list(iter_over_pairs(updates))
    if any(isinstance(pair, Variable) for pair in pairs):
        raise ValueError(
            "The updates parameter must be an OrderedDict/dict or a list of lists/tuples with 2 "
            "elements"
        )
    return [(target, value) for target, value in pairs]


def _pfunc_param_to_in(param: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
    if isinstance(param, Constant):
        raise TypeError("Constants not allowed in param list", param)
    if isinstance(param, Variable):
        return In(param, strict=strict, allow_downcast=allow_downcast)
    if isinstance(param, In):
        return param
    if isinstance(param, SymbolicInput):  # PyTensor's, or symopt's with its default
        value = getattr(param, "default", getattr(param, "value", None))
        return In(
            param.variable,
            name=param.name,
            value=None if type(value) is object else value,
            update=param.update,
            mutable=param.mutable or None,
            strict=param.strict,
            allow_downcast=param.allow_downcast,
        )
    raise TypeError(f"Unknown parameter type: {type(param)}")
