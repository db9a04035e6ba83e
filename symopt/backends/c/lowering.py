"""Which operations have a form of symopt's own on the c backend: one registered function each."""

from __future__ import annotations

from functools import singledispatch

from pytensor.graph.basic import Apply
from pytensor.graph.op import Op


@singledispatch
def native_form(op: Op, node: Apply) -> Apply | None:
    """A node that computes the same with C code of symopt, or None to keep ``node``.

    A module of native operations registers a function for each type of operation it takes::

        @native_form.register(Pool)
        def _(op: Pool, node: Apply) -> Apply: ...
    """
    return None
