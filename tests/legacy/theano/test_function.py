"""theano.function: inputs with defaults and updates, outputs, updates, copies, pickles."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano.compile import UnusedInputError
from symopt.legacy.theano.gof import MissingInputError


@pytest.fixture(autouse=True)
def nothing_is_compiled():
    with theano.change_flags(mode="FAST_COMPILE"):
        yield


x, y = T.dvector("x"), T.dscalar("y")


@pytest.mark.core
def test_outputs_are_arrays_as_they_are_asked_for():
    one = theano.function([x], x.sum())(np.ones(3))
    assert isinstance(one, np.ndarray)
    assert one.shape == ()
    assert theano.function([x], [x.sum()])([1.0, 2.0]) == [3.0]
    assert theano.function([x], (x.sum(), x.max()))([1.0, 2.0]) == [3.0, 2.0]
    assert theano.function([], None)() == []


@pytest.mark.core
def test_a_dict_of_outputs_gives_a_dict():
    f = theano.function([x], {"twice": 2 * x, "sum": x.sum()})
    result = f([1.0, 2.0])
    assert list(result) == ["sum", "twice"]
    np.testing.assert_array_equal(result["twice"], [2.0, 4.0])
    assert f([1.0, 2.0], output_subset=["sum"]) == {"sum": 3.0}


def test_a_subset_of_outputs():
    f = theano.function([x], [x.sum(), x.max(), x.min()])
    assert f([1.0, 2.0], output_subset=[2, 0]) == [1.0, 3.0]


@pytest.mark.core
@pytest.mark.parametrize("with_default", [theano.In(y, value=2.0), theano.Param(y, default=2.0)])
def test_an_input_with_a_default(with_default):
    f = theano.function([x, with_default], x * y)
    assert f([1.0]) == [2.0]
    assert f([1.0], 3.0) == [3.0]
    assert f([1.0], y=4.0) == [4.0]
    assert f([1.0]) == [2.0], "what one call was given is forgotten"
    f["y"] = 5.0
    assert [f([1.0]), f([1.0])] == [[5.0], [2.0]], "a default is put back after a call"
    assert f["y"] == f[y] == f.value[y] == f.container["y"].value == 2.0
    assert f.defaults == [(True, False, None), (False, True, 2.0)]


@pytest.mark.core
def test_an_input_with_an_update_keeps_a_state():
    step = T.dscalar("step")
    f = theano.function([step, theano.In(y, value=1.0, update=y + step)], y)
    assert [f(2.0), f(3.0), f["y"]] == [1.0, 3.0, 6.0]
    f["y"] = 10.0
    assert [f(1.0), f(1.0, y=20.0), f["y"]] == [10.0, 20.0, 21.0]
    g = pickle.loads(pickle.dumps(f))
    assert [g(1.0), f["y"], g["y"]] == [21.0, 21.0, 22.0]


def test_an_input_may_be_a_shared_value():
    shared = theano.shared(5.0)
    f = theano.function([x, theano.In(y, value=shared)], x * y)
    assert f([1.0]) == [5.0]
    shared.set_value(6.0)
    assert f([1.0]) == [6.0]
    with pytest.raises(TypeError, match="implicit"):
        f([1.0], 3.0)


def test_in_says_what_does_not_fit():
    with pytest.raises(TypeError, match="type of the update"):
        theano.In(y, value=1.0, update=T.fscalar())
    with pytest.raises(AssertionError, match="borrow"):
        theano.In(x, mutable=True, borrow=False)
    with pytest.raises(TypeError, match="implicit"):
        theano.In(x, implicit=True)


@pytest.mark.core
def test_all_updates_are_computed_from_the_old_values():
    a, b = theano.shared(1.0, "a"), theano.shared(2.0, "b")
    f = theano.function([], updates=[(a, b), (b, a + b)])
    f()
    assert (a.get_value(), b.get_value()) == (2.0, 3.0)
    assert set(f.get_shared()) == {a, b}
    assert f[a] == 2.0


def test_a_default_update_happens_unless_it_is_turned_off():
    n = theano.shared(0)
    n.default_update = n + 1
    counting = theano.function([], n)
    assert [int(counting()), int(counting())] == [0, 1]
    assert int(theano.function([], n, no_default_updates=True)()) == 2
    assert int(theano.function([], n, no_default_updates=[n])()) == 2
    assert int(n.get_value()) == 2


def test_givens_take_the_place_of_variables():
    assert theano.function([x], (x * y).sum(), givens={y: 3.0 + x.sum()})([1.0]) == 4.0
    with pytest.raises(RuntimeError, match="givens"):
        theano.function([x, y], x * y, givens=[(y, T.constant(2.0))])
    assert theano.function([x], x * y, givens={y: 4.0})([1.0]) == [4.0]
    for wrong in (T.ivector(), T.dmatrix()):
        with pytest.raises(TypeError):
            theano.function([], x.sum(), givens={x: wrong})
    with pytest.raises(TypeError, match="given keys"):
        theano.function([], x.sum(), givens={1: x})


@pytest.mark.core
def test_what_is_missing_or_too_much_is_said_at_once():
    with pytest.raises(MissingInputError, match="y"):
        theano.function([x], x * y)
    with pytest.raises(UnusedInputError):
        theano.function([x, y], x)
    with pytest.raises(UnusedInputError):
        theano.function([x], y)
    with pytest.raises(UnusedInputError):
        theano.function([x, x], x)
    theano.function([x, y], x, on_unused_input="ignore")
    with pytest.warns(UserWarning, match="not part of the computational graph"):
        theano.function([x, y], x, on_unused_input="warn")
    with pytest.raises(TypeError):
        theano.function([theano.shared(1.0)], T.constant(1.0))
    with pytest.raises(TypeError):
        theano.function([x], "x")
    with pytest.raises(ValueError, match="OrderedDict/dict or a list"):
        theano.function([], updates=[theano.shared(1.0), y])
    with pytest.raises(TypeError, match="same type"):
        theano.function([y], updates=[(theano.shared(np.float32(1)), y)])


@pytest.mark.core
def test_calls_that_do_not_fit_are_type_errors():
    f = theano.function([x, y], x * y, name="product")
    for args, kwargs in [
        (([1.0],), {}),
        (([1.0], 2.0, 3.0), {}),
        (([1.0],), {"z": 1.0}),
        (([1.0], 2.0), {"y": 1.0}),
        (([[1.0]], 2.0), {}),
        (("text", 2.0), {}),
    ]:
        with pytest.raises((TypeError, ValueError)):
            f(*args, **kwargs)
    with pytest.raises(TypeError, match="z"):
        f([1.0], z=2.0)


def test_values_lose_precision_only_where_they_may():
    z = T.fvector("z")
    double = np.array([0.1])
    with pytest.raises(TypeError):
        theano.function([z], z)(double)
    assert theano.function([z], z, allow_input_downcast=True)(double).dtype == np.float32
    assert theano.function([theano.In(z, allow_downcast=True)], z)(double).dtype == np.float32
    with pytest.raises(TypeError):
        theano.function([theano.In(z, strict=True)], z)([1.0])
    small = T.wscalar("small")
    with pytest.raises(TypeError):
        theano.function([small], small, allow_input_downcast=False)(100000)


def test_a_copy_with_other_shared_variables():
    a, b = theano.shared(1.0, "a"), theano.shared(10.0, "b")
    f = theano.function([y], 2 * a, updates=[(a, a + y)], name="f")
    swapped = f.copy(swap={a: b})
    assert swapped(1.0) == [20.0]
    assert (a.get_value(), b.get_value()) == (1.0, 11.0)
    assert swapped.name == "f copy"
    still = f.copy(delete_updates=True, name="still")
    assert still(5.0) == [2.0]
    assert a.get_value() == 1.0
    with pytest.raises(ValueError, match="not found"):
        f.copy(swap={theano.shared(3.0, "c"): b})


def test_pickles_share_what_was_shared():
    a = theano.shared(np.zeros(2), "a")
    f = theano.function([y], a.sum(), updates={a: a + y})
    get = theano.function([], a)
    f2, get2 = pickle.loads(pickle.dumps((f, get)))
    f2(1.0)
    np.testing.assert_array_equal(get2(), [1.0, 1.0])
    np.testing.assert_array_equal(a.get_value(), [0.0, 0.0])
    copied = copy.deepcopy(f)
    copied(2.0)
    np.testing.assert_array_equal(a.get_value(), [0.0, 0.0])
    with theano.change_flags(unpickle_function=False):
        assert pickle.loads(pickle.dumps(f)) is None


@pytest.mark.core
def test_what_is_underneath():
    a = theano.shared(1.0, "a")
    f = theano.function([x], x * a, updates=[(a, a + 1.0)])
    assert len(f.maker.fgraph.outputs) == 2
    assert [spec.variable for spec, _, _ in f.indices][1] is a
    assert f.finder[a] is a.container
    assert f.inv_finder[a.container].variable is a
    assert len(f.input_storage) == 2
    assert f.fn is f.maker.linker or callable(f.fn)
    assert not f.trust_input
    f.trust_input = True
    assert f.trust_input
    f.free()
    f.sync_shared()
    assert f.profile is None


def test_a_function_without_a_name_has_that_of_its_line():
    assert theano.function([x], x).name.startswith(f"{__file__}:")
    assert theano.function([x], x, name="f").name == "f"


@pytest.mark.core
@pytest.mark.parametrize(
    "mode",
    [
        "FAST_COMPILE",
        theano.Mode(linker="py", optimizer="fast_run"),
        theano.Mode(linker="py", optimizer=None),
        theano.compile.get_mode("FAST_COMPILE").excluding("fusion"),
        theano.compile.FAST_COMPILE.including("canonicalize"),
    ],
)
def test_modes_that_compile_nothing(mode):
    probabilities = theano.function([x], T.nnet.softmax(x), mode=mode)([1.0, 1.0])
    np.testing.assert_array_equal(probabilities, [[0.5, 0.5]])


def test_the_default_mode_and_fast_run_are_the_backends_own():
    from symopt.legacy.theano.compile.mode import mode_to_compile_with

    with theano.change_flags(mode="Mode"):
        assert mode_to_compile_with(None) is None
        assert mode_to_compile_with("FAST_RUN") is None
        with theano.change_flags(optimizer="fast_compile"):
            assert mode_to_compile_with(None) is not None
        with theano.change_flags(optimizer_including="cudnn"):
            assert mode_to_compile_with(None) is None
        with theano.change_flags(optimizer_excluding="fusion"):
            assert mode_to_compile_with(None) is not None
    assert mode_to_compile_with(None) is theano.compile.FAST_COMPILE
    with pytest.raises(Exception, match="No predefined mode"):
        theano.function([x], x, mode="FASTER")


def test_monitor_mode_calls_theanos_functions(capsys):
    seen = []
    mode = theano.compile.MonitorMode(
        pre_func=lambda i, node, fn: seen.append((i, [inp[0] for inp in fn.inputs])),
        post_func=theano.compile.monitormode.detect_nan,
    )
    with theano.change_flags(cxx=""), np.errstate(invalid="ignore"):
        theano.function([x], T.log(x), mode=mode)([-1.0])
    assert seen[0][0] == 0
    assert "NaN detected" in capsys.readouterr().out


def test_profile_mode_is_an_old_name_for_the_usual_one():
    theano.compile.mode._told = False
    with pytest.warns(UserWarning, match="profile=True"):
        assert theano.compile.get_mode("ProfileMode") is theano.compile.FAST_RUN
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theano.compile.get_mode("ProfileMode")


def test_arguments_written_to_a_file_make_the_same_function(tmp_path):
    a = theano.shared(3.0)
    theano.function_dump(str(tmp_path / "f.pkl"), [y], y * a, updates=[(a, a + y)])
    with (tmp_path / "f.pkl").open("rb") as file:
        assert theano.function(**pickle.load(file))(2.0) == 6.0


def test_pairs_of_a_variable_and_an_update():
    f = theano.compile.orig_function([x, (y, y + x.sum(), 1.0)], [y])
    assert [f([2.0]), f([2.0])] == [[1.0], [3.0]]


def test_a_function_on_the_c_backend_shows_its_operations():
    """As Theano's documentation has it in the script that looks for a GPU."""
    a = theano.shared(np.zeros(2), "a")
    with theano.change_flags(mode="Mode"):
        f = theano.function([x], T.exp(x) + a, updates=[(a, a * 2)])
    nodes = f.maker.fgraph.toposort()
    assert np.any(
        [isinstance(n.op, T.Elemwise) and "Gpu" not in type(n.op).__name__ for n in nodes]
    )
    assert len(f.maker.fgraph.outputs) == 2
    assert f.maker.inputs[0].name == "x"
    np.testing.assert_array_equal(f([0.0, 0.0]), [1.0, 1.0])
    assert "exp" in theano.printing.debugprint(f, file="str")


