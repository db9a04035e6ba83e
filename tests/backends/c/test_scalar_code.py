"""Scalar operations whose C code needs a second look."""

import numpy as np
import pytensor.tensor as pt

from tests.backends.c.in_programs import Pair


def test_a_comment_that_names_numpy_is_no_python():
    """Rounding half to even: PyTensor's C code is a copy of NumPy's and says so."""
    x = pt.fvector("x")
    pair = Pair([x], [pt.round(x)])
    pair.agree(np.array([0.5, 1.5, 2.5, -0.5, 1.3, -np.inf, np.nan], "float32"))
