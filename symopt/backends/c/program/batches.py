"""Which nodes of a program run together: independent ones of one kernel, in one launch.

An update of sixty parameters is sixty nodes with the same kernel. Launched together, threads share
their total work, and small tensors cost next to nothing. So nodes that can be launched together
wait for each other: a node waits until somebody needs its result, and whoever is of the same kind
until then comes along. A node only waits where that keeps no memory alive for longer: what it
writes is an output of the program or a number, and others need the arrays that it reads anyway.
Other nodes share a launch where they follow each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.scalar.basic import ScalarOp
from pytensor.tensor.elemwise import DimShuffle, Elemwise

from symopt.backends.c.program.order import root
from symopt.backends.c.program.writer import Step, Writer

Readers = Mapping[Variable, Sequence[Apply | None]]
"""The nodes that read a value; None for an output of the program."""


@dataclass(eq=False)
class Launch:
    """Nodes with a loop of their own, which can share a launch with others.

    Attributes
    ----------
    nodes
        The nodes that this loop computes.
    key
        Launches with equal keys can be one.
    written
        The arrays that the loop writes.
    write
        Writes the code of several launches with equal keys.
    """

    nodes: list[Apply]
    key: Hashable
    written: list[Variable]
    write: Callable[[Sequence[Launch], Writer], None]


@singledispatch
def launch_of(op: Op, node: Apply, readers: Readers, w: Writer) -> Launch | None:
    """The launch of a node; None if it has none that can be shared. Modules of ``operations``
    register types.
    """
    return None


@dataclass(eq=False)
class Batch(Step):
    """One launch or several, written as one step."""

    launches: list[Launch] = field(default_factory=list)

    def write(self, w: Writer) -> None:
        self.launches[0].write(self.launches, w)


def in_batches(
    order: Sequence[Apply],
    outputs: Sequence[Variable],
    writers: set[Apply],
    before: Mapping[Apply, set[Apply]],
    w: Writer,
) -> list[Step]:
    """The nodes in steps, in an order that is as right as the one given.

    Parameters
    ----------
    order
        The nodes in an order that is right.
    outputs
        The program's.
    writers
        The nodes that overwrite an input of the program. All others of ``order`` that stand in
        front of the first one run before it, and so do their checks.
    before
        For each of these, the nodes that have to run first though it does not read their results.
    """
    schedule = _Schedule(order, outputs, before)
    seen: set[Apply] = set()
    for node in order:
        if node in seen:
            continue
        if node in writers:
            schedule.start_to_write()
        launch = launch_of(node.op, node, schedule.readers, w)
        seen.update([node] if launch is None else launch.nodes)
        schedule.add(node, launch)
    schedule.finish()
    return schedule.done


class _Schedule:
    """Steps that are done, and those that wait until they are needed."""

    def __init__(
        self,
        order: Sequence[Apply],
        outputs: Sequence[Variable],
        before: Mapping[Apply, set[Apply]],
    ) -> None:
        self.done: list[Step] = []
        self.readers: dict[Variable, list[Apply | None]] = {}
        self._position = {node: i for i, node in enumerate(order)}
        for node in order:
            for variable in dict.fromkeys(node.inputs):
                self.readers.setdefault(variable, []).append(node)
        for variable in outputs:
            self.readers.setdefault(variable, []).append(None)
        self._wanted = {root(variable) for variable in outputs}
        self._before = before
        self._writing = False
        self._waiting: dict[Apply, Step] = {}
        self._open: dict[Hashable, Batch] = {}
        self._needed: dict[Step, set[Apply]] = {}

    def add(self, node: Apply, launch: Launch | None) -> None:
        """The next node, and what belongs to its launch."""
        if launch is None:
            step = Step([node])
            self._needed[step] = self._needs([node])
            if _is_of_numbers(node):
                self._waiting[node] = step
            else:
                self._run(step)
            return
        step = Batch(list(launch.nodes), [launch])
        needs = self._needed[step] = self._needs(launch.nodes)
        if self._can_wait(launch):
            batch = self._open.get(launch.key)
            if batch is not None and batch in self._behind(step):
                self._run(batch)
                batch = None
            if batch is None:
                batch = self._open[launch.key] = step
            else:
                self._join(batch, step)
            self._waiting.update(dict.fromkeys(launch.nodes, batch))
            return
        self._run_needed(step)
        last = self.done[-1] if self.done else None
        follows = isinstance(last, Batch) and last.launches[0].key == launch.key
        if isinstance(last, Batch) and follows and not needs & set(last.nodes):
            self._join(last, step)
        else:
            self.done.append(step)

    def start_to_write(self) -> None:
        """From here on inputs are overwritten."""
        if not self._writing:
            self._writing = True
            self.finish()

    def finish(self) -> None:
        """Run what waits."""
        for step in list(dict.fromkeys(self._waiting.values())):
            if step.nodes[0] in self._waiting:
                self._run(step)

    def _can_wait(self, launch: Launch) -> bool:
        if not self._wanted.issuperset(launch.written):
            return False
        return self._writing or all(
            self._outlives(variable, launch) for node in launch.nodes for variable in node.inputs
        )

    def _outlives(self, variable: Variable, launch: Launch) -> bool:
        """Whether a value that a launch reads takes memory for longer than the launch, or none at
        all.
        """
        if (
            variable.owner is None
            or isinstance(variable, Constant)
            or variable.owner in launch.nodes
        ):
            return True
        if variable.type.ndim == 0 or _is_of_numbers(variable.owner):
            return True
        now = self._position[launch.nodes[0]]
        return any(
            r is None or (self._position[r] > now and r not in launch.nodes)
            for r in self.readers[variable]
        )

    def _needs(self, nodes: Sequence[Apply]) -> set[Apply]:
        found = {x.owner for node in nodes for x in node.inputs if x.owner is not None}
        for node in nodes:
            found |= self._before.get(node, set())
        return found - set(nodes)

    def _behind(self, step: Step) -> set[Step]:
        """The waiting steps that a step needs, and those that these need."""
        found: set[Step] = set()
        new = [step]
        while new:
            for node in self._needed[new.pop()]:
                needed = self._waiting.get(node)
                if needed is not None and needed not in found:
                    found.add(needed)
                    new.append(needed)
        return found

    def _join(self, batch: Batch, step: Batch) -> None:
        batch.nodes += step.nodes
        batch.launches += step.launches
        self._needed[batch] |= self._needed.pop(step)

    def _run(self, step: Step) -> None:
        self._run_needed(step)
        self._leave(step)

    def _run_needed(self, step: Step) -> None:
        stack = [step]
        while stack:
            needed = [self._waiting[n] for n in self._needed[stack[-1]] if n in self._waiting]
            if needed:
                stack.append(min(needed, key=lambda other: self._position[other.nodes[0]]))
            elif len(stack) == 1:
                return
            else:
                self._leave(stack.pop())

    def _leave(self, step: Step) -> None:
        for node in step.nodes:
            self._waiting.pop(node, None)
        if isinstance(step, Batch) and self._open.get(step.launches[0].key) is step:
            del self._open[step.launches[0].key]
        self.done.append(step)


def _is_of_numbers(node: Apply) -> bool:
    """Whether a node computes numbers from numbers: values without dimensions, or of one element by
    declaration.
    """
    if any(size != 1 for v in node.inputs for size in getattr(v.type, "shape", ())):
        return False
    return isinstance(node.op, Elemwise | ScalarOp | DimShuffle)
