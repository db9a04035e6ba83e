import theano
from theano.gof.graph import inputs as graph_inputs
from theano.scan_module.scan_op import Scan
from theano import tensor


def shared_of(outputs):
    """Shared variables, in the order of a walk from the outputs."""
    return [v for v in graph_inputs(outputs) if isinstance(v, theano.compile.SharedVariable)]


def walk(variables):
    seen, todo = set(), list(variables)
    while todo:
        v = todo.pop()
        if v in seen:
            continue
        seen.add(v)
        yield v
        if v.owner:
            if isinstance(v.owner.op, Scan):
                todo.extend(v.owner.op.outputs)
            todo.extend(v.owner.inputs)


def with_role(variables, role):
    found = [v for v in walk(variables) if role in getattr(v.tag, "roles", [])]
    return sorted(found, key=lambda v: v.name)


def constants_of(outputs):
    return [v for v in graph_inputs(outputs) if isinstance(v, tensor.Constant)]


def replace(output, replacements):
    return theano.clone(output, replace=replacements, share_inputs=True)
