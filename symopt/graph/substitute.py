"""Replacing variables in a graph while sharing everything the replacement does not touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytensor.graph.basic import Variable
from pytensor.graph.traversal import toposort


def substitute(outputs: Sequence[Variable], new: Mapping[Variable, Variable]) -> list[Variable]:
    """Rebuild ``outputs`` with each variable of ``new`` replaced by what it maps to.

    Replacements are not searched for further replacements, so that they may read the very
    variables they replace. Nodes that depend on none of ``new`` are shared with the old graph
    (``pytensor.clone_replace`` would copy them, random draws and loops included).
    """
    replaced: dict[Variable, Variable] = dict(new)
    for node in toposort(outputs, blockers=list(new)):
        inputs = [replaced.get(variable, variable) for variable in node.inputs]
        if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
            continue
        rebuilt = node.clone_with_new_inputs(inputs, strict=False)
        for old, fresh in zip(node.outputs, rebuilt.outputs, strict=True):
            fresh.name = old.name
            replaced.setdefault(old, fresh)
    return [replaced.get(variable, variable) for variable in outputs]
