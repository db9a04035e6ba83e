"""The truth of arguments that may be symbolic."""

from __future__ import annotations

import pytensor
import pytensor.tensor as pt
import pytest

from symopt.legacy.truth import given


def test_variables_are_true_and_the_rest_is_as_ever() -> None:
    assert given(pt.matrix())
    assert given(pytensor.shared(0.0))
    assert given(pt.exp(pt.scalar()))
    assert not given(None)
    assert not given([])
    assert not given(0)
    assert given("text")


def test_a_comparison_has_no_truth() -> None:
    with pytest.raises(TypeError):
        given(pt.scalar() < 3)
