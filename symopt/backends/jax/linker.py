"""PyTensor's end of a function that runs on the device.

Uses ``pytensor.link.basic.LocalLinker`` and the list of cells that it is given; tried with PyTensor
3.0.7 and 3.3.8.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.fg import FunctionGraph
from pytensor.link.basic import Container, LocalLinker
from pytensor.link.utils import map_storage

from symopt.backends.jax.device_function import DeviceFunction


class JaxLinker(LocalLinker):
    """Makes one :class:`DeviceFunction` of a graph."""

    compiles_whole_graphs = True

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.fgraph: FunctionGraph | None = None

    def accept(self, fgraph: FunctionGraph, no_recycling: Any = None, profile: Any = None) -> Any:
        """A linker for this graph."""
        if self.fgraph is not None and self.fgraph is not fgraph:
            return type(self)().accept(fgraph, no_recycling, profile)
        self.fgraph = fgraph
        return self

    def make_all(
        self, input_storage: Any = None, output_storage: Any = None, storage_map: Any = None
    ) -> tuple[Any, ...]:
        fgraph = self.fgraph
        assert fgraph is not None  # accept() comes first
        nodes = self.schedule(fgraph)
        inputs, outputs, storage_map = map_storage(
            fgraph, nodes, input_storage, output_storage, storage_map
        )
        function = DeviceFunction(fgraph, inputs)
        return (
            function,
            [Container(v, cell) for v, cell in zip(fgraph.inputs, inputs, strict=True)],
            [
                Container(v, cell, readonly=True)
                for v, cell in zip(fgraph.outputs, outputs, strict=True)
            ],
            [],
            nodes,
        )
