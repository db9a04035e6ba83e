"""Updates of a type that PyTensor takes."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

from symopt.legacy.default_updates import as_update_of


def test_known_lengths_are_forgotten_where_the_variable_has_none() -> None:
    x = pytensor.shared(np.zeros((1, 3)), shape=(1, None))
    value = as_update_of(x, pt.ones((1, 3)) + x)
    assert value.type == x.type
    x.default_update = value
    f = pytensor.function([], x.sum(), mode="FAST_COMPILE")
    f()
    np.testing.assert_array_equal(x.get_value(), np.ones((1, 3)))


def test_the_rest_stays() -> None:
    x = pytensor.shared(np.zeros(3))
    value = 2 * x
    assert as_update_of(x, value) is value
    assert as_update_of(x, None) is None
