"""symopt.function: pytensor.function's keywords, dict outputs, default values."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import InputError, UnknownBackendError

pytestmark = pytest.mark.core


@pytest.fixture
def compiled(python_backend):
    def compile_it(*args, **kwargs):
        return symopt.function(*args, **kwargs, backend=python_backend)

    return compile_it


def test_outputs_come_back_as_they_were_given(compiled):
    x = pt.dvector("x")
    one, two = x.sum(), x * 2
    value = np.arange(3.0)
    single = compiled([x], one)(value)
    assert isinstance(single, np.ndarray)
    assert single == 3
    listed = compiled([x], [one, two])(value)
    assert isinstance(listed, list)
    np.testing.assert_array_equal(listed[1], value * 2)
    named = compiled([x], {"sum": one, "double": two})(x=value)
    assert list(named) == ["sum", "double"]
    assert all(isinstance(v, np.ndarray) for v in named.values())
    assert compiled([x], on_unused_input="ignore")(value) == []
    assert compiled([x], [one])(value)[0] == 3


def test_default_values(compiled):
    x, y = pt.dscalar("x"), pt.dscalar("y")
    add = compiled([x, symopt.In(y, value=10.0)], x + 2 * y)
    assert add.input_names == ("x", "y")
    assert add(1.0) == 21
    assert add(1.0, 2.0) == 5
    assert add(y=3.0, x=1.0) == 7
    assert add(1.0) == 21
    with pytest.raises(TypeError, match="x missing"):
        add()


def test_updates_givens_and_names(compiled):
    state = pytensor.shared(np.zeros(2), name="state")
    x, y = pt.dvector("x"), pt.dvector("y")
    step = compiled([x], y.sum(), updates=[(state, state + y)], givens={y: 3 * x}, name="step")
    assert step.name == "step"
    assert repr(step) == "<step(x), backend python, not compiled yet>"
    assert step(np.ones(2)) == 6
    np.testing.assert_array_equal(state.get_value(), 3)
    assert step.maker.fgraph.outputs
    assert step.compiled is step.compile().compiled
    inner = x * 2
    assert compiled([y], inner + 1, givens={inner: y})(np.zeros(2))[0] == 1


def test_downcast_borrow_and_mode(compiled):
    x = pt.fvector("x")
    double = compiled([x], 2 * x, allow_input_downcast=True)
    assert double(np.ones(2)).dtype == "float32"
    strict = compiled([x], 2 * x)
    with pytest.raises(TypeError):
        strict(np.full(2, 0.1))
    assert compiled([pytensor.In(x, borrow=True)], 2 * x, mode="FAST_COMPILE")([1, 2])[1] == 4


def test_it_is_validated_when_made(compiled):
    x, y = pt.dvector("x"), pt.dvector("y")
    with pytest.raises(InputError, match="depends on y"):
        compiled([x], x + y)
    with pytest.raises(InputError, match="depends on y"):
        compiled([x], x, givens={x: y})
    with pytest.raises(InputError, match="list"):
        compiled(x, x)
    with pytest.raises(UnknownBackendError, match="'tpu'.*'c', 'numba'"):
        symopt.function([x], x, backend="tpu")


def test_a_nameless_input_is_called_by_its_position(compiled):
    x = pt.dscalar()
    assert compiled([x], x + 1)(input_0=1.0) == 2