def test_loops_in_fast_compile_run_in_python_too():
    from pytensor.scan.op import Scan

    from symopt.legacy.theano.compile.python_backend import python_mode

    outer, _ = theano.scan(
        lambda v: theano.scan(lambda w, h: h + w, sequences=v, outputs_info=T.zeros(()))[0][-1],
        sequences=x.dimshuffle(0, "x"),
    )
    f = theano.function([x], outer.sum())
    (node,) = [n for n in f.maker.fgraph.toposort() if isinstance(n.op, Scan)]
    (inside,) = [n for n in node.op.fgraph.toposort() if isinstance(n.op, Scan)]
    if not hasattr(Scan, "link_mode"):  # PyTensor 3.0; later ones go by the mode of the function
        assert [n.op.mode for n in (node, inside)] == [python_mode()] * 2
    assert f([1.0, 2.0]) == 3.0


@pytest.mark.core
def test_long_sums_and_products_in_fast_compile():
    terms = [theano.shared(np.full(2, i + 1.0)) for i in range(40)]
    total = sum(terms[1:], terms[0])
    product = T.prod(T.stack(terms)) * 0 + T.mul(*terms)
    f = theano.function([], [total, product])
    np.testing.assert_array_equal(f()[0], np.full(2, 820.0))
    np.testing.assert_allclose(f()[1], np.full(2, np.prod(np.arange(1.0, 41.0))))
    inside, _ = theano.scan(lambda v: sum((v * i for i in range(1, 41)), v), sequences=x)
    np.testing.assert_array_equal(theano.function([x], inside)([1.0]), [821.0])
    op = theano.OpFromGraph([x], [sum((x**2 * t.sum() for t in terms), x)])
    assert theano.function([x], op(x))([1.0]) == 1641.0
