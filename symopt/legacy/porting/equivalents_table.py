"""The table of names: Theano 1.0.5's (and older ones that code still uses) and their equivalents.

Held to both PyTensor lines, 3.0 and 3.3, by the tests: every target exists in each and gives no
warning when it is read.
"""

from __future__ import annotations

SAME_PLACE: list[tuple[str, str]] = [
    ("theano.tensor.basic", "theano.tensor"),
    ("theano.tensor.elemwise.Elemwise", "theano.tensor.Elemwise"),
    ("theano.tensor.nnet.nnet", "theano.tensor.nnet"),
    ("theano.tensor.nnet.sigm", "theano.tensor.nnet"),
    ("theano.tensor.nnet.abstract_conv.conv2d", "theano.tensor.nnet.conv2d"),
    ("theano.tensor.nnet.abstract_conv.conv3d", "theano.tensor.nnet.conv3d"),
    ("theano.tensor.nnet.abstract_conv.separable_conv2d", "theano.tensor.nnet.separable_conv2d"),
    ("theano.tensor.nnet.abstract_conv.separable_conv3d", "theano.tensor.nnet.separable_conv3d"),
    ("theano.tensor.nnet.abstract_conv.causal_conv1d", "theano.tensor.nnet.causal_conv1d"),
    ("theano.tensor.nnet.abstract_conv.conv2d_transpose", "theano.tensor.nnet.conv2d_transpose"),
    ("theano.tensor.nnet.h_softmax", "theano.tensor.nnet.h_softmax"),
    ("theano.tensor.signal.downsample.pool_2d", "theano.tensor.signal.pool.pool_2d"),
    (
        "theano.tensor.signal.downsample.max_pool_2d_same_size",
        "theano.tensor.signal.pool.max_pool_2d_same_size",
    ),
    ("theano.tensor.signal.downsample.DownsampleFactorMax", "theano.tensor.signal.pool.Pool"),
    ("theano.tensor.randomstreams", "theano.tensor.shared_randomstreams"),
    ("theano.tensor.RandomStreams", "theano.tensor.shared_randomstreams.RandomStreams"),
    ("theano.sandbox.rng_mrg.MRG_RandomStreams2", "theano.sandbox.rng_mrg.MRG_RandomStreams"),
    ("theano.sandbox.softsign.softsign", "theano.tensor.nnet.softsign"),
    ("theano.sandbox.neighbours", "theano.tensor.nnet.neighbours"),
    ("theano.sandbox.linalg.ops", "theano.tensor.nlinalg"),
    ("theano.sandbox.linalg", "theano.tensor.nlinalg"),
    ("theano.sandbox.gpuarray", "theano.gpuarray"),
    ("theano.gof.graph.Variable", "theano.gof.Variable"),
    ("theano.gof.graph.Constant", "theano.gof.Constant"),
    ("theano.gof.graph.Apply", "theano.gof.Apply"),
    ("theano.gof.fg.FunctionGraph", "theano.gof.FunctionGraph"),
    ("theano.compile.sharedvalue", "theano.compile"),
    ("theano.compile.function_module", "theano.compile"),
    ("theano.compile.mode", "theano.compile"),
    ("theano.compile.io", "theano.compile"),
    ("theano.compile.ops", "theano.compile"),
    ("theano.compile.builders", "theano.compile"),
    ("theano.compile.pfunc.Param", "theano.Param"),
    ("theano.compile.Param", "theano.Param"),
    ("theano.compile.In", "theano.In"),
    ("theano.compile.Out", "theano.Out"),
    ("theano.compile.Mode", "theano.Mode"),
    ("theano.compile.shared", "theano.shared"),
    ("theano.compile.function", "theano.function"),
    ("theano.compile.function.function", "theano.function"),
    ("theano.compile.OpFromGraph", "theano.OpFromGraph"),
    ("theano.scan_module.scan_views", "theano"),
    ("theano.scan_module.until", "theano.scan_module.scan_utils.until"),
    ("theano.scan_module.scan.scan", "theano.scan"),
    ("theano.scan_module.scan", "theano.scan"),
    ("theano.scan_module.map", "theano.map"),
    ("theano.scan_module.reduce", "theano.reduce"),
    ("theano.scan_module.foldl", "theano.foldl"),
    ("theano.scan_module.foldr", "theano.foldr"),
    ("theano.scan_module.scan_utils.clone", "theano.clone"),
    ("theano.configparser.config", "theano.config"),
    ("theano.configdefaults.config", "theano.config"),
    ("theano.gof.op.Op", "theano.gof.Op"),
    ("theano.Op", "theano.gof.Op"),
    ("theano.gof.type.Type", "theano.gof.Type"),
    ("theano.tensor.Op", "theano.gof.Op"),
    ("theano.tensor.opt.Assert", "theano.tensor.opt.Assert"),
    ("theano.tensor.opt.assert_op", "theano.tensor.opt.assert_op"),
    ("theano.tensor.var", "theano.tensor"),
    ("theano.tensor.type.TensorType", "theano.tensor.TensorType"),
    ("theano.tensor.extra_ops", "theano.tensor"),
]
"""Paths that name the same thing; the first matching one is followed."""

