"""Numbers as people read them."""

import math

import pytest

from symopt.training.formatting import clock, memory, number, speed


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        (number, 0.21339, "0.2134"),
        (number, 1.0, "1"),
        (number, 1.5e-6, "1.5e-06"),
        (number, math.nan, "nan"),
        (clock, 7.4, "0:07"),
        (clock, 59.6, "1:00"),
        (clock, 3723, "1:02:03"),
        (clock, 3 * 86400 + 4 * 3600 + 5 * 60 + 6, "3 d 04:05:06"),
        (clock, math.inf, "?"),
        (memory, 312e6, "312 MB"),
        (memory, 999.6e6, "1.0 GB"),
        (memory, 25.3e9, "25.3 GB"),
        (speed, 1984.3, "1,984"),
        (speed, 12.53, "12.5"),
        (speed, 0.0213, "0.0213"),
        (speed, 99.96, "100"),
    ],
)
def test_text(function, value, expected):
    assert function(value) == expected
