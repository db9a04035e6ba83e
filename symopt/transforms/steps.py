"""Rates of their own for some parameters, and parameters that do not move."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_real
from symopt.state import State, Variables
from symopt.transforms.match import Patterns, check_patterns, matching
from symopt.transforms.transform import StepTransform, Transformed


class ScaleSteps(StepTransform):
    """See :func:`scale_steps`."""

    name = "scale_steps"

    def __init__(self, factors: Mapping[str, float]) -> None:
        if not isinstance(factors, Mapping) or not factors:
            raise HyperparameterError(
                f"scale_steps: factors={factors!r}; expected a dict of patterns to numbers, such "
                "as {'emb_*': 0.1}."
            )
        check_patterns(self.name, "factors", list(factors))
        self.factors = {
            pattern: check_real(self.name, f"factors[{pattern!r}]", factor)
            for pattern, factor in factors.items()
        }

    def apply(
        self, steps: Variables, params: Variables, state: State, rate: TensorVariable
    ) -> Transformed:
        values = dict(steps)
        for pattern, factor in self.factors.items():
            for name in matching(self.name, [pattern], params):
                if values[name] is not steps[name]:
                    raise HyperparameterError(
                        f"scale_steps: {name!r} matches {pattern!r} and a pattern before it; "
                        "expected one factor for a parameter."
                    )
                values[name] = steps[name] * factor
        return Transformed(values)


class Freeze(StepTransform):
    """See :func:`freeze`."""

    name = "freeze"

    def __init__(self, pattern: Patterns) -> None:
        self.pattern = check_patterns(self.name, "pattern", pattern)

    def frozen(self, names: Collection[str]) -> Collection[str]:
        return matching(self.name, self.pattern, names)

    def apply(
        self, steps: Variables, params: Variables, state: State, rate: TensorVariable
    ) -> Transformed:
        return Transformed(steps)


def scale_steps(factors: Mapping[str, float]) -> ScaleSteps:
    """Multiply the steps of some parameters.

    Parameters
    ----------
    factors
        Pattern -> factor in [0, inf): a parameter's name, or a shell pattern such as ``"emb_*"``.
        Steps of other parameters stay as they are.

    Returns
    -------
    StepTransform
        Stateless; runs in phase 2. A rule's own state sees the steps before they are scaled.

    Raises
    ------
    HyperparameterError
        A factor is negative or not finite, a pattern matches no parameter, or two patterns match
        the same one.
    """
    return ScaleSteps(factors)


def freeze(pattern: Patterns) -> Freeze:
    """Keep some parameters as they are.

    Neither they nor the rule's state of theirs are written, wherever this stands among the step
    transforms and whatever else is in the list. Their gradients are still computed, and count
    where gradients are looked at together (``clip_by_global_norm``, ``skip_nonfinite``); to save
    that too, leave a parameter out of ``tparams``.

    Parameters
    ----------
    pattern
        A parameter's name, a shell pattern such as ``"conv_*"``, or a list of those.

    Returns
    -------
    StepTransform
        Stateless.

    Raises
    ------
    HyperparameterError
        A pattern matches no parameter.
    """
    return Freeze(pattern)
