"""Sparse matrices and their operations: PyTensor's, under Theano's names."""

from __future__ import annotations

from typing import Any

from pytensor.sparse.basic import as_sparse_variable as as_sparse_variable
from pytensor.sparse.math import mul_s_d as mul_s_d
from pytensor.sparse.math import mul_s_s as mul_s_s
from pytensor.sparse.math import mul_s_v as mul_s_v
from pytensor.sparse.math import multiply as mul
from pytensor.sparse.math import sign as sgn
from pytensor.sparse.math import structured_elemwise
from pytensor.sparse.math import subtract as sub
from pytensor.sparse.variable import SparseConstant as SparseConstant
from pytensor.sparse.variable import SparseVariable as SparseVariable

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.sparse.basic", "pytensor.sparse.math", "pytensor.sparse")

MulSS, MulSD, MulSV = type(mul_s_s), type(mul_s_d), type(mul_s_v)
_NAMES = """
CSC CSM CSR Cast HStack Remove0 Transpose VStack
add add_s_d add_s_s add_s_s_data arcsin arcsinh arctan arctanh as_sparse
as_sparse_or_tensor_variable bsr_matrix cast ceil clean col_scale conj
construct_sparse_from_list csc_dmatrix csc_fmatrix csc_from_dense csc_matrix csm_data csm_grad
csm_indices csm_indptr csm_properties csm_shape csr_dmatrix csr_fmatrix csr_from_dense csr_matrix
deg2rad dense_from_sparse diag dot ensure_sorted_indices eq equal_s_d equal_s_s expm1 floor ge
get_item_2d get_item_2lists get_item_list get_item_scalar gt hstack le log1p lt matrix
neg neq rad2deg remove0 rint row_scale sampling_dot sin sinh sp_ones_like sp_sum
sp_zeros_like sqr sqrt square_diagonal structured_add structured_add_s_v structured_dot
structured_exp structured_log structured_maximum structured_minimum structured_pow
structured_sigmoid tan tanh transpose true_dot trunc usmm vstack
"""
__all__ = [
    "MulSD",
    "MulSS",
    "MulSV",
    "SparseConstant",
    "SparseVariable",
    "as_sparse_variable",
    "constant",
    "mul",
    "sub",
    "mul_s_d",
    "mul_s_s",
    "mul_s_v",
    "sgn",
    "structured_monoid",
    *_NAMES.split(),
]


def constant(x: Any, name: str | None = None) -> Any:
    """A constant of a sparse matrix of SciPy's."""
    return as_sparse_variable(x, name=name)


def structured_monoid(tensor_op: Any) -> Any:
    """A decorator: a function of sparse matrices that applies ``tensor_op`` to what is stored."""
    return structured_elemwise(tensor_op)
