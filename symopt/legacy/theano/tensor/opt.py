"""Theano 1.0.5's ``theano.tensor.opt``: operations it held, and decorators for rewrites."""

from __future__ import annotations

from pytensor.graph.rewriting.basic import copy_stack_trace as copy_stack_trace
from pytensor.raise_op import Assert as Assert
from pytensor.raise_op import assert_op as assert_op
from pytensor.scalar import upcast as upcast
from pytensor.tensor.basic import Alloc as Alloc
from pytensor.tensor.basic import MakeVector as MakeVector
from pytensor.tensor.basic import MakeVectorPrinter as MakeVectorPrinter
from pytensor.tensor.elemwise import Elemwise as Elemwise
from pytensor.tensor.rewriting.basic import register_canonicalize as register_canonicalize
from pytensor.tensor.rewriting.basic import register_specialize as register_specialize
from pytensor.tensor.rewriting.basic import register_stabilize as register_stabilize
from pytensor.tensor.rewriting.basic import register_uncanonicalize as register_uncanonicalize
from pytensor.tensor.rewriting.basic import register_useless as register_useless
from pytensor.tensor.rewriting.basic import topo_constant_folding as topo_constant_folding
from pytensor.tensor.rewriting.shape import ShapeFeature as ShapeFeature
from pytensor.tensor.rewriting.shape import ShapeOptimizer as ShapeOptimizer
from pytensor.tensor.rewriting.shape import UnShapeOptimizer as UnShapeOptimizer
from pytensor.tensor.shape import Reshape as Reshape
from pytensor.tensor.shape import Shape as Shape
from pytensor.tensor.shape import Shape_i as Shape_i
from pytensor.tensor.subtensor import IncSubtensor as IncSubtensor
from pytensor.tensor.subtensor import Subtensor as Subtensor
from pytensor.tensor.subtensor import get_canonical_form_slice as get_canonical_form_slice
from pytensor.tensor.subtensor import get_idx_list as get_idx_list
from pytensor.tensor.type import values_eq_approx_remove_inf as values_eq_approx_remove_inf
from pytensor.tensor.type import values_eq_approx_remove_inf_nan as values_eq_approx_remove_inf_nan
from pytensor.tensor.type import values_eq_approx_remove_nan as values_eq_approx_remove_nan

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof.opt import in2out as in2out
from symopt.legacy.theano.tensor._constants import NotScalarConstantError as NotScalarConstantError
from symopt.legacy.theano.tensor._constants import ShapeError as ShapeError
from symopt.legacy.theano.tensor._constants import extract_constant as extract_constant
from symopt.legacy.theano.tensor._constants import (
    get_scalar_constant_value as get_scalar_constant_value,
)
from symopt.legacy.theano.tensor._replaced_ops import AdvancedIncSubtensor as AdvancedIncSubtensor
from symopt.legacy.theano.tensor._replaced_ops import DimShuffle as DimShuffle
from symopt.legacy.theano.tensor._row_indexing import AdvancedIncSubtensor1 as AdvancedIncSubtensor1
from symopt.legacy.theano.tensor._row_indexing import AdvancedSubtensor1 as AdvancedSubtensor1
from symopt.legacy.theano.tensor._row_indexing import (
    advanced_inc_subtensor1 as advanced_inc_subtensor1,
)
from symopt.legacy.theano.tensor._row_indexing import advanced_subtensor1 as advanced_subtensor1

assert_ = assert_op
make_vector = MakeVector()
register_specialize_device = register_specialize
"""PyTensor has no rewrites for other devices; on the CPU Theano's ran with these."""

__getattr__ = fallback(
    __name__,
    "pytensor.tensor.rewriting.basic",
    "pytensor.tensor.rewriting.elemwise",
    "pytensor.tensor.rewriting.math",
    "pytensor.tensor.rewriting.shape",
    "pytensor.tensor.rewriting.subtensor",
    "pytensor.tensor.rewriting.extra_ops",
    "symopt.legacy.theano.gof.opt",
    "symopt.legacy.theano.tensor.basic",
)


def apply_rebroadcast_opt(rval: object) -> object:
    """``rval`` itself: PyTensor simplifies such nodes when it compiles."""
    return rval
