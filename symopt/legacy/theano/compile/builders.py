"""Ops made of graphs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytensor.compile.builders as builders
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Variable
from pytensor.graph.op import io_connection_pattern
from pytensor.graph.traversal import graph_inputs

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof._stand_in import stand_in

__getattr__ = fallback(__name__, "pytensor.compile.builders")


class _OpFromGraph(builders.OpFromGraph):  # type: ignore[misc]
    """An Op that computes a graph.

    Parameters
    ----------
    inputs, outputs
        The graph.
    inline
        Whether its nodes take the Op's place when a function is compiled.
    lop_overrides
        The gradient: "default", an Op, ``f(inputs, outputs, output_grads)``, or a list with one of
        these, or a variable of a null or disconnected type, for each input.
    grad_overrides
        As ``lop_overrides``, with ``f(inputs, output_grads)``.
    rop_overrides
        The directional derivative: "default", an Op, ``f(inputs, eval_points)``, or a list for
        the outputs.
    name
        Its name.
    **kwargs
        As for ``pytensor.function``.

    An instance whose attribute ``grad`` is set has the gradient ``grad(inputs, output_grads)``.
    """

    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        inline: bool = False,
        lop_overrides: Any = "default",
        grad_overrides: Any = "default",
        rop_overrides: Any = "default",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(outputs, list | tuple):
            raise TypeError(f"outputs must be list, got {type(outputs)}")
        if not _is_default(lop_overrides) and not _is_default(grad_overrides):
            raise ValueError("lop_overrides and grad_overrides are mutually exclusive")
        kwargs.pop("updates", None) or kwargs.pop("givens", None)
        pullback = _overrides(lop_overrides)
        if not _is_default(grad_overrides):
            pullback = _overrides(grad_overrides, _without_outputs)
        # The shared variables of the graph are inputs too. PyTensor 3.0 adds them itself, 3.3 wants
        # to be given them.
        captured = _shared_variables(inputs, outputs)
        self._explicit = len(inputs)
        self._captured = captured if _WANTS_ALL_INPUTS else []
        inputs = [*inputs, *self._captured]
        cut = _disconnected(lop_overrides) | _disconnected(grad_overrides)
        if cut:
            everything = [*inputs[: self._explicit], *captured]
            pattern = io_connection_pattern(everything, list(outputs))
            kwargs["connection_pattern"] = [
                [connected and i not in cut for connected in row] for i, row in enumerate(pattern)
            ]
        super().__init__(
            list(inputs),
            list(outputs),
            inline=inline,
            pullback=_with_captured(pullback, self._explicit, len(captured)),
            pushforward=_overrides(rop_overrides),
            name=name,
            **kwargs,
        )

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """Apply to ``inputs``."""
        if len(inputs) == self._explicit:
            inputs = (*inputs, *self._captured)
        return super().__call__(*inputs, **keywords)

    def pullback(
        self, inputs: Sequence[Any], outputs: Sequence[Variable], cotangents: Sequence[Any]
    ) -> list[Variable]:
        """The gradient by each input: an instance's own ``grad`` or ``L_op`` before all."""
        count = self._explicit
        rest = [each.zeros_like() for each in inputs[count:]]
        if "grad" in self.__dict__:
            return [*self.__dict__["grad"](inputs[:count], cotangents), *rest]
        if "L_op" in self.__dict__:
            return [*self.__dict__["L_op"](inputs[:count], outputs, cotangents), *rest]
        found: list[Variable] = super().pullback(inputs, outputs, cotangents)
        return found

    def grad(self, inputs: Sequence[Variable], output_grads: Sequence[Any]) -> list[Variable]:
        """The gradient by each input, from the gradients by the outputs."""
        outputs = self(*inputs, return_list=True)
        found: list[Variable] = super().pullback(inputs, outputs, output_grads)
        return found

    def L_op(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], output_grads: Sequence[Any]
    ) -> list[Variable]:
        """As :meth:`grad`, with the outputs at hand."""
        found: list[Variable] = super().pullback(inputs, outputs, output_grads)
        return found


OpFromGraph = stand_in(_OpFromGraph, stands_for=builders.OpFromGraph)


_WANTS_ALL_INPUTS = "fgraph" in inspect.signature(builders.OpFromGraph.__init__).parameters


def _shared_variables(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> list[Variable]:
    """The shared variables that outputs depend on and that are no inputs."""
    leaves = dict.fromkeys(graph_inputs(list(outputs), list(inputs)))
    return [v for v in leaves if isinstance(v, SharedVariable) and v not in set(inputs)]


def _with_captured(override: Any, count: int, captured: int) -> Any:
    """An override for the first ``count`` inputs, of an Op that has ``captured`` more."""
    if not captured or override is None or isinstance(override, builders.OpFromGraph):
        return override
    if isinstance(override, list):
        return [*(_first(each, count) for each in override), *[None] * captured]

    def inner(inputs: Any, outputs: Any, output_grads: Any) -> Any:
        rest = [each.zeros_like() for each in inputs[count:]]
        return [*override(inputs[:count], outputs, output_grads), *rest]

    return inner


def _first(override: Any, count: int) -> Any:
    if override is None or isinstance(override, builders.OpFromGraph):
        return override
    return lambda inputs, outputs, output_grads: override(inputs[:count], outputs, output_grads)


def _is_default(overrides: Any) -> bool:
    return isinstance(overrides, str) and overrides == "default"


def _disconnected(overrides: Any) -> set[int]:
    """The inputs whose gradient is given as disconnected."""
    if not isinstance(overrides, list):
        return set()
    return {
        i
        for i, each in enumerate(overrides)
        if isinstance(each, Variable) and isinstance(each.type, DisconnectedType)
    }


def _overrides(overrides: Any, wrap: Callable[[Any], Any] = lambda f: f) -> Any:
    """Theano's overrides in PyTensor's form."""
    if _is_default(overrides):
        return None
    if isinstance(overrides, list):
        return [_override(each, wrap) for each in overrides]
    return _override(overrides, wrap)


def _override(override: Any, wrap: Callable[[Any], Any]) -> Any:
    if _is_default(override):
        return None
    if isinstance(override, Variable):
        kind = override.type
        return lambda *arguments: kind()
    if isinstance(override, builders.OpFromGraph) and wrap is _without_outputs:
        return lambda inputs, outputs, output_grads: override(
            *inputs, *output_grads, return_list=True
        )
    if override is None or isinstance(override, builders.OpFromGraph):
        return override
    if not callable(override):
        raise TypeError(
            f"an override is {override!r}; expected 'default', an OpFromGraph, a function or a "
            "variable of a null or disconnected type"
        )
    return wrap(override)


def _without_outputs(function: Callable[..., Any]) -> Callable[..., Any]:
    def inner(inputs: Any, outputs: Any, output_grads: Any) -> Any:
        return function(inputs, output_grads)

    return inner
