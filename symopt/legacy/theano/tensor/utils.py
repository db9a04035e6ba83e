"""Theano 1.0.5's ``theano.tensor.utils``."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.utils import hash_from_ndarray as hash_from_ndarray
from pytensor.tensor.utils import shape_of_variables as shape_of_variables

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.tensor.utils", "pytensor.utils")


def hash_from_code(msg: Any) -> str:
    """The SHA-256 of a text or bytes, in hexadecimal."""
    from hashlib import sha256

    return sha256(msg.encode() if isinstance(msg, str) else msg).hexdigest()
