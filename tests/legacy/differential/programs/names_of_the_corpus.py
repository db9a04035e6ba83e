"""Names that legacy repositories use and that no other program here calls."""

from collections import OrderedDict

import numpy as np
import theano
import theano.compat
import theano.compile.nanguardmode
import theano.compile.profiling
import theano.sandbox.softsign
import theano.sparse
import theano.tensor as T
import theano.tensor.nnet.abstract_conv
import theano.tensor.nnet.conv3d2d
import theano.tensor.opt
import theano.tensor.shared_randomstreams
import theano.tensor.sharedvar
import theano.tensor.signal.pool
import theano.tensor.subtensor
import theano.version

from tests.legacy.differential.answers import build, compute, numbers, raised, tolerance, warns


@tolerance(1e-5, 1e-6)
def elementwise_and_reductions():
    x = T.fmatrix("x")
    value = numbers(3, 4, dtype="float32")
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("abs_", T.abs_(x)),
                ("min", T.min(x)),
                ("min axis", T.min(x, axis=1)),
                ("argmin", T.argmin(x, axis=1)),
                ("square", T.square(x)),
                ("inv", T.inv(x)),
                ("expm1", T.expm1(x)),
                ("cos", T.cos(x)),
                ("sin", T.sin(x)),
                ("log2", T.log2(T.abs_(x))),
                ("squeeze", T.squeeze(x.dimshuffle(0, "x", 1))),
                ("sqrt", T.sqrt(T.abs_(x))),
                ("tanh", T.tanh(x)),
                ("exp", T.exp(x)),
                ("log", T.log(T.abs_(x))),
                ("sqr", T.sqr(x)),
                ("sgn", T.sgn(x)),
                ("maximum", T.maximum(x, 0.5)),
                ("minimum", T.minimum(x, 0.5)),
                ("clip", T.clip(x, -1, 1)),
                ("floor", T.floor(x)),
                ("ceil", T.ceil(x)),
                ("round", T.round(x)),
                ("mod", T.mod(x, 2)),
                ("pow", T.pow(T.abs_(x), 1.5)),
                ("add", T.add(x, 1)),
                ("sum", T.sum(x, axis=0, keepdims=True, dtype="float64")),
                ("mean", T.mean(x, axis=1, keepdims=False, dtype="float32")),
                ("prod", T.prod(x, axis=0)),
                ("var", T.var(x, axis=0)),
                ("max", T.max(x, axis=1, keepdims=True)),
                ("argmax", T.argmax(x, axis=-1, keepdims=True)),
                ("softsign", theano.sandbox.softsign.softsign(x)),
                ("ge", T.ge(x, 0)),
                ("gt", T.gt(x, 0)),
                ("le", T.le(x, 0)),
                ("lt", T.lt(x, 0)),
                ("eq", T.eq(x, x)),
                ("neq", T.neq(x, x)),
                ("or_", T.or_(T.gt(x, 1), T.lt(x, -1))),
                ("isnan", T.isnan(x)),
                ("isinf", T.isinf(x)),
                ("any", T.any(x > 1)),
                ("all", T.all(x > 1)),
                ("addbroadcast", T.addbroadcast(x[:1], 0)),
                ("patternbroadcast", T.patternbroadcast(x, (False, False))),
                ("unbroadcast", T.unbroadcast(x[:1], 0)),
                ("tile", T.tile(x, (1, 2))),
                ("roll", T.roll(x, 1, axis=1)),
                ("stack", T.stack([x, x], axis=0)),
                ("arange", T.arange(start=1, stop=7, step=2, dtype="int64")),
                ("arange float", T.arange(3, dtype=theano.config.floatX)),
            ]
        ),
    )


def constructors():
    return build(
        {
            "fscalar": lambda: T.fscalar("a"),
            "ivector": lambda: T.ivector("a"),
            "lscalar": lambda: T.lscalar("a"),
            "lmatrix": lambda: T.lmatrix("a"),
            "lvector": lambda: T.lvector("a"),
            "imatrix": lambda: T.imatrix("a"),
            "ftensor3": lambda: T.ftensor3("a"),
            "itensor3": lambda: T.itensor3("a"),
            "itensor4": lambda: T.itensor4("a"),
            "ltensor3": lambda: T.ltensor3("a"),
            "bmatrix": lambda: T.bmatrix("a"),
            "bcol": lambda: T.bcol("a"),
            "dmatrix": lambda: T.dmatrix("a"),
            "iscalar": lambda: T.iscalar("a"),
            "tensor4": lambda: T.tensor4("a"),
            "vectors": lambda: list(T.vectors("a", "b")),
            "matrices": lambda: list(T.matrices("a", "b")),
        }
    )


