"""Products and theano.tensor.nlinalg and slinalg, with their gradients."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.tensor import nlinalg, slinalg

from tests.legacy.differential.answers import build, compute, numbers, raised, tolerance, warns


def _well_conditioned(n):
    a = numbers(n, n, dtype="float64") / 4
    return np.asarray(a.dot(a.T) + np.eye(n), theano.config.floatX)


@tolerance(1e-5, 1e-5)
def products():
    x, w, v, t, u = T.matrix("x"), T.matrix("w"), T.vector("v"), T.tensor3("t"), T.tensor3("u")
    f = T.tensor4("f")
    return compute(
        [
            (x, numbers(2, 3)),
            (w, numbers(3, 4, seed=2)),
            (v, numbers(3, seed=3)),
            (t, numbers(2, 2, 3, seed=4)),
            (u, numbers(2, 3, 2, seed=5)),
            (f, numbers(2, 1, 2, 3, seed=6)),
        ],
        OrderedDict(
            [
                ("dot", T.dot(x, w)),
                ("method", x.dot(w)),
                ("vector", T.dot(x, v)),
                ("vector first", T.dot(v, w)),
                ("inner", T.dot(v, v)),
                ("scalar", T.dot(x, 2)),
                ("3 and 2", T.dot(t, w)),
                ("3 and 1", T.dot(t, v)),
                ("3 and 3", T.dot(t, u)),
                ("4 and 2", T.dot(f, w)),
                ("numpy", T.dot(x, np.ones((3, 2), "float32"))),
                ("numpy first", T.dot(np.ones((2, 2), "float32"), x)),
                ("transposed", T.dot(x.T, x)),
                ("tensordot", T.tensordot(t, w, axes=1)),
                ("tensordot axes", T.tensordot(t, u, axes=[[1, 2], [2, 1]])),
                ("tensordot positional", T.tensordot(x, w, [[1], [0]])),
                ("tensordot ints", T.tensordot(t, w, axes=[2, 0])),
                ("tensordot 0", T.tensordot(v, v, axes=0)),
                ("batched_dot", T.batched_dot(t, u)),
                ("batched vectors", T.batched_dot(x, x)),
                ("batched mixed", T.batched_dot(t, T.constant(numbers(2, 3)))),
                ("batched_tensordot", T.batched_tensordot(t, u, axes=[[2], [1]])),
                ("outer", T.outer(v, v)),
                ("outer of matrices", T.outer(x, v)),
                ("matmul", lambda: T.matmul(x, w) if hasattr(T, "matmul") else T.dot(x, w)),
                ("bilinear", T.sum(T.dot(x, w) ** 2, axis=1)),
                ("basic.dot", T.basic.dot(x, w)),
                ("tensor.blas", T.blas.batched_dot(t, u) if hasattr(T.blas, "batched_dot") else t),
            ]
        ),
    )


@warns  # PyTensor calls trace by another name
@tolerance(2e-4, 2e-4)
def of_square_matrices():
    a, b = T.matrix("a"), T.matrix("b")
    outputs = OrderedDict(
        [
            ("inverse", nlinalg.matrix_inverse(a)),
            ("pinv", nlinalg.pinv(a)),
            ("det", nlinalg.det(a)),
            ("trace", nlinalg.trace(a)),
            ("trace method", a.trace()),
            ("diag", nlinalg.diag(a)),
            ("alloc_diag", nlinalg.alloc_diag(a[0])),
            ("extract_diag", nlinalg.extract_diag(a)),
            ("matrix_dot", nlinalg.matrix_dot(a, b, a)),
            ("matrix_power", nlinalg.matrix_power(a, 3)),
            ("eigenvalues", T.sort(nlinalg.eigh(a)[0])),
            ("singular values", nlinalg.svd(a)[1]),
            ("svd product", nlinalg.svd(a, full_matrices=False)[1]),
            ("qr", abs(nlinalg.qr(a)[1])),
            ("norm fro", nlinalg.norm(a, "fro")),
            ("norm 1", nlinalg.norm(a, 1)),
            ("cholesky", slinalg.cholesky(a)),
            ("solve", slinalg.solve(a, b)),
            ("solve_lower", slinalg.solve_lower_triangular(slinalg.cholesky(a), b)),
            ("solve_upper", slinalg.solve_upper_triangular(slinalg.cholesky(a).T, b)),
            ("expm", slinalg.expm(a / 4)),
            ("kron", slinalg.kron(a[:2, :2], b[:2, :2])),
            ("eigvalsh", slinalg.eigvalsh(a, T.eye(3))),
            ("tril", T.tril(a)),
            ("tensorinv", nlinalg.tensorinv(a.reshape((3, 3)), ind=1)),
            ("lstsq", lambda: nlinalg.lstsq()(a, b[:, 0], T.constant(-1.0))[0]),
        ]
    )
    for name, cost in [
        ("inverse", nlinalg.matrix_inverse(a).sum()),
        ("det", nlinalg.det(a)),
        ("logdet", T.log(nlinalg.det(a))),
        ("trace", nlinalg.trace(T.dot(a, b))),
        ("cholesky", (slinalg.cholesky(a) ** 2).sum()),
        ("solve", (slinalg.solve(a, b) ** 2).sum()),
        ("diag", (nlinalg.diag(a) ** 2).sum()),
        ("kron", (slinalg.kron(a, b) ** 2).sum()),
    ]:
        outputs["gradient of " + name] = T.grad(cost, a)
    return compute([(a, _well_conditioned(3)), (b, numbers(3, 3, seed=2))], outputs)


def types():
    x = T.matrix("x")
    return build(
        {
            "inverse": lambda: nlinalg.matrix_inverse(x),
            "inverse of vector": lambda: nlinalg.matrix_inverse(T.vector()),
            "det": lambda: nlinalg.det(x),
            "det of vector": lambda: nlinalg.det(T.vector()),
            "svd": lambda: list(nlinalg.svd(x)),
            "eigh": lambda: list(nlinalg.eigh(x)),
            "cholesky of int": lambda: slinalg.cholesky(T.imatrix()),
            "solve vector": lambda: slinalg.solve(x, T.vector()),
            "dot scalars": lambda: T.dot(T.scalar(), T.scalar()),
            "dot lists": lambda: T.dot([[1.0]], [[2.0]]),
            "batched of vector": lambda: T.batched_dot(T.vector(), T.vector()),
            "trace of tensor3": lambda: nlinalg.trace(T.tensor3()),
            "kron vectors": lambda: slinalg.kron(T.vector(), T.vector()),
        }
    )


def singular_matrices():
    x = T.matrix("x")
    zero = np.zeros((2, 2), theano.config.floatX)
    return {
        "inverse": raised(theano.function([x], nlinalg.matrix_inverse(x)), zero),
        "cholesky": raised(theano.function([x], slinalg.cholesky(x)), zero - 1),
        "det": theano.function([x], nlinalg.det(x))(zero),
        "pinv": theano.function([x], nlinalg.pinv(x))(zero),
    }


@warns  # NumPy 2 about axes in fft
@tolerance(1e-5, 1e-5)
def fourier():
    from theano.tensor import fft

    x = T.matrix("x")
    return compute(
        [(x, numbers(2, 6))],
        OrderedDict(
            [
                ("rfft", fft.rfft(x)),
                ("rfft ortho", fft.rfft(x, norm="ortho")),
                ("irfft", fft.irfft(fft.rfft(x))),
                ("gradient", T.grad((fft.rfft(x) ** 2).sum(), x)),
            ]
        ),
    )
