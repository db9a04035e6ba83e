import fractions

import numpy as np
import pytensor.tensor as pt
import pytest

from symopt.legacy.python2.division import divide, divide_in_place, divide_item_in_place


@pytest.mark.core
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (7, 2, 3),
        (-7, 2, -4),
        (7, 2.0, 3.5),
        (True, 2, 0),
        (np.int64(7), 2, 3),
        (np.int32(7), np.int8(2), 3),
        (np.float32(7), 2, 3.5),
        (7, np.float64(2), 3.5),
        (fractions.Fraction(1, 2), 2, fractions.Fraction(1, 4)),
        (1 + 2j, 2, 0.5 + 1j),
    ],
)
def test_numbers(a, b, expected):
    assert divide(a, b) == expected


def test_arrays():
    whole = np.array([7, 8, -7])
    assert divide(whole, 2).tolist() == [3, 4, -4]
    assert divide(whole, 2).dtype == whole.dtype
    assert divide(whole, 2.0).tolist() == [3.5, 4.0, -3.5]
    assert divide(1, np.array([2.0])).tolist() == [0.5]
    assert divide(whole, np.array([2, 3, 2], dtype="uint8")).tolist() == [3, 2, -4]


def test_symbolic_integers():
    i, f = pt.ivector("i"), pt.fvector("f")
    assert divide(i, 2).dtype == "int32"
    assert divide(i, 2).eval({i: [7, -7]}).tolist() == [3, -4]
    assert divide(f, 2).dtype == "float32"
    assert divide(i, 2.0).eval({i: [7]}).tolist() == [3.5]
    assert divide(i.shape[0], 2).eval({i: [1, 2, 3]}) == 1


def test_zero():
    with pytest.raises(ZeroDivisionError):
        divide(1, 0)
    with pytest.raises(ZeroDivisionError):
        divide(1.0, 0)


def test_in_place_keeps_the_array():
    whole = np.array([7, 8])
    same = divide_in_place(whole, 2)
    assert same is whole
    assert whole.tolist() == [3, 4]
    real = np.array([7.0, 8.0])
    assert divide_in_place(real, 2) is real
    assert real.tolist() == [3.5, 4.0]
    assert divide_in_place(whole, 2.0) is whole
    assert whole.tolist() == [1, 2]
    divide_item_in_place(real, slice(0, 1), 7)
    assert real.tolist() == [0.5, 4.0]
    assert divide_in_place(7, 2) == 3


class _Old:
    def __truediv__(self, other):
        return "own"


def test_an_objects_own_division():
    assert divide(_Old(), 3) == "own"
    with pytest.raises(TypeError):
        divide("a", 2)
