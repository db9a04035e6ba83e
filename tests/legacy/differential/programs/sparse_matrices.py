"""theano.sparse: making, converting and multiplying sparse matrices."""

from collections import OrderedDict

import numpy as np
import scipy.sparse
import theano
import theano.tensor as T
from theano import sparse

from tests.legacy.differential.answers import build, numbers, raised, tolerance, warns


def _matrix(format_="csr"):
    dense = np.asarray([[0, 1.5, 0], [2, 0, 0], [0, 0, -3.25]], theano.config.floatX)
    return scipy.sparse.csr_matrix(dense).asformat(format_)


def types():
    return build(
        {
            "csr": lambda: sparse.csr_matrix("x"),
            "csc": lambda: sparse.csc_matrix("x"),
            "csr dtype": lambda: sparse.csr_matrix(name="x", dtype="float32"),
            "csr_fmatrix": lambda: sparse.csr_fmatrix(),
            "csc_dmatrix": lambda: sparse.csc_dmatrix(),
            "matrix": lambda: sparse.matrix("csc", name="m", dtype="int64"),
            "type": lambda: sparse.SparseType("csr", dtype="float64")(),
            "shared": lambda: theano.shared(_matrix()),
            "as variable": lambda: sparse.as_sparse_variable(_matrix("csc")),
            "transposed": lambda: sparse.csr_matrix("x").T,
            "dense": lambda: sparse.dense_from_sparse(sparse.csr_matrix("x")),
            "from dense": lambda: sparse.csr_from_dense(T.matrix()),
            "dot": lambda: sparse.dot(sparse.csr_matrix("x"), T.matrix()),
            "structured_dot": lambda: sparse.structured_dot(sparse.csr_matrix("x"), T.matrix()),
            "true_dot": lambda: sparse.true_dot(sparse.csr_matrix("x"), sparse.csr_matrix("y")),
            "add": lambda: sparse.csr_matrix("x") + sparse.csr_matrix("y"),
            "add dense": lambda: sparse.csr_matrix("x") + T.matrix(),
            "times number": lambda: sparse.csr_matrix("x") * 2,
            "is sparse": lambda: isinstance(sparse.csr_matrix("x"), sparse.SparseVariable),
            "bad format": lambda: sparse.SparseType("rows", dtype="float64")(),
        }
    )


@warns  # PyTensor calls mul by another name
@tolerance(1e-5, 1e-6)
def products_and_conversions():
    x, w = sparse.csr_matrix("x", dtype=theano.config.floatX), T.matrix("w")
    outputs = OrderedDict(
        [
            ("dense", sparse.dense_from_sparse(x)),
            ("dot", sparse.dot(x, w)),
            ("dot method", x.dot(w) if hasattr(x, "dot") else sparse.dot(x, w)),
            ("structured_dot", sparse.structured_dot(x, w)),
            ("toarray", x.toarray() if hasattr(x, "toarray") else sparse.dense_from_sparse(x)),
            ("dot dense first", sparse.dot(w.T, x)),
            ("sum", sparse.sp_sum(x)),
            ("sum axis", sparse.sp_sum(x, axis=1)),
            ("transposed", sparse.dense_from_sparse(x.T)),
            ("scaled", sparse.dense_from_sparse(x * np.float32(2))),
            ("added", sparse.dense_from_sparse(x + x)),
            ("product", sparse.dense_from_sparse(sparse.mul(x, x))),
            ("gradient", T.grad((sparse.dot(x, w) ** 2).sum(), w)),
            ("data", sparse.csm_data(x)),
            ("indices", sparse.csm_indices(x)),
            ("indptr", sparse.csm_indptr(x)),
            ("shape", sparse.csm_shape(x)),
            ("shape of x", T.as_tensor_variable(x.shape)),
            ("back", sparse.dense_from_sparse(sparse.csr_from_dense(sparse.dense_from_sparse(x)))),
            ("row sums", sparse.dense_from_sparse(sparse.row_scale(x, w[:, 0]))),
            ("col scale", sparse.dense_from_sparse(sparse.col_scale(x, w[:, 0]))),
            ("sigmoid", sparse.dense_from_sparse(sparse.structured_sigmoid(x))),
        ]
    )
    f = theano.function([x, w], list(outputs.values()))
    results = f(_matrix(), numbers(3, 2))
    return {label: np.asarray(result) for label, result in zip(outputs, results)}


def errors():
    return {
        "dot of dense": raised(sparse.dot, T.matrix(), T.matrix()),
        "dense_from_sparse of dense": raised(sparse.dense_from_sparse, T.matrix()),
        "as_sparse of text": raised(sparse.as_sparse_variable, "a"),
        "wrong input": raised(
            theano.function([sparse.csr_matrix("x")], T.constant(1), on_unused_input="ignore"),
            np.zeros((2, 2)),
        ),
        "tensor of sparse": raised(T.as_tensor_variable, sparse.csr_matrix("x")),
    }


def classifier_on_sparse_rows():
    x, y = sparse.csr_matrix("x", dtype=theano.config.floatX), T.ivector("y")
    w = theano.shared(numbers(3, 2) / 4, name="w")
    p = T.nnet.softmax(sparse.dot(x, w))
    cost = T.nnet.categorical_crossentropy(p, y).mean()
    f = theano.function([x, y], cost, updates=[(w, w - 0.5 * T.grad(cost, w))])
    labels = np.asarray([0, 1, 0], "int32")
    return {"costs": [f(_matrix(), labels) for _ in range(3)], "w": w.get_value()}