SAME_PLACE = [(alias, home) for alias, home in SAME_PLACE if alias != home]

_CONSTRUCTORS = " ".join(
    f"{prefix}{kind}"
    for prefix in ("", *"bwilfdcz")
    for kind in (
        *("scalar", "vector", "row", "col", "matrix"),
        *("tensor3", "tensor4", "tensor5", "tensor6", "tensor7"),
    )
    if prefix + kind != "wmatrix"  # Theano had it, PyTensor does not
)

CONSTRUCTORS = frozenset(
    ["scalar", "vector", "row", "col", "matrix", *(f"tensor{ndim}" for ndim in range(3, 8))]
)
"""Constructors that take a dtype."""

_PLURALS = " ".join(
    f"{prefix}{plural}"
    for prefix in ("", *"ilfd")
    for plural in ("scalars", "vectors", "matrices", "rows", "cols", "tensor3s", "tensor4s")
)

SAME: dict[str, tuple[str, str]] = {
    "theano": ("pytensor", "OpFromGraph Out config"),
    "theano.tensor": (
        "pytensor.tensor",
        "exp exp2 expm1 log log2 log10 log1p sqrt sqr square sin sinh arcsin arcsinh cos cosh "
        "arccos arccosh tan tanh arctan arctanh arctan2 deg2rad rad2deg ceil floor trunc "
        "round round_half_to_even round_half_away_from_zero iround erf erfc erfinv erfcinv erfcx "
        "gamma gammaln gammainc gammaincc gammau gammal psi tri_gamma j0 j1 jv i0 i1 iv "
        "real imag angle conj complex_from_polar complex second fill "
        "neg add sub mul true_div int_div floor_div mod pow power divmod ceil_intdiv "
        "maximum minimum clip switch where largest smallest eq neq lt le gt ge isnan isinf "
        "allclose isclose and_ or_ xor invert bitwise_and bitwise_or bitwise_xor bitwise_not "
        "sum prod mean var std max min argmax argmin max_and_argmax all any ptp cumsum cumprod "
        "dot outer tensordot cast as_tensor_variable as_tensor constant identity_like "
        "zeros ones zeros_like ones_like alloc arange eye tri tril triu mgrid ogrid "
        "nonzero nonzero_values flatnonzero choose diag diagonal take roll permute_row_elements "
        "inverse_permutation set_subtensor inc_subtensor join concatenate horizontal_stack "
        "vertical_stack stacklists split shape specify_shape squeeze transpose swapaxes "
        "shape_padleft shape_padright shape_padaxis tensor_copy get_vector_length sort argsort "
        "repeat bincount compress diff searchsorted unravel_index ravel_multi_index bartlett "
        "fill_diagonal fill_diagonal_offset "
        "scalar_from_tensor tensor_from_scalar is_flat",
    ),
    "theano.tensor.xlogx": ("pytensor.tensor.xlogx", "xlogx xlogy0"),
    "theano.gradient": (
        "pytensor.gradient",
        "grad jacobian hessian Rop Lop disconnected_grad grad_clip grad_scale zero_grad "
        "grad_undefined grad_not_implemented subgraph_grad DisconnectedType disconnected_type "
        "NullType DisconnectedInputError NullTypeGradError GradientError UndefinedGrad "
        "undefined_grad verify_grad numeric_grad",
    ),
    "theano.printing": ("pytensor.printing", "Print debugprint pp pprint pydotprint"),
    "theano.scalar": (
        "pytensor.scalar",
        "upcast float32 float64 int8 int16 int32 int64 complex64 complex128 Composite "
        "add mul sub exp log sqrt tanh neg switch identity",
    ),
    "theano.sparse": (
        "pytensor.sparse",
        "csr_matrix csc_matrix bsr_matrix csr_fmatrix csc_fmatrix csr_dmatrix csc_dmatrix matrix "
        "as_sparse_variable as_sparse as_sparse_or_tensor_variable dense_from_sparse "
        "csr_from_dense csc_from_dense dot true_dot structured_dot sampling_dot sp_sum "
        "sp_ones_like sp_zeros_like square_diagonal diag hstack vstack add mul sub transpose "
        "row_scale col_scale csm_properties csm_data csm_indices csm_indptr csm_shape clean "
        "remove0 CSR CSC SparseFromDense DenseFromSparse",
    ),
}
"""Names that PyTensor has under the same path (or its own module), with the same meaning."""

