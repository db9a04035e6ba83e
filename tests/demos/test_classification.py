"""The score of a classifier."""

import numpy as np
import pytest

from symopt.demos.classification import Score


def test_score_of_probabilities():
    probabilities = np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7], [1.0, 0.0, 0.0]], dtype="f")
    score = Score.of(probabilities, np.array([0, 1, 0]))
    assert score.error == pytest.approx(1 / 3)
    assert score.cost == pytest.approx((np.log(2) - np.log(0.2)) / 3)
    assert list(score.metrics) == ["cost", "error"]
    assert np.isfinite(Score.of(probabilities, np.array([2, 2, 2])).cost)
