"""theano.gof: walking graphs, rewrites, features, linkers and tools."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano import gof
from symopt.legacy.theano.gof import graph, toolbox, utils
from symopt.legacy.theano.gof.opt import check_chain, in2out, inherit_stack_trace, out2in

x, y = T.dmatrix("x"), T.dmatrix("y")


@pytest.fixture(autouse=True)
def nothing_is_compiled():
    with theano.change_flags(mode="FAST_COMPILE"):
        yield


@pytest.mark.core
def test_walking_gives_lists_in_theanos_order():
    shared = theano.shared(1.0)
    z = T.exp(x) * shared + y
    assert graph.inputs([z]) == [v for v in graph.ancestors([z]) if v.owner is None]
    assert set(graph.inputs([z])) >= {x, y, shared}
    assert graph.ancestors([z])[0] is z
    assert x not in graph.inputs([z], blockers=[z.owner.inputs[0]])
    assert x in graph.inputs([x + 1])
    assert graph.variables([x], [z])[-1] is not None
    assert set(graph.orphans([x], [x + y])) == {y}
    assert len(graph.ops([x, y], [T.exp(x) + y])) == 2
    order = graph.io_toposort([x, y], [T.exp(x) + y])
    assert [str(n.op) for n in order] == ["Exp", "Add"]
    clients = {}
    graph.io_toposort([x], [T.exp(x)], clients=clients)
    assert [n.op for n in clients[x]] == [T.exp(x).owner.op]
    assert graph.is_in_ancestors(z.owner, z.owner.inputs[0].owner)
    assert graph.view_roots(x.T) == [x]
    assert graph.list_of_nodes([x], [T.exp(x)]) == [] or graph.list_of_nodes([x], [T.exp(x)])
    with pytest.raises(ValueError, match="bfs or dfs"):
        graph.stack_search([x], lambda v: None, mode="other")


@pytest.mark.core
def test_copies_and_comparisons():
    z = x * 2 + y
    (a, b), (copied,) = graph.clone([x, y], [z])
    assert copied is not z
    assert set(graph.inputs([copied])) >= {a, b}
    assert not {x, y} & set(graph.inputs([copied]))
    kept, (other,) = graph.clone([x, y], [z], copy_inputs=False)
    assert kept == [x, y]
    assert graph.is_same_graph(z, other)
    assert graph.is_same_graph(z, x * 2 + y)
    assert not graph.is_same_graph(z, y * 2 + x)
    assert graph.is_same_graph(z, y * 2 + y, givens={x: y})
    assert graph.equal_computations([x * 2], [y * 2], [x], [y])
    assert not graph.equal_computations([x * 2], [y * 3], [x], [y])
    memo = graph.clone_get_equiv([x], [T.exp(x)])
    assert memo[x] is not x


def test_a_variable_needs_no_owner():
    v = theano.Variable(T.dmatrix.type if hasattr(T.dmatrix, "type") else T.dmatrix, name="v")
    assert (v.owner, v.name) == (None, "v")
    assert theano.Variable("a type").type == "a type"
    assert T.TensorVariable(T.TensorType("float64", (False,)), name="w").ndim == 1


class Same(theano.Op):
    """Kaggle's consider_constant: the identity, with no gradient."""

    __props__ = ()
    view_map = {0: [0]}  # noqa: RUF012  # as they wrote it

    def make_node(self, a):
        return gof.Apply(self, [a], [a.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0]

    def grad(self, inputs, g):
        return [T.zeros_like(inputs[0])]


same = Same()


def rewritten(outputs, rewrite):
    fgraph = gof.FunctionGraph(graph.inputs(outputs), outputs, clone=True)
    rewrite.optimize(fgraph)
    return [str(node.op) for node in fgraph.toposort()]


@pytest.mark.core
def test_an_op_that_is_removed_by_a_registered_rewrite():
    remove = gof.OpRemove(same)
    assert rewritten([T.exp(same(x))], out2in(remove)) == ["Exp"]
    name = "symopt_test_remove_same"
    theano.compile.optdb.register(name, out2in(remove), 48.7, "fast_compile", "fast_run")
    try:
        f = theano.function([x], T.exp(same(x)))
        assert not [n for n in f.maker.fgraph.toposort() if n.op == same]
        np.testing.assert_array_equal(f(np.zeros((1, 1))), [[1.0]])
    finally:
        database = theano.compile.optdb._database
        database.remove_tags(name, "fast_compile", "fast_run")


@pytest.mark.core
def test_a_local_optimizer_takes_the_node_alone():
    seen = []

    @gof.local_optimizer([Same])
    def local_same(node):
        seen.append((node.fgraph, node.inputs[0].clients))
        return [node.inputs[0]]

    assert rewritten([T.exp(same(x))], in2out(local_same)) == ["Exp"]
    assert isinstance(seen[0][0], gof.FunctionGraph)
    assert [client.op for client, _ in seen[0][1]] == [same]
    assert str(local_same) == "local_same"

    @gof.local_optimizer(None)
    def never(fgraph, node):
        return False

    assert rewritten([T.exp(same(x))], in2out(never, local_same)) == ["Exp"]
    with pytest.raises(ValueError, match="empty list"):
        gof.local_optimizer([])(lambda node: False)


def test_rewrites_as_classes():
    class Local(gof.LocalOptimizer):
        def tracks(self):
            return [same]

        def transform(self, node):
            return [node.inputs[0]] if node.op == same else False

    class Whole(gof.Optimizer):
        def add_requirements(self, fgraph):
            fgraph.attach_feature(toolbox.ReplaceValidate())

        def apply(self, fgraph):
            for node in fgraph.toposort():
                if node.op == same:
                    fgraph.replace_validate(node.outputs[0], node.inputs[0], reason="test")

    for rewrite in (
        gof.TopoOptimizer(Local()),
        gof.EquilibriumOptimizer([Local()], max_use_ratio=5),
        Whole(),
        gof.SeqOptimizer([Whole()]),
        gof.TopoOptimizer(gof.LocalOptGroup(Local())),
        gof.OpKeyOptimizer(gof.OpRemove(same)),
        gof.TopoOptimizer(gof.PatternSub((same, "a"), "a")),
        gof.TopoOptimizer(
            gof.PatternSub((same, {"pattern": "a", "constraint": lambda v: True}), "a")
        ),
    ):
        assert rewritten([T.exp(same(x))], rewrite) == ["Exp"], rewrite
    assert isinstance(Local(), gof.LocalOptimizer)
    assert not isinstance(Whole(), gof.LocalOptimizer)
    assert rewritten([same(x)], gof.TopoOptimizer(gof.OpSub(same, T.exp))) == ["Exp"]
    with pytest.raises(TypeError, match="op_key"):
        gof.OpKeyOptimizer(Local())
    with pytest.raises(ValueError, match="order"):
        gof.TopoOptimizer(Local(), order="sideways")


def test_merging():
    one, two = x + T.constant(2.0), x + T.constant(2.0)
    assert rewritten([one * two], gof.MergeOptimizer()).count("Add") == 1
    merged = gof.opt.pre_constant_merge([one * two])[0]
    constants = [term.owner.inputs[1].owner.inputs[0] for term in merged.owner.inputs]
    assert constants[0] is constants[1]
    assert gof.opt.pre_greedy_local_optimizer(
        [gof.OpRemove(same)], T.exp(same(x))
    ).owner.inputs == [x]


def test_databases_take_theanos_arguments():
    database = gof.SequenceDB()
    database.register("second", gof.MergeOptimizer(), 2, "a")
    database.register("first", gof.MergeOptimizer(), 1, "a", "b")
    found = database.query(gof.Query(include=["a"]))
    assert [each.name for each in found] == ["first", "second"]
    assert [each.name for each in database.query("+b")] == ["first"]
    balanced = gof.EquilibriumDB()
    balanced.register("remove", gof.OpRemove(same), "a")
    assert rewritten([T.exp(same(x))], Optimizing(balanced.query("+a"))) == ["Exp"]
    group = gof.LocalGroupDB()
    group.register("remove", gof.OpRemove(same), "a")
    assert "remove" in group


class Optimizing:
    def __init__(self, rewriter):
        self.optimize = rewriter.rewrite


def test_features():
    fgraph = gof.FunctionGraph([x], [T.exp(same(x))], clone=False)
    fgraph.attach_feature(toolbox.NodeFinder())
    assert [n.op for n in fgraph.get_nodes(same)] == [same]
    with pytest.raises(toolbox.AlreadyThere):
        toolbox.NodeFinder().on_attach(fgraph)


def test_a_print_listener_says_what_happens(capsys):
    fgraph = gof.FunctionGraph([x], [T.exp(same(x))], clone=True)
    fgraph.attach_feature(gof.PrintListener())
    in2out(gof.OpRemove(same)).rewrite(fgraph)
    said = capsys.readouterr().out
    assert "attaching to" in said
    assert "changing" in said
    assert "pruning" in said


def test_wrapped_linkers_call_theanos_wrapper():
    seen = []

    def wrapper(i, node, thunk):
        thunk()
        seen.append((i, str(node.op), thunk.outputs[0][0]))

    linker = gof.WrapLinkerMany([gof.PerformLinker()], [wrapper])
    f = theano.function([x], T.exp(x), mode=theano.Mode(linker, None))
    np.testing.assert_array_equal(f([[0.0]]), [[1.0]])
    assert seen[0][:2] == (0, "Exp")
    linker = gof.WrapLinker([gof.PerformLinker()], wrapper)
    theano.function([x], T.exp(x), mode=theano.Mode(linker, None))([[0.0]])
    assert len(seen) == 2


def test_a_linker_makes_a_function():
    fgraph = gof.FunctionGraph([x, y], [x + y], clone=True)
    f = gof.PerformLinker().accept(fgraph).make_function()
    np.testing.assert_array_equal(f([[1.0]], [[2.0]]), [[3.0]])
    assert gof.PerformLinker().accept(fgraph).make_function(unpack_single=False)(
        [[1.0]], [[2.0]]
    ) == [[[3.0]]]
    with pytest.raises(TypeError, match="2 args"):
        f([[1.0]])


def test_chains_and_constructed_variables():
    z = T.exp(same(x))
    assert check_chain(z, T.exp(x).owner.op, same) is x
    assert not check_chain(z, same)
    assert check_chain(z.owner, type(T.exp(x).owner.op), Same) is x
    with graph.nodes_constructed() as made:
        a = x + 1
    assert a in made
    with inherit_stack_trace(z) as made:
        b = x + 2
    assert b in made


@pytest.mark.core
def test_tools():
    assert utils.uniq([1, 2, 1]) == [1, 2]
    assert utils.flatten([1, [2, (3,)]]) == [1, 2, 3]
    assert utils.toposort({"c": {"b"}, "b": {"a"}, "a": set()}) == ["a", "b", "c"]
    with pytest.raises(Exception, match="cycles"):
        utils.toposort({"a": {"b"}, "b": {"a"}})
    assert utils.hash_from_code("a") == utils.hash_from_code(b"a")
    assert utils.hash_from_code("a")[0] == "m"
    assert utils.hist("aab") == {"a": 2, "b": 1}
    assert utils.remove(lambda n: n % 2 == 0, [1, 2, 3]) == [1, 3]
    assert bool(utils.FALL_THROUGH)
    assert not bool(utils.ABORT)
    calls = []
    square = utils.memoize(lambda n: calls.append(n) or n * n)
    assert (square(3), square(3), calls) == (9, 9, [3])
    pad = utils.scratchpad()
    pad.a = 1
    assert "a" in str(pad)
    named = utils.give_variables_names([T.scalar("a"), T.scalar("a"), T.scalar()])
    assert len({v.name for v in named}) == 3
    assert gof.hashtype(1) == gof.hashtype(2)


def test_a_deprecated_function_says_so_once(capsys):
    @utils.deprecated("here", msg="use another")
    def f():
        return 1

    assert (f(), f()) == (1, 1)
    assert capsys.readouterr().out == "WARNING: here.f deprecated. use another\n"


def test_test_values_of_variables():
    assert gof.op.get_test_value(T.constant(2.0)) == 2.0
    assert gof.op.get_test_value(3.0) == 3.0
    assert gof.op.get_test_value(theano.shared(4.0)) == 4.0
    with pytest.raises(AttributeError, match="no test value"):
        gof.op.get_test_value(T.scalar())
    assert gof.op.get_debug_values(T.scalar()) == []