SAME["theano.tensor"] = (
    SAME["theano.tensor"][0],
    f"{SAME['theano.tensor'][1]} {_CONSTRUCTORS} {_PLURALS} TensorVariable TensorConstant",
)

_SOFTMAX = "rows of a vector or matrix, as Theano's"
_STABLE = "as Theano's, and the logarithm of a softmax stays finite"

RENAMED: dict[str, tuple[str, ...]] = {
    # theano
    "theano.function": (
        "symopt.function",
        "the same arguments; compiled at its first call, by symopt's backend",
        "function",
    ),
    "theano.shared": ("pytensor.shared", "broadcastable= is called shape=", "shared"),
    "theano.grad": ("pytensor.grad", "", "grad"),
    "theano.In": ("symopt.In", "a default value is allowed"),
    "theano.Param": ("symopt.In", "default= is called value=", "param"),
    "theano.Variable": ("pytensor.graph.basic.Variable",),
    "theano.Apply": ("pytensor.graph.basic.Apply",),
    "theano.Mode": ("pytensor.compile.mode.Mode",),
    "theano.scan": (
        "pytensor.scan",
        "returns the outputs alone; where the updates matter, symopt.legacy.theano.scan",
        "scan",
    ),
    "theano.map": ("pytensor.map", "returns the outputs alone", "scan"),
    "theano.reduce": ("pytensor.scan.reduce", "returns the outputs alone", "scan"),
    "theano.foldl": ("pytensor.scan.foldl", "returns the outputs alone", "scan"),
    "theano.foldr": ("pytensor.scan.foldr", "returns the outputs alone", "scan"),
    "theano.scan_module.scan_utils.until": ("pytensor.scan.until",),
    "theano.clone": (
        "pytensor.graph.replace.clone_replace",
        "strict= is called rebuild_strict=; share_inputs=False has no counterpart",
        "clone",
    ),
    "theano._asarray": ("numpy.asarray",),
    "theano.Rop": ("pytensor.gradient.Rop",),
    "theano.Lop": ("pytensor.gradient.Lop",),
    "theano.dot": ("pytensor.tensor.dot",),
    "theano.pp": ("pytensor.printing.pp",),
    "theano.compat.OrderedDict": ("collections.OrderedDict",),
    "theano.compat.python2x.OrderedDict": ("collections.OrderedDict",),
    "theano.compat.Counter": ("collections.Counter",),
    "theano.compat.python2x.Counter": ("collections.Counter",),
    "theano.gradient.consider_constant": (
        "pytensor.gradient.zero_grad",
        "the identity, with zero gradient",
    ),
    # graphs
    "theano.gof.Variable": ("pytensor.graph.basic.Variable",),
    "theano.gof.Constant": ("pytensor.graph.basic.Constant",),
    "theano.gof.Apply": ("pytensor.graph.basic.Apply",),
    "theano.gof.graph.ancestors": (
        "pytensor.graph.traversal.ancestors",
        "a generator there",
        "as_list",
    ),
    "theano.gof.graph.inputs": (
        "pytensor.graph.traversal.graph_inputs",
        "a generator there",
        "as_list",
    ),
    "theano.scan_module.scan_utils.equal_computations": (
        "pytensor.graph.basic.equal_computations",
    ),
    "theano.scan_module.scan_op.Scan": (
        "pytensor.scan.op.Scan",
        "another constructor and another inner layout",
    ),
    # compile
    "theano.compile.SharedVariable": ("pytensor.compile.sharedvalue.SharedVariable",),
    "theano.compile.UnusedInputError": ("pytensor.compile.UnusedInputError",),
    "theano.compile.ViewOp": ("pytensor.compile.ops.ViewOp",),
    "theano.compile.as_op": ("pytensor.compile.ops.as_op",),
    "theano.compile.nanguardmode.NanGuardMode": (
        "pytensor.compile.debug.nanguardmode.NanGuardMode",
    ),
    "theano.compile.MonitorMode": ("pytensor.compile.debug.monitormode.MonitorMode",),
    "theano.compile.monitormode.MonitorMode": ("pytensor.compile.debug.monitormode.MonitorMode",),
    "theano.compile.debugmode.DebugMode": ("pytensor.compile.debug.debugmode.DebugMode",),
    "theano.compile.DebugMode": ("pytensor.compile.debug.debugmode.DebugMode",),
    # tensor
    "theano.tensor.to_one_hot": ("pytensor.tensor.extra_ops.to_one_hot",),
    "theano.tensor.cpu_contiguous": ("pytensor.tensor.extra_ops.cpu_contiguous",),
    "theano.tensor.abs_": ("pytensor.tensor.abs",),
    "theano.tensor.inv": (
        "pytensor.tensor.reciprocal",
        "elementwise 1/x; pytensor.tensor.linalg.inv is the inverse of a matrix",
    ),
    "theano.tensor.sgn": ("pytensor.tensor.sign",),
    "theano.tensor.grad": ("pytensor.tensor.grad", "", "grad"),
    "theano.tensor.Variable": ("pytensor.graph.basic.Variable",),
    "theano.tensor.Constant": ("pytensor.graph.basic.Constant",),
    "theano.tensor.Elemwise": ("pytensor.tensor.elemwise.Elemwise",),
    "theano.tensor.DimShuffle": ("pytensor.tensor.elemwise.DimShuffle",),
    "theano.tensor.Rop": ("pytensor.gradient.Rop",),
    "theano.tensor.Lop": ("pytensor.gradient.Lop",),
    "theano.tensor.jacobian": ("pytensor.gradient.jacobian",),
    "theano.tensor.hessian": ("pytensor.gradient.hessian",),
    "theano.tensor.verify_grad": ("pytensor.gradient.verify_grad",),
    "theano.tensor.numeric_grad": ("pytensor.gradient.numeric_grad",),
    "theano.tensor.consider_constant": (
        "pytensor.gradient.zero_grad",
        "the identity, with zero gradient",
    ),
    "theano.tensor.addbroadcast": ("pytensor.tensor.specify_broadcastable",),
    "theano.tensor.unbroadcast": ("symopt.nnet.unbroadcast.forget_shape", "", "unbroadcast"),
    "theano.tensor.stack": ("pytensor.tensor.stack", "takes a list", "stack"),
    "theano.tensor.flatten": ("pytensor.tensor.flatten", "outdim= is called ndim=", "flatten"),
    "theano.tensor.reshape": ("pytensor.tensor.reshape", "ndim is a keyword", "reshape"),
    "theano.tensor.tile": ("pytensor.tensor.tile", "ndim= is gone", "tile"),
    "theano.tensor.TensorType": (
        "pytensor.tensor.TensorType",
        "a pattern of lengths, not of booleans",
        "tensor_type",
    ),
    "theano.tensor.sharedvar.TensorSharedVariable": (
        "pytensor.tensor.sharedvar.TensorSharedVariable",
    ),
    "theano.tensor.TensorSharedVariable": ("pytensor.tensor.sharedvar.TensorSharedVariable",),
    "theano.tensor.opt.Assert": ("pytensor.raise_op.Assert",),
    "theano.tensor.opt.assert_op": ("pytensor.raise_op.assert_op",),
    "theano.tensor.get_scalar_constant_value": ("pytensor.tensor.get_scalar_constant_value",),
    "theano.tensor.NotScalarConstantError": ("pytensor.tensor.exceptions.NotScalarConstantError",),
    "theano.sparse.SparseVariable": ("pytensor.sparse.variable.SparseVariable",),
    "theano.sparse.basic.SparseVariable": ("pytensor.sparse.variable.SparseVariable",),
    "theano.sparse.SparseType": ("pytensor.sparse.SparseTensorType",),
    # nnet: activations
    "theano.tensor.nnet.sigmoid": ("pytensor.tensor.sigmoid",),
    "theano.tensor.nnet.softplus": ("pytensor.tensor.softplus",),
    "theano.tensor.nnet.softmax": ("symopt.nnet.softmax", _SOFTMAX),
    "theano.tensor.nnet.logsoftmax": ("symopt.nnet.logsoftmax", _SOFTMAX),
    "theano.tensor.nnet.softmax_with_bias": ("symopt.nnet.softmax_with_bias", _SOFTMAX),
    "theano.tensor.nnet.relu": ("symopt.nnet.relu",),
    "theano.tensor.nnet.elu": ("symopt.nnet.elu",),
    "theano.tensor.nnet.selu": ("symopt.nnet.selu",),
    "theano.tensor.nnet.hard_sigmoid": ("symopt.nnet.hard_sigmoid",),
    "theano.tensor.nnet.ultra_fast_sigmoid": ("symopt.nnet.ultra_fast_sigmoid",),
    "theano.tensor.nnet.softsign": ("symopt.nnet.softsign",),
    "theano.tensor.nnet.h_softmax": ("symopt.nnet.h_softmax",),
    "theano.tensor.nnet.confusion_matrix": ("symopt.nnet.confusion_matrix",),
    # nnet: losses
    "theano.tensor.nnet.categorical_crossentropy": (
        "symopt.nnet.categorical_crossentropy",
        _STABLE,
    ),
    "theano.tensor.nnet.binary_crossentropy": ("symopt.nnet.binary_crossentropy", _STABLE),
    "theano.tensor.nnet.sigmoid_binary_crossentropy": ("symopt.nnet.sigmoid_binary_crossentropy",),
    "theano.tensor.nnet.crossentropy_categorical_1hot": (
        "symopt.nnet.crossentropy_categorical_1hot",
        _STABLE,
    ),
    "theano.tensor.nnet.crossentropy_softmax_1hot": ("symopt.nnet.crossentropy_softmax_1hot",),
    "theano.tensor.nnet.crossentropy_softmax_1hot_with_bias": (
        "symopt.nnet.crossentropy_softmax_1hot_with_bias",
    ),
    "theano.tensor.nnet.crossentropy_softmax_argmax_1hot_with_bias": (
        "symopt.nnet.crossentropy_softmax_argmax_1hot_with_bias",
    ),
    "theano.tensor.nnet.crossentropy_softmax_max_and_argmax_1hot": (
        "symopt.nnet.crossentropy_softmax_max_and_argmax_1hot",
    ),
    "theano.tensor.nnet.crossentropy_softmax_max_and_argmax_1hot_with_bias": (
        "symopt.nnet.crossentropy_softmax_max_and_argmax_1hot_with_bias",
    ),
    "theano.tensor.nnet.prepend_0_to_each_row": ("symopt.nnet.prepend_0_to_each_row",),
    "theano.tensor.nnet.prepend_1_to_each_row": ("symopt.nnet.prepend_1_to_each_row",),
    "theano.tensor.nnet.prepend_scalar_to_each_row": ("symopt.nnet.prepend_scalar_to_each_row",),
    "theano.tensor.nnet.ctc.ctc": (
        "symopt.nnet.connectionist_temporal_classification",
        "Theano's name of it was the module's",
    ),
    # nnet: convolutions, pooling, normalisation
    "theano.tensor.nnet.conv2d": ("symopt.nnet.conv2d", "", "conv2d"),
    "theano.tensor.nnet.conv.conv2d": ("symopt.nnet.conv2d", "", "conv2d"),
    "theano.tensor.nnet.conv3d": ("symopt.nnet.conv3d",),
    "theano.tensor.nnet.conv2d_transpose": ("symopt.nnet.conv2d_transpose",),
    "theano.tensor.nnet.separable_conv2d": ("symopt.nnet.separable_conv2d",),
    "theano.tensor.nnet.separable_conv3d": ("symopt.nnet.separable_conv3d",),
    "theano.tensor.nnet.causal_conv1d": ("symopt.nnet.causal_conv1d",),
    "theano.tensor.nnet.abstract_conv.conv2d_grad_wrt_inputs": (
        "symopt.nnet.conv2d_grad_wrt_inputs",
    ),
    "theano.tensor.nnet.abstract_conv.conv2d_grad_wrt_weights": (
        "symopt.nnet.conv2d_grad_wrt_weights",
    ),
    "theano.tensor.nnet.abstract_conv.conv3d_grad_wrt_inputs": (
        "symopt.nnet.conv3d_grad_wrt_inputs",
    ),
    "theano.tensor.nnet.abstract_conv.conv3d_grad_wrt_weights": (
        "symopt.nnet.conv3d_grad_wrt_weights",
    ),
    "theano.tensor.nnet.abstract_conv.get_conv_output_shape": (
        "symopt.nnet.get_conv_output_shape",
    ),
    "theano.tensor.nnet.abstract_conv.bilinear_upsampling": ("symopt.nnet.bilinear_upsampling",),
    "theano.tensor.nnet.abstract_conv.bilinear_kernel_1D": ("symopt.nnet.bilinear_kernel_1D",),
    "theano.tensor.nnet.abstract_conv.bilinear_kernel_2D": ("symopt.nnet.bilinear_kernel_2D",),
    "theano.tensor.nnet.abstract_conv.frac_bilinear_upsampling": (
        "symopt.nnet.frac_bilinear_upsampling",
    ),
    "theano.tensor.nnet.bn.batch_normalization": ("symopt.nnet.batch_normalization",),
    "theano.tensor.nnet.bn.batch_normalization_train": ("symopt.nnet.batch_normalization_train",),
    "theano.tensor.nnet.bn.batch_normalization_test": ("symopt.nnet.batch_normalization_test",),
    "theano.tensor.nnet.batch_normalization": ("symopt.nnet.batch_normalization",),
    "theano.tensor.nnet.batch_normalization_train": ("symopt.nnet.batch_normalization_train",),
    "theano.tensor.nnet.batch_normalization_test": ("symopt.nnet.batch_normalization_test",),
    "theano.tensor.nnet.neighbours.images2neibs": ("symopt.nnet.images2neibs",),
    "theano.tensor.nnet.neighbours.neibs2images": ("symopt.nnet.neibs2images",),
    "theano.tensor.signal.pool.pool_2d": (
        "symopt.nnet.pool_2d",
        "ds=, st=, padding= are called ws=, stride=, pad=",
        "pool",
    ),
    "theano.tensor.signal.pool.pool_3d": (
        "symopt.nnet.pool_3d",
        "ds=, st=, padding= are called ws=, stride=, pad=",
        "pool",
    ),
    "theano.tensor.signal.pool.max_pool_2d_same_size": ("symopt.nnet.max_pool_2d_same_size",),
    "theano.tensor.signal.pool.max_pool_2d": (
        "symopt.nnet.pool_2d",
        "ds= and st= are called ws= and stride=",
        "pool",
    ),
    "theano.tensor.signal.downsample.max_pool_2d": (
        "symopt.nnet.pool_2d",
        "ds= and st= are called ws= and stride=",
        "pool",
    ),
    # random numbers
    "theano.sandbox.rng_mrg.MRG_RandomStreams": (
        "symopt.random.MRG_RandomStreams",
        "the same numbers from the same seed",
    ),
    "theano.sandbox.rng_mrg.guess_n_streams": ("symopt.random.guess_n_streams",),
    "theano.tensor.shared_randomstreams.RandomStreams": (
        "symopt.random.RandomStreams",
        "the same numbers from the same seed",
    ),
    "theano.sandbox.cuda.rng_curand.CURAND_RandomStreams": (
        "symopt.random.MRG_RandomStreams",
        "another generator: it draws other numbers",
    ),
    # what ran on a GPU
    "theano.sandbox.cuda.dnn.dnn_conv": ("symopt.nnet.conv2d", "", "dnn_conv"),
    "theano.gpuarray.dnn.dnn_conv": ("symopt.nnet.conv2d", "", "dnn_conv"),
    "theano.sandbox.cuda.dnn.dnn_pool": ("symopt.nnet.pool_2d", "", "dnn_pool"),
    "theano.gpuarray.dnn.dnn_pool": ("symopt.nnet.pool_2d", "", "dnn_pool"),
    **{
        f"theano.{home}.dnn.dnn_batch_normalization_{when}": (
            f"symopt.nnet.batch_normalization_{when}",
            "mode= is called axes=",
            "dnn_batch_normalization",
        )
        for home in ("sandbox.cuda", "gpuarray")
        for when in ("train", "test")
    },
    # linear algebra
    **{
        f"theano.tensor.nlinalg.{name}": (f"pytensor.tensor.linalg.{name}",)
        for name in (
            *("pinv", "det", "svd", "eig", "eigh", "norm", "trace", "matrix_dot"),
            *("matrix_power", "tensorinv", "tensorsolve", "lstsq", "kron"),
        )
    },
    **{
        f"theano.tensor.slinalg.{name}": (f"pytensor.tensor.linalg.{name}",)
        for name in ("cholesky", "solve", "expm", "kron", "eigvalsh")
    },
    "theano.tensor.nlinalg.matrix_inverse": ("pytensor.tensor.linalg.matrix_inverse",),
    "theano.tensor.nlinalg.diag": ("pytensor.tensor.diag",),
    # settings
    "theano.config.scan.allow_gc": ("pytensor.config.scan__allow_gc",),
    "theano.config.openmp": ("pytensor.config.openmp",),
}
"""Names that have moved: the new one, then what to know of it, then how calls are rewritten."""

