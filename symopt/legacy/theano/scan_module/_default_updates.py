"""Default updates of shared variables that a step uses, as of random streams."""

from __future__ import annotations

from collections.abc import Container, Iterable

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import graph_inputs


def default_updates(
    graphs: Iterable[Variable | None],
    arguments: Iterable[Variable],
    updated: Container[Variable],
) -> dict[SharedVariable, Variable]:
    """Default updates of what ``graphs`` read, and of what these updates read in turn.

    Parameters
    ----------
    graphs
        What a step computes.
    arguments
        What the step is given; what these are computed from is not the step's.
    updated
        Variables that have another update, and are left out.
    """
    given = set(arguments)
    found: dict[SharedVariable, Variable] = {}
    waiting = [graph for graph in graphs if isinstance(graph, Variable)]
    while waiting:
        read, waiting = graph_inputs(waiting, blockers=given), []
        for variable in read:
            if not isinstance(variable, SharedVariable) or variable in found:
                continue
            update = getattr(variable, "default_update", None)
            if update is not None and variable not in updated:
                found[variable] = update
                waiting.append(update)
    return found
