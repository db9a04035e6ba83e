"""A compiled function: from the cells of its inputs to its outputs and updates, on the device."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.random.type import RandomType

from symopt.backends.jax import arrays
from symopt.backends.jax.flags import wide
from symopt.backends.jax.forms.rows import Rows
from symopt.backends.jax.host import Call, argument
from symopt.backends.jax.pending import DeviceValue, Pending, raise_first
from symopt.backends.jax.placement import Placement
from symopt.backends.jax.program import Arguments, Layout, Program, Results
from symopt.backends.jax.programs import Programs
from symopt.backends.jax.trace import Options
from symopt.backends.jax.whole_on_host import WholeOnHost
from symopt.errors import NotOnDeviceError


class DeviceFunction:
    """What PyTensor's ``Function`` calls.

    Parameters
    ----------
    fgraph
        The graph, rewritten.
    cells
        Of its inputs.

    Attributes
    ----------
    programs
        What was compiled so far.
    """

    allow_gc = False

    def __init__(self, fgraph: FunctionGraph, cells: Sequence[arrays.Cell]) -> None:
        self.fgraph = fgraph
        self.cells = list(cells)
        self.layout = _layout(fgraph)
        self.options = Options()
        self.placement = Placement()
        self.pending: Pending | None = None
        self.shared = [False] * len(cells)
        self.containers: Sequence[Any] = ()
        self._on_host: WholeOnHost | None = None
        names = [v.name or f"input_{i}" for i, v in enumerate(fgraph.inputs)]
        self.programs = Programs("function", names, self._compile)

    def bind(
        self,
        containers: Sequence[Any],
        name: str,
        options: Options,
        placement: Placement,
        pending: Pending | None,
        shared: Sequence[bool],
    ) -> None:
        """Say what PyTensor's linker is not told.

        Parameters
        ----------
        containers
            Of all inputs: they take arguments as PyTensor does.
        pending
            Where errors wait if nobody waits for the device; None: each call does.
        shared
            For each input, whether it is a shared variable.
        """
        self.programs.name = name
        self.containers = containers
        self.options, self.placement, self.pending = options, placement, pending
        self.shared = list(shared)

    def __call__(self) -> list[Any]:
        if self._on_host is None:
            try:
                return self._on_device()
            except NotOnDeviceError as error:
                if not self.options.fallback:
                    raise
                self._on_host = WholeOnHost(self.fgraph, self.programs.name, error)
        return self._on_host([cell[0] for cell in self.cells])

    def _on_device(self) -> list[Any]:
        # Shared variables may be where a function of another placement left them; what was compiled
        # may have been compiled for such a place. JAX looks at that before it takes any array.
        for remedy in (self._in_place, self.programs.forget, None):
            try:
                program, results = self._run()
                break
            except ValueError as error:
                if remedy is None or not _is_about_places(error):
                    raise
                remedy()
        values = [cell[0] for cell in self.cells]
        self._write(results)
        self._raise(program, results.flags)
        return self._outputs(values, results)

    def _run(self) -> tuple[Program, Results]:
        values = [cell[0] for cell in self.cells]
        with wide():
            program, call = self.find(values)
            program.check(call)
            arguments = self._arguments(values)
            arguments.fed = program.feed(call)
            return program, program.run(arguments)

    def describe(self) -> str:
        """What programs there are."""
        return self.programs.describe()

    def find(self, values: list[Any]) -> tuple[Program, Call]:
        """The program for the values of all inputs."""
        call = Call(values, [self._is_readable(i, v) for i, v in enumerate(values)])
        shapes = tuple([getattr(value, "shape", None) for value in values])
        return self.programs.find(shapes, call), call

    def _is_readable(self, i: int, value: Any) -> bool:
        if not self.shared[i]:
            return True
        return getattr(value, "ndim", 1) == 0 and value.dtype.kind in "iub"

    def _compile(self, call: Call) -> Program:
        readable = {
            variable: argument(i)
            for i, variable in enumerate(self.fgraph.inputs)
            if call.readable[i] and not isinstance(variable.type, RandomType)
        }
        return Program(
            self.fgraph,
            self.layout,
            self.options,
            self.placement,
            call,
            self._arguments(call.values),
            readable,
        )

    # ---- one call

    def _arguments(self, values: list[Any]) -> Arguments:
        donated = []
        for i in self.layout.donated:
            holder = self.cells[i]
            if not arrays.is_ours(holder):
                holder[0] = arrays.to_device(holder[0], self.placement.shared)
                arrays.mark_ours(holder)
            donated.append(holder[0])
        kept = [self.placement.placed(i, values[i], self.shared[i]) for i in self.layout.kept]
        return Arguments(donated, kept, [_key(values[i]) for i in self.layout.generators])

    def _in_place(self) -> None:
        """Move all shared variables here."""
        for i in (*self.layout.donated, *self.layout.kept):
            holder = self.cells[i]
            if self.shared[i] and isinstance(holder[0], arrays.ARRAY):
                holder[0] = jax.device_put(holder[0], self.placement.somewhere)
        for i in self.layout.donated:
            arrays.mark_ours(self.cells[i])

    def _write(self, results: Results) -> None:
        """Put the updates into their cells: what was there is gone."""
        for (_, i), value in zip(self.layout.updates, results.updates, strict=True):
            holder = self.cells[i]
            holder[0] = value
            arrays.mark_ours(holder)

    def _raise(self, program: Program, flags: Any) -> None:
        if not program.errors:
            return
        if self.pending is not None:
            self.pending.add_flags(flags, program.errors)
        else:
            raise_first(flags, program.errors)

    def _outputs(self, values: list[Any], results: Results) -> list[Any]:
        outputs: list[Any] = [None] * len(self.fgraph.outputs)
        for o, value in zip(self.layout.returned, results.returned, strict=True):
            outputs[o] = self._returned(value)
        for (o, _), value in zip(self.layout.updates, results.updates, strict=True):
            outputs[o] = value
        for o, i in self.layout.advanced:
            outputs[o] = _advanced(values[i])
        return outputs

    def _returned(self, value: Any) -> Any:
        if isinstance(value, Rows):
            return value.on_host()
        return np.array(value) if self.pending is None else DeviceValue(value, self.pending)

    # ---- many calls in one

    def run_many(
        self, batches: Sequence[Sequence[Any]], watched: Sequence[arrays.Cell]
    ) -> tuple[list[list[Any]], list[list[Any]]]:
        """Call it with one batch after the other; those of equal shapes run without the host.

        Parameters
        ----------
        batches
            The values of all inputs that are not shared, for each call.
        watched
            Cells of updated shared variables whose values after each call are wanted.

        Returns
        -------
        outputs
            Of each call.
        seen
            What is watched, after each call.
        """
        outputs: list[list[Any]] = []
        seen: list[list[Any]] = []
        first = 0
        while first < len(batches):
            if not self.options.fallback:  # which may turn out to be needed
                with wide():
                    program, calls = self._alike(batches[first:])
                    if len(calls) > 1 and program.repeats:
                        made, watched_here = self._together(program, calls, watched)
                        outputs += made
                        seen += watched_here
                        first += len(calls)
                        continue
            self._set(batches[first])
            made_here = self()
            for o, i in (*self.layout.updates, *self.layout.advanced):
                self.cells[i][0] = made_here[o]  # as PyTensor does behind a call
            outputs.append(made_here[: len(self.layout.returned)])
            seen.append([np.array(cell[0]) for cell in watched])
            first += 1
        return outputs, seen

    def _set(self, batch: Sequence[Any]) -> None:
        given = iter(batch)
        for cell, is_shared in zip(self.cells, self.shared, strict=True):
            if not is_shared:
                cell[0] = next(given)

    def _alike(self, batches: Sequence[Sequence[Any]]) -> tuple[Program, list[Call]]:
        """The first batches that one program takes."""
        program, calls = None, []
        for batch in batches:
            self._set(batch)
            found, call = self.find([cell[0] for cell in self.cells])
            if program is not None and found is not program:
                break
            found.check(call)
            program = found
            calls.append(call)
        assert program is not None  # there is a batch
        return program, calls

    def _together(
        self, program: Program, calls: list[Call], watched: Sequence[arrays.Cell]
    ) -> tuple[list[list[Any]], list[list[Any]]]:
        layout = self.layout
        arguments = self._arguments(calls[0].values)
        changing = [k for k, i in enumerate(layout.kept) if not self.shared[i]]
        for k in changing:
            i = layout.kept[k]
            stacked = np.stack([np.asarray(call.values[i]) for call in calls])
            arguments.kept[k] = self.placement.placed_many(i, stacked)
        generators = [calls[0].values[i] for i in layout.generators]
        keys, generators = _keys(generators, len(calls))
        arguments.keys = keys
        fed = [program.feed(call) for call in calls]
        arguments.fed = [np.stack(each) for each in zip(*fed, strict=True)]
        cells = [id(self.cells[i]) for _, i in layout.updates]
        places = [cells.index(id(cell)) for cell in watched]
        results, seen = program.run_many(calls[0], arguments, changing, places)
        self._write(results)
        by_position = dict(zip(layout.generators, generators, strict=True))
        for _, i in layout.advanced:
            self.cells[i][0] = by_position[i]
        for flags in np.asarray(results.flags) if program.errors else ():
            raise_first(flags, program.errors)
        returned = [np.array(value) for value in results.returned]
        values = [np.array(value) for value in seen]
        return (
            [[value[k] for value in returned] for k in range(len(calls))],
            [[value[k] for value in values] for k in range(len(calls))],
        )


def _is_about_places(error: ValueError) -> bool:
    return any(words in str(error) for words in ("incompatible devices", "input sharding"))


def _layout(fgraph: FunctionGraph) -> Layout:
    # Output -> input. An input is updated by one output only.
    updates: dict[int, int] = dict(getattr(fgraph, "update_mapping", None) or {})
    random = [isinstance(v.type, RandomType) for v in fgraph.inputs]
    targets = set(updates.values())
    return Layout(
        donated=tuple(i for i in sorted(targets) if not random[i]),
        kept=tuple(i for i in range(len(random)) if i not in targets and not random[i]),
        generators=tuple(i for i, is_random in enumerate(random) if is_random),
        updates=tuple((o, i) for o, i in updates.items() if not random[i]),
        returned=tuple(o for o in range(len(fgraph.outputs)) if o not in updates),
        advanced=tuple((o, i) for o, i in updates.items() if random[i]),
    )


def _key(generator: Any) -> Any:
    """The key that stands for a NumPy generator as it is."""
    return _draw(copy.deepcopy(generator))


def _advanced(generator: Any) -> Any:
    """A generator behind the draw of its key."""
    after = copy.deepcopy(generator)
    _draw(after)
    return after


def _keys(generators: list[Any], count: int) -> tuple[list[Any], list[Any]]:
    """Keys for several calls, stacked, and the generators behind them."""
    after = [copy.deepcopy(generator) for generator in generators]
    return [np.stack([_draw(each) for _ in range(count)]) for each in after], after


def _draw(generator: Any) -> Any:
    return generator.integers(0, 2**32, size=2, dtype=np.uint32)
