"""Ops written for Theano: every method in Theano's form."""

import pickle
import warnings

import numpy as np
import pytensor
import pytest
from pytensor.graph.basic import Constant
from pytensor.graph.utils import MethodNotDefined

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano import gof
from symopt.legacy.theano.tests.unittest_tools import InferShapeTester, verify_grad


@pytest.fixture(autouse=True)
def nothing_is_compiled():
    with theano.change_flags(mode="FAST_COMPILE"):
        yield


class Scale(theano.Op):
    """Everything that Theano's tutorial on Ops teaches."""

    __props__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, x):
        x = theano.tensor.as_tensor_variable(x)
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        (x,) = inputs
        (z,) = output_storage
        z[0] = x * self.factor

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * self.factor]

    def R_op(self, inputs, eval_points):  # noqa: N802
        return eval_points if eval_points[0] is None else [eval_points[0] * self.factor]


x = T.dmatrix("x")
VALUE = np.arange(6.0).reshape(2, 3)


@pytest.mark.core
def test_an_op_of_the_tutorial():
    f = theano.function([x], [Scale(3)(x), T.grad(Scale(3)(x).sum(), x)])
    np.testing.assert_array_equal(f(VALUE)[0], 3 * VALUE)
    np.testing.assert_array_equal(f(VALUE)[1], np.full((2, 3), 3.0))
    verify_grad(Scale(2), [VALUE])
    assert Scale(2) == Scale(2) != Scale(3)
    assert hash(Scale(2)) == hash(Scale(2))
    assert str(Scale(2)) == "Scale{factor=2}"
    assert pickle.loads(pickle.dumps(Scale(2))) == Scale(2)


@pytest.mark.core
def test_a_shape_is_inferred_without_computing():
    class Tester(InferShapeTester):
        def runTest(self):  # noqa: N802
            self._compile_and_check([x], [Scale(2)(x)], [VALUE], Scale)

    result = Tester().run()
    assert not result.errors + result.failures


@pytest.mark.core
@pytest.mark.parametrize("base", [theano.Op, theano.gof.Op, theano.gof.op.PureOp, theano.tensor.Op])
def test_equality_of_ones_own(base):
    class Flip(base):
        """A class of Python 2: with __eq__, and a hash that Python 3 would take away."""

        def __eq__(self, other):
            return type(self) == type(other)  # noqa: E721  # as they wrote it

        def make_node(self, a):
            return gof.Apply(self, [a], [a.type()])

        def perform(self, node, inputs, outputs):
            outputs[0][0] = inputs[0][::-1]

        def grad(self, inputs, g):
            return [self(g[0])]

    assert Flip() == Flip()
    assert hash(Flip()) == hash(Flip())
    f = theano.function([x], Flip()(x) + Flip()(x))
    assert len([n for n in f.maker.fgraph.toposort() if isinstance(n.op, Flip)]) == 1
    np.testing.assert_array_equal(f(VALUE), 2 * VALUE[::-1])
    g = theano.function([x], T.grad((Flip()(x) * VALUE).sum(), x))
    np.testing.assert_array_equal(g(VALUE), VALUE[::-1])


@pytest.mark.core
def test_pytensors_ops_and_types_are_instances_too():
    assert isinstance(T.exp, theano.Op)
    assert isinstance(x.owner if x.owner else T.exp(x).owner.op, theano.gof.Op)
    assert issubclass(Scale, theano.Op)
    assert not isinstance(T.exp, Scale)
    assert not isinstance(x, theano.Op)
    assert isinstance(x.type, theano.Type)
    assert isinstance(x, theano.Variable)
    # and PyTensor's own classes take no more for theirs than before
    assert not isinstance(pytensor.tensor.subtensor.Subtensor([0]), gof.opt.LocalOptimizer)
    assert isinstance(Scale(1), pytensor.link.c.op.COp)
    assert not isinstance(theano.printing.Print(), pytensor.link.c.op.COp)


class Count(theano.Op):
    """L_op, several outputs, itypes and otypes, and a default output."""

    itypes = [T.dvector, T.dscalar]  # noqa: RUF012  # as they wrote it
    otypes = [T.dvector, T.dscalar]  # noqa: RUF012
    default_output = 0
    __props__ = ()

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] * inputs[1]
        outputs[1][0] = np.asarray(float(inputs[0].size))

    def L_op(self, inputs, outputs, output_grads):  # noqa: N802
        return [
            output_grads[0] * inputs[1],
            (outputs[0] / inputs[1] * output_grads[0]).sum(),
        ]

    def connection_pattern(self, node):
        return [[True, False], [True, False]]


