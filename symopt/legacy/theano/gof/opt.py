"""Rewrites of graphs and of nodes. Those written for Theano 1.0.5 work as they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytensor.graph.rewriting.basic as rewriting
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import ChangeTracker as ChangeTracker
from pytensor.graph.rewriting.basic import MergeFeature as MergeFeature
from pytensor.graph.rewriting.basic import check_stack_trace as check_stack_trace
from pytensor.graph.rewriting.basic import copy_stack_trace as copy_stack_trace
from pytensor.graph.rewriting.basic import merge_dict as merge_dict

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof._stand_in import stand_in
from symopt.legacy.theano.gof.graph import is_same_graph as is_same_graph_with_merge
from symopt.legacy.theano.gof.graph import nodes_constructed

__getattr__ = fallback(__name__, "pytensor.graph.rewriting.basic")
__all__ = ["is_same_graph_with_merge"]


class _Optimizer(rewriting.GraphRewriter):  # type: ignore[misc]
    """Base of rewrites of whole graphs: a subclass defines ``apply(fgraph)``."""

    name: str | None = None

    def apply(self, fgraph: Any) -> Any:
        """Rewrite a graph that has what :meth:`add_requirements` asks for."""

    def optimize(self, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what is required, and rewrite."""
        return self.rewrite(fgraph, *args, **kwargs)

    def __call__(self, fgraph: Any) -> Any:
        return self.optimize(fgraph)

    def add_requirements(self, fgraph: Any) -> None:
        """Attach the features that the rewrite needs. Default: none."""


class _LocalOptimizer(rewriting.NodeRewriter):  # type: ignore[misc]
    """Base of rewrites of one node: a subclass defines ``transform(node)`` and ``tracks()``.

    ``transform`` gives False, or what takes the place of the node's outputs: a list, or a dict
    from old to new variables.
    """

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        transform = cls.__dict__.get("transform")
        if transform is not None and len(inspect.signature(transform).parameters) == 2:
            cls.transform = _with_graph_method(transform)  # type: ignore[method-assign]

    def transform(self, fgraph: Any, node: Apply, *args: Any, **kwargs: Any) -> Any:
        """What takes the place of a node's outputs, or False."""
        return False

    def tracks(self) -> Any:
        """The Ops, or classes of Ops, that it is for. Default: all."""
        return None


class _OpRemove(_LocalOptimizer):
    """Removes an Op that does nothing: each output becomes the input of that number."""

    reentrant = False

    def __init__(self, op: Any) -> None:
        self.op = op

    def op_key(self) -> Any:
        """The Op it is for."""
        return self.op

    def tracks(self) -> Any:
        """The Op it is for, in a list."""
        return [self.op]

    def transform(self, fgraph: Any, node: Apply, *args: Any, **kwargs: Any) -> Any:
        """The inputs, or False."""
        return list(node.inputs[: len(node.outputs)]) if node.op == self.op else False

    def __str__(self) -> str:
        return f"{self.op}(x) -> x"


class _OpSub(rewriting.SubstitutionNodeRewriter):  # type: ignore[misc]
    """Replaces one Op by another of the same inputs and outputs."""

    def op_key(self) -> Any:
        """The Op that it replaces."""
        return self.op1


