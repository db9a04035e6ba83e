"""Validation: what is given to an optimizer is checked before anything is allocated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Variable
from pytensor.graph.null_type import NullType
from pytensor.graph.traversal import explicit_graph_inputs
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from symopt.errors import (
    ConflictingUpdateError,
    CostError,
    DisconnectedParameterError,
    DTypeError,
    DuplicateTargetError,
    InputError,
    RuleError,
    ShapeError,
    TransformOrderError,
)
from symopt.graph.update_graph import Phase
from symopt.pytensor_internals import shallow_static_shapes
from symopt.rules.rule import PerParameterRule, Rule, UpdateRule
from symopt.transforms.transform import (
    GradientTransform,
    ParameterTransform,
    StepTransform,
    Transform,
)

REAL_FLOATS = ("float16", "float32", "float64")

_TRANSFORM_TYPES: tuple[type[Transform], ...] = (
    GradientTransform,
    StepTransform,
    ParameterTransform,
)


def check_params(tparams: Any) -> dict[str, SharedVariable]:
    """The parameters, if they are distinct real float shared variables under string names."""
    if not isinstance(tparams, Mapping):
        raise DTypeError(
            f"tparams is a {type(tparams).__name__}; expected a dict of names to shared variables, "
            "as init_tparams makes it."
        )
    if not tparams:
        raise DisconnectedParameterError("tparams is empty; expected at least one parameter.")
    names: dict[SharedVariable, str] = {}
    for name, variable in tparams.items():
        if not isinstance(name, str):
            raise DTypeError(f"tparams has the key {name!r}; expected names as strings.")
        if not isinstance(variable, SharedVariable):
            raise DTypeError(
                f"Parameter {name!r} is a {type(variable).__name__}; expected a shared variable. "
                "init_tparams makes them from arrays."
            )
        dtype = getattr(variable.type, "dtype", str(variable.type))
        if not isinstance(variable.type, TensorType) or dtype not in REAL_FLOATS:
            raise DTypeError(
                f"Parameter {name!r} is of dtype {dtype}; expected float32 or float64. "
                "Leave it out of tparams if it is not trained, or cast it."
            )
        if variable in names:
            raise DuplicateTargetError(
                f"Parameters {names[variable]!r} and {name!r} are the same shared variable, so it "
                "would be updated twice; keep it under one name."
            )
        names[variable] = name
    return dict(tparams)


def check_cost(cost: Any) -> TensorVariable:
    """The cost, if it is a symbolic real float scalar."""
    if not isinstance(cost, Variable) or not isinstance(cost.type, TensorType):
        raise CostError(f"cost is a {type(cost).__name__}; expected a symbolic scalar.")
    if cost.type.ndim != 0:
        raise CostError(
            f"cost ({cost}) has {cost.type.ndim} dimensions; expected a scalar. "
            "Reduce it, with cost.mean() or cost.sum()."
        )
    if cost.type.dtype not in REAL_FLOATS:
        raise CostError(f"cost ({cost}) is of dtype {cost.type.dtype}; expected a real float.")
    return cost  # type: ignore[return-value]


def check_inputs(inputs: Any) -> tuple[Variable, ...]:
    """The inputs of the gradient phase, if they are distinct symbolic variables."""
    if isinstance(inputs, Variable) or not isinstance(inputs, Sequence):
        raise InputError(
            f"inputs is a {type(inputs).__name__}; expected a list of symbolic variables, "
            "such as [x, mask, y]."
        )
    for position, variable in enumerate(inputs):
        if not isinstance(variable, Variable):
            raise InputError(
                f"inputs[{position}] is a {type(variable).__name__}; expected a symbolic variable."
            )
        if isinstance(variable, SharedVariable) or variable.owner is not None:
            raise InputError(
                f"inputs[{position}] ({variable}) is a shared or computed variable; "
                "expected one that a caller can pass."
            )
        if variable in inputs[:position]:
            raise InputError(f"inputs[{position}] ({variable}) is given twice.")
    return tuple(inputs)


def check_reachable(inputs: Sequence[Variable], outputs: Mapping[str, Variable]) -> None:
    """Raise if an expression needs a variable that is neither an input nor shared."""
    for name, output in outputs.items():
        missing = [v for v in explicit_graph_inputs([output]) if v not in inputs]
        if missing:
            raise InputError(
                f"{name} depends on {', '.join(map(str, missing))}, which inputs does not list; "
                f"it has {', '.join(map(str, inputs)) or 'nothing'}. Add it, or make it shared."
            )


def check_grads(
    grads: Any, params: Mapping[str, SharedVariable], cost: TensorVariable
) -> dict[str, TensorVariable]:
    """The gradient of each parameter by name, from a list, a dict or (None) the cost."""
    if grads is None:
        with shallow_static_shapes():
            found: Any = pytensor.grad(
                cost,
                list(params.values()),
                disconnected_inputs="ignore",
                return_disconnected="none",
            )
        by_name: dict[str, Any] = dict(zip(params, found, strict=True))
    elif isinstance(grads, Mapping):
        missing = [name for name in params if name not in grads]
        unexpected = [name for name in grads if name not in params]
        if missing or unexpected:
            raise DisconnectedParameterError(
                f"grads has no gradient for {missing or 'none'} and one for {unexpected or 'none'} "
                "that tparams does not know; expected the names of tparams."
            )
        by_name = {name: grads[name] for name in params}
    else:
        if isinstance(grads, Variable) or not isinstance(grads, Iterable):
            raise DisconnectedParameterError(
                f"grads is a {type(grads).__name__}; expected a list in the order of tparams, a "
                "dict by name, or None."
            )
        listed = list(grads)
        if len(listed) != len(params):
            raise DisconnectedParameterError(
                f"grads holds {len(listed)} gradients for {len(params)} parameters "
                f"({', '.join(params)}); expected one for each, in that order."
            )
        by_name = dict(zip(params, listed, strict=True))
    disconnected = [
        name
        for name, grad in by_name.items()
        if grad is None or isinstance(getattr(grad, "type", None), DisconnectedType | NullType)
    ]
    if disconnected:
        raise DisconnectedParameterError(
            f"The cost does not depend on {', '.join(map(repr, disconnected))} (or has no gradient "
            "there). Leave it out of tparams, or use it in the cost."
        )
    for name, grad in by_name.items():
        if not isinstance(grad, Variable):
            raise DTypeError(
                f"The gradient of {name!r} is a {type(grad).__name__}; "
                "expected a symbolic variable, as pt.grad gives it."
            )
    return by_name


def check_extra_updates(
    extra_updates: Any, params: Mapping[str, SharedVariable]
) -> list[tuple[SharedVariable, Any]]:
    """The pairs of extra updates, if their targets are distinct shared non-parameters."""
    pairs = extra_updates.items() if isinstance(extra_updates, Mapping) else extra_updates
    names = {variable: name for name, variable in params.items()}
    seen: set[SharedVariable] = set()
    checked = []
    for position, pair in enumerate(pairs):
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise InputError(
                f"extra_updates[{position}] is {pair!r}; expected a pair (shared variable, value)."
            )
        target, value = pair
        if not isinstance(target, SharedVariable):
            raise DTypeError(
                f"extra_updates[{position}] has the target {target!r}, a {type(target).__name__}; "
                "expected a shared variable."
            )
        if target in names:
            raise DuplicateTargetError(
                f"extra_updates[{position}] writes the parameter {names[target]!r}, which the rule "
                "writes too. Take it out of one of the two."
            )
        if target in seen:
            raise ConflictingUpdateError(
                f"extra_updates[{position}] is a second update of {target}; expected one for each "
                "shared variable. Combine the two expressions."
            )
        seen.add(target)
        checked.append((target, value))
    return checked


def check_rule(rule: Any) -> Rule | PerParameterRule:
    """The rule, if it follows one of the two protocols and names its slots once."""
    if isinstance(rule, type) and issubclass(rule, UpdateRule):
        raise RuleError(
            f"rule is the class {rule.__name__}; expected an object: {rule.__name__}()."
        )
    if not isinstance(rule, Rule | PerParameterRule):
        raise RuleError(f"rule is a {type(rule).__name__}; expected a Rule or a PerParameterRule.")
    _check_declaration(rule)
    return rule


def check_transforms(transforms: Any) -> tuple[Transform, ...]:
    """The transforms, if gradient, step and parameter transforms stand in that order."""
    if isinstance(transforms, Transform):
        transforms = (transforms,)
    highest = 0
    for position, transform in enumerate(transforms):
        rank = next((i for i, t in enumerate(_TRANSFORM_TYPES) if isinstance(transform, t)), None)
        if rank is None:
            raise RuleError(
                f"transforms[{position}] is {transform!r}, a {type(transform).__name__}; expected "
                "a GradientTransform, StepTransform or ParameterTransform."
            )
        _check_declaration(transform)
        if isinstance(transform, GradientTransform) and transform.runs_first and position:
            raise TransformOrderError(
                f"transforms[{position}] is {transform!r}, which has to stand first; "
                f"before it stands {transforms[position - 1]!r}."
            )
        if rank < highest:
            raise TransformOrderError(
                f"transforms[{position}] is {transform!r}, a {_TRANSFORM_TYPES[rank].__name__}, "
                f"after a {_TRANSFORM_TYPES[highest].__name__}; expected gradient transforms, then "
                "step transforms, then parameter transforms."
            )
        highest = rank
    return tuple(transforms)


def check_together(rule: Rule | PerParameterRule, transforms: Iterable[Transform]) -> None:
    """Raise if a transform needs of the rule what it does not do."""
    decays = [t for t in transforms if isinstance(t, StepTransform) and t.inside_velocity]
    if decays and not rule.takes_velocity_decay:
        raise RuleError(
            f"{decays[0]!r} decays inside a velocity, and {rule.name} keeps none that takes it; "
            "expected momentum or nesterov. With another rule take mode='coupled' or 'decoupled'."
        )
    gathering = [t for t in transforms if isinstance(t, GradientTransform) and t.gathers]
    if gathering and getattr(rule, "statistics", "phase2") == "phase1":
        raise RuleError(
            f"{gathering[0]!r} gathers gradients over several calls, and {rule!r} moves its "
            "averages in each of them; expected statistics='phase2'."
        )


def check_targets(phase: Phase) -> None:
    """Raise if two updates of one phase write one shared variable."""
    seen: dict[SharedVariable, str] = {}
    for update in phase.updates:
        if update.target in seen:
            raise ConflictingUpdateError(
                f"{update.slot!r} and {seen[update.target]!r} are two updates of one shared "
                f"variable in {phase.name}; expected one."
            )
        seen[update.target] = update.slot


def check_shape(what: str, given: tuple[int | None, ...], expected: tuple[int, ...]) -> None:
    """Raise if the number of dimensions or a dimension known to both differs."""
    if len(given) != len(expected):
        raise ShapeError(
            f"{what} has {len(given)} dimensions; expected {len(expected)} (shape {expected})."
        )
    if any(a is not None and a != b for a, b in zip(given, expected, strict=True)):
        shown = ", ".join("?" if n is None else str(n) for n in given)
        raise ShapeError(f"{what} has shape ({shown}); expected {expected}.")


def _check_declaration(owner: UpdateRule | Transform) -> None:
    """Raise if a rule or transform has no usable name or declares a slot twice."""
    name = getattr(owner, "name", None)
    if not isinstance(name, str) or not name or "/" in name or "#" in name:
        raise RuleError(
            f"{type(owner).__name__}.name is {name!r}; expected a string without '/' and '#', "
            "under which its state is saved."
        )
    slots = [slot.name for slot in (*owner.slots, *owner.global_slots)]
    twice = sorted({slot for slot in slots if slots.count(slot) > 1})
    if twice:
        raise RuleError(f"{name}: the slots {twice} are declared twice.")


def check_names(what: str, values: Mapping[str, Any], params: Mapping[str, Any]) -> None:
    """Raise if ``values`` does not hold exactly one value for each parameter."""
    if set(values) != set(params):
        raise RuleError(
            f"{what} gave values for {sorted(values)}; expected one for each of {sorted(params)}."
        )
