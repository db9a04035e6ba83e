"""The C++ of one element: PyTensor's scalar operations, as they write themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pytensor.graph.basic import Apply
from pytensor.scalar import basic as scalars
from pytensor.scalar.basic import Composite, ScalarOp

from symopt.backends.c.program.values import CTYPES, NotNative
from symopt.backends.c.program.writer import Writer

_FAIL = "@symopt_fail@"
_ZERO_DIVISION = re.compile(r"PyErr_SetString\(PyExc_ZeroDivisionError, (\"[^\"]*\")\);\s*" + _FAIL)
_PYTHON = re.compile(r"\bPy[A-Z_]")
_DOUBLE_LITERAL = re.compile(r"(?<![\w.])(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][+-]?\d+)?(?![\w.])")

_EXPENSIVE = {
    "exp expm1 exp2 log log1p log2 log10 sin cos tan sinh cosh tanh asin acos atan atan2": 16,
    "sigmoid softplus pow erf erfc erfinv gamma gammaln psi": 16,
    "true_div sqrt int_div mod reciprocal": 4,
}
_COST = {name: cost for names, cost in _EXPENSIVE.items() for name in names.split()}


def scalar_code(
    op: ScalarOp, node: Apply, w: Writer, inputs: Sequence[str], outputs: Sequence[str]
) -> str:
    """Code that sets ``outputs``, declared before, from ``inputs``.

    Raises
    ------
    NotNative
        The operation has no C code, or needs Python for it.
    """
    dtypes = {v.type.dtype for v in (*node.inputs, *node.outputs)}
    unknown = dtypes - set(CTYPES)
    if unknown:
        raise NotNative(f"programs have no {', '.join(sorted(unknown))}")
    given = [scalars.get_scalar_type(v.type.dtype).make_variable() for v in node.inputs]
    try:
        inner = op.make_node(*given)
        code = op.c_code(inner, "@_", list(inputs), list(outputs), {"fail": _FAIL})
        support = op.c_support_code() + op.c_support_code_apply(inner, "@_")
    except (NotImplementedError, scalars.ComplexError) as error:
        raise NotNative(f"{op} has no C code") from error
    code = _ZERO_DIVISION.sub(r"fail(ZERO_DIVISION_ERROR, \1)", code)
    if _FAIL in code or _PYTHON.search(code + support) or "#include" in support:
        raise NotNative(f"{op} needs Python in its C code")
    w.support(support)
    if "float32" in dtypes and "float64" not in dtypes and "npy_float64" not in code:
        # PyTensor prints the constant float32(0.1) as 0.1, a double: everything it touches would be
        # computed in double and rounded back.
        code = _DOUBLE_LITERAL.sub(r"\g<0>f", code)
    return code


def cost(op: ScalarOp) -> int:
    """Of an element, in units of a simple operation."""
    if isinstance(op, Composite):
        return sum(cost(node.op) for node in op.fgraph.apply_nodes)
    return _COST.get(str(getattr(op, "name", None) or op), 1)
