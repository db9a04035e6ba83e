"""What PyTensor's indexing operations keep: the form of an index, and the variables in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.tensor.type_other import NoneTypeT

ROWS = (0,)
"""The form of an index that is one vector of rows."""


def entries(idx_list: Sequence[Any], given: Sequence[Variable]) -> list[Any]:
    """The index of each leading axis: a variable, or a slice of variables and Nones.

    Parameters
    ----------
    idx_list
        As an operation has it: positions in ``given``, and slices of those.
    given
        The operation's inputs that are indices.
    """

    def of(entry: Any) -> Any:
        if entry is None:
            return None
        found = given[entry]
        return None if isinstance(found.type, NoneTypeT) else found

    return [
        slice(of(e.start), of(e.stop), of(e.step)) if isinstance(e, slice) else of(e)
        for e in idx_list
    ]
