"""The mode that calls a function before or after each node."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.compile.debug.monitormode as monitormode
from pytensor.printing import debugprint


class MonitorMode(monitormode.MonitorMode):  # type: ignore[misc]
    """Runs node by node, with a function called before and after each.

    Parameters
    ----------
    pre_func, post_func
        Called with the number of the node, the node and the thunk that runs it, whose ``inputs``
        and ``outputs`` are lists of lists of one value.
    optimizer, linker
        As for :class:`Mode`; ``linker`` has to be None.
    """

    def eval(self, fgraph: Any, i: int, node: Any, fn: Any) -> None:
        """Run a node between the two functions."""
        if self.pre_func is not None:
            self.pre_func(i, node, fn)
        fn()
        if self.post_func is not None:
            self.post_func(i, node, fn)


def detect_nan(i: int, node: Any, fn: Any) -> None:
    """Print a node that has computed a NaN; for ``post_func``."""
    for output in fn.outputs:
        value = output[0]
        if isinstance(value, np.ndarray | np.generic) and np.isnan(value).any():
            print("*** NaN detected ***")
            debugprint(node)
            print(f"Inputs : {[each[0] for each in fn.inputs]}")
            print(f"Outputs: {[each[0] for each in fn.outputs]}")
            break
