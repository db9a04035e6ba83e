"""Features: what watches a graph while it is being rewritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytensor.graph.features import AlreadyThere as AlreadyThere
from pytensor.graph.features import BadOptimization as BadOptimization
from pytensor.graph.features import Bookkeeper as Bookkeeper
from pytensor.graph.features import Feature as Feature
from pytensor.graph.features import History as History
from pytensor.graph.features import NoOutputFromInplace as NoOutputFromInplace
from pytensor.graph.features import PreserveVariableAttributes as PreserveVariableAttributes
from pytensor.graph.features import ReplacementDidNotRemoveError as ReplacementDidNotRemoveError
from pytensor.graph.features import ReplaceValidate as ReplaceValidate
from pytensor.graph.features import Validator as Validator

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.graph.features")

ReplacementDidntRemovedError = ReplacementDidNotRemoveError
PreserveNames = PreserveVariableAttributes


class NodeFinder(Bookkeeper):  # type: ignore[misc]
    """Finds the nodes of a graph by their Op: ``fgraph.get_nodes(op)``."""

    def __init__(self) -> None:
        self.fgraph: Any = None
        self.d: dict[Any, list[Any]] = {}

    def on_attach(self, fgraph: Any) -> None:
        """Take the nodes that are there, and give the graph its method."""
        if self.fgraph is not None or hasattr(fgraph, "get_nodes"):
            raise AlreadyThere("NodeFinder is already present or in conflict with another plugin.")
        self.fgraph = fgraph
        fgraph.get_nodes = self.query
        super().on_attach(fgraph)

    def on_detach(self, fgraph: Any) -> None:
        """Take the method back."""
        self.fgraph = None
        del fgraph.get_nodes
        self.d = {}

    def on_import(self, fgraph: Any, node: Any, reason: Any) -> None:
        """A node has been added."""
        self.d.setdefault(node.op, []).append(node)

    def on_prune(self, fgraph: Any, node: Any, reason: Any) -> None:
        """A node has been removed."""
        self.d.get(node.op, [node]).remove(node)

    def query(self, op: Any) -> list[Any]:
        """The nodes that apply ``op``."""
        return list(self.d.get(op, []))


class PrintListener(Feature):  # type: ignore[misc]
    """Prints what happens to a graph."""

    def __init__(self, active: bool = True) -> None:
        self.active = active

    def on_attach(self, fgraph: Any) -> None:
        """Say so."""
        self._say(f"-- attaching to: {fgraph}")

    def on_detach(self, fgraph: Any) -> None:
        """Say so."""
        self._say(f"-- detaching from: {fgraph}")

    def on_import(self, fgraph: Any, node: Any, reason: Any) -> None:
        """Say so."""
        self._say(f"-- importing: {node}, reason: {reason}")

    def on_prune(self, fgraph: Any, node: Any, reason: Any) -> None:
        """Say so."""
        self._say(f"-- pruning: {node}, reason: {reason}")

    def on_change_input(
        self, fgraph: Any, node: Any, i: int, r: Any, new_r: Any, reason: Any = None
    ) -> None:
        """Say so."""
        self._say(f"-- changing ({node}.inputs[{i}]) from {r} to {new_r}")

    def _say(self, text: str) -> None:
        if self.active:
            print(text)


class GetCheckpoint:
    """A checkpoint of a graph's history."""

    def __init__(self, history: Any, fgraph: Any) -> None:
        self.history, self.fgraph = history, fgraph
        self.nb = 0

    def __call__(self) -> Any:
        return len(self.history.history[self.fgraph])


class LambdExtract:
    """The undoing of one change of an input."""

    def __init__(
        self, fgraph: Any, node: Any, i: int, r: Any, reason: Callable[[], Any] | None = None
    ) -> None:
        self.fgraph, self.node, self.i, self.r, self.reason = fgraph, node, i, r, reason

    def __call__(self) -> Any:
        return self.fgraph.change_node_input(
            self.node, self.i, self.r, reason=("Revert", self.reason), check=False
        )
