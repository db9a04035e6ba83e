"""Building the update graph: from a cost, a rule and transforms to two phases with named state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from symopt.graph.allocate import Allocated, allocate, buffer, escape
from symopt.graph.apply_rule import (
    accumulate,
    apply_rule,
    common_dtype,
    with_first_expressions,
    writing,
)
from symopt.graph.cast import conform
from symopt.graph.rate import Rate, make_rate
from symopt.graph.update_graph import Kind, Phase, Update, UpdateGraph
from symopt.graph.validate import (
    check_cost,
    check_extra_updates,
    check_grads,
    check_inputs,
    check_names,
    check_params,
    check_reachable,
    check_rule,
    check_targets,
    check_transforms,
)
from symopt.rules.rule import Observed, PerParameterRule, Rule
from symopt.state import State, Variables
from symopt.transforms.transform import (
    GradientTransform,
    ParameterTransform,
    StepTransform,
    Transform,
    Transformed,
)

T = TypeVar("T", bound=Transform)


def build_update_graph(
    rule: Rule | PerParameterRule,
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    transforms: Sequence[Transform] = (),
    extra_updates: Any = (),
    name: str | None = None,
) -> UpdateGraph:
    """Check everything, allocate the state and write both phases. Nothing is compiled.

    Parameters and errors are those of :func:`symopt.compile_optimizer`.
    """
    rule = check_rule(rule)
    transforms = check_transforms(transforms)
    params = check_params(tparams)
    cost, inputs = check_cost(cost), check_inputs(inputs)
    raw_grads = check_grads(grads, params, cost)
    extra = check_extra_updates(extra_updates, params)
    rate = make_rate(lr)
    name = name or rule.name
    check_reachable(
        inputs,
        {
            "cost": cost,
            **{f"The gradient of {key!r}": grad for key, grad in raw_grads.items()},
            **{f"The extra update of {t}": v for t, v in extra if isinstance(v, Variable)},
        },
    )
    return _Builder(rule, transforms, params, rate).build(name, inputs, cost, raw_grads, extra)


class _Writer:
    """Collects the updates of one phase; what is written after a gate is held back by it."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.gate: TensorVariable | None = None

    def close(self, gate: TensorVariable | None) -> None:
        if gate is not None:
            self.gate = gate if self.gate is None else pt.and_(self.gate, gate)
            self.gate.name = "gate"

    def write(self, target: SharedVariable, value: Any, slot: str, kind: Kind) -> None:
        given_by_user = kind in ("gradient", "extra")
        value, note = conform(_described(slot, kind), value, target, given_by_user)
        if self.gate is not None and isinstance(target.type, TensorType):
            value = pt.switch(self.gate, value, target)
        self.updates.append(Update(target, value, slot, kind, note))

    def move(self, own: Allocated, moved: State) -> None:
        """Write the slots of a rule or transform that move."""
        targets = [(own.shared[slot], value) for slot, value in moved.shared.items()]
        for param, slots in moved.parameters.items():
            targets += [(own.parameters[param][slot], value) for slot, value in slots.items()]
        for target, value in targets:
            self.write(target, value, str(target.name), "state")