VALUES: dict[str, tuple[str, ...]] = {
    **{
        f"theano.{home}.{flag}": ("False", "there are no CUDA kernels")
        for home in ("sandbox.cuda", "gpuarray")
        for flag in ("cuda_enabled", "cuda_available", "pygpu_activated")
    },
    **{
        f"theano.{home}.dnn.{check}": ("False", "there is no cuDNN", "constant")
        for home in ("sandbox.cuda", "gpuarray")
        for check in ("dnn_available", "dnn_present")
    },
    "theano.config.device": ('"cpu"', "the backend of symopt decides (SYMOPT_BACKEND=jax: a GPU)"),
    "theano.config.compute_test_value": ('"off"', "there are no test values"),
    "theano.config.deterministic": ('"default"',),
    "theano.config.force_device": ("False",),
    "theano.__version__": ('"1.0.5"', "the version of Theano that is followed"),
    "theano.version.version": ('"1.0.5"', "the version of Theano that is followed"),
    "theano.version.full_version": ('"1.0.5"', "the version of Theano that is followed"),
    "theano.version.short_version": ('"1.0.5"', "the version of Theano that is followed"),
}
"""Names that are constants now: the constant, then what to know of it."""

IDENTITIES: dict[str, str] = {
    f"theano.{home}.basic_ops.{name}": "nothing to be done on the CPU"
    for home in ("sandbox.cuda", "gpuarray")
    for name in (
        *("gpu_contiguous", "host_from_gpu", "gpu_from_host", "as_cuda_ndarray_variable"),
        *("as_gpuarray_variable",),
    )
}
"""Functions whose first argument does for a call."""

