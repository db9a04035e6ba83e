"""The type of sparse matrices: PyTensor's."""

from pytensor.sparse.type import SparseTensorType as SparseTensorType
from pytensor.sparse.type import _is_sparse as _is_sparse

SparseType = SparseTensorType
