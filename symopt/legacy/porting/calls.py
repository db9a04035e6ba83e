"""How calls of Theano's functions are rewritten where the new ones take other arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from symopt.legacy.porting.arguments import (
    argument,
    by_keyword,
    has_stars,
    keyword,
    named,
    positional,
    renamed,
    replaced,
    with_keyword,
    without,
)
from symopt.legacy.porting.kinds import Kind, Kinds
from symopt.legacy.porting.words import words


@dataclass(frozen=True)
class CallSite:
    """A call while it is rewritten.

    Attributes
    ----------
    original
        As it was, whose parts the analysis knows.
    path
        What is called, as the table has it: ``theano.tensor.stack``.
    kinds
        What is evident of the expressions of the module.
    expression
        Writes a path as the module does (and has it imported).
    """

    original: cst.Call
    path: str
    kinds: Kinds
    expression: Callable[[str], str]


Form = Callable[[cst.Call, CallSite], cst.BaseExpression]


def stays_on_namespace(form: str, call: cst.Call) -> str:
    """Why a call cannot take the direct equivalent; "" if it can."""
    check = _STAYS.get(form)
    return "" if check is None else check(call)


def function(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """The mode that symopt's backends take anyway is left out."""
    mode = keyword(call, "mode")
    if mode is not None and _text(mode.value) == "FAST_RUN":
        call = without(call, mode)  # what symopt's backends do anyway
    return call


