"""Walking, copying and comparing graphs, with the lists that Theano gave."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pytensor.graph.basic import Apply as Apply
from pytensor.graph.basic import Constant as Constant
from pytensor.graph.basic import Node as Node
from pytensor.graph.basic import Variable as Variable
from pytensor.graph.basic import as_string as as_string
from pytensor.graph.basic import clone_get_equiv as _clone_get_equiv
from pytensor.graph.basic import default_node_formatter as default_node_formatter
from pytensor.graph.basic import equal_computations as _equal_computations
from pytensor.graph.basic import op_as_string as op_as_string
from pytensor.graph.op import io_connection_pattern as io_connection_pattern
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import general_toposort as _general_toposort
from pytensor.graph.traversal import io_toposort as _io_toposort
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.graph.basic", "pytensor.graph.traversal")

# Theano's Variable(type) has no owner unless it is told; PyTensor's has to be told that
for _class in (Variable, TensorVariable):
    _class.__init__.__defaults__ = (None, None, None)  # type: ignore[attr-defined]

NoParams = object()
default_leaf_formatter = str


def stack_search(
    start: deque[Any],
    expand: Callable[[Any], Iterable[Any] | None],
    mode: str = "bfs",
    build_inv: bool = False,
) -> Any:
    """Everything reachable from ``start``, in the order in which it is met, each once.

    Parameters
    ----------
    start
        Where to begin; it is emptied.
    expand
        The neighbours of a node, or None.
    mode
        "bfs" (breadth first) or "dfs" (depth first).
    build_inv
        Whether to return also a dict from each node to those it is a neighbour of.
    """
    if mode not in ("bfs", "dfs"):
        raise ValueError("mode should be bfs or dfs", mode)
    take = start.popleft if mode == "bfs" else start.pop
    seen: set[int] = set()
    found = []
    inverse: dict[Any, list[Any]] = {}
    while start:
        node = take()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found.append(node)
        neighbours = expand(node)
        if neighbours:
            neighbours = list(neighbours)
            if build_inv:
                for neighbour in neighbours:
                    inverse.setdefault(neighbour, []).append(node)
            start.extend(neighbours)
    return (found, inverse) if build_inv else found


def ancestors(
    variable_list: Iterable[Variable], blockers: Iterable[Variable] | None = None
) -> list[Variable]:
    """The variables that those of a list depend on, themselves included, depth first.

    Parameters
    ----------
    variable_list
        Where to begin.
    blockers
        Variables behind which the search does not go.
    """
    blocked = set(blockers or ())

    def expand(variable: Variable) -> Iterable[Variable] | None:
        if variable.owner is None or variable in blocked:
            return None
        return reversed(variable.owner.inputs)

    found: list[Variable] = stack_search(deque(variable_list), expand, "dfs")
    return found


def inputs(
    variable_list: Iterable[Variable], blockers: Iterable[Variable] | None = None
) -> list[Variable]:
    """The leaves that the variables of a list depend on: inputs, shared variables, constants."""
    return [v for v in ancestors(variable_list, blockers) if v.owner is None]


def variables_and_orphans(
    i: Sequence[Variable], o: Iterable[Variable]
) -> tuple[list[Variable], list[Variable]]:
    """The variables between inputs ``i`` and outputs ``o``, and the leaves not among ``i``."""
    given = set(i)

    def expand(variable: Variable) -> Iterable[Variable] | None:
        if variable.owner is None or variable in given:
            return None
        return reversed([*variable.owner.inputs, *variable.owner.outputs])

    between: list[Variable] = stack_search(deque(o), expand, "dfs")
    return between, [v for v in between if v.owner is None and v not in given]


def variables(i: Sequence[Variable], o: Iterable[Variable]) -> list[Variable]:
    """The variables between inputs ``i`` and outputs ``o``, both and orphans included."""
    return variables_and_orphans(i, o)[0]


def orphans(i: Sequence[Variable], o: Iterable[Variable]) -> list[Variable]:
    """The leaves that ``o`` depends on and that are not among ``i``."""
    return variables_and_orphans(i, o)[1]


def ops(i: Sequence[Variable], o: Iterable[Variable]) -> set[Apply]:
    """The nodes between inputs ``i`` and outputs ``o``."""
    given = set(i)
    return {v.owner for v in variables(i, o) if v not in given and v.owner is not None}


def clone(
    i: Sequence[Variable],
    o: Sequence[Variable],
    copy_inputs: bool = True,
    copy_orphans: bool | None = None,
) -> tuple[list[Variable], list[Variable]]:
    """A copy of the graph between ``i`` and ``o``: its inputs and outputs.

    Parameters
    ----------
    copy_inputs
        Whether the copy has inputs of its own.
    copy_orphans
        Whether the other leaves are copied too. None: as the inputs.
    """
    copy_orphans = copy_inputs if copy_orphans is None else copy_orphans
    copies = clone_get_equiv(i, o, copy_inputs, copy_orphans)
    return [copies[v] for v in i], [copies[v] for v in o]


def clone_get_equiv(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    copy_inputs: bool = True,
    copy_orphans: bool = True,
    memo: dict[Any, Any] | None = None,
) -> dict[Any, Any]:
    """A dict from the variables and nodes of a graph to those of a copy of it."""
    result: dict[Any, Any] = _clone_get_equiv(inputs, outputs, copy_inputs, copy_orphans, memo)
    return result


def general_toposort(outputs: Iterable[Any], deps: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """Everything that ``outputs`` depend on, each after what it depends on itself."""
    return list(_general_toposort(outputs, deps, *args, **kwargs))


def io_toposort(
    inputs: Iterable[Variable],
    outputs: Iterable[Variable],
    orderings: dict[Apply, list[Apply]] | None = None,
    clients: dict[Any, list[Any]] | None = None,
) -> list[Apply]:
    """The nodes between inputs and outputs, each after those it depends on.

    Parameters
    ----------
    orderings
        Nodes that have to come before a node, though it does not use their outputs.
    clients
        A dict to be filled: from a node or a variable to what uses it.
    """
    order = list(_io_toposort(list(inputs), list(outputs), orderings=orderings or None))
    if clients is not None:
        for node in order:
            for variable in node.inputs:
                clients.setdefault(variable, []).append(node)
            for variable in node.outputs:
                clients.setdefault(node, []).append(variable)
    return order


def is_same_graph(var1: Variable, var2: Variable, givens: Any = None, debug: bool = False) -> bool:
    """Whether two variables are computed in the same way from the same leaves.

    Parameters
    ----------
    var1, var2
        The variables.
    givens
        A dict or pairs: what takes the place of a variable, in both graphs, before they are
        compared.
    debug
        Accepted for Theano's sake.
    """
    if givens:
        var1, var2 = clone_replace([var1, var2], dict(givens), rebuild_strict=False)
    return bool(_equal_computations([var1], [var2]))


def equal_computations(
    xs: Sequence[Variable],
    ys: Sequence[Variable],
    in_xs: Sequence[Variable] | None = None,
    in_ys: Sequence[Variable] | None = None,
) -> bool:
    """Whether ``xs`` are computed from ``in_xs`` as ``ys`` are from ``in_ys``."""
    return bool(_equal_computations(list(xs), list(ys), _listed(in_xs), _listed(in_ys)))


def _listed(variables: Sequence[Variable] | None) -> list[Variable] | None:
    return None if variables is None else list(variables)


def list_of_nodes(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> list[Apply]:
    """The nodes between inputs and outputs, breadth first from the outputs."""
    given = set(inputs)

    def expand(node: Apply) -> list[Apply]:
        return [
            v.owner
            for v in node.inputs
            if v.owner is not None and not any(o in given for o in v.owner.outputs)
        ]

    found: list[Apply] = stack_search(deque([o.owner for o in outputs if o.owner]), expand)
    return found


def is_in_ancestors(l_node: Apply, f_node: Apply) -> bool:
    """Whether node ``l_node`` depends on node ``f_node``, or is that node."""
    return any(v.owner is f_node for v in ancestors(l_node.outputs) if v.owner is not None)


def view_roots(r: Variable) -> list[Variable]:
    """The variables that ``r`` is a view of in the end; ``[r]`` where it is no view."""
    node = r.owner
    if node is None:
        return [r]
    view_map = {
        node.outputs[out]: [node.inputs[i] for i in ins]
        for out, ins in getattr(node.op, "view_map", {}).items()
    }
    if r not in view_map:
        return [r]
    return [root for source in view_map[r] for root in view_roots(source)]


class nodes_constructed:  # Theano's name
    """A context manager that gives the variables constructed inside of it, where traceable."""

    def __enter__(self) -> list[Variable]:
        self._appended: list[Variable] = []
        self._init = Variable.__init__
        appended, init = self._appended, self._init

        def watched(variable: Variable, *args: Any, **kwargs: Any) -> None:
            init(variable, *args, **kwargs)
            appended.append(variable)

        Variable.__init__ = watched  # type: ignore[method-assign, assignment]
        return appended

    def __exit__(self, *exception: Any) -> None:
        Variable.__init__ = self._init  # type: ignore[method-assign]