IGNORED_SETTINGS = (
    *("compute_test_value", "deterministic", "force_device", "device", "warn", "lib", "dnn"),
    *("nvcc", "gpuarray", "cuda", "experimental", "print_test_value", "compute_test_value_opt"),
    *("assert_no_cpu_op", "init_gpu_device", "enable_initial_driver_test", "contexts"),
)
"""Settings of Theano's that mean nothing any more: setting one is left out."""

KNOWN_SETTINGS = (
    *("floatX", "allow_gc", "mode", "optimizer", "linker", "cast_policy", "optimizer_verbose"),
    *("exception_verbosity", "on_unused_input", "warn_float64", "profile", "profile_memory"),
    *("optimizer_including", "optimizer_excluding", "compiledir", "base_compiledir", "cxx"),
    *("traceback", "compiledir_format", "on_opt_error", "cycle_detection", "profiling"),
)
"""Settings that PyTensor has under the same name."""

ON_NAMESPACE: dict[str, str] = {
    "theano.ifelse.ifelse": "PyTensor's own moved between 3.0 and 3.3",
    "theano.updates.OrderedUpdates": "a dict that can be added to another",
    "theano.OrderedUpdates": "a dict that can be added to another",
    "theano.tensor.patternbroadcast": "PyTensor has nothing that sets a whole pattern",
    "theano.tensor.tensor": "Theano's takes a dtype and a pattern of booleans",
    "theano.tensor.batched_dot": "gone from PyTensor 3.3; pytensor.tensor.matmul for stacks of "
    "matrices",
    "theano.tensor.batched_tensordot": "gone from PyTensor 3.3",
    "theano.gof.graph.is_same_graph": "gone from PyTensor 3.3",
    "theano.gof.Op": "Theano's methods of an Op (grad, c_code, ...); see how PyTensor's differ",
    "theano.gof.COp": "Theano's methods of an Op (grad, c_code, ...); see how PyTensor's differ",
    "theano.tensor.AdvancedSubtensor1": "gone from PyTensor 3.3",
}
"""Names that only the namespace has, and why."""

