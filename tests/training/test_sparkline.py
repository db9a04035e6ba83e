"""The costs of a run in one line."""

import math

import pytest

from symopt.training.sparkline import Sparkline


def line(costs, **keywords):
    sparkline = Sparkline(**keywords)
    sparkline.add(costs)
    return str(sparkline)


def test_falling_costs_fall():
    assert line([8, 7, 6, 5, 4, 3, 2, 1]) == "█▇▆▅▄▃▂▁"
    assert line([1000, 100, 10, 1]) == "█▆▃▁"  # by their logarithms


@pytest.mark.parametrize("costs", [[], [math.nan], [math.inf, -math.inf]])
def test_nothing_to_show(costs):
    assert line(costs) == ""


def test_gaps_and_flat_lines():
    assert line([1, math.nan, 1]) == "▁ ▁"
    assert line([-1, math.inf, 1, 0]) == "▁ █▅"


def test_it_stays_short_and_does_not_depend_on_when_it_looked():
    costs = [1 / (1 + n) for n in range(10_000)]
    at_once = line(costs)
    step_by_step = Sparkline()
    for count in range(0, 10_001, 37):
        step_by_step.add(costs[:count])
    step_by_step.add(costs)
    assert str(step_by_step) == at_once
    assert 16 <= len(at_once) < 32
