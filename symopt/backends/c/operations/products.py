"""Matrix products by BLAS, shared among threads by the program itself."""

from __future__ import annotations

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.blas import BatchedDot, Dot22, Dot22Scalar, Gemm, Gemv
from pytensor.tensor.math import Dot

from symopt.backends.c.operations.indexing import write_copy
from symopt.backends.c.operations.plain_products import write_plain_product
from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer, write
from symopt.backends.pytensor_versions import Ger


def _checked(w: Writer, *variables: Variable) -> None:
    for variable in variables:
        if variable.type.dtype not in ("float32", "float64"):
            raise NotNative(f"BLAS has no products of {variable.type.dtype}")


def _same_length(w: Writer, a: str, b: str) -> None:
    w.line(
        f'if ({a} != {b}) fail(VALUE_ERROR, "Shape mismatch: the inner dimensions of a product are %lld '
        f'and %lld", (long long){a}, (long long){b});'
    )


def _gemm(w: Writer, x: str, y: str, out: str, alpha: str, beta: str) -> None:
    w.line(
        f"gemm(host, {x}.d[0], {y}.d[1], {x}.d[1], {alpha}, {x}.p, {x}.s[0], {x}.s[1], {y}.p, {y}.s[0], "
        f"{y}.s[1], {beta}, {out}.p, {out}.s[0], {out}.s[1]);"
    )


def _product(w: Writer, node: Apply, x: Variable, y: Variable, alpha: str) -> None:
    """Of matrices and vectors: a vector is a row on the left and a column on the right."""
    (out,) = node.outputs
    _checked(w, x, y, out)
    if x.type.dtype != y.type.dtype:
        raise NotNative("its factors differ in dtype")
    a, b, ctype = w[x], w[y], w.ctype(out)
    left, right = w.ndim(x) == 1, w.ndim(y) == 1
    _same_length(w, f"{a}.d[{0 if left else 1}]", f"{b}.d[0]")
    if left and right:
        name = w.scalar(out)
        target = f"&{name}, 1, 1"
    else:
        dims = [*([] if left else [f"{a}.d[0]"]), *([] if right else [f"{b}.d[1]"])]
        name = w.new_array(out, dims)
        target = f"{name}.p, " + (
            f"{name}.d[0], 1" if left else "1, 1" if right else f"{name}.s[0], 1"
        )
    packed = None if left or right else _packed(w, y)
    if packed is not None:
        w.line(f"gemm(host, ({ctype}){alpha}, {a}, {packed}, ({ctype})0, {name}, {name});")
        return
    rows, row_step, step = (
        ("1", "1", f"{a}.s[0]") if left else (f"{a}.d[0]", f"{a}.s[0]", f"{a}.s[1]")
    )
    columns, column_step = ("1", "1") if right else (f"{b}.d[1]", f"{b}.s[1]")
    w.line(
        f"gemm(host, {rows}, {columns}, {b}.d[0], ({ctype}){alpha}, {a}.p, {row_step}, {step}, "
        f"{b}.p, {b}.s[0], {column_step}, ({ctype})0, {target});"
    )


@write.register(Dot22)
def _dot22(op: Dot22, node: Apply, w: Writer) -> None:
    _product(w, node, node.inputs[0], node.inputs[1], alpha="1")


@write.register(Dot)
def _dot(op: Dot, node: Apply, w: Writer) -> None:
    x, y = node.inputs
    if not 1 <= w.ndim(x) <= 2 or not 1 <= w.ndim(y) <= 2:
        raise NotNative("it is no product of matrices and vectors")
    if x.type.dtype == y.type.dtype and x.type.dtype in ("float32", "float64"):
        _product(w, node, x, y, alpha="1")
    else:
        write_plain_product(w, node)


@write.register(Dot22Scalar)
def _dot22_scalar(op: Dot22Scalar, node: Apply, w: Writer) -> None:
    x, y, alpha = node.inputs
    _product(w, node, x, y, alpha=w[alpha])


def _packed(w: Writer, y: Variable) -> str | None:
    """The second factor of a product in a loop, put into the product's order once, in front of it."""
    return w.once(y, f"Packed<{w.ctype(y)}>", "pack({slot}, @, {value});")


def _target(w: Writer, z: Variable, out: Variable, dims: tuple[str, ...], what: str) -> str:
    """The output, with the elements of ``z``."""
    _check_target(w, z, out, dims, what)
    return write_copy(w, out, z)


