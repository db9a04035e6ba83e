"""Building the update graph: from a cost, a rule and transforms to two phases with named state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from symopt.cache_lines import zeros_beside
from symopt.flattening import common_dtype
from symopt.graph.allocate import Allocated, allocate, buffer, escape
from symopt.graph.apply_rule import (
    accumulate,
    apply_rule,
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
    check_together,
    check_transforms,
)
from symopt.rules.rule import VELOCITY_DECAY, Observed, PerParameterRule, Rule
from symopt.state import State, Variables
from symopt.transforms.transform import (
    GradientTransform,
    ParameterTransform,
    StepTransform,
    Transform,
    Transformed,
)

T = TypeVar("T", bound=Transform)


@dataclass(frozen=True)
class Group:
    """Parameters that one rule moves, in an update phase of their own.

    Attributes
    ----------
    rule, params, grads, transforms
        As for :func:`symopt.compile_optimizer`.
    phase
        The update phase's name, after the graph's: "f_update".
    """

    rule: Rule | PerParameterRule
    params: Mapping[str, SharedVariable]
    grads: Any
    transforms: Sequence[Transform] = ()
    phase: str = "f_update"


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
    name = name or check_rule(rule).name
    group = Group(rule, tparams, grads, transforms)
    return build_grouped_graph([group], lr, inputs, cost, extra_updates=extra_updates, name=name)


def build_grouped_graph(
    groups: Sequence[Group],
    lr: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    extra_updates: Any = (),
    name: str,
) -> UpdateGraph:
    """A graph with an update phase for each group of parameters; see :func:`build_update_graph`.

    No two groups share a parameter's name. A group's transforms see its own
    parameters only.
    """
    params: dict[str, SharedVariable] = {}
    for group in groups:
        params |= check_params(group.params)
    check_params(params)  # no variable in two groups
    cost, inputs = check_cost(cost), check_inputs(inputs)
    raw_grads = [check_grads(g.grads, dict(g.params), cost) for g in groups]
    extra = check_extra_updates(extra_updates, params)
    rate = make_rate(lr)
    every_grad = {key: grad for of_group in raw_grads for key, grad in of_group.items()}
    check_reachable(
        inputs,
        {
            "cost": cost,
            **{f"The gradient of {key!r}": grad for key, grad in every_grad.items()},
            **{f"The extra update of {t}": v for t, v in extra if isinstance(v, Variable)},
        },
    )
    taken: set[str] = set()
    builders = [_Builder(group, rate, taken) for group in groups]
    for builder, of_group in zip(builders, raw_grads, strict=True):
        # The first group writes what belongs to none, behind its guard if it has one.
        builder.write_phases(cost, of_group, extra if builder is builders[0] else [])
    graph = UpdateGraph(
        name,
        params,
        {key: buffer for builder in builders for key, buffer in builder.grads.items()},
        {key: slot for builder in builders for key, slot in builder.state().items()},
        rate,
        Phase(
            f"{name}_f_grad_shared",
            inputs,
            (cost,),
            tuple(update for builder in builders for update in builder.first.updates),
        ),
        tuple(
            Phase(f"{name}_{group.phase}", rate.inputs, (), tuple(builder.second.updates))
            for group, builder in zip(groups, builders, strict=True)
        ),
    )
    for phase in graph.phases:
        check_targets(phase)
    return graph


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
    """Allocates what both phases of a group share, then writes one after the other."""

    def __init__(self, group: Group, rate: Rate, taken: set[str]) -> None:
        self.rule, self.params, self.rate = check_rule(group.rule), dict(group.params), rate
        self.rule_state = allocate(self.rule, self.params, taken)
        checked = check_transforms(group.transforms)
        check_together(self.rule, checked)
        self.transforms = [(t, allocate(t, self.params, taken)) for t in checked]
        for transform, own in self.transforms:
            transform.attach(self.params, own.parameters)
        self.frozen = {
            key for t, _ in self._of_type(StepTransform) for key in t.frozen(list(self.params))
        }
        self.totals: dict[str, SharedVariable] = {}
        self.grads = {
            key: buffer(zeros_beside(p.get_value(borrow=True)), f"{key}_grad")
            for key, p in self.params.items()
        }
        self.dtype = common_dtype(self.params)  # type: ignore[arg-type]  # shared ones are tensors
        self.first, self.second = _Writer(), _Writer()

    def write_phases(
        self,
        cost: TensorVariable,
        raw_grads: dict[str, TensorVariable],
        extra: list[tuple[SharedVariable, Any]],
    ) -> None:
        """Write the group's part of phase 1, and its update phase."""
        observed = self._write_gradient_phase(cost, raw_grads, extra)
        with writing(self.dtype):
            self._write_update_phase(observed)

    def state(self) -> dict[str, SharedVariable]:
        """All that the rule and the transforms keep, by name."""
        owners = [self.rule_state, *(own for _, own in self.transforms)]
        return {key: v for own in owners for key, v in own.by_name().items()} | self.totals

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
        with writing(self.dtype):
            seen_by_rule = self.rule.observe_with(self.rule_state.view, cost, params, grads)
        observed = self._park(seen_by_rule)
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
            if transform.gathers:
                observed = self._averaged(transform, own, observed)
            grads = self._after(own, transform.apply(grads, params, own.view))
        observed = self._with_velocity_decay(observed)
        state = with_first_expressions(rule, self.rule_state.view, params, grads, rate)
        steps, moved = apply_rule(rule, params, grads, state, observed, rate)
        movable = {key: slots for key, slots in moved.parameters.items() if key not in self.frozen}
        writer.move(self.rule_state, State(movable, moved.shared))
        for step_transform, own in self._of_type(StepTransform):
            steps = self._after(own, step_transform.apply(steps, params, own.view, rate))
        new: Any = {key: param + steps[key] for key, param in params.items()}
        for param_transform, own in self._of_type(ParameterTransform):
            new = self._after(own, param_transform.apply(new, params, own.view))
        for key, value in new.items():
            if key not in self.frozen:
                writer.write(self.params[key], value, escape(key), "parameter")

    def _after(self, own: Allocated, result: Transformed) -> Variables:
        """Write a transform's state; whatever is written later stands behind its gate."""
        check_names(own.owner, result.values, self.params)
        self.second.move(own, result.moved)
        self.second.close(result.gate)
        return {key: pt.cast(v, self.params[key].type.dtype) for key, v in result.values.items()}

    def _with_velocity_decay(self, observed: Observed) -> Observed:
        """What the rule observes, with the weight decays that stand inside its velocity."""
        params: Any = self.params
        decays: dict[str, Any] = {}
        for transform, _ in self._of_type(StepTransform):
            for key, term in transform.velocity_decay(params).items():
                decays[key] = decays[key] + term if key in decays else term
        if not decays:
            return observed
        decays = {key: decays.get(key, pt.zeros_like(param)) for key, param in params.items()}
        return Observed({**observed.parameters, VELOCITY_DECAY: decays}, observed.shared)

    def _averaged(
        self, transform: GradientTransform, own: Allocated, observed: Observed
    ) -> Observed:
        """What the rule observes, gathered over several calls as the transform gathers gradients.

        The sums stand under the transform's name and are state like any other.
        """

        def mean(value: Any, prefix: str, quantity: str) -> Any:
            zeros = zeros_beside(value.get_value(borrow=True))
            total: Any = buffer(zeros, f"{prefix}{own.owner}/{quantity}")
            average, new_total = transform.average(value, total, own.view)
            self.totals[str(total.name)] = total
            self.second.write(total, new_total, str(total.name), "state")
            return average

        return Observed(
            {
                quantity: {key: mean(v, f"{escape(key)}/", quantity) for key, v in of_each.items()}
                for quantity, of_each in observed.parameters.items()
            },
            {quantity: mean(v, "", quantity) for quantity, v in observed.shared.items()},
        )

    def _park(self, observed: Observed) -> Observed:
        """Write what the rule observes to buffers in phase 1, and return the buffers."""
        prefix = self.rule.name
        parameters: dict[str, dict[str, Any]] = {}
        for quantity, values in observed.parameters.items():
            parameters[quantity] = {}
            for key, value in values.items():
                zeros = zeros_beside(self.params[key].get_value(borrow=True))
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
