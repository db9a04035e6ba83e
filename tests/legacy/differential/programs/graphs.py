"""theano.gof and theano.clone: walking, copying, comparing and rewriting graphs."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano import gof

from tests.legacy.differential.answers import build, compute, numbers, raised


def _names(variables):
    return [str(v.name) for v in variables]


def inputs_and_ancestors():
    x, y = T.vector("x"), T.vector("y")
    w = theano.shared(numbers(3), name="w")
    h = T.tanh(x * w)
    h.name = "h"
    z = (h + y * 2).sum()
    z.name = "z"
    found = gof.graph.inputs([z])
    return {
        "kind": type(found).__name__,
        "named": sorted(n for n in _names(found) if n != "None"),
        "constants": sum(isinstance(v, gof.Constant) for v in found),
        "blockers": sorted(n for n in _names(gof.graph.inputs([z], blockers=[h])) if n != "None"),
        "ancestors": sorted(n for n in _names(gof.graph.ancestors([z])) if n != "None"),
        "variables": sorted(n for n in _names(gof.graph.variables([x, y], [z])) if n != "None"),
        "ops": len(gof.graph.ops([x, y], [z])) > 3,
        "shared": [
            v.name
            for v in gof.graph.inputs([z])
            if isinstance(v, theano.compile.SharedVariable)
        ],
        "io_toposort": [
            type(node.op).__name__ for node in gof.graph.io_toposort([x, y], [z])
        ][-1],
        "list": isinstance(gof.graph.io_toposort([x, y], [z]), list),
    }


def same_graphs():
    x, y = T.vector("x"), T.vector("y")
    same = gof.graph.is_same_graph
    return {
        "same": same(x * 2 + y, x * 2 + y),
        "not same": same(x * 2 + y, x * 3 + y),
        "order": same(x + y, y + x),
        "givens": same(x * 2, y * 2, givens={x: y}),
        "givens list": same(x * 2, y * 2, givens=[(x, y)]),
        "variables": same(x, y),
        "itself": same(x, x),
        "equal_computations": theano.scan_module.scan_utils.equal_computations(
            [x * 2], [x * 2]
        ),
        "unequal": theano.scan_module.scan_utils.equal_computations([x * 2], [x + 2]),
        "in_xs": theano.scan_module.scan_utils.equal_computations(
            [x * 2], [y * 2], in_xs=[x], in_ys=[y]
        ),
    }


def clones():
    x, y = T.vector("x"), T.vector("y")
    w = theano.shared(np.asarray(2.0, theano.config.floatX), name="w")
    v = theano.shared(np.asarray(5.0, theano.config.floatX), name="v")
    h = x * w
    z = h + 1
    replaced = theano.clone(z, replace={w: v})
    listed = theano.clone([z, h], replace=[(x, y)])
    whole = theano.clone(z, replace={h: y * 10})
    own = theano.clone(z, share_inputs=False)
    shared = theano.clone(z)
    ordered = theano.clone(z, replace=OrderedDict([(x, y), (w, v)]))
    values = [(x, numbers(2)), (y, numbers(2, seed=2))]
    made = compute(
        values,
        OrderedDict(
            [
                ("dictionary", replaced),
                ("list 0", listed[0]),
                ("list 1", listed[1]),
                ("intermediate", whole),
                ("shared inputs", shared),
                ("ordered", ordered),
                ("expression", theano.clone(z, {x: x * 2 + 1})),
                ("keyword", theano.clone(output=z, replace={x: y}, strict=True)),
                ("not strict", theano.clone(z, {w: T.constant(3.0)}, strict=False)),
            ]
        ),
    )
    made.update(
        {
            "is other": replaced is not z,
            "own inputs": x in gof.graph.inputs([own]),
            "same inputs": x in gof.graph.inputs([shared]),
            "list type": type(listed).__name__,
            "strict": raised(theano.clone, z, {x: T.matrix()}),
            "strict dtype": raised(theano.clone, z, {x: T.lvector()}),
            "not a pair": raised(theano.clone, z, 3),
            "gradient": theano.function([y], T.grad(theano.clone(z, {x: y}).sum(), y))(numbers(2)),
        }
    )
    return made


def apply_nodes():
    x = T.matrix("x")
    y = T.exp(x).sum(axis=0)
    node = y.owner
    return {
        "op": isinstance(node.op, T.elemwise.Sum),
        "careduce": isinstance(node.op, T.elemwise.CAReduce),
        "axis": list(node.op.axis),
        "inputs": len(node.inputs),
        "outputs": node.outputs[0] is y,
        "elemwise": isinstance(node.inputs[0].owner.op, T.Elemwise),
        "scalar_op": isinstance(node.inputs[0].owner.op.scalar_op, theano.scalar.Exp),
        "exp": node.inputs[0].owner.op == T.exp,
        "dimshuffle": isinstance(x.T.owner.op, T.elemwise.DimShuffle),
        "new_order": list(x.T.owner.op.new_order),
        "dot": isinstance(T.dot(x, x).owner.op, T.Dot),
        "subtensor": isinstance(x[0].owner.op, T.Subtensor),
        "advanced": isinstance(x[T.ivector()].owner.op, T.AdvancedSubtensor1),
        "inc": isinstance(T.inc_subtensor(x[0], 1).owner.op, T.IncSubtensor),
        "advanced inc": isinstance(
            T.inc_subtensor(x[T.ivector()], 1).owner.op, T.AdvancedIncSubtensor1
        ),
        "reshape": isinstance(x.reshape((-1,)).owner.op, T.Reshape),
        "join": isinstance(T.concatenate([x, x]).owner.op, T.Join),
        "alloc": isinstance(T.alloc(0.0, 2).owner.op, T.Alloc),
        "argmax": type(x.argmax().owner.op).__name__,
        "scan": _scan_node(x),
        "shape": isinstance(x.shape.owner.op, theano.compile.Shape),
        "tag": hasattr(y.tag, "trace"),
        "index": y.index,
        "parents": [p is node for p in y.get_parents()],
        "node parents": x in y.owner.inputs[0].owner.get_parents(),
    }


def _scan_node(x):
    outs, _ = theano.scan(lambda r: r.sum(), x)
    return isinstance(outs.owner.op, theano.scan_module.scan_op.Scan)


def manual_walk():
    """Blocks and its like walk from outputs to inputs by owner."""
    x = T.vector("x")
    w = theano.shared(numbers(2), name="w")
    cost = (T.tanh(x * w) ** 2).mean()
    seen, stack, found = set(), [cost], []
    while stack:
        variable = stack.pop()
        if variable in seen:
            continue
        seen.add(variable)
        if variable.owner is not None:
            stack.extend(variable.owner.inputs)
        else:
            found.append(variable)
    return {
        "x": x in found,
        "w": w in found,
        "shared": [v.name for v in found if isinstance(v, theano.compile.SharedVariable)],
    }


def function_graphs():
    x, y = T.vector("x"), T.vector("y")
    fgraph = gof.FunctionGraph([x, y], [x + y * 2], clone=True)
    other = gof.FunctionGraph([x], [T.exp(x)])
    return {
        "inputs": len(fgraph.inputs),
        "outputs": len(fgraph.outputs),
        "nodes": len(fgraph.toposort()),
        "apply_nodes": len(fgraph.apply_nodes),
        "cloned": other.inputs[0] is x,
        "missing": raised(gof.FunctionGraph, [x], [x + y]),
    }


def tags_and_names():
    x = T.vector("x")
    x.tag.test_value = np.zeros(2, theano.config.floatX)
    y = x * 2
    y.name = "y"
    copied = y.copy("z")
    return {
        "test value": x.tag.test_value,
        "attribute": _set_tag(y),
        "missing": hasattr(y.tag, "nothing"),
        "getattr": getattr(y.tag, "nothing", "default"),
        "copied": copied.name,
        "text": str(y),
        "text of copied": str(copied),
    }


def _set_tag(variable):
    variable.tag.annotations = ["weight"]
    return variable.tag.annotations[0]


def constant_values():
    x = T.vector("x")
    get = T.get_scalar_constant_value
    return build(
        {
            "constant": lambda: int(get(T.constant(3))),
            "number": lambda: int(get(4)),
            "array": lambda: float(get(np.asarray(2.5))),
            "shape of alloc": lambda: int(get(T.alloc(1.0, 3).shape[0])),
            "variable": lambda: get(T.scalar()),
            "cast": lambda: float(get(T.cast(T.constant(2), "float32"))),
            "method": lambda: int(T.constant(7).get_scalar_constant_value()),
            "zeros": lambda: float(get(T.zeros((3,))[0])),
            "vector": lambda: get(T.constant([1, 2])),
            "shape": lambda: get(x.shape[0]),
            "class": lambda: issubclass(T.NotScalarConstantError, Exception),
            "sum": lambda: float(get(T.constant(1) + T.constant(2))),
        }
    )


def local_optimizers():
    """Rewrites that users write, in the forms of 1.0."""

    @gof.local_optimizer([T.exp])
    def exp_to_double(node):
        if node.op == T.exp:
            return [node.inputs[0] * 2]
        return False

    x = T.vector("x")
    fgraph = gof.FunctionGraph([x], [T.exp(x) + 1])
    optimizer = gof.opt.in2out(exp_to_double) if hasattr(gof.opt, "in2out") else None
    if optimizer is None:
        optimizer = theano.tensor.opt.in2out(exp_to_double)
    optimizer.optimize(fgraph)
    return {"ops": [str(node.op).split("{")[0] for node in fgraph.toposort()]}


def op_remove():
    class Identity(theano.Op):
        __props__ = ()

        def make_node(self, x):
            return theano.Apply(self, [x], [x.type()])

        def perform(self, node, inputs, outputs):
            outputs[0][0] = inputs[0].copy()

        def grad(self, inputs, g):
            return [T.zeros_like(inputs[0])]

    x = T.vector("x")
    remove = gof.OpRemove(Identity())
    fgraph = gof.FunctionGraph([x], [Identity()(x) * 2])
    gof.TopoOptimizer(remove, order="in_to_out").optimize(fgraph)
    return {
        "left": sum(isinstance(node.op, Identity) for node in fgraph.toposort()),
        "value": theano.function([x], T.grad((Identity()(x) * x).sum(), x))(numbers(2)),
    }
