"""Products of integers, and of factors that differ in dtype: BLAS has none."""

from __future__ import annotations

from pytensor.graph.basic import Apply

from symopt.backends.c.program.writer import Writer


def write_plain_product(w: Writer, node: Apply) -> None:
    """Write a product of matrices or vectors as loops."""
    x, y = node.inputs
    (out,) = node.outputs
    w.support('#include "plain_products.h"')
    a, b, left, right = w[x], w[y], w.ndim(x) == 1, w.ndim(y) == 1
    rows, a0, a1 = ("1", "0", f"{a}.s[0]") if left else (f"{a}.d[0]", f"{a}.s[0]", f"{a}.s[1]")
    columns, b1 = ("1", "0") if right else (f"{b}.d[1]", f"{b}.s[1]")
    inner = f"{a}.d[{0 if left else 1}]"
    w.line(
        f'if ({inner} != {b}.d[0]) fail(VALUE_ERROR, "Shape mismatch: the inner dimensions of a '
        f'product are %lld and %lld", (long long){inner}, (long long){b}.d[0]);'
    )
    dims = [*([] if left else [rows]), *([] if right else [columns])]
    to = f"{w.new_array(out, dims)}.p" if dims else f"&{w.scalar(out)}"
    logical = str(out.type.dtype == "bool").lower()
    w.line(
        f"plain_product<{logical}>(host, {rows}, {columns}, {inner}, {a}.p, {a0}, {a1}, "
        f"{b}.p, {b}.s[0], {b1}, {to});"
    )
