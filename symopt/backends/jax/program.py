"""A graph traced for one set of shapes: what XLA compiles, to run once or many times in a call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph

from symopt.backends.jax.forms.rows import Rows
from symopt.backends.jax.host import Call, HostExpression
from symopt.backends.jax.placement import Placement
from symopt.backends.jax.trace import MoreIsFed, Options, Root, Trace


@dataclass(frozen=True)
class Layout:
    """Which inputs and outputs of a graph are what, by their positions.

    Attributes
    ----------
    donated
        Inputs that are updated: their arrays are written over.
    kept
        The other arrays.
    generators
        NumPy's generators.
    updates
        Pairs of an output and the donated input that it replaces.
    returned
        Outputs that the function returns.
    advanced
        Pairs of an output and the generator that it replaces.
    """

    donated: tuple[int, ...]
    kept: tuple[int, ...]
    generators: tuple[int, ...]
    updates: tuple[tuple[int, int], ...]
    returned: tuple[int, ...]
    advanced: tuple[tuple[int, int], ...]


@dataclass
class Arguments:
    """What a program takes.

    Attributes
    ----------
    donated, kept
        Arrays of the inputs of that kind.
    keys
        Keys of the generators.
    fed
        What the host computed.
    """

    donated: list[Any]
    kept: list[Any]
    keys: list[Any]
    fed: list[Any] = field(default_factory=list)


@dataclass
class Results:
    """What a program gives.

    Attributes
    ----------
    returned, updates
        In the order of the layout.
    flags
        Whether each check held; empty without checks.
    """

    returned: list[Any]
    updates: list[Any]
    flags: Any


jax.tree_util.register_dataclass(Results, ["returned", "updates", "flags"], [])


class Program:
    """A graph traced for a call.

    Parameters
    ----------
    arguments
        Of that call, but for what the host computes.
    readable
        Expressions of those inputs that the host may look at.

    Attributes
    ----------
    asked
        The expressions whose values it was specialised for.
    conditions
        What the host has to check before a call.
    fed
        What the host computes in each call.
    errors
        What each flag means.
    calls_back
        Whether it runs nodes on the host.
    """

    def __init__(
        self,
        graph: FunctionGraph,
        layout: Layout,
        options: Options,
        placement: Placement,
        call: Call,
        arguments: Arguments,
        readable: dict[Variable, HostExpression],
    ) -> None:
        self.graph, self.layout, self.placement = graph, layout, placement
        self.errors: list[Callable[[], Exception]] = []
        self._readable = readable
        self._root = Root(call, options)
        self._once: Any = None
        self._many: dict[Any, Any] = {}
        self._keeps_shapes = True
        self._traced = self._trace_once(call, arguments)
        self._root.call = None  # it holds the arguments
        self.asked = list(self._root.specialised)
        self.conditions = list(self._root.conditions)
        self.fed = list(self._root.fed)
        self.calls_back = self._root.calls_back

    def check(self, call: Call) -> None:
        """Raise what the host's conditions say of a call."""
        for holds, error in self.conditions:
            if not call.of(holds):
                raise error()

    def feed(self, call: Call) -> list[Any]:
        """What the host computes for a call."""
        return [call.of(expression) for expression in self.fed]

    def run(self, arguments: Arguments) -> Results:
        """One call; compiles at the first one."""
        if self._once is None:
            self.compile()
        return self._once(arguments.donated, arguments.kept, arguments.keys, arguments.fed)

    def compile(self) -> None:
        """Compile now what :meth:`run` would compile."""
        if self._once is None:
            self._once = self._traced.compile()
            self._traced = None

    # ---- tracing

    def _trace_once(self, call: Call, arguments: Arguments) -> Any:
        while True:
            fed = [call.of(expression) for expression in self._root.fed]
            donate = () if self._root.calls_back else (0,)
            jitted = jax.jit(self._function, donate_argnums=donate)
            calls_back = self._root.calls_back
            try:
                traced = _lowered(jitted, arguments.donated, arguments.kept, arguments.keys, fed)
            except MoreIsFed:
                continue
            # A callback that fails must not take the state with it.
            if self._root.calls_back == calls_back:
                return traced

    def _function(
        self, donated: list[Any], kept: list[Any], keys: list[Any], fed: list[Any]
    ) -> Results:
        self._root.restart(fed)
        trace = self._trace(donated, kept, keys)
        results = trace.run(self.graph)
        self.errors = [check.error for check in trace.checks]
        outputs = _distinct(results, [*donated, *kept])
        updates = [outputs[o] for o, _ in self.layout.updates]
        old = dict(zip(self.layout.donated, donated, strict=True))
        self._keeps_shapes = all(
            new.shape == old[i].shape
            for new, (_, i) in zip(updates, self.layout.updates, strict=True)
        )
        flags: Any = ()
        if self.errors:
            flags = jnp.stack([check.holds for check in trace.checks])
            updates = self._gated(jnp.all(flags), updates, donated)
        returned = [outputs[o] for o in self.layout.returned]
        return Results(
            [self.placement.whole(value) for value in returned],
            [self.placement.whole(value) for value in updates],
            flags,
        )

    def _gated(self, fine: Any, updates: list[Any], donated: list[Any]) -> list[Any]:
        """Nothing changes where a check does not hold."""
        old = dict(zip(self.layout.donated, donated, strict=True))
        return [
            jnp.where(fine, new, old[i]) if new.shape == old[i].shape else new
            for new, (_, i) in zip(updates, self.layout.updates, strict=True)
        ]

    def _trace(self, donated: list[Any], kept: list[Any], keys: list[Any]) -> Trace:
        layout = self.layout
        keys = [jax.random.wrap_key_data(key) for key in keys]
        given = {
            **dict(zip(layout.donated, donated, strict=True)),
            **dict(zip(layout.kept, kept, strict=True)),
            **dict(zip(layout.generators, keys, strict=True)),
        }
        values = {variable: given[i] for i, variable in enumerate(self.graph.inputs)}
        return Trace(self._root, values, self._readable)

    # ---- many calls in one

    @property
    def repeats(self) -> bool:
        """Whether calls can follow each other on the device: no update changes a shape."""
        return not self.calls_back and self._keeps_shapes

    def run_many(
        self, call: Call, arguments: Arguments, changing: Sequence[int], watched: Sequence[int]
    ) -> tuple[Results, list[Any]]:
        """Calls one after the other, without the host in between.

        Parameters
        ----------
        call
            One of them.
        arguments
            ``kept`` of the positions in ``changing``, keys and what is fed are stacked, an element
            a call.
        changing
            Positions in ``kept``.
        watched
            Positions in the layout's updates whose values after every call are wanted.

        Returns
        -------
        results
            ``returned`` and ``flags`` stacked.
        seen
            Values of what is watched, stacked.
        """
        key = tuple(changing), tuple(watched), len(arguments.kept[changing[0]]) if changing else 0
        if key not in self._many:
            repeated = partial(self._repeated, changing=tuple(changing), watched=tuple(watched))
            jitted = jax.jit(repeated, donate_argnums=(0,))
            self._root.call = call
            try:
                lowered = _lowered(
                    jitted, arguments.donated, arguments.kept, arguments.keys, arguments.fed
                )
            finally:
                self._root.call = None
            self._many[key] = lowered.compile()
        return self._many[key](arguments.donated, arguments.kept, arguments.keys, arguments.fed)

    def _repeated(
        self,
        donated: list[Any],
        kept: list[Any],
        keys: list[Any],
        fed: list[Any],
        changing: tuple[int, ...],
        watched: tuple[int, ...],
    ) -> tuple[Results, list[Any]]:
        place = {i: k for k, (_, i) in enumerate(self.layout.updates)}

        def step(carry: Any, given: Any) -> Any:
            state, fine = carry
            batch, step_keys, step_fed = given
            here = list(kept)
            for position, value in zip(changing, batch, strict=True):
                here[position] = value
            made = self._function(state, here, step_keys, step_fed)
            after = [made.updates[place[i]] for i in self.layout.donated]
            if self.errors:
                # Behind a failed check nothing changes any more.
                after = [jnp.where(fine, new, old) for new, old in zip(after, state, strict=True)]
                fine = fine & jnp.all(made.flags)
            seen = [made.updates[k] for k in watched]
            return (after, fine), (made.returned, made.flags, seen)

        batches = [kept[position] for position in changing]
        start = (donated, jnp.asarray(True))
        (state, _), (returned, flags, seen) = lax.scan(step, start, (batches, keys, fed))
        by_input = dict(zip(self.layout.donated, state, strict=True))
        updates = [by_input[i] for _, i in self.layout.updates]
        return Results(returned, updates, flags), seen


def _lowered(jitted: Any, *arguments: Any) -> Any:
    with warnings.catch_warnings():
        # An update of another shape cannot take its predecessor's place.
        warnings.filterwarnings("ignore", "Some donated buffers were not usable")
        return jitted.lower(*arguments)


def _distinct(results: list[Any], inputs: list[Any]) -> list[Any]:
    """Results none of which is an input or another result: each gets memory of its own."""
    taken = {id(value) for value in inputs}
    distinct = []
    for value in results:
        if isinstance(value, Rows) or _is_key(value):
            distinct.append(value)
            continue
        array = jnp.asarray(value)
        if id(array) in taken:
            array = jnp.array(array, copy=True)
        taken.add(id(array))
        distinct.append(array)
    return distinct


def _is_key(value: Any) -> bool:
    dtype = getattr(value, "dtype", np.float32)
    return jnp.issubdtype(dtype, jax.dtypes.prng_key)
