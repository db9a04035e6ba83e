"""theano.config: keys, values, what is refused, and what changes with them."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import build, floatx, numbers, raised


_KEYS = (
    "floatX device compute_test_value cast_policy int_division "
    "on_unused_input allow_gc warn_float64 profile exception_verbosity "
    "deterministic scan.allow_gc scan.debug dnn.conv.algo_fwd gpuarray.preallocate "
    "lib.amdlibm nvcc.flags openmp force_device init_gpu_device "
    "assert_no_cpu_op experimental.unpickle_gpu_on_cpu unittests.rseed DebugMode.patience NanGuardMode.nan_is_error "
    "optimizer_excluding optimizer_verbose numpy.seterr_all tensor.cmp_sloppy pickle_test_value "
    "reoptimize_unpickled_function print_test_value gpuarray.sync traceback.limit warn.ignore_bug_before "
    "warn.sum_div_dimshuffle_bug"
).split()
_TEXTS = "compiledir_format base_compiledir compiledir cxx blas.ldflags".split()


def _read(key):
    value = theano.config
    for part in key.split("."):
        value = getattr(value, part)
    return value


def keys_and_defaults():
    made = build(OrderedDict((key, lambda key=key: _read(key)) for key in _KEYS))
    made["texts"] = [isinstance(_read(key), str) for key in _TEXTS]
    return made


def unknown_and_refused():
    config = theano.config
    made = {
        "unknown": raised(lambda: config.no_such_key),
        "unknown section": raised(lambda: config.no_such.key),
        "hasattr": hasattr(config, "no_such_key"),
        "hasattr known": hasattr(config, "floatX"),
    }

    def put(name, value):
        before = getattr(config, name)
        try:
            return raised(setattr, config, name, value)
        finally:
            setattr(config, name, before)

    made.update(
        {
            "floatX float128": put("floatX", "float128"),
            "floatX number": put("floatX", 32),
            "cast_policy": put("cast_policy", "best"),
            "on_unused_input": put("on_unused_input", "shout"),
            "compute_test_value": put("compute_test_value", "maybe"),
            "floatX right": put("floatX", "float32"),
            "on_unused_input right": put("on_unused_input", "ignore"),
            "allow_gc": put("allow_gc", False),
            "exception_verbosity": put("exception_verbosity", "high"),
            "exception_verbosity wrong": put("exception_verbosity", "loud"),
            "warn_float64": put("warn_float64", "warn"),
            "optimizer": raised(lambda: config.optimizer),
        }
    )
    return made


@floatx("float64")
def floatx_changes_constructors():
    config = theano.config
    made = {}
    try:
        for dtype in ("float32", "float64"):
            config.floatX = dtype
            made[dtype] = {
                "matrix": T.matrix(),
                "scalar": T.scalar(),
                "zeros": T.zeros((2,)),
                "eye": T.eye(2),
                "constant": T.constant(0.1),
                "cast": T.cast(T.ivector(), config.floatX),
                "mean": T.ivector().mean(),
                "division": T.ivector() / 2,
                "asarray": np.asarray([1], dtype=config.floatX),
                "theano._asarray": theano._asarray([1.5], dtype=config.floatX),
                "uniform": T.shared_randomstreams.RandomStreams(1).uniform((2,)),
                "vector plus float": T.vector() + 0.1,
            }
    finally:
        config.floatX = "float64"
    return made


def on_unused_input_by_configuration():
    x, y = T.scalar("x"), T.scalar("y")
    before = theano.config.on_unused_input
    theano.config.on_unused_input = "ignore"
    try:
        ignored = theano.function([x, y], x)(1, 2)
    finally:
        theano.config.on_unused_input = before
    return {"ignored": ignored, "raised": raised(theano.function, [x, y], x)}


def change_flags():
    change = theano.change_flags if hasattr(theano, "change_flags") else theano.configparser.change_flags
    before = theano.config.on_unused_input
    with change(on_unused_input="ignore"):
        inside = theano.config.on_unused_input

    @change(on_unused_input="warn")
    def decorated():
        return theano.config.on_unused_input

    return {
        "inside": inside,
        "decorated": decorated(),
        "after": theano.config.on_unused_input == before,
        "unknown": raised(lambda: change(no_such_key=1).__enter__()),
    }


def int_division_keyword():
    x, y = T.ivector("x"), T.ivector("y")
    before = theano.config.int_division
    made = {"true": (x / y)}
    try:
        theano.config.int_division = "raise"
        made["raise"] = raised(lambda: x / y)
        theano.config.int_division = "floatX"
        made["floatX"] = x / y
        made["floatX by number"] = x / 2
        theano.config.int_division = "int"
    finally:
        theano.config.int_division = before
    return made


def module_attributes():
    return {
        "version": theano.__version__,
        "version tuple": theano.version.version,
        "modules": [
            hasattr(theano, name)
            for name in (
                "tensor scalar gof compile gradient printing misc tests sparse config "
                "configdefaults configparser ifelse sandbox scan_module raise_op updates compat"
            ).split()
            if name not in ("ifelse", "sparse", "sandbox")
        ],
        "names": [
            hasattr(theano, name)
            for name in (
                "function shared In Out Param clone scan map reduce foldl foldr grad Rop Lop "
                "subgraph_grad pp pprint Mode Op Apply Variable Container OpFromGraph dot "
                "FancyModule OrderedUpdates as_op function_dump predefined_modes ProfileStats "
                "PrimitiveType generic Generic opt toolbox object2 utils get_scalar_constant_value "
                "sparse_grad change_flags _asarray"
            ).split()
        ],
        "dot": theano.dot(T.matrix(), T.matrix()),
        "sparse_grad": type(theano.sparse_grad).__name__,
        "theano_logger": hasattr(theano, "theano_logger"),
    }


def asarray():
    return {
        "float32": theano._asarray([1, 2], dtype="float32"),
        "int": theano._asarray(3, "int64"),
        "order": bool(
            theano._asarray(np.zeros((2, 3)), "float64", order="F").flags.f_contiguous
        ),
        "tensor.cast": T.cast(np.asarray([1.7, 2.2]), "int32").eval(),
        "sharedvar": theano.shared(theano._asarray(numbers(2), dtype="float32")).dtype,
    }