def test_types_instead_of_make_node():
    a, b = T.dvector("a"), T.dscalar("b")
    assert Count()(a, b).type == T.dvector
    assert len(Count()(a, b).owner.outputs) == 2
    assert isinstance(Count()(a, b, return_list=True), list)
    f = theano.function([a, b], [Count()(a, b), *T.grad(Count()(a, b).sum(), [a, b])])
    results = f([1.0, 2.0], 3.0)
    for result, expected in zip(results, ([3.0, 6.0], [3.0, 3.0], 3.0), strict=True):
        np.testing.assert_array_equal(result, expected)
    with pytest.raises(ValueError, match="2 inputs"):
        Count()(a)
    with pytest.raises(TypeError):
        Count()(a, T.dmatrix())


class Power(theano.Op):
    """perform with params."""

    __props__ = ("n",)
    params_type = gof.ParamsType(n=theano.scalar.int64)

    def __init__(self, n):
        self.n = n

    def make_node(self, a):
        return gof.Apply(self, [a], [a.type()])

    def perform(self, node, inputs, outputs, params):
        outputs[0][0] = inputs[0] ** params.n


def test_params_are_given_to_perform():
    np.testing.assert_array_equal(theano.function([x], Power(2)(x))(VALUE), VALUE**2)


@pytest.mark.core
def test_an_output_of_the_type_of_an_input_may_be_shorter():
    class Half(theano.Op):
        __props__ = ()

        def make_node(self, a):
            return gof.Apply(self, [a], [a.type()])

        def perform(self, node, inputs, outputs):
            outputs[0][0] = inputs[0][: len(inputs[0]) // 2]

        def infer_shape(self, node, shapes):
            return [(shapes[0][0] // 2,)]

    constant = T.constant(np.arange(6.0))
    assert Half()(constant).type.shape == (None,)
    f = theano.function([], [Half()(constant), Half()(constant).shape[0]])
    assert len(f()[0]) == f()[1] == 3
    row = T.row()
    assert Half()(row).broadcastable == (True, False)


def test_an_op_in_place_and_a_view():
    class Double(theano.Op):
        __props__ = ()
        destroy_map = {0: [0]}  # noqa: RUF012

        def make_node(self, a):
            return gof.Apply(self, [a], [a.type()])

        def perform(self, node, inputs, outputs):
            inputs[0][...] *= 2
            outputs[0][0] = inputs[0]

    given = VALUE.copy()
    f = theano.function([x], Double()(x + 0), accept_inplace=True)
    np.testing.assert_array_equal(f(given), 2 * VALUE)
    np.testing.assert_array_equal(given, VALUE)


def test_constants_are_not_folded_where_the_op_says_so():
    calls = []

    class Noisy(theano.Op):
        __props__ = ()

        def make_node(self):
            return gof.Apply(self, [], [T.dscalar()])

        def perform(self, node, inputs, outputs):
            calls.append(1)
            outputs[0][0] = np.asarray(1.0)

        def do_constant_folding(self, node):
            return False

    f = theano.function([], Noisy()() + 1)
    assert not calls
    assert f() == 2.0


def test_an_op_without_a_form_says_so():
    class Nothing(theano.Op):
        __props__ = ()

        def make_node(self, a):
            return gof.Apply(self, [a], [a.type()])

    f = theano.function([x], Nothing()(x))
    with pytest.raises(MethodNotDefined, match="perform"):
        f(VALUE)
    with pytest.raises(NotImplementedError, match="no gradient"):
        T.grad(Nothing()(x).sum(), x)
    with pytest.raises(NotImplementedError, match="R_op"):
        Nothing().R_op([x], [x])


def test_a_hand_written_thunk():
    class Thunk(theano.Op):
        __props__ = ()

        def make_node(self, a):
            return gof.Apply(self, [a], [a.type()])

        def make_thunk(self, node, storage_map, compute_map, no_recycling, impl=None):
            source, target = storage_map[node.inputs[0]], storage_map[node.outputs[0]]

            def thunk():
                target[0] = source[0] + 1
                compute_map[node.outputs[0]][0] = True

            thunk.inputs, thunk.outputs, thunk.lazy = [source], [target], False
            return thunk

    np.testing.assert_array_equal(theano.function([x], Thunk()(x))(VALUE), VALUE + 1)


class InC(Scale):
    def c_headers(self):
        return ["<math.h>"]

    def c_support_code(self):
        return "static double plus_one(double v) { return v + 1; }"

    def c_code_cache_version(self):
        return (1,)

    def c_code(self, node, name, inputs, outputs, sub):
        (a,) = inputs
        (z,) = outputs
        fail = sub["fail"]
        return """
        Py_XDECREF(%(z)s);
        %(z)s = (PyArrayObject*)PyArray_NewCopy(%(a)s, NPY_CORDER);
        if (!%(z)s) { %(fail)s; }
        for (npy_intp i = 0; i < PyArray_SIZE(%(z)s); ++i) {
            dtype_%(z)s* v = (dtype_%(z)s*)PyArray_DATA(%(z)s) + i;
            *v = plus_one(*v);
        }
        """ % locals()  # noqa: UP031  # as they wrote it


class WithCompiler(InC):
    def c_compile_args(self, c_compiler):
        return []

    def c_code(self, node, name, inputs, outputs, sub):
        return "PyString_FromString(NULL); no longer C"


def test_c_code_is_used_and_what_does_not_compile_is_performed():
    with theano.change_flags(mode="Mode"):
        f = theano.function([x], InC(2)(x), mode=theano.Mode("cvm", "fast_compile"))
        np.testing.assert_array_equal(f(VALUE), VALUE + 1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            f = theano.function([x], WithCompiler(2)(x), mode=theano.Mode("cvm", "fast_compile"))
    assert any("C code of WithCompiler does not compile" in str(w.message) for w in caught)
    np.testing.assert_array_equal(f(VALUE), 2 * VALUE)


@pytest.mark.core
def test_an_op_made_of_a_function():
    @theano.as_op(
        itypes=[T.dmatrix, T.dmatrix],
        otypes=[T.dmatrix],
        infer_shape=lambda node, shapes: [shapes[0]],
    )
    def product(a, b):
        return a * b

    y = T.dmatrix("y")
    f = theano.function([x, y], [product(x, y), product(x, y).shape[1]])
    np.testing.assert_array_equal(f(VALUE, VALUE)[0], VALUE**2)
    assert f(VALUE, VALUE)[1] == 3
    assert product == product
    assert str(product) == "FromFunctionOp{product}"
    with pytest.raises(TypeError):
        theano.as_op("x", [T.dmatrix])
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(product)


@pytest.mark.core
def test_an_op_made_of_a_graph():
    y = T.dmatrix("y")
    op = theano.OpFromGraph([x, y], [x * y, x + y])
    product, total = op(x, y)
    f = theano.function([x, y], [product, total, T.grad(product.sum(), x)])
    for result, expected in zip(
        f(VALUE, 2 * VALUE), (2 * VALUE**2, 3 * VALUE, 2 * VALUE), strict=True
    ):
        np.testing.assert_array_equal(result, expected)


def test_an_op_of_a_graph_with_a_shared_variable_inside():
    weights = theano.shared(np.full((2, 3), 2.0))
    for overrides in (
        {},
        {"lop_overrides": lambda i, o, g: [g[0] * 7]},
        {"grad_overrides": [lambda i, g: g[0] * 7]},
    ):
        op = theano.OpFromGraph([x], [x * weights], **overrides)
        f = theano.function([x], [op(x), T.grad(op(x).sum(), x)])
        value, gradient = f(VALUE)
        np.testing.assert_array_equal(value, 2 * VALUE)
        np.testing.assert_array_equal(gradient, np.full((2, 3), 7.0 if overrides else 2.0))


@pytest.mark.core
def test_the_gradient_of_an_op_of_a_graph_may_be_replaced():
    """Guided backpropagation, as published: an instance gets its own ``grad``."""

    def guided(inputs, out_grads):
        (inp,), (grd,) = inputs, out_grads
        return (grd * (grd > 0).astype(inp.dtype) * 10,)

    op = theano.OpFromGraph([x], [T.nnet.relu(x)])
    op.grad = guided
    f = theano.function([x], T.grad(op(x).sum(), x))
    np.testing.assert_array_equal(f(VALUE), np.full((2, 3), 10.0))

    overridden = theano.OpFromGraph([x], [x**2], grad_overrides=lambda inputs, g: [g[0] * 5])
    g = theano.function([x], T.grad(overridden(x).sum(), x))
    np.testing.assert_array_equal(g(VALUE), np.full((2, 3), 5.0))
    lop = theano.OpFromGraph([x], [x**2], lop_overrides=[lambda i, o, g: g[0] * o[0]])
    g = theano.function([x], T.grad(lop(x).sum(), x))
    np.testing.assert_array_equal(g(VALUE), VALUE**2)
    cut = theano.OpFromGraph([x], [x**2], grad_overrides=[theano.gradient.DisconnectedType()()])
    with pytest.raises(theano.gradient.DisconnectedInputError):
        T.grad(cut(x).sum(), x)
    with pytest.raises(ValueError, match="mutually exclusive"):
        theano.OpFromGraph([x], [x], lop_overrides=guided, grad_overrides=guided)


def test_types_of_ones_own():
    class StringType(gof.Type):
        def filter(self, value, strict=False, allow_downcast=None):
            if isinstance(value, str):
                return value
            raise TypeError("no string")

        def __eq__(self, other):
            return type(self) == type(other)  # noqa: E721  # as they wrote it

    string = StringType()

    class Length(theano.Op):
        __props__ = ()

        def make_node(self, s):
            return gof.Apply(self, [s], [T.lscalar()])

        def perform(self, node, inputs, outputs):
            outputs[0][0] = np.asarray(len(inputs[0]))

    s = string("s")
    assert s.type == StringType()
    assert hash(string) == hash(StringType())
    assert string.is_valid_value("a")
    assert not string.is_valid_value(1)
    assert theano.function([s], Length()(s))("four") == 4
    assert isinstance(Constant(string, "abc"), theano.Constant)
    mode = theano.Mode("cvm", "fast_run")
    assert theano.function([s], s, mode=mode)("same") == "same"
    with pytest.raises(TypeError):
        theano.function([s], Length()(s))(4)


@pytest.mark.core
def test_grad_of_theanos_own_ops():
    (gradient,) = T.exp(x).owner.op.grad([x], [T.ones_like(x)])
    np.testing.assert_allclose(theano.function([x], gradient)(VALUE), np.exp(VALUE))
    with pytest.raises(NotImplementedError, match="no gradient"):
        Count().grad([], [])


@pytest.mark.core
def test_subclasses_of_theanos_own_ops():
    """Kaggle's consider_constant, and a gradient that builds on the inherited one."""

    class ConsiderConstant(theano.compile.ViewOp):
        def grad(self, args, g_outs):
            return [T.zeros_like(g_out) for g_out in g_outs]

    f = theano.function([x], T.grad((ConsiderConstant()(x) * x).sum(), x))
    np.testing.assert_array_equal(f(VALUE), VALUE)

    class Steeper(theano.compile.ViewOp):
        def grad(self, inputs, output_grads):
            (g,) = super().grad(inputs, output_grads)
            return [3 * g]

    class Steepest(Steeper):
        def L_op(self, inputs, outputs, output_grads):  # noqa: N802
            (g,) = super().L_op(inputs, outputs, output_grads)
            return [outputs[0] * g]

        def R_op(self, inputs, eval_points):  # noqa: N802
            return [5 * eval_points[0]]

    f = theano.function([x], T.grad(Steeper()(x).sum(), x))
    np.testing.assert_array_equal(f(VALUE), np.full((2, 3), 3.0))
    f = theano.function([x], T.grad(Steepest()(x).sum(), x))
    np.testing.assert_array_equal(f(VALUE), VALUE)
    (forward,) = Steepest().pushforward([x], [x], [x])
    np.testing.assert_array_equal(theano.function([x], forward)(VALUE), 5 * VALUE)

    class Named(theano.printing.Print):
        def infer_shape(self, node, shapes):
            return shapes

        def do_constant_folding(self, node):
            return False

    assert theano.function([x], Named()(x).shape[1])(VALUE) == 3


class NewStyle(pytensor.graph.op.Op):
    def perform(self, node, inputs, outputs):
        raise NotImplementedError


def test_grad_of_an_op_of_pytensors_without_one():
    with pytest.raises(NotImplementedError, match="grad not implemented"):
        NewStyle().grad([x], [x])


def test_an_op_that_raises_and_one_that_doubles():
    from symopt.legacy.theano.misc.doubleop import DoubleOp
    from symopt.legacy.theano.raise_op import Raise

    with pytest.raises(KeyError, match="here"):
        theano.function([x], Raise("here", KeyError)(x))(VALUE)
    verify_grad(DoubleOp(), [VALUE])


def test_no_warning_about_old_methods():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        T.grad(Scale(2)(x).sum(), x)
        theano.function([x], Scale(2)(x), mode="FAST_COMPILE")(VALUE)


@pytest.mark.long
@pytest.mark.parametrize("backend", ["c", "numba", "jax"])
def test_on_every_backend(backend, monkeypatch):
    monkeypatch.setenv("SYMOPT_BACKEND", backend)
    with theano.change_flags(mode="Mode"):
        f = theano.function([x], [Scale(3)(x * 2), T.grad(Scale(3)(x**2).sum(), x)])
    np.testing.assert_allclose(f(VALUE)[0], 6 * VALUE)
    np.testing.assert_allclose(f(VALUE)[1], 6 * VALUE)
