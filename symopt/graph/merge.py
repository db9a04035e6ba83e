"""The merge pass: all phases as one step, with the same numbers and no gradient buffers."""

from __future__ import annotations

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from symopt.graph.substitute import substitute
from symopt.graph.update_graph import Phase, Update, UpdateGraph

_PARKED = ("gradient", "observed")
"""Kinds of updates that exist only to carry values from one phase to the next."""


def merge_phases(graph: UpdateGraph) -> Phase:
    """One phase that does what calling all phases in order does.

    An expression of a later phase reads what earlier phases wrote: each shared variable that one
    of them updates is replaced by its new value. What is parked between the phases is then no
    longer written. Where two phases write one variable, the last value stands.
    """
    written: dict[SharedVariable, Update] = {}
    for phase in graph.phases:
        new_values: dict[Variable, Variable] = {t: update.value for t, update in written.items()}
        values = substitute([update.value for update in phase.updates], new_values)
        for update, value in zip(phase.updates, values, strict=True):
            written[update.target] = Update(
                update.target, value, update.slot, update.kind, update.note
            )
    return Phase(
        f"{graph.name}_f_step",
        (*graph.gradient.inputs, *graph.rate.inputs),
        graph.gradient.outputs,
        tuple(update for update in written.values() if update.kind not in _PARKED),
    )
