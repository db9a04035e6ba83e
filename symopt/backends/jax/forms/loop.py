"""Scan as ``lax.scan``; one that stops early as ``lax.while_loop``.

PyTensor keeps every state of a loop in a buffer whose first rows are there before the loop. Here
the rows that a step reads are carried, and the rows that it writes are stacked by XLA. In the
gradient of a loop (``mit_mot``) a buffer is both read and written: the carried window of rows moves
along it, and takes up one row that nobody has written yet at each step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scan.op import Scan

from symopt.backends.jax.forms.inner_graphs import inner_graph
from symopt.backends.jax.forms.rows import last_rows
from symopt.backends.jax.trace import Trace, lower


@dataclass
class _Window:
    """The rows of a buffer that a step may read or write.

    Attributes
    ----------
    buffer
        The whole buffer before the loop.
    low, high
        The first and the last row, counted from the step's number.
    reads, writes
        The taps of the inner inputs and outputs.
    fed
        Whether the row that enters the window at each step stands in the buffer.
    """

    buffer: Any
    low: int
    high: int
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    fed: bool

    @property
    def length(self) -> int:
        return self.high - self.low + 1


@lower.register(Scan)
def _scan(op: Scan, node: Apply, trace: Trace, *inputs: Any) -> list[Any]:
    return _Loop(op, node, trace).outputs()


class _Loop:
    def __init__(self, op: Scan, node: Apply, trace: Trace) -> None:
        self.op, self.node, self.trace, self.info = op, node, trace, op.info
        self.graph: FunctionGraph = inner_graph(op)
        self.steps = int(trace.known(node.inputs[0], node, "number of steps"))
        if self.steps < 0:
            raise IndexError(f"Scan was asked to run for negative number of step {self.steps}")
        self.sequences = [self._sequence(i, v) for i, v in enumerate(op.outer_seqs(node.inputs))]
        self.windows = self._windows()
        self.lengths = [int(trace.known(v, node, "length")) for v in op.outer_nitsot(node.inputs)]
        self.untraced = [trace[v] for v in op.outer_untraced_sit_sot(node.inputs)]
        self.checks: list[Callable[[], Exception]] = []

    # ---- what goes in

    def _sequence(self, i: int, variable: Variable) -> Any:
        value = jnp.asarray(self.trace[variable])
        if len(value) < self.steps:
            raise ValueError(
                f"Sequence {i} has {len(value)} steps but the Scan's required number of steps is "
                f"{self.steps}"
            )
        return value[: self.steps]

    def _windows(self) -> list[_Window]:
        info, inputs = self.info, self.node.inputs
        windows = []
        mit_mots = zip(
            self.op.outer_mitmot(inputs),
            info.mit_mot_in_slices,
            info.mit_mot_out_slices,
            strict=True,
        )
        for variable, reads, writes in mit_mots:
            taps = (*reads, *writes)
            if min(taps) < min(reads):
                raise NotImplementedError(f"a loop that writes behind what it reads: {taps}")
            buffer = jnp.asarray(self.trace[variable])
            windows.append(_Window(buffer, min(taps), max(taps), reads, writes, fed=True))
        sots = [*self.op.outer_mitsot(inputs), *self.op.outer_sitsot(inputs)]
        taps_of = [*info.mit_sot_in_slices, *info.sit_sot_in_slices]
        for variable, reads in zip(sots, taps_of, strict=True):
            buffer = jnp.asarray(self.trace[variable])
            if self.steps and not len(buffer):
                raise ValueError("Scan: an output has no room for a step")
            windows.append(_Window(buffer, min(reads), 0, reads, (0,), fed=False))
        return windows

    def _first_rows(self, window: _Window) -> list[Any]:
        """The window in front of the first step, without the row that the step takes up."""
        return [window.buffer[row] for row in range(window.length - 1)]

    def _fed(self, window: _Window) -> Any:
        """The row that each step takes up."""
        first = window.length - 1
        return window.buffer[first : first + self.steps]

    # ---- a step

    def _step(self, windows: list[list[Any]], untraced: list[Any], rows: Sequence[Any]) -> _Step:
        """Trace the body; ``rows`` are those of the sequences."""
        info = self.info
        values: list[Any] = list(rows)
        for window, held in zip(self.windows, windows, strict=True):
            values += [held[tap - window.low] for tap in window.reads]
        values += untraced
        inside = list(self.graph.inputs)
        constants = self.op.outer_non_seqs(self.node.inputs)
        outer = dict(zip(inside[len(values) :], constants, strict=True))
        values += [self.trace[variable] for variable in constants]
        body = self.trace.inside(dict(zip(inside, values, strict=True)), outer)
        sequences = zip(inside, self.op.outer_seqs(self.node.inputs), strict=False)
        body.sequences = {row: (whole, self.trace) for row, whole in sequences}
        outputs = body.run(self.graph)
        self.checks = [check.error for check in body.checks]
        written, at = [], 0
        for window, held in zip(self.windows, windows, strict=True):
            after = list(held)
            for tap in window.writes:
                row = jnp.asarray(outputs[at]).astype(window.buffer.dtype)
                after[tap - window.low] = jnp.broadcast_to(row, window.buffer.shape[1:])
                at += 1
            written.append(after)
        collected = outputs[at : at + info.n_nit_sot]
        at += info.n_nit_sot
        carried = outputs[at : at + info.n_untraced_sit_sot]
        stop = outputs[-1] if info.as_while else None
        holds = [check.holds for check in body.checks]
        return _Step(written, collected, carried, holds, stop)

    # ---- the loop

    def outputs(self) -> list[Any]:
        if self.info.as_while:
            return self._while()
        return self._for()

    def _for(self) -> list[Any]:
        def step(carry: Any, fed: Any) -> Any:
            windows, untraced = carry
            rows, entering = fed
            entering = iter(entering)
            held = [
                [*rows_held, next(entering) if window.fed else None]
                for window, rows_held in zip(self.windows, windows, strict=True)
            ]
            made = self._step(held, untraced, rows)
            stacked = [
                full[0] if window.fed else full[-1]
                for window, full in zip(self.windows, made.windows, strict=True)
            ]
            kept = [full[1:] for full in made.windows]
            return (kept, made.untraced), (stacked, made.collected, made.holds)

        first = [self._first_rows(window) for window in self.windows]
        fed = [self._fed(window) for window in self.windows if window.fed]
        if self.steps == 0:
            return self._nothing()
        untraced = self._carried_types(self.untraced)
        (last, untraced), (stacked, collected, holds) = lax.scan(
            step, (first, untraced), (self.sequences, fed), length=self.steps
        )
        for flags, error in zip(holds, self.checks, strict=True):
            self.trace.check(jnp.all(flags), error)
        results = [
            self._buffer(window, rows, end)
            for window, rows, end in zip(self.windows, stacked, last, strict=True)
        ]
        results += [
            _of_length(rows, length) for rows, length in zip(collected, self.lengths, strict=True)
        ]
        return results + untraced

    def _carried_types(self, values: list[Any]) -> list[Any]:
        return [value if hasattr(value, "dtype") else jnp.asarray(value) for value in values]

    def _buffer(self, window: _Window, stacked: Any, last: Any) -> Any:
        """The buffer after the loop."""
        if window.fed:
            rest = window.buffer[window.length - 1 + self.steps :]
            return jnp.concatenate([stacked, *[row[None] for row in last], rest])
        before = -window.low
        whole = jnp.concatenate([window.buffer[:before], stacked])
        return _of_length(whole, len(window.buffer))

    def _nothing(self) -> list[Any]:
        """No step was asked for."""
        results: list[Any] = [
            window.buffer
            if window.fed
            else _of_length(window.buffer[: -window.low], len(window.buffer))
            for window in self.windows
        ]
        made = jax.eval_shape(self._any_step)
        results += [
            jnp.zeros((length, *row.shape), row.dtype)
            for row, length in zip(made.collected, self.lengths, strict=True)
        ]
        return results + self.untraced

    def _any_step(self) -> _Step:
        """A step over zeros, for the shapes of what it makes."""
        rows = [jnp.zeros(sequence.shape[1:], sequence.dtype) for sequence in self.sequences]
        held = [
            [jnp.zeros(window.buffer.shape[1:], window.buffer.dtype)] * window.length
            for window in self.windows
        ]
        return self._step(held, self._carried_types(self.untraced), rows)

    def _while(self) -> list[Any]:
        """Steps until one says stop. Buffers are filled as far as it went."""
        if any(window.fed for window in self.windows):
            raise NotImplementedError("the gradient of a loop that stops early")
        if self.steps == 0:
            return self._nothing()
        shapes = jax.eval_shape(lambda: self._step_at(0, self._start()))
        rooms = [jnp.zeros((self.steps, *made.shape), made.dtype) for made in shapes.collected]
        filled = [
            jnp.zeros((self.steps, *window.buffer.shape[1:]), window.buffer.dtype)
            for window in self.windows
        ]
        flags = [jnp.asarray(True) for _ in shapes.holds]

        def go(state: Any) -> Any:
            return (state[0] < self.steps) & ~state[1]

        def body(state: Any) -> Any:
            i, _, windows, untraced, filled, rooms, flags = state
            made = self._step_at(i, (windows, untraced))
            filled = [
                lax.dynamic_update_index_in_dim(room, full[-1], i, 0)
                for room, full in zip(filled, made.windows, strict=True)
            ]
            rooms = [
                lax.dynamic_update_index_in_dim(room, row, i, 0)
                for room, row in zip(rooms, made.collected, strict=True)
            ]
            flags = [flag & holds for flag, holds in zip(flags, made.holds, strict=True)]
            stop = jnp.asarray(made.stop).astype(bool).reshape(())
            kept = [full[1:] for full in made.windows]
            return i + 1, stop, kept, made.untraced, filled, rooms, flags

        windows, untraced = self._start()
        state = (jnp.asarray(0), jnp.asarray(False), windows, untraced, filled, rooms, flags)
        count, _, _, untraced, filled, rooms, flags = lax.while_loop(go, body, state)
        for flag, error in zip(flags, self.checks, strict=True):
            self.trace.check(flag, error)
        results: list[Any] = []
        for window, rows in zip(self.windows, filled, strict=True):
            before = -window.low
            whole = jnp.concatenate([window.buffer[:before], rows])
            results.append(last_rows(whole, count + before, len(window.buffer), before + 1))
        for rows, length in zip(rooms, self.lengths, strict=True):
            results.append(last_rows(rows, count, length, 1))
        return [*results, *untraced]

    def _start(self) -> tuple[list[Any], list[Any]]:
        return [self._first_rows(window) for window in self.windows], self._carried_types(
            self.untraced
        )

    def _step_at(self, i: Any, state: Any) -> _Step:
        windows, untraced = state
        held = [[*rows, None] for rows in windows]
        rows = [
            lax.dynamic_index_in_dim(sequence, i, 0, keepdims=False) for sequence in self.sequences
        ]
        return self._step(held, untraced, rows)


def _of_length(rows: Any, length: int) -> Any:
    """What a buffer of ``length`` rows holds behind the loop: the last ones, or zeros after all."""
    missing = length - len(rows)
    if missing <= 0:
        return rows[-missing:]
    # A truncated gradient: there are more rows than steps.
    return jnp.concatenate([rows, jnp.zeros((missing, *rows.shape[1:]), rows.dtype)])


@jax.tree_util.register_dataclass
@dataclass
class _Step:
    """What a step made: windows with its rows, rows without a past, states, checks."""

    windows: list[Any]
    collected: list[Any]
    untraced: list[Any]
    holds: list[Any]
    stop: Any
