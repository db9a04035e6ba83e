"""Graphs that must stand in programs as a whole, held against PyTensor's Python."""

from pytensor.compile.ops import DeepCopyOp

from symopt.backends.c.program.op import Program
from tests.backends.graphs import pairs
from tests.backends.graphs.pairs import layouts as layouts


def outside(function):
    """What a compiled function has outside of programs, but for copies of equal outputs."""
    function.compile()
    within = Program, DeepCopyOp
    return [n.op for n in function.maker.fgraph.apply_nodes if not isinstance(n.op, within)]


class Pair(pairs.Pair):
    """A graph as a program and as PyTensor runs it."""

    def __init__(self, inputs, outputs, looped=False, same=None):
        super().__init__(inputs, outputs, "c", looped, same)
        assert outside(self.native) == []
