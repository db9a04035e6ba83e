"""Expressions of the namespace evaluated in Python: nothing is compiled."""

from __future__ import annotations

import numpy as np
import pytensor
from pytensor.compile.mode import Mode

PYTHON = Mode(linker="py", optimizer="fast_compile")


def value(outputs, **arrays):
    """The value of an expression, or of several, of variables with these names."""
    several = isinstance(outputs, list | tuple)
    wanted = list(outputs) if several else [outputs]
    found = {v.name: v for v in pytensor.graph.traversal.graph_inputs(wanted) if v.name in arrays}
    function = pytensor.function(list(found.values()), wanted, mode=PYTHON)
    values = [np.asarray(v) for v in function(*[arrays[name] for name in found])]
    return values if several else values[0]
