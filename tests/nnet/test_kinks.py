"""The table of docs/kinks.md: every row, on every backend."""

import re
from ast import literal_eval
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt import nnet
from tests.nnet.evaluate import ALL, compiled, golden, symbols
from tests.nnet.golden_cases import check_close, check_golden_cases

PAGE = (Path(__file__).parents[2] / "docs" / "kinks.md").read_text("utf8")
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
FUNCTIONS = [row[0] for row in ROWS]

# PyTensor's own operations in Theano's golden cases
GOLDEN = {
    "abs_grad_at_0": abs,
    "maximum_ties": pt.maximum,
    "max_axis_ties": lambda x: x.max(axis=1),
    "clip_at_bounds": lambda x: pt.clip(x, -1.0, 1.0),
    "sqrt_at_0": pt.sqrt,
    "switch_gt": lambda x: pt.switch(x > 0, x, 0.0),
    "pow_neg_base": lambda x: x**2,
    "norm_at_0": lambda x: x.norm(2),
    "sqr_norm_l2": lambda x: pt.sqrt(pt.sqr(x).sum()),
    "tanh": pt.tanh,
}
# where a row of the table is a point of a golden case: its input there
POINTS = {
    "pt.abs(x)": ("abs_grad_at_0", 0.0),
    "pt.clip(x, -1.0, 1.0)": ("clip_at_bounds", 1.0),
    "pt.sqrt(x)": ("sqrt_at_0", 0.0),
    "pt.switch(x > 0, x, 0.0)": ("switch_gt", 0.0),
    "nnet.relu(x)": ("relu", 0.0),
    "nnet.relu(x, 0.1)": ("relu_alpha0.1", 0.0),
    "nnet.elu(x)": ("elu", 0.0),
    "nnet.elu(x, 0.5)": ("elu_alpha0.5", 0.0),
    "nnet.selu(x)": ("selu", 0.0),
    "nnet.hard_sigmoid(x)": ("hard_sigmoid", 2.5),
}


def values(cell):
    """The numbers of a cell: one array for each of x, y."""
    names = {"inf": "1e999", "nan": "None"}
    text = re.sub("inf|nan", lambda m: names[m[0]], cell)
    parsed = literal_eval(f"({text},)")
    return [np.array(v, "float64") for v in parsed]  # None becomes NaN


def point(cell):
    assignments = re.findall(r"([xy]) = (\[.*?\]|[^,]+)", cell)
    return {name: values(value)[0] for name, value in assignments}


@pytest.mark.core
def test_the_seeds_functions_are_there():
    assert len(ROWS) >= 20
    assert all(len(row) == 6 for row in ROWS)
    for name in ("abs", "max", "min", "maximum", "minimum", "sqrt", "clip", "switch"):
        assert any(f.startswith(f"pt.{name}(") for f in FUNCTIONS), name
    for name in ("nnet.relu(x)", "x.norm(2)", "nnet.elu(x)", "nnet.selu(x)"):
        assert name in FUNCTIONS
    assert set(POINTS) <= set(FUNCTIONS)


@pytest.mark.parametrize("backend", ALL)
def test_rows(backend):
    arrays = {f"{k}{i}": v for i, row in enumerate(ROWS) for k, v in point(row[1]).items()}
    variables = symbols(arrays)
    cost, wrt = 0, []
    for i, row in enumerate(ROWS):
        own = {k: variables[f"{k}{i}"] for k in point(row[1])}
        cost += eval(row[0], {"pt": pt, "nnet": nnet, **own}).sum()
        wrt += own.values()
    f = compiled(backend, list(variables.values()), pytensor.grad(cost, wrt))
    gradients = iter(f(*arrays.values()))
    for function, at, ours, *_ in ROWS:
        wanted = values(ours)
        assert len(wanted) == len(point(at)), function
        for expected in wanted:
            check_close(np.asarray(next(gradients)), expected, 1e-14, function)


@pytest.mark.parametrize("backend", ALL)
def test_pytensors_operations_give_theanos_numbers(backend):
    check_golden_cases(backend, "nnet", GOLDEN)


@pytest.mark.core
@pytest.mark.parametrize("function", POINTS)
def test_theanos_column(function):
    row = ROWS[FUNCTIONS.index(function)]
    case, x = POINTS[function]
    arrays = golden("nnet", case)
    i = list(arrays["in.x"]).index(x)
    with np.errstate(invalid="ignore"):
        slope = abs(arrays["grad.x"][i] / arrays["R0"][i])
    expected = values(row[3])[0].ravel()[-1]
    np.testing.assert_allclose(slope, expected, 1e-14)


@pytest.mark.core
def test_theanos_ties():
    arrays = golden("nnet", "maximum_ties")
    np.testing.assert_array_equal(arrays["in.x"][0], arrays["in.y"][0])
    assert arrays["grad.x"][0] == arrays["R0"][0]
    assert arrays["grad.y"][0] == 0
    arrays = golden("nnet", "max_axis_ties")
    np.testing.assert_array_equal(arrays["grad.x"][0], arrays["R0"][0] * np.array([1, 1, 0]))
    assert np.isnan(golden("nnet", "norm_at_0")["grad.x"]).all()
    same = [row for row in ROWS if row[3] != "-"]
    assert [row[2] for row in same] == [row[3] for row in same]
