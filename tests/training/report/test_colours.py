"""The colours of the runs can be told from the page and from each other, by everyone."""

import itertools
import re

import pytest

from symopt.training.report.page import read_page_file
from tests.training.report.colours import SEEN_BY, contrast, distance, rgb


def colours(name, theme):
    pairs = re.findall(rf"--{name}: light-dark\((#\w+), (#\w+)\)", read_page_file("page.css"))
    return [rgb(pair[theme]) for pair in pairs]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_lines_stand_out_from_the_page(theme):
    (surface,) = colours("surface", theme)
    for colour in colours(r"run-\d", theme):
        assert contrast(colour, surface) >= 3  # WCAG 1.4.11


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("seen_by", SEEN_BY)
def test_lines_stand_out_from_each_other(theme, seen_by):
    runs = colours(r"run-\d", theme)
    assert len(runs) == 8
    for one, other in itertools.combinations(runs, 2):
        assert distance(one, other, seen_by) >= 14