class _Builder:
    """Allocates what the two phases share, then writes one after the other."""

    def __init__(
        self,
        rule: Rule | PerParameterRule,
        transforms: Sequence[Transform],
        params: dict[str, SharedVariable],
        rate: Rate,
    ) -> None:
        taken: set[str] = set()
        self.rule, self.params, self.rate = rule, params, rate
        self.rule_state = allocate(rule, params, taken)
        self.transforms = [(t, allocate(t, params, taken)) for t in transforms]
        self.grads = {
            key: buffer(np.zeros_like(p.get_value(borrow=True)), f"{key}_grad")
            for key, p in params.items()
        }
        self.dtype = common_dtype(params)  # type: ignore[arg-type]  # shared ones are tensors too
        self.first, self.second = _Writer(), _Writer()

    def build(
        self,
        name: str,
        inputs: tuple[Variable, ...],
        cost: TensorVariable,
        raw_grads: dict[str, TensorVariable],
        extra: list[tuple[SharedVariable, Any]],
    ) -> UpdateGraph:
        observed = self._write_gradient_phase(cost, raw_grads, extra)
        with writing(self.dtype):
            self._write_update_phase(observed)
        graph = UpdateGraph(
            name,
            self.params,
            self.grads,
            {key: v for own in self._owners() for key, v in own.by_name().items()},
            self.rate,
            Phase(f"{name}_f_grad_shared", inputs, (cost,), tuple(self.first.updates)),
            (Phase(f"{name}_f_update", self.rate.inputs, (), tuple(self.second.updates)),),
        )
        for phase in graph.phases:
            check_targets(phase)
        return graph

    def _owners(self) -> list[Allocated]:
        return [self.rule_state, *(own for _, own in self.transforms)]

    def _of_type(self, kind: type[T]) -> list[tuple[T, Allocated]]:
        return [(t, own) for t, own in self.transforms if isinstance(t, kind)]

    def _write_gradient_phase(
        self,
        cost: TensorVariable,
        raw_grads: dict[str, TensorVariable],
        extra: list[tuple[SharedVariable, Any]],
    ) -> Observed:
        writer = self.first
        for key, grad in raw_grads.items():
            writer.write(self.grads[key], grad, f"{escape(key)}/grad", "gradient")
        # From here on the gradients are of their parameters' dtypes and shapes.
        params: Any = self.params
        grads: Any = {key: u.value for key, u in zip(params, writer.updates, strict=True)}
        observed = self._park(self.rule.observe(cost, params, grads))
        for transform, own in self._of_type(GradientTransform):
            with writing(self.dtype):
                seen = transform.watch(cost, grads, own.view)
            if seen is not None:
                gate, moved = seen
                writer.move(own, moved)
                writer.close(gate)
        if isinstance(self.rule, PerParameterRule) and self.rule.statistics == "phase1":
            statistics = accumulate(self.rule, params, grads, self.rule_state.view)
            writer.move(self.rule_state, State(statistics))
        for target, value in extra:
            writer.write(target, value, target.name or str(target), "extra")
        return observed

    def _write_update_phase(self, observed: Observed) -> None:
        rule, rate, writer = self.rule, self.rate.value, self.second
        params: Any = self.params
        grads: Any = self.grads
        for transform, own in self._of_type(GradientTransform):
            grads = self._after(own, transform.apply(grads, params, own.view))
        state = with_first_expressions(rule, self.rule_state.view, params, grads, rate)
        steps, moved = apply_rule(rule, params, grads, state, observed, rate)
        writer.move(self.rule_state, moved)
        for step_transform, own in self._of_type(StepTransform):
            steps = self._after(own, step_transform.apply(steps, params, own.view, rate))
        new: Any = {key: param + steps[key] for key, param in params.items()}
        for param_transform, own in self._of_type(ParameterTransform):
            new = self._after(own, param_transform.apply(new, params, own.view))
        for key, value in new.items():
            writer.write(self.params[key], value, escape(key), "parameter")

    def _after(self, own: Allocated, result: Transformed) -> Variables:
        """Write a transform's state; whatever is written later stands behind its gate."""
        check_names(own.owner, result.values, self.params)
        self.second.move(own, result.moved)
        self.second.close(result.gate)
        return {key: pt.cast(v, self.params[key].type.dtype) for key, v in result.values.items()}

    def _park(self, observed: Observed) -> Observed:
        """Write what the rule observes to buffers in phase 1, and return the buffers."""
        prefix = self.rule.name
        parameters: dict[str, dict[str, Any]] = {}
        for quantity, values in observed.parameters.items():
            parameters[quantity] = {}
            for key, value in values.items():
                zeros = np.zeros_like(self.params[key].get_value(borrow=True))
                target = buffer(zeros, f"{escape(key)}/{prefix}/{quantity}")
                self.first.write(target, value, str(target.name), "observed")
                parameters[quantity][key] = target
        shared: dict[str, Any] = {}
        for quantity, value in observed.shared.items():
            empty = np.zeros([n or 0 for n in value.type.shape], value.type.dtype)
            target = shared[quantity] = buffer(empty, f"{prefix}/{quantity}")
            # Its shape may be known only when it is computed, so there is none to conform to.
            self.first.updates.append(Update(target, value, str(target.name), "observed"))
        return Observed(parameters, shared)


def _described(slot: str, kind: Kind) -> str:
    """How an error message calls the value of an update."""
    if kind == "gradient":
        return f"gradient of {slot.removesuffix('/grad')!r}"
    if kind == "extra":
        return f"extra update of {slot!r}"
    return f"new value of {slot!r}"