def classes():
    x = T.vector("x")
    w = theano.shared(numbers(2), name="w", borrow=True, strict=False)
    return {
        "T.Variable": isinstance(x, T.Variable),
        "gof.graph.Constant": isinstance(T.constant(1), theano.gof.graph.Constant),
        "SharedVariable": isinstance(w, theano.tensor.sharedvar.SharedVariable),
        "Subtensor": isinstance(x[0].owner.op, theano.tensor.subtensor.Subtensor),
        "ViewOp": theano.function([x], theano.compile.ViewOp()(x))(numbers(2)),
        "RandomStateSharedVariable": isinstance(
            theano.shared(np.random.RandomState(1)),
            theano.tensor.shared_randomstreams.RandomStateSharedVariable,
        ),
        "ParamsType": isinstance(theano.gof.ParamsType, type),
        "scalar.bool": theano.scalar.bool.dtype,
        "scalar.int32": theano.scalar.int32.dtype,
        "scalar.uint32": theano.scalar.uint32.dtype,
        "Identity": isinstance(theano.scalar.basic.Identity, type),
        "upcast": theano.scalar.upcast("float32", "int64"),
        "upcast small": theano.scalar.upcast("float32", "int16"),
        "integer_dtypes": sorted(T.integer_dtypes),
        "register_canonicalize": callable(theano.tensor.opt.register_canonicalize),
        "short_version": theano.version.short_version,
        "NanGuardMode": isinstance(theano.compile.nanguardmode.NanGuardMode, type),
        "ProfileStats": isinstance(theano.compile.profiling.ProfileStats, type),
        "conv3d2d": callable(theano.tensor.nnet.conv3d2d.conv3d),
        "OrderedDict": theano.compat.OrderedDict is OrderedDict
        if hasattr(theano.compat, "OrderedDict")
        else True,
    }


@warns
def configuration():
    made = {"device": theano.config.device, "deterministic": theano.config.deterministic}
    for name in ("allow_gc", "mode", "compute_test_value"):
        made[name] = isinstance(getattr(theano.config, name), (str, bool))
    before = theano.config.allow_gc, theano.config.mode, theano.config.compute_test_value
    theano.config.allow_gc = False
    theano.config.mode = "FAST_COMPILE"
    theano.config.warn.subtensor_merge_bug = False
    theano.config.compute_test_value = "off"
    made["set"] = [theano.config.allow_gc, theano.config.mode]
    theano.config.allow_gc, theano.config.mode, theano.config.compute_test_value = before
    return made


@warns  # NumPy says so when the Python form takes the logarithm
def nan_guard():
    x = T.vector("x")
    f = theano.function(
        [x],
        T.log(x),
        mode=theano.compile.nanguardmode.NanGuardMode(
            nan_is_error=True, inf_is_error=True, big_is_error=False
        ),
    )
    return {
        "fine": f(np.asarray([1.0], theano.config.floatX)),
        "nan": raised(f, np.asarray([-1.0], theano.config.floatX)),
        "inf": raised(f, np.asarray([0.0], theano.config.floatX)),
    }


@tolerance(1e-5, 1e-6)
def sparse_blocks():
    import scipy.sparse

    x = theano.sparse.csr_matrix("x", dtype=theano.config.floatX)
    w = T.matrix("w")
    stacked = theano.sparse.basic.vstack([x, x])
    beside = theano.sparse.basic.hstack([x, x])
    f = theano.function(
        [x, w],
        [
            theano.sparse.basic.structured_dot(x, w),
            theano.sparse.dense_from_sparse(stacked),
            theano.sparse.dense_from_sparse(beside),
        ],
    )
    value = np.asarray([[0, 1.5], [2.0, 0]], theano.config.floatX)
    return {"values": [np.asarray(v) for v in f(scipy.sparse.csr_matrix(value), numbers(2, 2))]}


def clone_and_grad_keywords():
    x, y = T.vector("x"), T.vector("y")
    cost = (x * y).sum()
    own = theano.clone(cost, replace={x: y}, share_inputs=False)
    known = T.grad(cost=None, wrt=[x], known_grads={x * 1: y}, disconnected_inputs="ignore")
    g = T.grad(cost, wrt=x, consider_constant=[y], disconnected_inputs="raise")
    f = theano.function(
        inputs=[x, y],
        outputs=g,
        name="gradient",
        mode=None,
        profile=False,
        givens={},
        updates=[],
        on_unused_input="ignore",
        allow_input_downcast=True,
    )
    return {
        "g": f(numbers(2, dtype="float64"), numbers(2, seed=2, dtype="float64")),
        "own": len([v for v in theano.gof.graph.inputs([own]) if v is y]),
        "known": len(known),
    }


def disconnected_and_clipped():
    x = T.vector("x")
    return compute(
        [(x, numbers(3))],
        OrderedDict(
            [
                ("disconnected", theano.gradient.disconnected_grad(x)),
                ("clip", T.grad(theano.gradient.grad_clip(x**2, -1, 1).sum(), x)),
            ]
        ),
    )
