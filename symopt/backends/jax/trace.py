"""A graph on its way into JAX: the value of each variable, while JAX records what is computed.

Values are tracers of JAX, or NumPy arrays where they are known while tracing: constants, shapes,
and small things computed from those. So ``x.shape[0] + 1`` is a number by the time that something
needs it, without any rewriting of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.scalar.basic import ScalarOp
from pytensor.tensor.basic import (
    ARange,
    Join,
    MakeVector,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
)
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape
from pytensor.tensor.subtensor import AdvancedSubtensor, IncSubtensor, Subtensor

from symopt.backends.jax import host
from symopt.backends.jax.flags import pytensor_forms
from symopt.backends.jax.host import HostExpression, NotOnHost, is_known
from symopt.backends.pytensor_versions import AdvancedSubtensor1, IfElse
from symopt.errors import NotOnDeviceError

COMPUTED_WHILE_TRACING = (
    AdvancedSubtensor,
    AdvancedSubtensor1,
    CAReduce,
    DimShuffle,
    Elemwise,
    IncSubtensor,
    Join,
    MakeVector,
    Reshape,
    ScalarFromTensor,
    ScalarOp,
    Split,
    Subtensor,
    TensorFromScalar,
)
"""Operations whose results are about as small as what they are computed from."""


@dataclass(frozen=True)
class Options:
    """How graphs are lowered.

    Attributes
    ----------
    compute_dtype
        dtype of the operands of products and convolutions of float32; None: as they are.
    fallback
        Whether a node without a form in JAX runs on the host.
    """

    compute_dtype: str | None = None
    fallback: bool = False


@dataclass
class Check:
    """Something that has to hold.

    Attributes
    ----------
    holds
        A tracer of a truth value.
    error
        Makes the exception for when it does not.
    """

    holds: Any
    error: Callable[[], Exception]


@dataclass
class Root:
    """What a trace and those of the graphs inside it share.

    Attributes
    ----------
    call
        The call for which is traced; None when nothing is.
    options
        How to lower.
    specialised
        The host expressions whose values were asked for, in order, with words on what needs them.
    conditions
        What the host has to check before each call: expressions of truth values.
    fed
        What the host computes in each call and gives to the program like an argument, by its place
        in the order in which it is asked for.
    given
        Tracers of those, as far as the program has been told of them.
    calls_back
        Whether a node runs on the host in the middle of the program.
    """

    call: host.Call | None
    options: Options
    specialised: list[tuple[HostExpression, str]] = field(default_factory=list)
    conditions: list[tuple[HostExpression, Callable[[], Exception]]] = field(default_factory=list)
    fed: list[HostExpression] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)
    calls_back: bool = False

    def value(self, expression: HostExpression) -> Any:
        """The value of an expression in the call for which is traced."""
        assert self.call is not None
        return self.call.of(expression)

    def varies(self, expression: HostExpression) -> bool:
        """Whether an expression may have another value in another call."""
        assert self.call is not None
        return self.call.varies(expression)

    def restart(self, given: list[Any]) -> None:
        """Begin again, with these tracers of what is fed."""
        self.specialised, self.conditions, self.fed = [], [], []
        self.given = given


class MoreIsFed(Exception):  # noqa: N818  # it ends a trace, and is no error
    """The trace needs one more argument than the program has: begin again with it."""


class Trace:
    """A graph being traced.

    Attributes
    ----------
    values
        Variable -> its value.
    checks
        What has to hold for the results to count.
    sequences
        In the body of a loop: an input that is a row of a sequence -> that, and its trace.
    guarded
        Whether what is traced is not always computed, so that errors have to wait for the device.
    """

    def __init__(
        self,
        root: Root,
        values: Mapping[Variable, Any],
        expressions: Mapping[Variable, HostExpression],
    ) -> None:
        self.root = root
        self.values = dict(values)
        self.checks: list[Check] = []
        self.sequences: dict[Variable, tuple[Variable, Trace]] = {}
        self.guarded = False
        self._expressions = dict(expressions)

    @property
    def options(self) -> Options:
        return self.root.options

    def inside(self, values: Mapping[Variable, Any], outer: Mapping[Variable, Variable]) -> Trace:
        """The trace of a graph inside an operation.

        Parameters
        ----------
        values
            Of its inputs.
        outer
            Those inputs that are variables of this graph all along (not a step's), with these.
        """
        expressions = {}
        for variable, here in outer.items():
            try:
                expressions[variable] = self.expression(here)
            except NotOnHost:
                continue
        inside = Trace(self.root, values, expressions)
        inside.guarded = self.guarded
        return inside

    def branch(self) -> Trace:
        """A trace of the same graph from here on, of what is not computed in every call."""
        branch = Trace(self.root, self.values, self._expressions)
        branch.sequences, branch.guarded = self.sequences, True
        return branch

    def __getitem__(self, variable: Variable) -> Any:
        if variable not in self.values and isinstance(variable, Constant):
            self.values[variable] = variable.data
        return self.values[variable]

    def run(self, graph: FunctionGraph) -> list[Any]:
        """Trace all nodes and return the outputs."""
        return self.compute(graph.outputs)

    def compute(self, variables: Iterable[Variable]) -> list[Any]:
        """Trace the nodes that variables need, and return their values."""
        variables = list(variables)
        for node in self._needed(variables):
            self.node(node)
        return [self[variable] for variable in variables]

    def _needed(self, variables: Iterable[Variable]) -> list[Apply]:
        """The nodes to trace, in order, without those that only a branch needs."""
        ordered: dict[Apply, None] = {}
        stack = [(v.owner, False) for v in variables if v.owner and v not in self.values]
        while stack:
            node, inputs_done = stack.pop()
            if node in ordered:
                continue
            if inputs_done:
                ordered[node] = None
                continue
            stack.append((node, True))
            stack += [
                (v.owner, False)
                for v in always_needed(node)
                if v.owner is not None and v.owner not in ordered and v not in self.values
            ]
        # Branches last: what is computed anyway is not computed in them once more.
        late: set[Apply] = set()
        for node in ordered:
            if isinstance(node.op, IfElse) or any(v.owner in late for v in node.inputs):
                late.add(node)
        return [n for n in ordered if n not in late] + [n for n in ordered if n in late]

    def node(self, node: Apply) -> None:
        """Trace one node."""
        needed = len(always_needed(node))
        inputs = [self[v] if i < needed else None for i, v in enumerate(node.inputs)]
        if _is_computed_now(node, inputs):
            results: Any = host.perform(node, inputs)
        else:
            try:
                results = lower(node.op, node, self, *inputs)
            except NotImplementedError as error:
                results = self._without_form(node, inputs, error)
            if len(node.outputs) == 1 and not isinstance(results, list | tuple):
                results = [results]
        for variable, value in zip(node.outputs, results, strict=True):
            self.values[variable] = _declared(variable, value)

    # ---- what has to be known while tracing

    def expression(self, variable: Variable, cheap: bool = False) -> HostExpression:
        """How the host computes a variable in each call.

        Parameters
        ----------
        cheap
            Only if that is next to nothing.

        Raises
        ------
        NotOnHost
            It depends on what only the device knows.
        """
        found = self._expressions.get(variable)
        if found is not None:
            return found
        if isinstance(variable, Constant):
            found = host.constant(variable.data)
        elif variable in self.values and is_known(self.values[variable]):
            found = host.constant(self.values[variable])
        elif variable.owner is None:
            raise NotOnHost(str(variable))
        else:
            if cheap and not _is_cheap(variable.owner):
                raise NotOnHost(str(variable))
            inputs = [self.expression(each, cheap) for each in variable.owner.inputs]
            found = host.of_node(variable.owner, variable.owner.outputs.index(variable), inputs)
        self._expressions[variable] = found
        return found

    def known(self, variable: Variable, node: Apply, what: str) -> Any:
        """The value of a variable as NumPy array; the program is compiled for this value.

        Parameters
        ----------
        node
            What needs it.
        what
            What it is to that: "length".

        Raises
        ------
        NotOnDeviceError
            It depends on what only the device knows.
        """
        value = self[variable]
        if not is_known(value):
            try:
                expression = self.expression(variable)
            except NotOnHost as error:
                raise not_on_device(node, what, error) from None
            value = self.values[variable] = self.specialise(expression, f"{what} of {node.op}")
        return value

    def specialise(self, expression: HostExpression, what: str) -> Any:
        """The value of an expression in the call that is traced for; others are traced anew."""
        value = self.root.value(expression)
        if self.root.varies(expression):
            self.root.specialised.append((expression, what))
        return value

    def feed(self, expression: HostExpression, what: str) -> Any:
        """A tracer of what the host computes in each call; the program knows its shape only."""
        self.specialise(HostExpression(lambda call: np.shape(call.of(expression))), what)
        self.root.fed.append(expression)
        if len(self.root.fed) > len(self.root.given):
            raise MoreIsFed
        return self.root.given[len(self.root.fed) - 1]

    # ---- what has to hold

    def check(self, holds: Any, error: Callable[[], Exception]) -> None:
        """Have ``error`` raised, and nothing written, if a tracer is not true."""
        self.checks.append(Check(holds, error))

    def check_on_host(self, holds: HostExpression, error: Callable[[], Exception]) -> None:
        """Have ``error`` raised before the call if an expression is not true."""
        if self.guarded:
            self.check(self.feed(holds, "shape of a condition"), error)
            return
        if not self.root.value(holds):
            raise error()
        if self.root.varies(holds):
            self.root.conditions.append((holds, error))

    def from_host(self, node: Apply, what: str) -> list[Any]:
        """The outputs of a node that the host runs in each call, before the program.

        Raises
        ------
        NotOnHost
            It depends on what only the device knows.
        """
        inputs = [self.expression(variable) for variable in node.inputs]
        return [
            self.feed(host.of_node(node, k, inputs), f"{what} of {node.op}")
            for k in range(len(node.outputs))
        ]

    def _without_form(self, node: Apply, inputs: Sequence[Any], error: Exception) -> Any:
        if self.options.fallback:
            return on_host(self, node, inputs)
        raise NotOnDeviceError(
            f"{_describe(node)} has no form in JAX ({error}). Write it with other operations, use "
            "backend='c' or 'numba', or have it run on the host between two parts of the program: "
            "symopt.jax_backend(fallback=True)."
        ) from error


def not_on_device(node: Apply, what: str, error: Exception) -> NotOnDeviceError:
    """The error for a value that XLA has to know and only the device does."""
    return NotOnDeviceError(
        f"{_describe(node)}: its {what} depends on {error}, which is only known on the device "
        "while the program runs; XLA compiles for fixed shapes. Make it depend on arguments or "
        "shapes only, use backend='c' or 'numba', or have the whole function run there: "
        "symopt.jax_backend(fallback=True)."
    )


def on_host(trace: Trace, node: Apply, inputs: Sequence[Any]) -> Any:
    """Run a node on the host, in the middle of the program.

    Raises
    ------
    NotOnDeviceError
        The shapes of its results depend on values.
    """
    from symopt.backends.jax.callback import call_host

    return call_host(trace, node, inputs)


def always_needed(node: Apply) -> Sequence[Variable]:
    """The inputs without which a node cannot do; they come first. The others are of branches."""
    return node.inputs[:1] if isinstance(node.op, IfElse) else node.inputs


@singledispatch
def lower(op: Op, node: Apply, trace: Trace, *inputs: Any) -> Any:
    """Compute a node's outputs with JAX: a value, or a list of them.

    Forms are registered by the class of the operation; the others are PyTensor's own.
    """
    function = pytensor_forms()(op, node=node)
    return function(*inputs)


def _is_cheap(node: Apply) -> bool:
    dtype = getattr(node.outputs[0].type, "dtype", "")
    cheap = (*COMPUTED_WHILE_TRACING, ARange)
    return isinstance(node.op, cheap) and dtype.startswith(("int", "uint", "bool"))


def _is_computed_now(node: Apply, inputs: Iterable[Any]) -> bool:
    if not isinstance(node.op, COMPUTED_WHILE_TRACING):
        return False
    return all(is_known(value) and np.size(value) <= host.SMALL for value in inputs)


def _declared(variable: Variable, value: Any) -> Any:
    """A value with the dtype that the graph says; JAX's promotion is not PyTensor's."""
    dtype = getattr(variable.type, "dtype", None)
    if dtype is None or not hasattr(value, "dtype"):
        return value if dtype is None or value is None else jnp.asarray(value, dtype)
    return value if value.dtype == dtype else value.astype(dtype)


def _describe(node: Apply) -> str:
    names = ", ".join(v.name or str(v.type) for v in node.outputs)
    return f"The node {node.op} (for {names})"
