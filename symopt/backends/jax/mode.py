"""The jax backend's mode: PyTensor's rewrites but for those that only its C code is better for."""

from __future__ import annotations

from functools import cache
from typing import Any

from pytensor.compile.mode import Mode
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery

from symopt.backends.c.rewriting import products
from symopt.backends.c.rewriting.products import ProductsAfterLoops
from symopt.backends.rewriting import keep
from symopt.backends.rewriting.keep import KeepForwardValues
from symopt.config import config

EXCLUDED = (
    "BlasOpt",
    "compile_inner_graph",  # PyTensor 3.3: forms rewrite what is inside an operation themselves
    "cxx_only",
    "det_of_matrix_factorized_elsewhere",  # PyTensor 3.0: loses the sign of the permutation
    "fusion",
    "inplace",
    "local_careduce_fusion",
    "scan_reduce_trace_prealloc",
    "scan_save_mem_prealloc",
    "reuse_lu_decomposition_multiple_solves",
    "scan_split_non_sequence_lu_decomposition_solve",
    *products.REPLACED,  # they fail for truncated gradients
)
"""XLA fuses, works in place and multiplies on its own."""


def jax_mode() -> Mode:
    """The mode that ``symopt.config`` asks for."""
    return _mode(config.keep_budget)


@cache
def _mode(keep_budget: float) -> Mode:
    from symopt.backends.jax.linker import JaxLinker

    return _rewriting(JaxLinker(), keep_budget)


def inner_rewriter(definition: bool = False) -> GraphRewriter:
    """The same rewrites, for graphs inside operations.

    ``definition``: for the definition of an operation, in which that operation is not to be found
    again.
    """
    return _inner_rewriter(config.keep_budget, definition)


@cache
def _inner_rewriter(keep_budget: float, definition: bool) -> GraphRewriter:
    mode = _rewriting("py", keep_budget)
    if not definition:
        return mode.optimizer
    # Definitions are stable as they are; of integers that rewrite finds log(sum(exp(x))) for ever.
    return mode.excluding("symbolic_op_recognition", "local_log_sum_exp").optimizer


def _rewriting(linker: Any, keep_budget: float) -> Mode:
    query = RewriteDatabaseQuery(include=["fast_run", "minimum_compile"], exclude=[*EXCLUDED])
    rewrites: list[tuple[GraphRewriter, float]] = [(ProductsAfterLoops(), products.POSITION)]
    if keep_budget:
        rewrites.append((KeepForwardValues(keep_budget), keep.POSITION))
    return Mode(linker, query).register(*rewrites)
