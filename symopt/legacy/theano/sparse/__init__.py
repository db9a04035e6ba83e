"""Sparse matrices: PyTensor's, under Theano's names."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.sparse import basic as _basic
from symopt.legacy.theano.sparse.basic import *  # noqa: F403  # the same star import as Theano's
from symopt.legacy.theano.sparse.sharedvar import sparse_constructor as shared
from symopt.legacy.theano.sparse.type import SparseType as SparseType

__getattr__ = fallback(__name__, "symopt.legacy.theano.sparse.basic")
enable_sparse = True
__all__ = [*_basic.__all__, "SparseType", "enable_sparse", "shared"]
