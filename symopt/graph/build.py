"""Building the update graph: from a cost, a rule and transforms to two phases with named state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.graph.rate import Rate, make_rate
from symopt.graph.update_graph import Phase, UpdateGraph
from symopt.graph.validate import (
    check_cost,
    check_extra_updates,
    check_grads,
    check_inputs,
    check_params,
    check_reachable,
    check_rule,
    check_targets,
    check_transforms,
)
from symopt.graph.write_phases import Group, GroupBuilder
from symopt.rules.rule import PerParameterRule, Rule
from symopt.transforms.nonfinite import SkipNonFinite
from symopt.transforms.transform import Transform


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
    return specify(groups, lr, inputs, cost, extra_updates=extra_updates, name=name).build()


@dataclass(frozen=True)
class Specification:
    """What an update graph is built from, once it has been checked.

    Attributes
    ----------
    groups
        With the gradients as dicts by name, and the transforms as tuples.
    rate, inputs, cost, name
        As for :func:`build_grouped_graph`.
    extra
        Pairs of targets and new values.
    """

    groups: tuple[Group, ...]
    rate: Rate
    inputs: tuple[Variable, ...]
    cost: TensorVariable
    extra: tuple[tuple[SharedVariable, Any], ...]
    name: str

    @property
    def guarded(self) -> bool:
        """Whether every group has a transform that holds its writes back (skip_nonfinite)."""
        return all(
            any(isinstance(t, SkipNonFinite) for t in group.transforms) for group in self.groups
        )

    def with_guard(self) -> Specification:
        """The same with skip_nonfinite first in every group that lacks it."""
        groups = (
            group
            if any(isinstance(t, SkipNonFinite) for t in group.transforms)
            else replace(group, transforms=(SkipNonFinite(), *group.transforms))
            for group in self.groups
        )
        return replace(self, groups=tuple(groups))

    def build(self, like: UpdateGraph | None = None) -> UpdateGraph:
        """Allocate the state and write the phases.

        Parameters
        ----------
        like
            A graph built from this before, or from the same without a guard: the new one takes its
            gradient buffers and state, and allocates what that has not.
        """
        taken: set[str] = set()
        builders = [GroupBuilder(group, self.rate, taken, like) for group in self.groups]
        every_grad = {key: grad for group in self.groups for key, grad in group.grads.items()}
        for builder in builders:
            # The first group writes what belongs to none, behind its guard if it has one.
            extra = self.extra if builder is builders[0] else ()
            builder.write_phases(self.cost, every_grad, extra)
        graph = UpdateGraph(
            self.name,
            {key: param for builder in builders for key, param in builder.params.items()},
            {key: buffer for builder in builders for key, buffer in builder.grads.items()},
            {key: slot for builder in builders for key, slot in builder.state().items()},
            self.rate,
            Phase(
                f"{self.name}_f_grad_shared",
                self.inputs,
                (self.cost,),
                tuple(update for builder in builders for update in builder.first.updates),
            ),
            tuple(
                Phase(
                    f"{self.name}_{group.phase}",
                    self.rate.inputs,
                    (),
                    tuple(builder.second.updates),
                )
                for group, builder in zip(self.groups, builders, strict=True)
            ),
        )
        for phase in graph.phases:
            check_targets(phase)
        return graph


def specify(
    groups: Sequence[Group],
    lr: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    extra_updates: Any = (),
    name: str,
) -> Specification:
    """Check everything that :func:`build_grouped_graph` takes; nothing is allocated."""
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
    checked = (
        replace(group, grads=of_group, transforms=check_transforms(group.transforms))
        for group, of_group in zip(groups, raw_grads, strict=True)
    )
    return Specification(tuple(checked), rate, inputs, cost, tuple(extra), name)