WITHOUT_EQUIVALENT: dict[str, str] = {
    "theano.gpuarray": "CUDA kernels are not to be had: write it with tensors, or as a PyTensor Op",
    "theano.sandbox.cuda": "CUDA kernels are not to be had: write it with tensors, or as a "
    "PyTensor Op",
    "theano.gof": "the graph's classes differ: pytensor.graph",
    "theano.compile": "see pytensor.compile",
    "theano.config": "PyTensor has no setting of this name",
    "theano.compat": "Python 3 has it",
    "theano.tensor.nnet": "symopt.nnet does not have it",
}
"""Why the rest of a module stays on the namespace."""

MODULES: dict[str, str | None] = {
    "theano": "pytensor",
    "theano.tensor": "pytensor.tensor",
    "theano.tensor.basic": None,
    "theano.tensor.nnet": "symopt.nnet",
    "theano.tensor.nnet.nnet": "symopt.nnet",
    "theano.tensor.nnet.sigm": None,
    "theano.tensor.nnet.conv": None,
    "theano.tensor.nnet.bn": None,
    "theano.tensor.nnet.abstract_conv": None,
    "theano.tensor.nnet.neighbours": None,
    "theano.tensor.nnet.blocksparse": None,
    "theano.tensor.nnet.conv3d2d": None,
    "theano.tensor.nnet.Conv3D": None,
    "theano.tensor.nnet.corr": None,
    "theano.tensor.nnet.ctc": None,
    "theano.tensor.nnet.opt": None,
    "theano.tensor.signal": None,
    "theano.tensor.signal.pool": None,
    "theano.tensor.signal.downsample": None,
    "theano.tensor.signal.conv": None,
    "theano.tensor.extra_ops": "pytensor.tensor.extra_ops",
    "theano.tensor.nlinalg": None,
    "theano.tensor.slinalg": None,
    "theano.tensor.elemwise": None,
    "theano.tensor.subtensor": None,
    "theano.tensor.sharedvar": None,
    "theano.tensor.shared_randomstreams": None,
    "theano.tensor.raw_random": None,
    "theano.tensor.opt": None,
    "theano.tensor.type": None,
    "theano.tensor.var": None,
    "theano.tensor.xlogx": None,
    "theano.tensor.utils": None,
    "theano.tensor.fft": None,
    "theano.tensor.inplace": None,
    "theano.tensor.io": None,
    "theano.tensor.sort": None,
    "theano.tensor.blas": None,
    "theano.gradient": "pytensor.gradient",
    "theano.printing": "pytensor.printing",
    "theano.sparse": "pytensor.sparse",
    "theano.sparse.basic": None,
    "theano.sparse.sandbox": None,
    "theano.scalar": "pytensor.scalar",
    "theano.scalar.basic": None,
    "theano.ifelse": None,
    "theano.updates": None,
    "theano.raise_op": None,
    "theano.version": None,
    "theano.configparser": None,
    "theano.configdefaults": None,
    "theano.compat": None,
    "theano.compat.python2x": None,
    "theano.compat.six": None,
    "theano.compile": None,
    "theano.compile.function_module": None,
    "theano.compile.builders": None,
    "theano.compile.debugmode": None,
    "theano.compile.io": None,
    "theano.compile.mode": None,
    "theano.compile.monitormode": None,
    "theano.compile.nanguardmode": None,
    "theano.compile.ops": None,
    "theano.compile.pfunc": None,
    "theano.compile.profilemode": None,
    "theano.compile.profiling": None,
    "theano.compile.sharedvalue": None,
    "theano.gof": None,
    "theano.gof.cc": None,
    "theano.gof.cmodule": None,
    "theano.gof.compilelock": None,
    "theano.gof.destroyhandler": None,
    "theano.gof.fg": None,
    "theano.gof.graph": None,
    "theano.gof.link": None,
    "theano.gof.null_type": None,
    "theano.gof.op": None,
    "theano.gof.opt": None,
    "theano.gof.optdb": None,
    "theano.gof.params_type": None,
    "theano.gof.sched": None,
    "theano.gof.toolbox": None,
    "theano.gof.type": None,
    "theano.gof.utils": None,
    "theano.gof.vm": None,
    "theano.scan_module": None,
    "theano.scan_module.scan": None,
    "theano.scan_module.scan_op": None,
    "theano.scan_module.scan_utils": None,
    "theano.scan_module.scan_views": None,
    "theano.misc": None,
    "theano.misc.pkl_utils": None,
    "theano.misc.check_blas": None,
    "theano.misc.safe_asarray": None,
    "theano.typed_list": None,
    "theano.d3viz": None,
    "theano.tests": None,
    "theano.tests.unittest_tools": None,
    "theano.gpuarray": None,
    "theano.gpuarray.basic_ops": None,
    "theano.gpuarray.blas": None,
    "theano.gpuarray.dnn": None,
    "theano.gpuarray.elemwise": None,
    "theano.gpuarray.fp16_help": None,
    "theano.gpuarray.opt": None,
    "theano.gpuarray.subtensor": None,
    "theano.gpuarray.type": None,
    "theano.sandbox": None,
    "theano.sandbox.rng_mrg": None,
    "theano.sandbox.multinomial": None,
    "theano.sandbox.scan": None,
    "theano.sandbox.softsign": None,
    "theano.sandbox.neighbours": None,
    "theano.sandbox.linalg": None,
    "theano.sandbox.linalg.ops": None,
    "theano.sandbox.gpuarray": None,
    "theano.sandbox.gpuarray.basic_ops": None,
    "theano.sandbox.gpuarray.dnn": None,
    "theano.sandbox.gpuarray.blas": None,
    "theano.sandbox.cuda": None,
    "theano.sandbox.cuda.basic_ops": None,
    "theano.sandbox.cuda.blas": None,
    "theano.sandbox.cuda.cuda_ndarray": None,
    "theano.sandbox.cuda.cuda_ndarray.cuda_ndarray": None,
    "theano.sandbox.cuda.dnn": None,
    "theano.sandbox.cuda.rng_curand": None,
    "theano.sandbox.cuda.type": None,
    "theano.sandbox.cuda.var": None,
}
"""Theano's modules, and the one that takes the place of each if a single one does."""
