"""theano.printing: graphs as text."""

import io

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.errors import MissingPackageError
from symopt.legacy.theano import printing

x, y = T.dvector("x"), T.dvector("y")


@pytest.mark.core
def test_a_graph_as_a_tree():
    text = theano.printing.debugprint(T.exp(x) + y, file="str")
    assert text.splitlines()[0].startswith("Add")
    assert "x" in text
    out = io.StringIO()
    printing.debugprint(T.exp(x) + y, depth=1, print_type=True, file=out, ids="int")
    assert "Exp" not in out.getvalue()
    f = theano.function([x], T.exp(x), mode="FAST_COMPILE")
    assert "Exp" in printing.debugprint(f, file="str")
    assert "Exp" in printing.debugprint([f, T.exp(x)], file="str", stop_on_name=True)


@pytest.mark.core
def test_a_graph_as_a_formula():
    assert theano.pp(x + y * 2) == "(x + (y * 2))"
    assert theano.pprint(x + y) == theano.printing.pprint.process(x + y) == "(x + y)"


@pytest.mark.core
def test_values_are_printed_while_a_function_runs(capsys):
    f = theano.function([x], printing.Print("x is")(x) * 2, mode="FAST_COMPILE")
    np.testing.assert_array_equal(f([1.0]), [2.0])
    assert capsys.readouterr().out == "x is __str__ = [1.]\n"
    seen = []
    hook = printing.Print("m", attrs=["shape"], global_fn=lambda op, xin: seen.append(xin.shape))
    theano.function([x], hook(x), mode="FAST_COMPILE")([1.0])
    assert seen == [(1,)]


def test_names_down_to_named_variables():
    a = (x + y).sum()
    assert printing.min_informative_str(a).splitlines()[0].startswith("A. Sum")
    assert printing.min_informative_str(a).splitlines()[-1] == "  D. y"
    named = x + y
    named.name = "total"
    assert printing.min_informative_str(named) == "A. total"
    assert printing.min_informative_str(x + x).splitlines()[-1] == " <B>"
    assert printing.min_informative_str(np.ones(2)) == "A. <ndarray>"


def test_descriptions_are_the_same_in_every_process():
    assert printing.var_descriptor(named_sum("a")) == printing.var_descriptor(named_sum("b"))
    assert printing.var_descriptor(x + x) == "A=Add(B=x,<B>)"
    array = np.arange(4.0).reshape(2, 2)
    assert printing.var_descriptor(array) != printing.var_descriptor(array.T)
    assert printing.hex_digest(array) != printing.hex_digest(array.T)
    assert "shape=[2,2]" in printing.hex_digest(array)
    assert printing.position_independent_str(x).startswith("theano_var{type=")
    with pytest.raises(NotImplementedError):
        printing.position_independent_str(1)


def named_sum(name):
    total = x + y
    total.name = name
    return total


@pytest.mark.skipif(printing.pydot_imported, reason="pydot and Graphviz are here")
def test_pictures_need_pydot(tmp_path):
    with pytest.raises(MissingPackageError, match="pip install pydot"):
        printing.pydotprint(x + y, str(tmp_path / "graph.png"))
    with pytest.raises(MissingPackageError, match="pip install pydot"):
        theano.d3viz.d3viz(x + y, str(tmp_path / "graph.html"))
    with pytest.raises(MissingPackageError, match="pip install pydot"):
        theano.d3viz.d3write(x + y, str(tmp_path / "graph.dot"))
    assert "pydot" in printing.pydot_imported_msg