def param(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """The default is ``value``."""
    call = renamed(call, "default", "value")
    call = by_keyword(call, 2, "name")
    return by_keyword(call, 1, "value")


def scan(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """The outputs alone; what becomes of the updates: :mod:`.scan_updates`."""
    if site.path == "theano.scan":
        call = _forgetting_shapes(call, site)
    return with_keyword(call, "return_updates", "False")


def clone(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``strict`` is ``rebuild_strict``."""
    call = without(call, keyword(call, "share_inputs"))
    return by_keyword(renamed(call, "strict", "rebuild_strict"), 2, "rebuild_strict")


def as_list(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """A generator there, a list here."""
    return cst.Call(cst.Name("list"), [cst.Arg(call)])


def grad(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """A view of a dict is no list of variables."""
    wrt = argument(call, 1, "wrt")
    if wrt is None or not _is_view(wrt.value):
        return call
    as_list = cst.Call(cst.Name("list"), [cst.Arg(wrt.value)])
    return replaced(call, wrt, wrt.with_changes(value=as_list))


def stack(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``stack(a, b, c)`` is ``stack([a, b, c])``; ``stack([a, b], axis)`` stays."""
    given = [arg for arg in call.args if arg.keyword is None]
    first = positional(site.original, 0)
    if not given or (len(given) == 1 and not given[0].star) or _is_display(first, site):
        return call
    second = site.original.args[1] if len(given) == 2 else None
    if second is not None and not given[0].star and _is_axis(second.value, site):
        return call
    if any(arg.keyword is not None and arg.keyword.value != "axis" for arg in call.args):
        return call
    elements = []
    for arg in given:
        comma = arg.comma if arg is not given[-1] else cst.MaybeSentinel.DEFAULT
        kind = cst.StarredElement if arg.star else cst.Element
        elements.append(kind(arg.value, comma=comma))
    rest = [arg for arg in call.args if arg.keyword is not None]
    joined = cst.Arg(cst.List(elements), comma=given[-1].comma if rest else _NO_COMMA)
    return call.with_changes(args=[joined, *rest])


def flatten(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``outdim`` is ``ndim``."""
    return renamed(call, "outdim", "ndim")


def reshape(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``ndim`` is a keyword."""
    return by_keyword(call, 2, "ndim")


def tile(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """Nothing to change where ``ndim`` is not given."""
    return call


def unbroadcast(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``unbroadcast(x, 0, 1)`` is ``forget_shape(x, (0, 1))``."""
    if len(call.args) < 2 or any(arg.keyword is not None for arg in call.args):
        return call
    first, *axes = call.args
    elements = [
        (cst.StarredElement if arg.star else cst.Element)(arg.value, comma=_comma()) for arg in axes
    ]
    if len(elements) > 1:
        elements[-1] = elements[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    else:
        elements[0] = elements[0].with_changes(comma=cst.Comma())
    return call.with_changes(args=[first, cst.Arg(cst.Tuple(elements))])


def constructor(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """The dtype is a keyword."""
    return by_keyword(call, 1, "dtype")


def tensor_type(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """A pattern of booleans is one of lengths: True is 1, False is unknown."""
    call = by_keyword(call, 2, "name")
    return _shape_for_pattern(call, argument(call, 1, "broadcastable"))


def shared(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """A pattern of booleans is one of lengths."""
    return _shape_for_pattern(call, keyword(call, "broadcastable"))


def conv2d(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``image_shape`` is ``input_shape``; what only tuned Theano's old convolution is left out."""
    for arg in list(call.args):
        if arg.keyword is not None and arg.keyword.value in _OLD_CONV_OPTIONS:
            call = without(call, arg)
    return renamed(call, "image_shape", "input_shape")


def pool(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``ds``, ``st`` and ``padding`` are ``ws``, ``stride`` and ``pad``."""
    for old, new in (("ds", "ws"), ("st", "stride"), ("padding", "pad")):
        call = renamed(call, old, new)
    if argument(call, 2, "ignore_border") is None and not has_stars(call):
        call = with_keyword(call, "ignore_border", "False")  # what Theano took, with a warning
    return call


def dnn_conv(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """CuDNN's convolution: ``conv_mode="cross"`` does not turn the filters round."""
    for old, new in (("img", "input"), ("kerns", "filters"), ("dilation", "filter_dilation")):
        call = renamed(call, old, new)
    call = by_keyword(by_keyword(call, 3, "subsample"), 2, "border_mode")
    for name in ("direction_hint", "workmem", "algo", "precision"):
        call = without(call, keyword(call, name))
    mode = keyword(call, "conv_mode")
    if mode is None:
        return call
    text = _text(mode.value)
    if text == "conv":
        return without(call, mode)
    flip = cst.Name("False") if text == "cross" else _equals(mode.value, "conv")
    return replaced(call, mode, mode.with_changes(keyword=cst.Name("filter_flip"), value=flip))


def dnn_pool(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """What is left at the border is never kept by cuDNN."""
    call = renamed(call, "img", "input")
    call = by_keyword(by_keyword(by_keyword(call, 4, "pad"), 3, "mode"), 2, "stride")
    return with_keyword(call, "ignore_border", "True")


def dnn_batch_normalization(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """``mode`` is ``axes``."""
    return renamed(call, "mode", "axes")


def identity(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """The call is its argument."""
    value = call.args[0].value
    atoms = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
    if isinstance(value, atoms) or value.lpar:
        return value
    return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def constant(call: cst.Call, site: CallSite) -> cst.BaseExpression:
    """The call is what its function has become: a constant."""
    return call.func


FORMS: dict[str, Form] = {
    f.__name__: f
    for f in (
        *(function, param, scan, clone, as_list, grad, stack, flatten, reshape, tile),
        *(unbroadcast, constructor, tensor_type, shared, conv2d, pool, dnn_conv, dnn_pool),
        *(dnn_batch_normalization, identity, constant),
    )
}
"""By the names that the table has for them."""


def _clone_stays(call: cst.Call) -> str:
    shares = argument(call, 3, "share_inputs")
    if shares is None or _is_name(shares.value, "True"):
        return ""
    return "share_inputs has no counterpart in PyTensor's clone_replace"


def _tile_stays(call: cst.Call) -> str:
    return "" if argument(call, 2, "ndim") is None else "PyTensor's tile has no ndim"


def _dnn_pool_stays(call: cst.Call) -> str:
    if argument(call, 2, "stride") is not None:
        return ""
    return "the stride that cuDNN's pooling took by default changed over Theano's versions"


def _dnn_conv_stays(call: cst.Call) -> str:
    if positional(call, 4) is None and not any(arg.star for arg in call.args):
        return ""
    return "the order of dnn_conv's further arguments changed over Theano's versions"


_STAYS: dict[str, Callable[[cst.Call], str]] = {
    "clone": _clone_stays,
    "tile": _tile_stays,
    "dnn_pool": _dnn_pool_stays,
    "dnn_conv": _dnn_conv_stays,
}

_OLD_CONV_OPTIONS = words(
    "unroll_batch unroll_kern unroll_patch imshp_logical kshp_logical "
    "kshp_logical_top_aligned version verbose openmp"
)
_NO_COMMA = cst.MaybeSentinel.DEFAULT


def _comma() -> cst.Comma:
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _forgetting_shapes(call: cst.Call, site: CallSite) -> cst.Call:
    """Initial states that are 1 long by construction, as Theano took them in.

    PyTensor refuses a loop whose state is known to be 1 long before the first step and is not
    known to be after it.
    """
    given = argument(call, 2, "outputs_info")
    known = argument(site.original, 2, "outputs_info")
    if given is None or known is None:
        return call
    value, original = given.value, known.value
    if isinstance(value, cst.List | cst.Tuple) and isinstance(original, cst.List | cst.Tuple):
        elements = [
            new.with_changes(value=_forgetting_shape(new.value, old.value, site))
            for new, old in zip(value.elements, original.elements, strict=True)
        ]
        value = value.with_changes(elements=elements)
    else:
        value = _forgetting_shape(value, original, site)
    return replaced(call, given, given.with_changes(value=value))


def _forgetting_shape(
    new: cst.BaseExpression, old: cst.BaseExpression, site: CallSite
) -> cst.BaseExpression:
    if not _has_length_one(old, site):
        return new
    forget = cst.parse_expression(site.expression("symopt.nnet.unbroadcast.forget_shape"))
    return cst.Call(forget, [cst.Arg(new)])


def _has_length_one(node: cst.CSTNode, site: CallSite) -> bool:
    """Whether an expression is made with a length of 1, here or where its name is assigned."""
    if isinstance(node, cst.Name):
        return site.kinds.any_value(node, lambda value: _has_length_one(value, site))
    if not isinstance(node, cst.Call):
        return False
    resolved = site.kinds.names.resolve(node.func)
    if resolved is None:
        return False
    lengths: list[cst.CSTNode] = []
    if resolved.path == "theano.tensor.alloc":
        lengths = [arg.value for arg in node.args[1:]]
    elif resolved.path in ("theano.tensor.zeros", "theano.tensor.ones") and node.args:
        shape = node.args[0].value
        if isinstance(shape, cst.Tuple | cst.List):
            lengths = [e.value for e in shape.elements]
    return any(isinstance(length, cst.Integer) and length.value == "1" for length in lengths)


def _shape_for_pattern(call: cst.Call, pattern: cst.Arg | None) -> cst.Call:
    if pattern is None:
        return call
    shape = _lengths(pattern.value)
    if shape is None:
        if pattern.keyword is None:
            return call  # PyTensor takes booleans there too
        flags = cst.Module([]).code_for_node(pattern.value)
        shape = cst.parse_expression(f"tuple(1 if flag else None for flag in {flags})")
    return replaced(call, pattern, named(pattern.with_changes(value=shape), "shape"))


def _lengths(pattern: cst.BaseExpression) -> cst.BaseExpression | None:
    """A written-out pattern of booleans as one of lengths; None if it is not written out."""
    if isinstance(pattern, cst.Tuple | cst.List):
        elements = []
        for element in pattern.elements:
            if _is_name(element.value, "True"):
                elements.append(element.with_changes(value=cst.Integer("1")))
            elif _is_name(element.value, "False"):
                elements.append(element.with_changes(value=cst.Name("None")))
            else:
                return None
        return pattern.with_changes(elements=elements)
    if isinstance(pattern, cst.BinaryOperation) and isinstance(
        pattern.operator, cst.Multiply | cst.Add
    ):
        left, right = _lengths(pattern.left), _lengths(pattern.right)
        if isinstance(pattern.operator, cst.Add) and (left is None or right is None):
            return None
        if left is None and right is None:
            return None
        return pattern.with_changes(left=left or pattern.left, right=right or pattern.right)
    return None


def _is_display(arg: cst.Arg | None, site: CallSite) -> bool:
    return arg is not None and site.kinds.of(arg.value) is Kind.LIST


def _is_axis(node: cst.BaseExpression, site: CallSite) -> bool:
    return site.kinds.of(node) is Kind.INT or _is_name(node, "axis")


def _is_view(node: cst.BaseExpression) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in ("values", "keys", "itervalues", "iterkeys")
        and not node.args
    )


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _text(node: cst.CSTNode) -> str | None:
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def _equals(value: cst.BaseExpression, text: str) -> cst.BaseExpression:
    code = cst.Module([]).code_for_node(value)
    return cst.parse_expression(f'({code} == "{text}")')
