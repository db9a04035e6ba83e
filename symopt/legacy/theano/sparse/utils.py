"""Tools of sparse matrices."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano.gof.utils import hash_from_code


def hash_from_sparse(data: Any) -> str:
    """A hash of a sparse matrix: its values, where they are, its shape and its format."""
    parts = (data.data, data.indices, data.indptr, str(data.shape), str(data.dtype), data.format)
    hashes = [hash_from_code(p if isinstance(p, str) else p.tobytes()) for p in parts]
    return hash_from_code("".join(hashes))
