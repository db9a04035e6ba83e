"""Elementwise operations as kernels that a compiler can vectorise.

PyTensor's C code walks every array by strides that are known at run time only, which no compiler
turns into vector instructions. Here the expression of one element becomes a function of its own,
over plain pointers to a row whose elements are neighbours, and a driver calls it row by row, or
once where everything is contiguous. An array in another memory order is copied first.

exp, log, tanh and their like are called from glibc's libmvec where the machine has it: within 4
units in the last place, NaN and infinity as the scalar functions have them.

Uses PyTensor's ``Elemwise`` and its scalar operations' C code; tried with 3.0.7 and 3.3.7.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.tensor.elemwise import Elemwise

from symopt.backends.c import vector_math
from symopt.backends.c.lowering import native_form

VERSION = 4
"""Of the C code below; a change of it makes PyTensor's compile cache forget the old modules."""

_TEMPLATE = Template((Path(__file__).parent / "elementwise.c").read_text(encoding="utf-8"))
_FAIL = "@symopt_fail@"
_DOUBLE_LITERAL = re.compile(r"(?<![\w.])(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][+-]?\d+)?(?![\w.])")


class VectorElemwise(Elemwise):
    """An ``Elemwise`` with C code of ours; everything else is as it was."""

    def c_support_code(self, **kwargs: Any) -> str:
        return super().c_support_code(**kwargs) + vector_math.declarations()

    def c_compile_args(self, **kwargs: Any) -> list[str]:
        return [*super().c_compile_args(**kwargs), *vector_math.COMPILE_ARGS]

    def c_support_code_apply(self, node: Apply, nodename: str) -> str:
        return super().c_support_code_apply(node, nodename) + self._kernel(node, nodename)

    def c_code(
        self, node: Apply, nodename: str, inames: list[str], onames: list[str], sub: dict[str, str]
    ) -> str:
        inputs, outputs = ", ".join(inames), ", ".join(f"&{name}" for name in onames)
        return f"""
        {{
        PyArrayObject* in[] = {{{inputs}}};
        PyArrayObject** out[] = {{{outputs}}};
        if (!{nodename}_drive(in, out)) {{ {sub["fail"]} }}
        }}
        """

    def c_code_cache_version_apply(self, node: Apply) -> tuple:
        version = super().c_code_cache_version_apply(node)
        return (VERSION, vector_math.version(), version) if version else ()

    def _kernel(self, node: Apply, nodename: str) -> str:
        """The function of one row and its driver."""
        self.prepare_node(node, None, None, "c")
        first = {v: i for i, v in reversed(list(enumerate(node.inputs)))}
        slots = [first[v] for v in node.inputs]  # a variable that is given twice is read once
        inputs = sorted(set(slots))
        broadcast = [[size == 1 for size in v.type.shape] for v in node.inputs]
        ndim = len(broadcast[0])
        live = [d for d in range(ndim) if not all(b[d] for b in broadcast)] or [ndim - 1]
        last = live[-1]
        ctype = [v.type.dtype_specs()[1] for v in (*node.inputs, *node.outputs)]
        n_in, n_out = len(node.inputs), len(node.outputs)
        in_place = {o: slots[i] for o, i in self.inplace_pattern.items()}

        parameters: list[str] = []
        hoisted: list[str] = []
        loads: list[str] = []
        stores: list[str] = []
        for i in inputs:
            const = "" if i in in_place.values() else "const "
            parameters.append(f"{const}{ctype[i]}* __restrict__ i{i}")
            target = hoisted if broadcast[i][last] else loads
            index = "0" if broadcast[i][last] else "k"
            target.append(f"const {ctype[i]} i{i}_i = i{i}[{index}];")
        for o in range(n_out):
            loads.append(f"{ctype[n_in + o]} o{o}_i;")
            if o in in_place:
                stores.append(f"i{in_place[o]}[k] = o{o}_i;")
            else:
                parameters.append(f"{ctype[n_in + o]}* __restrict__ o{o}")
                stores.append(f"o{o}[k] = o{o}_i;")
        allocated = [o for o in range(n_out) if o not in in_place]
        arguments = [f"({ctype[i]}*)at[{i}]" for i in inputs]
        arguments += [f"({ctype[n_in + o]}*)at[{n_in + o}]" for o in allocated]

        def table(rows: list[list[int]]) -> str:
            return ", ".join("{" + ", ".join(map(str, row)) + "}" for row in rows)

        return _TEMPLATE.substitute(
            name=nodename,
            parameters=", ".join(parameters),
            hoisted="\n    ".join(hoisted),
            loads="\n        ".join(loads),
            expression=self.scalar_code(node, nodename, slots),
            stores="\n        ".join(stores),
            arguments=", ".join(arguments),
            ndim=ndim,
            n_in=n_in,
            n_out=n_out,
            n_live=len(live),
            live=", ".join(map(str, live)),
            fixed=table([[int(b[d]) for d in range(ndim)] for b in broadcast]),
            item=", ".join(f"sizeof({t})" for t in ctype[:n_in]),
            alias=", ".join(str(in_place.get(o, -1)) for o in range(n_out)),
            types=", ".join(v.type.dtype_specs()[2] for v in node.outputs),
        )

    def scalar_code(self, node: Apply, nodename: str, slots: list[int]) -> str:
        """The expression of one element; raises NotImplementedError if it has no C code."""
        code = self.scalar_op.c_code(
            node.tag.fake_node,
            f"{nodename}_scalar_",
            [f"i{slot}_i" for slot in slots],
            [f"o{o}_i" for o in range(len(node.outputs))],
            {"fail": _FAIL},
        )
        if _FAIL in code:
            raise NotImplementedError("the expression of an element may fail")
        dtypes = {v.type.dtype for v in (*node.inputs, *node.outputs)}
        if "float32" in dtypes and "float64" not in dtypes and "npy_float64" not in code:
            # PyTensor prints the constant float32(0.1) as 0.1, a double: everything it touches
            # would be computed in double and rounded back.
            code = _DOUBLE_LITERAL.sub(r"\g<0>f", code)
        return code


@native_form.register(Elemwise)
def vectorised(op: Elemwise, node: Apply) -> Apply | None:
    """The same node with a kernel of ours, or None if there is none for it."""
    types = [v.type for v in (*node.inputs, *node.outputs)]
    if type(op) is not Elemwise or not node.inputs or node.outputs[0].type.ndim == 0:
        return None
    if any(t.dtype.startswith("complex") or t.dtype == "float16" for t in types):
        return None
    new = VectorElemwise(op.scalar_op, dict(op.inplace_pattern), op.name, op.nfunc_spec)
    new_node = Apply(new, node.inputs, [output.clone() for output in node.outputs])
    try:
        new._kernel(new_node, "probe")
    except NotImplementedError:
        return None
    return new_node
