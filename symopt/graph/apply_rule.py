"""Asking a rule for its expressions, through its protocol alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytensor
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import RuleError
from symopt.flattening import common_dtype
from symopt.graph.validate import check_names
from symopt.rules.rule import Observed, PerParameterRule, Rule
from symopt.state import STARTED, State, Variables


@contextmanager
def writing(dtype: str) -> Iterator[None]:
    """While formulas are written, a Python number beside a tensor of ``dtype`` is of ``dtype``."""
    with pytensor.config.change_flags(floatX=dtype, cast_policy="custom"):
        yield


def apply_rule(
    rule: Rule | PerParameterRule,
    params: Variables,
    grads: Variables,
    state: State,
    observed: Observed,
    rate: TensorVariable,
) -> tuple[Variables, State]:
    """The steps of all parameters and the slots that move.

    ``state`` holds the slots as they are before the update; for a rule whose statistics move in
    phase 1 those are the new ones already.
    """
    with writing("float64"):
        advanced = dict(rule.advance(state.shared))
    _check_moved(rule, advanced, state.shared)
    if STARTED.name in state.shared:
        advanced[STARTED.name] = pt.constant(1, dtype=STARTED.dtype)
    shared = {**state.shared, **advanced}
    if isinstance(rule, PerParameterRule):
        with writing("float64"):
            factors = rule.factors(shared, rate)
        steps, moved = _apply_to_each(
            rule, params, grads, State(state.parameters, shared), observed, factors, rate
        )
        return steps, State(moved, advanced)
    visible = State(
        {
            name: {**slots, **{key: of[name] for key, of in observed.parameters.items()}}
            for name, slots in state.parameters.items()
        },
        {**shared, **observed.shared},
    )
    with writing(common_dtype(params)):
        steps, result = rule.step(params, grads, visible, rate)
    check_names(f"{rule.name}.step", steps, params)
    _check_moved(rule, result.shared, state.shared)
    for name, slots in result.parameters.items():
        _check_moved(rule, slots, state.parameters.get(name, {}))
    return steps, State(result.parameters, {**advanced, **result.shared})


def accumulate(
    rule: PerParameterRule, params: Variables, grads: Variables, state: State
) -> dict[str, Variables]:
    """New values of the slots that are statistics of the gradient, by parameter."""
    moved = {}
    for name, param in params.items():
        slots = {**state.shared, **state.parameters[name]}
        with writing(param.dtype):
            moved[name] = rule.accumulate(param, grads[name], slots)
        _check_moved(rule, moved[name], state.parameters[name])
    return moved


def with_first_expressions(
    rule: Rule | PerParameterRule,
    state: State,
    params: Variables,
    grads: Variables,
    rate: TensorVariable,
) -> State:
    """``state`` with the slots that declare ``first`` replaced by it during the first update."""
    firsts = {slot.name: slot.first for slot in rule.slots if slot.first is not None}
    if not firsts:
        return state
    started = pt.neq(state.shared[STARTED.name], 0)
    parameters = {}
    for name, slots in state.parameters.items():
        param, seen = params[name], dict(slots)
        with writing(param.dtype):
            typed_rate = pt.cast(rate, param.dtype)
            for slot, first in firsts.items():
                seen[slot] = pt.switch(started, slots[slot], first(param, grads[name], typed_rate))
        parameters[name] = seen
    return State(parameters, state.shared)


def _apply_to_each(
    rule: PerParameterRule,
    params: Variables,
    grads: Variables,
    state: State,
    observed: Observed,
    factors: Variables,
    rate: TensorVariable,
) -> tuple[Variables, Mapping[str, Variables]]:
    in_phase2 = rule.statistics != "phase1"
    statistics = accumulate(rule, params, grads, state) if in_phase2 else {}
    # One cast for a dtype and not for each parameter: sixty of them show at compilation.
    dtypes = {param.dtype for param in params.values()}
    rates = {dtype: pt.cast(rate, dtype) for dtype in dtypes}
    typed = {dtype: {key: pt.cast(f, dtype) for key, f in factors.items()} for dtype in dtypes}
    steps, moved = {}, {}
    for name, param in params.items():
        visible = {
            **state.shared,
            **state.parameters[name],
            **statistics.get(name, {}),
            **typed[param.dtype],
            **observed.shared,
            **{key: of[name] for key, of in observed.parameters.items()},
        }
        with writing(param.dtype):
            result = rule.step(param, grads[name], visible, rates[param.dtype])
        if not isinstance(result, tuple) or len(result) != 2:
            raise RuleError(
                f"{rule.name}.step returned {result!r} for {name!r}; expected a pair "
                "(step, {slot: new value})."
            )
        steps[name], own = result
        _check_moved(rule, own, state.parameters[name])
        moved[name] = {**statistics.get(name, {}), **own}
    return steps, moved


def _check_moved(rule: Rule | PerParameterRule, moved: Variables, declared: Variables) -> None:
    unknown = [slot for slot in moved if slot not in declared]
    if unknown:
        raise RuleError(
            f"{rule.name} moves {unknown}, which it does not declare as slots; it has "
            f"{list(declared) or 'none'}."
        )