def _check_target(w: Writer, z: Variable, out: Variable, dims: tuple[str, ...], what: str) -> None:
    _checked(w, z, out)
    for d, size in enumerate(dims):
        w.line(
            f'if ({w[z]}.d[{d}] != {size}) fail(VALUE_ERROR, "Shape mismatch: {what} adds to an array of '
            f'length %lld along dimension {d}, expected %lld", (long long){w[z]}.d[{d}], (long long){size});'
        )


@write.register(Gemm)
def _gemm_node(op: Gemm, node: Apply, w: Writer) -> None:
    z, alpha, x, y, beta = node.inputs
    (out,) = node.outputs
    _checked(w, x, y)
    ctype = w.ctype(out)
    _same_length(w, f"{w[x]}.d[1]", f"{w[y]}.d[0]")
    sizes = f"{w[x]}.d[0]", f"{w[y]}.d[1]"
    packed = _packed(w, y)
    if packed is not None and not (w.can_overwrite(z) and out not in w.places):
        _check_target(w, z, out, sizes, "a product")
        name = w.new_array(out, sizes)
        w.line(
            f"gemm(host, ({ctype}){w[alpha]}, {w[x]}, {packed}, ({ctype}){w[beta]}, {w[z]}, {name});"
        )
        return
    name = _target(w, z, out, sizes, "a product")
    if packed is not None:
        w.line(
            f"gemm(host, ({ctype}){w[alpha]}, {w[x]}, {packed}, ({ctype}){w[beta]}, {name}, {name});"
        )
        return
    _gemm(w, w[x], w[y], name, f"({ctype}){w[alpha]}", f"({ctype}){w[beta]}")


@write.register(Gemv)
def _gemv(op: Gemv, node: Apply, w: Writer) -> None:
    y, alpha, A, x, beta = node.inputs
    (out,) = node.outputs
    _checked(w, A, x)
    ctype = w.ctype(out)
    _same_length(w, f"{w[A]}.d[1]", f"{w[x]}.d[0]")
    name = _target(w, y, out, (f"{w[A]}.d[0]",), "a product")
    w.line(
        f"gemm(host, {w[A]}.d[0], 1, {w[A]}.d[1], ({ctype}){w[alpha]}, {w[A]}.p, {w[A]}.s[0], {w[A]}.s[1], "
        f"{w[x]}.p, {w[x]}.s[0], 1, ({ctype}){w[beta]}, {name}.p, {name}.s[0], 1);"
    )


@write.register(Ger)
def _ger(op: Op, node: Apply, w: Writer) -> None:
    A, alpha, x, y = node.inputs
    (out,) = node.outputs
    _checked(w, x, y)
    ctype = w.ctype(out)
    name = _target(w, A, out, (f"{w[x]}.d[0]", f"{w[y]}.d[0]"), "an outer product")
    w.line(
        f"gemm(host, {w[x]}.d[0], {w[y]}.d[0], 1, ({ctype}){w[alpha]}, {w[x]}.p, {w[x]}.s[0], 1, "
        f"{w[y]}.p, 1, {w[y]}.s[0], ({ctype})1, {name}.p, {name}.s[0], 1);"
    )


@write.register(BatchedDot)
def _batched_dot(op: BatchedDot, node: Apply, w: Writer) -> None:
    x, y = node.inputs
    (out,) = node.outputs
    _checked(w, x, y, out)
    if w.ndim(x) != 3 or w.ndim(y) != 3:
        raise NotNative("it is no product of two batches of matrices")
    a, b, ctype = w[x], w[y], w.ctype(out)
    _same_length(w, f"{a}.d[0]", f"{b}.d[0]")
    _same_length(w, f"{a}.d[2]", f"{b}.d[1]")
    name = w.new_array(out, [f"{a}.d[0]", f"{a}.d[1]", f"{b}.d[2]"])
    w.line(
        f"for (i64 k = 0; k < {name}.d[0]; ++k) gemm(host, {a}.d[1], {b}.d[2], {a}.d[2], ({ctype})1, "
        f"{a}.p + k * {a}.s[0], {a}.s[1], {a}.s[2], {b}.p + k * {b}.s[0], {b}.s[1], {b}.s[2], ({ctype})0, "
        f"{name}.p + k * {name}.s[0], {name}.s[1], 1);"
    )
