"""Writing the phases of one group of parameters, and allocating the state they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
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
from symopt.graph.rate import Rate
from symopt.graph.update_graph import Kind, Update, UpdateGraph
from symopt.graph.validate import (
    check_names,
    check_rule,
    check_together,
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


class GroupBuilder:
    """Allocates what both phases of a group share, then writes one after the other."""

    def __init__(
        self, group: Group, rate: Rate, taken: set[str], like: UpdateGraph | None = None
    ) -> None:
        self.rule, self.params, self.rate = check_rule(group.rule), dict(group.params), rate
        self.had = {} if like is None else {**like.state, **_parked(like)}
        had_grads: Mapping[str, SharedVariable] = {} if like is None else like.grads
        self.rule_state = allocate(self.rule, self.params, taken, self.had)
        check_together(self.rule, group.transforms)
        self.transforms = [(t, allocate(t, self.params, taken, self.had)) for t in group.transforms]
        for transform, own in self.transforms:
            transform.attach(self.params, own.parameters)
        self.frozen = {
            key for t, _ in self._of_type(StepTransform) for key in t.frozen(list(self.params))
        }
        self.totals: dict[str, SharedVariable] = {}
        self.grads = {
            key: had_grads[key]
            if key in had_grads
            else buffer(zeros_beside(p.get_value(borrow=True)), f"{key}_grad")
            for key, p in self.params.items()
        }
        self.dtype = common_dtype(self.params)  # type: ignore[arg-type]  # shared ones are tensors
        self.first, self.second = _Writer(), _Writer()

    def write_phases(
        self,
        cost: TensorVariable,
        every_grad: Mapping[str, TensorVariable],
        extra: Sequence[tuple[SharedVariable, Any]],
    ) -> None:
        """Write the group's part of phase 1, and its update phase.

        ``every_grad`` holds the gradients of all groups: a guard looks at all of them, so that
        either all groups move or none.
        """
        observed = self._write_gradient_phase(cost, every_grad, extra)
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
        every_grad: Mapping[str, TensorVariable],
        extra: Sequence[tuple[SharedVariable, Any]],
    ) -> Observed:
        writer = self.first
        for key, buffer_of_key in self.grads.items():
            writer.write(buffer_of_key, every_grad[key], f"{escape(key)}/grad", "gradient")
        # From here on the gradients are of their parameters' dtypes and shapes.
        params: Any = self.params
        grads: Any = {key: u.value for key, u in zip(params, writer.updates, strict=True)}
        with writing(self.dtype):
            seen_by_rule = self.rule.observe_with(self.rule_state.view, cost, params, grads)
        observed = self._park(seen_by_rule)
        for transform, own in self._of_type(GradientTransform):
            watched = {**every_grad, **grads} if transform.runs_first else grads
            with writing(self.dtype):
                seen = transform.watch(cost, watched, own.view)
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
            name = f"{prefix}{own.owner}/{quantity}"
            total: Any = self._buffer(name, zeros_beside(value.get_value(borrow=True)))
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
                target = self._buffer(f"{escape(key)}/{prefix}/{quantity}", zeros)
                self.first.write(target, value, str(target.name), "observed")
                parameters[quantity][key] = target
        shared: dict[str, Any] = {}
        for quantity, value in observed.shared.items():
            empty = np.zeros([n or 0 for n in value.type.shape], value.type.dtype)
            target = shared[quantity] = self._buffer(f"{prefix}/{quantity}", empty)
            # Its shape may be known only when it is computed, so there is none to conform to.
            self.first.updates.append(Update(target, value, str(target.name), "observed"))
        return Observed(parameters, shared)

    def _buffer(self, name: str, value: NDArray[Any]) -> SharedVariable:
        """The variable of this name that the graph before had, or a new one of this value."""
        return self.had[name] if name in self.had else buffer(value, name)


def _parked(graph: UpdateGraph) -> dict[str, SharedVariable]:
    """What rules observe beside the gradients, by the names of the buffers."""
    return {u.slot: u.target for u in graph.gradient.updates if u.kind == "observed"}


def _described(slot: str, kind: Kind) -> str:
    """How an error message calls the value of an update."""
    if kind == "gradient":
        return f"gradient of {slot.removesuffix('/grad')!r}"
    if kind == "extra":
        return f"extra update of {slot!r}"
    return f"new value of {slot!r}"