class _MergeOptimizer(rewriting.MergeOptimizer):  # type: ignore[misc]
    """Puts one node in the place of several that compute the same."""

    def optimize(self, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what is required, and rewrite."""
        return self.rewrite(fgraph, *args, **kwargs)


class _SeqOptimizer(rewriting.SequentialGraphRewriter):  # type: ignore[misc]
    """Rewrites that are applied one after the other."""

    def __init__(self, *opts: Any, failure_callback: Any = None, **keywords: Any) -> None:
        if len(opts) == 1 and isinstance(opts[0], list | tuple):
            opts = tuple(opts[0])
        super().__init__(*opts, failure_callback=failure_callback)

    def optimize(self, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what is required, and rewrite."""
        return self.rewrite(fgraph, *args, **kwargs)


class _EquilibriumOptimizer(rewriting.EquilibriumGraphRewriter):  # type: ignore[misc]
    """Rewrites that are applied until nothing changes any more."""

    def __init__(
        self,
        optimizers: Sequence[Any],
        failure_callback: Any = None,
        ignore_newtrees: bool = True,
        tracks_on_change_inputs: bool = False,
        max_use_ratio: float | None = 10,
        final_optimizers: Any = None,
        cleanup_optimizers: Any = None,
    ) -> None:
        super().__init__(
            optimizers,
            failure_callback=failure_callback,
            ignore_newtrees=ignore_newtrees,
            tracks_on_change_inputs=tracks_on_change_inputs,
            max_use_ratio=max_use_ratio or 10,
            final_rewriters=final_optimizers,
            cleanup_rewriters=cleanup_optimizers,
        )

    def optimize(self, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what is required, and rewrite."""
        return self.rewrite(fgraph, *args, **kwargs)


class _TopoOptimizer(rewriting.WalkingGraphRewriter):  # type: ignore[misc]
    """A rewrite of nodes that is applied to each node in order."""

    def __init__(
        self,
        local_opt: Any,
        order: str = "in_to_out",
        ignore_newtrees: bool = False,
        failure_callback: Any = None,
    ) -> None:
        if order not in ("out_to_in", "in_to_out"):
            raise ValueError("order must be 'out_to_in' or 'in_to_out'")
        super().__init__(local_opt, order, ignore_newtrees, failure_callback)  # type: ignore[arg-type]

    def optimize(self, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what is required, and rewrite."""
        return self.rewrite(fgraph, *args, **kwargs)


class _LocalOptGroup(rewriting.SequentialNodeRewriter):  # type: ignore[misc]
    """Rewrites of nodes, of which the first that applies is applied."""

    def __init__(
        self, *optimizers: Any, apply_all_opts: bool = False, profile: bool = False
    ) -> None:
        if len(optimizers) == 1 and isinstance(optimizers[0], list | tuple):
            optimizers = tuple(optimizers[0])
        super().__init__(*optimizers, apply_all_rewrites=apply_all_opts, profile=profile)


class _PatternSub(rewriting.PatternNodeRewriter):  # type: ignore[misc]
    """Replaces one pattern of Ops by another.

    Parameters
    ----------
    in_pattern, out_pattern
        A tuple of an Op and the patterns of its arguments; a string stands for any expression,
        the same one in both; ``{"pattern": p, "constraint": f}`` matches where ``f(variable)``
        holds.
    allow_multiple_clients
        Whether inner expressions may be used elsewhere too.
    skip_identities_fn, name, tracks, get_nodes, values_eq_approx
        As for PyTensor's ``PatternNodeRewriter``. ``pdb`` is ignored.
    """

    def __init__(
        self,
        in_pattern: Any,
        out_pattern: Any,
        allow_multiple_clients: bool = False,
        skip_identities_fn: Any = None,
        name: str | None = None,
        pdb: bool = False,
        tracks: Any = (),
        get_nodes: Any = None,
        values_eq_approx: Any = None,
    ) -> None:
        keywords = {} if values_eq_approx is None else {"values_eq_approx": values_eq_approx}
        super().__init__(
            _with_graph(in_pattern),
            out_pattern,
            allow_multiple_clients=allow_multiple_clients,
            name=name,
            tracks=tracks,
            get_nodes=get_nodes,
            **keywords,
        )

    def op_key(self) -> Any:
        """The Op, or the Ops, that its pattern begins with."""
        return self.op  # type: ignore[attr-defined]


Optimizer = stand_in(_Optimizer, stands_for=rewriting.GraphRewriter)
LocalOptimizer = stand_in(_LocalOptimizer, stands_for=rewriting.NodeRewriter)
SeqOptimizer = stand_in(_SeqOptimizer, stands_for=rewriting.SequentialGraphRewriter)
EquilibriumOptimizer = stand_in(
    _EquilibriumOptimizer, stands_for=rewriting.EquilibriumGraphRewriter
)
TopoOptimizer = stand_in(_TopoOptimizer, stands_for=rewriting.WalkingGraphRewriter)
LocalOptGroup = stand_in(_LocalOptGroup, stands_for=rewriting.SequentialNodeRewriter)
PatternSub = stand_in(_PatternSub, stands_for=rewriting.PatternNodeRewriter)
OpRemove = _OpRemove
OpSub = stand_in(_OpSub, stands_for=rewriting.SubstitutionNodeRewriter)
MergeOptimizer = stand_in(_MergeOptimizer, stands_for=rewriting.MergeOptimizer)
NavigatorOptimizer = rewriting.NodeProcessingGraphRewriter
FromFunctionOptimizer = rewriting.FromFunctionGraphRewriter
FromFunctionLocalOptimizer = rewriting.FromFunctionNodeRewriter
CheckStackTraceOptimization = rewriting.CheckStackTraceRewriter
CheckStrackTraceFeature = rewriting.CheckStackTraceFeature
optimizer = rewriting.graph_rewriter
inplace_optimizer = rewriting.inplace_graph_rewriter


class LocalMetaOptimizerSkipAssertionError(AssertionError):
    """A candidate of a meta-optimizer cannot be used here."""


def OpKeyOptimizer(
    local_opt: Any, ignore_newtrees: bool = False, failure_callback: Any = None
) -> Any:
    """A :class:`TopoOptimizer` of a rewrite for one Op."""
    if not hasattr(local_opt, "op_key"):
        raise TypeError("LocalOptimizer for OpKeyOptimizer must have an 'op_key' method.")
    return TopoOptimizer(
        local_opt, ignore_newtrees=ignore_newtrees, failure_callback=failure_callback
    )


def local_optimizer(
    tracks: Sequence[Any] | None, inplace: bool = False, requirements: Iterable[Any] = ()
) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that makes a rewrite of nodes of a function of a node.

    Parameters
    ----------
    tracks
        The Ops, or classes of Ops, that it is for; None: all.
    inplace
        Whether it puts operations in place.
    requirements
        Functions that attach what it needs to a graph.

    Returns
    -------
    callable
        It takes ``f(node)`` (or PyTensor's ``f(fgraph, node)``), which gives False, or a list or
        a dict of what takes the place of the node's outputs. While it runs, ``node.fgraph`` is
        the graph, and ``clients`` of the node's variables lists who uses them.
    """
    if tracks is not None and len(tracks) == 0:
        raise ValueError("Use None instead of an empty list to match all nodes.")

    def decorate(function: Callable[..., Any]) -> Any:
        if len(inspect.signature(function).parameters) == 1:
            function = _with_graph_function(function)
        rewriter = rewriting.node_rewriter(tracks, inplace, tuple(requirements))(function)
        rewriter.__name__ = function.__name__
        return rewriter

    return decorate


def out2in(*local_opts: Any, **keywords: Any) -> Any:
    """A :class:`TopoOptimizer` of rewrites of nodes, from the outputs to the inputs."""
    return _walking("out_to_in", local_opts, keywords)


def in2out(*local_opts: Any, **keywords: Any) -> Any:
    """A :class:`TopoOptimizer` of rewrites of nodes, from the inputs to the outputs."""
    return _walking("in_to_out", local_opts, keywords)


def pre_constant_merge(vars: Any) -> Any:
    """Merge equal constants in the graphs of variables that are in no ``FunctionGraph`` yet."""
    return rewriting.pre_constant_merge(FunctionGraph([], [], clone=False), vars)


def pre_greedy_local_optimizer(list_optimizations: Sequence[Any], out: Any) -> Any:
    """Apply rewrites of nodes, once, to a graph that is in no ``FunctionGraph`` yet."""
    graph = FunctionGraph([], [], clone=False)
    return rewriting.pre_greedy_node_rewriter(graph, list_optimizations, out)


def check_chain(r: Any, *chain: Any) -> Any:
    """Whether a variable comes of a chain of Ops, from the last back."""
    if isinstance(r, Apply):
        r = r.outputs[0]
    for wanted in chain:
        node = getattr(r, "owner", None)
        if node is None:
            return False
        matches = isinstance(node.op, wanted) if isinstance(wanted, type) else node.op == wanted
        if not matches:
            return False
        r = node.inputs[0] if node.inputs else None
    return r if r is not None else True


@contextmanager
def inherit_stack_trace(from_var: Any) -> Iterator[list[Any]]:
    """Variables constructed inside of a ``with`` get the stack trace of ``from_var``."""
    with nodes_constructed() as constructed:
        yield constructed
    copy_stack_trace(from_var, constructed)


def _walking(order: str, local_opts: Sequence[Any], keywords: dict[str, Any]) -> Any:
    name = keywords.pop("name", None)
    rewrite = local_opts[0] if len(local_opts) == 1 else _LocalOptGroup(*local_opts)
    walker: Any = _TopoOptimizer(
        rewrite,
        order,
        failure_callback=rewriting.NodeProcessingGraphRewriter.warn_inplace,
        **keywords,
    )
    if name:
        walker.__name__ = name
        walker.name = name
    return walker


def _show_graph(fgraph: Any, node: Any) -> None:
    node.fgraph = fgraph
    for variable in (*node.inputs, *node.outputs):
        variable.clients = [
            (getattr(client, "op", client) if client is None else client, i)
            for client, i in fgraph.clients.get(variable, ())
        ]


def _with_graph_function(function: Callable[[Apply], Any]) -> Callable[..., Any]:
    @wraps(function)
    def inner(fgraph: Any, node: Apply) -> Any:
        _show_graph(fgraph, node)
        return function(node)

    del inner.__wrapped__  # type: ignore[attr-defined]  # its arguments are counted
    return inner


def _with_graph_method(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def transform(
        self: Any, fgraph: Any, node: Apply | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        if node is None:  # called as Theano would
            return method(self, fgraph)
        _show_graph(fgraph, node)
        return method(self, node)

    del transform.__wrapped__  # type: ignore[attr-defined]  # its arguments are counted
    return transform


def _with_graph(pattern: Any) -> Any:
    """A pattern whose constraints take a graph too, as PyTensor calls them."""
    if isinstance(pattern, tuple):
        return tuple(_with_graph(part) for part in pattern)
    if not isinstance(pattern, dict):
        return pattern
    constraint = pattern.get("constraint")
    rest = {**pattern, "pattern": _with_graph(pattern["pattern"])}
    if constraint is not None and len(inspect.signature(constraint).parameters) == 1:
        rest["constraint"] = lambda *arguments: constraint(arguments[-1])
    return rest
