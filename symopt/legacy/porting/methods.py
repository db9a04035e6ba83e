"""Methods of Theano's variables that take other arguments now."""

from __future__ import annotations

import libcst as cst

from symopt.legacy.porting.arguments import by_keyword, positional, renamed
from symopt.legacy.porting.kinds import INT, Kind, Kinds


def rewritten_method(original: cst.Call, updated: cst.Call, kinds: Kinds) -> cst.Call:
    """A method's call as PyTensor's variables take it; ``updated`` itself if it stays.

    ``x.reshape(shape, 2)`` is told from NumPy's ``x.reshape(3, 2)`` by what the shape is.
    """
    if not isinstance(original.func, cst.Attribute):
        return updated
    method = original.func.attr.value
    if method == "flatten":
        return renamed(updated, "outdim", "ndim")
    if method == "reshape" and len(original.args) == 2:
        shape, ndim = positional(original, 0), positional(original, 1)
        if shape is None or ndim is None or kinds.of(ndim.value) is not INT:
            return updated
        if isinstance(shape.value, cst.Integer | cst.UnaryOperation):
            return updated  # two lengths
        receiver = original.func.value
        if _is_shape(shape.value, kinds) or kinds.is_tensor(receiver):
            return by_keyword(updated, 1, "ndim")
    return updated


def with_new_axes(
    original: cst.Subscript, updated: cst.Subscript, kinds: Kinds
) -> cst.BaseExpression:
    """``m[:, None]`` of an argument of a loop's step as ``m.dimshuffle(0, "x")``.

    That is what it is in Theano: axes that the index does not name are dropped if they are known
    to be 1 long, where PyTensor keeps them. Step functions that are called outside of their loop
    too, with a column for a mask, go by it.
    """
    pattern: list[str] = []
    for element in original.slice:
        part = element.slice
        if isinstance(part, cst.Slice):
            if part.lower is not None or part.upper is not None or part.step is not None:
                return updated
            pattern.append(str(sum(axis != '"x"' for axis in pattern)))
        elif isinstance(part, cst.Index) and kinds.names.module.code_for_node(part) == "None":
            pattern.append('"x"')
        else:
            return updated
    if '"x"' not in pattern or not kinds.is_step_argument(original.value):
        return updated
    args = [
        cst.Arg(cst.parse_expression(axis), comma=cst.MaybeSentinel.DEFAULT) for axis in pattern
    ]
    return cst.Call(cst.Attribute(updated.value, cst.Name("dimshuffle")), args)


def _is_shape(node: cst.CSTNode, kinds: Kinds) -> bool:
    """Whether an argument is evidently a whole shape, not one length."""
    if isinstance(node, cst.Attribute) and node.attr.value == "shape":
        return True
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        inner = node.slice[0].slice
        return isinstance(inner, cst.Slice) and _is_shape(node.value, kinds)
    return kinds.of(node) is Kind.LIST or (kinds.is_tensor(node) and not _is_element(node))


def _is_element(node: cst.CSTNode) -> bool:
    """``x.shape[0]`` is a tensor, and one length."""
    return isinstance(node, cst.Subscript | cst.Name)
