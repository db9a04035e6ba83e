"""Of the names that legacy repositories use, 99% by weight work; the rest is listed with reasons.

symopt.legacy.names.usage counts what 33 repositories call; of a module that most files import, the
number of files stands for its uses. A name works when it resolves and is called by a
program of tests/legacy/differential, whose answers real Theano recorded, or, where Theano 1.0.5
has no CPU form of it, by a test here that compares with the form that was recorded, or with NumPy.
"""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path

import numpy as np
import pytest

import symopt.legacy
from symopt.errors import UnavailableError
from symopt.legacy.names.usage import Usage, usage
from tests.legacy.usage import names_in

TESTS = Path(__file__).parents[1]
PROGRAMS = TESTS / "legacy" / "differential" / "programs"

# The keywords with which the corpus calls: section 3 of the study. ".name" is a method's.
KEYWORDS = {
    "theano.function": "updates on_unused_input inputs outputs name givens allow_input_downcast "
    "profile mode",
    "theano.scan": "outputs_info sequences non_sequences n_steps fn name profile strict "
    "truncate_gradient go_backwards allow_gc",
    "theano.shared": "name value borrow broadcastable strict",
    "theano.tensor.grad": "wrt cost known_grads consider_constant disconnected_inputs",
    "theano.clone": "replace share_inputs",
    "theano.tensor.nnet.conv2d": "border_mode subsample filter_shape image_shape input_shape "
    "input filters filter_dilation filter_flip num_groups",
    "theano.tensor.nnet.conv.conv2d": "image_shape filter_shape border_mode input filters "
    "subsample",
    "theano.tensor.signal.pool.pool_2d": "ignore_border stride pad mode ws input ds",
    "theano.tensor.signal.downsample.max_pool_2d": "input ds ignore_border st mode",
    "theano.sandbox.cuda.dnn.dnn_conv": "subsample border_mode img kerns conv_mode",
    "theano.sandbox.cuda.dnn.dnn_pool": "mode",
    "theano.sandbox.rng_mrg.MRG_RandomStreams": "seed",
    "theano.tensor.nnet.relu": "alpha",
    "theano.printing.Print": "global_fn",
    "theano.tensor.stack": "axis",
    "theano.tensor.sum": "axis keepdims dtype",
    "theano.tensor.mean": "axis dtype keepdims",
    "theano.tensor.argmax": "axis keepdims",
    "theano.tensor.arange": "dtype stop step",
    ".binomial": "p dtype n size",
    ".normal": "std avg dtype size truncate",
    ".uniform": "size low high dtype",
    ".multinomial": "pvals dtype",
    ".reshape": "ndim",
    ".max": "axis keepdims",
    ".sum": "axis keepdims",
    ".mean": "axis dtype",
    ".set_value": "borrow",
    ".get_value": "borrow return_internal_type",
    ".norm": "axis",
    ".take": "axis",
    ".copy": "name",
}

_KERNELS = "writes CUDA code of its own: can be imported and subclassed, and says so when used"
_DEVICE = "asks a GPU that is not there"
THE_REST = {
    "theano.gpuarray.basic_ops.Kernel": _KERNELS,
    "theano.gpuarray.basic_ops.GpuKernelBase": _KERNELS,
    "theano.gpuarray.basic_ops.gpuarray_helper_inc_dir": _KERNELS,
    "theano.gpuarray.basic_ops.infer_context_name": _DEVICE,
    "theano.gpuarray.basic_ops.HideC": _KERNELS,
    "theano.gpuarray.fp16_help.load_w": _KERNELS,
    "theano.gpuarray.fp16_help.write_w": _KERNELS,
    "theano.gpuarray.fp16_help.work_dtype": _KERNELS,
    "theano.gpuarray.type.GpuArrayType": _DEVICE,
    "theano.gpuarray.type.get_context": _DEVICE,
    "theano.gpuarray.type.gpu_context_type": _DEVICE,
    "theano.gpuarray.get_context": _DEVICE,
    "theano.gpuarray.use": _DEVICE,
    "theano.gpuarray.opt.gpu_optimizer": _KERNELS,
    "theano.gpuarray.opt.gpu_optimizer2": _KERNELS,
    "theano.gpuarray.opt.op_lifter": _KERNELS,
    "theano.gpuarray.opt.register_opt": _KERNELS,
    "theano.gpuarray.opt.register_opt2": _KERNELS,
    "theano.gpuarray.subtensor.GpuAdvancedSubtensor1": _KERNELS,
    "theano.sandbox.cuda.GpuOp": _KERNELS,
    "theano.sandbox.cuda.CudaNdarray": _DEVICE,
    "theano.sandbox.cuda.CudaNdarrayType": _DEVICE,
    "theano.sandbox.cuda.basic_ops.gpu_alloc_empty": _DEVICE,
    "theano.sandbox.cuda.blocksparse.sparse_block_dot_SS": _KERNELS,
    "theano.sandbox.cuda.cuda_ndarray.cuda_ndarray.CudaNdarray": _DEVICE,
    "theano.sandbox.cuda.cuda_ndarray.cuda_ndarray.mem_info": _DEVICE,
    "theano.sandbox.cuda.cuda_ndarray": _DEVICE,
    "theano.sandbox.cuda.dnn.GpuDnnConv": _KERNELS,
    "theano.sandbox.cuda.dnn.GpuDnnConvDesc": _KERNELS,
    "theano.sandbox.cuda.dnn.GpuDnnConvGradI": _KERNELS,
    "theano.sandbox.cuda.var.CudaNdarraySharedVariable": _DEVICE,
    "theano.misc.pycuda_init": "PyCUDA is not there",
}


def _weight(row: Usage) -> int:
    return row.files if row.uses is None else row.uses


def _resolve(name: str) -> object:
    """What ``import`` and attributes find under the name; ``module.*`` is the module."""
    parts = name.removesuffix(".*").split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise AssertionError(f"{name} cannot be imported")


@pytest.fixture
def theano():
    """``import theano`` gives symopt's; FAST_COMPILE, so that nothing is compiled."""
    with symopt.legacy.install(read_flags=False):
        import theano

        with theano.change_flags(mode="FAST_COMPILE", floatX="float32"):
            yield theano


def _called() -> tuple[set[str], dict[str, set[str]]]:
    return names_in([*PROGRAMS.glob("*.py"), Path(__file__)])


def test_every_name_resolves(theano):
    for row in usage():
        _resolve(row.name)


def test_99_percent_of_the_uses_are_called(capsys):
    mentioned, _ = _called()
    rows = usage()
    works = [
        row for row in rows if row.name.removesuffix(".*") in mentioned and row.name not in THE_REST
    ]
    share = sum(map(_weight, works)) / sum(map(_weight, rows))
    with capsys.disabled():
        print(f"\n{len(works)} of {len(rows)} names of the corpus, {share:.2%} of the uses, work")
    assert share >= 0.99
    names = {row.name for row in rows} - {row.name for row in works}
    assert names == set(THE_REST)


def test_the_keywords_of_the_corpus_are_used():
    _, keywords = _called()
    missing = {
        name: unused
        for name, wanted in KEYWORDS.items()
        if (unused := set(wanted.split()) - keywords.get(name, set()))
    }
    assert not missing


def _image(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def test_flags_say_that_there_is_no_gpu(theano):
    import theano.gpuarray.dnn
    import theano.sandbox.cuda.dnn
    import theano.sandbox.gpuarray.dnn

    assert theano.sandbox.cuda.cuda_enabled is False
    assert theano.sandbox.cuda.pygpu_activated is False
    assert theano.gpuarray.cuda_enabled is False
    assert theano.gpuarray.pygpu_activated is False
    assert theano.sandbox.gpuarray.cuda_enabled is False
    assert theano.sandbox.gpuarray.pygpu_activated is False
    assert theano.sandbox.cuda.dnn.dnn_available() is False
    assert theano.gpuarray.dnn.dnn_available() is False
    assert theano.sandbox.gpuarray.dnn.dnn_available() is False
    assert isinstance(theano.sandbox.cuda.dnn.dnn_available.msg, str)
    assert theano.gpuarray.dnn.dnn_present() is False
    assert theano.sandbox.cuda.dnn.dnn_present() is False
    assert theano.sandbox.gpuarray.dnn.dnn_present() is False


def test_moving_to_and_from_the_gpu_changes_nothing(theano):
    import theano.gpuarray.basic_ops
    import theano.sandbox.cuda.basic_ops
    import theano.sandbox.gpuarray.basic_ops

    x = theano.tensor.fmatrix("x")
    moved = [
        theano.sandbox.cuda.basic_ops.gpu_contiguous(x),
        theano.gpuarray.basic_ops.gpu_contiguous(x),
        theano.sandbox.gpuarray.basic_ops.gpu_contiguous(x),
        theano.sandbox.cuda.basic_ops.as_cuda_ndarray_variable(x),
        theano.gpuarray.basic_ops.as_gpuarray_variable(x, None),
        theano.sandbox.cuda.basic_ops.host_from_gpu(x),
        theano.sandbox.cuda.host_from_gpu(x),
        theano.sandbox.cuda.basic_ops.HostFromGpu()(x),
    ]
    value = _image(2, 3)
    for result in theano.function([x], moved)(value):
        np.testing.assert_array_equal(result, value)


def _pairs_agree(theano, inputs, values, pairs):
    flat = [expression for pair in pairs for expression in pair]
    results = theano.function(inputs, flat)(*values)
    for ours, reference in zip(results[::2], results[1::2], strict=True):
        np.testing.assert_allclose(ours, reference, rtol=1e-5, atol=1e-5)


def test_cudnn_convolutions_are_those_of_nnet(theano):
    import theano.gpuarray.dnn
    import theano.sandbox.cuda.dnn
    import theano.sandbox.gpuarray.dnn

    T = theano.tensor
    x, w = T.ftensor4("x"), T.ftensor4("w")
    old, new, other = (
        theano.sandbox.cuda.dnn.dnn_conv,
        theano.gpuarray.dnn.dnn_conv,
        theano.sandbox.gpuarray.dnn.dnn_conv,
    )
    cross = T.nnet.conv2d(x, w, border_mode=1, subsample=(2, 1), filter_flip=False)
    pairs = [
        (old(x, w), T.nnet.conv2d(x, w)),
        (new(x, w, "half"), T.nnet.conv2d(x, w, border_mode="half")),
        (other(x, w, border_mode="full"), T.nnet.conv2d(x, w, border_mode="full")),
        (
            theano.sandbox.cuda.dnn.dnn_conv(
                img=x, kerns=w, subsample=(2, 1), border_mode=(1, 1), conv_mode="cross"
            ),
            cross,
        ),
    ]
    assert old is not None
    assert other is not None
    _pairs_agree(theano, [x, w], [_image(2, 2, 6, 5), _image(3, 2, 3, 3, seed=1)], pairs)


def test_cudnn_convolutions_in_three_dimensions(theano):
    import theano.gpuarray.dnn
    import theano.sandbox.cuda.dnn
    import theano.sandbox.gpuarray.dnn

    T = theano.tensor
    x, w = T.ftensor5("x"), T.ftensor5("w")
    reference = T.nnet.conv3d(x, w)
    pairs = [
        (theano.sandbox.cuda.dnn.dnn_conv3d(x, w), reference),
        (theano.gpuarray.dnn.dnn_conv3d(x, w), reference),
        (theano.sandbox.gpuarray.dnn.dnn_conv3d(x, w), reference),
    ]
    _pairs_agree(theano, [x, w], [_image(1, 2, 4, 4, 3), _image(2, 2, 2, 2, 2, seed=1)], pairs)


def test_cudnn_pooling_is_that_of_signal(theano):
    import theano.gpuarray.dnn
    import theano.sandbox.cuda.dnn
    import theano.sandbox.gpuarray.dnn
    import theano.tensor.signal.pool

    x = theano.tensor.ftensor4("x")
    pool_2d = theano.tensor.signal.pool.pool_2d
    pairs = [
        (
            theano.sandbox.cuda.dnn.dnn_pool(x, (2, 2), (1, 1), mode="max"),
            pool_2d(x, (2, 2), ignore_border=True, stride=(1, 1)),
        ),
        (
            theano.gpuarray.dnn.dnn_pool(x, (3, 3), (2, 2), "average_inc_pad", (1, 1)),
            pool_2d(x, (3, 3), True, (2, 2), (1, 1), mode="average_inc_pad"),
        ),
        (
            theano.sandbox.gpuarray.dnn.dnn_pool(x, (2, 3)),  # cuDNN's stride is 1
            pool_2d(x, (2, 3), ignore_border=True, stride=(1, 1)),
        ),
    ]
    _pairs_agree(theano, [x], [_image(2, 1, 5, 6)], pairs)


def test_cudnn_batch_normalization_is_that_of_bn(theano):
    import theano.gpuarray.dnn
    import theano.sandbox.cuda.dnn
    import theano.sandbox.gpuarray.dnn
    from theano.tensor.nnet import bn

    T = theano.tensor
    x, g, b = T.ftensor4("x"), T.fvector("g"), T.fvector("b")
    gamma, beta = g.dimshuffle("x", 0, "x", "x"), b.dimshuffle("x", 0, "x", "x")
    reference = bn.batch_normalization_train(x, gamma, beta, axes="spatial")
    pairs = []
    for train in (
        theano.sandbox.cuda.dnn.dnn_batch_normalization_train,
        theano.gpuarray.dnn.dnn_batch_normalization_train,
        theano.sandbox.gpuarray.dnn.dnn_batch_normalization_train,
    ):
        pairs += zip(train(x, gamma, beta, mode="spatial"), reference, strict=True)
    tested = bn.batch_normalization_test(x, gamma, beta, beta, gamma, axes="spatial")
    for test in (
        theano.sandbox.cuda.dnn.dnn_batch_normalization_test,
        theano.gpuarray.dnn.dnn_batch_normalization_test,
    ):
        pairs.append((test(x, gamma, beta, beta, gamma, mode="spatial"), tested))
    scale = np.asarray([0.5, 1.5], "float32")
    _pairs_agree(theano, [x, g, b], [_image(3, 2, 2, 2), scale, scale], pairs)


def test_correlations_of_the_gpu_are_convolutions_without_a_flip(theano):
    import theano.gpuarray.blas
    import theano.sandbox.cuda.blas
    import theano.sandbox.gpuarray.blas

    T = theano.tensor
    x, w = T.ftensor4("x"), T.ftensor4("w")
    reference = T.nnet.conv2d(x, w, border_mode="half", subsample=(2, 2), filter_flip=False)
    classes = [
        theano.sandbox.cuda.blas.GpuCorrMM,
        theano.gpuarray.blas.GpuCorrMM,
        theano.sandbox.gpuarray.blas.GpuCorrMM,
    ]
    pairs = [(made(border_mode="half", subsample=(2, 2))(x, w), reference) for made in classes]
    _pairs_agree(theano, [x, w], [_image(2, 2, 6, 5), _image(3, 2, 3, 3, seed=1)], pairs)


def test_pooling_of_before_theano_1(theano):
    from theano.tensor.signal import downsample, pool

    x = theano.tensor.ftensor4("x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = [
            (
                downsample.max_pool_2d(input=x, ds=(2, 2), ignore_border=True),
                pool.pool_2d(x, (2, 2), ignore_border=True),
            ),
            (
                downsample.max_pool_2d(x, (2, 2)),
                pool.pool_2d(x, (2, 2), ignore_border=False),
            ),
            (
                downsample.max_pool_2d(x, (3, 3), ignore_border=True, st=(2, 1), mode="sum"),
                pool.pool_2d(x, (3, 3), ignore_border=True, stride=(2, 1), mode="sum"),
            ),
        ]
    _pairs_agree(theano, [x], [_image(2, 1, 5, 6)], pairs)


def test_compat_of_before_theano_1(theano):
    from collections import OrderedDict

    import theano.compat.python2x
    import theano.compat.six

    assert theano.compat.python2x.OrderedDict is OrderedDict
    assert theano.compat.python2x.any([0, 1])
    assert list(theano.compat.six.iteritems({"a": 1})) == [("a", 1)]


def test_convolution_over_time(theano):
    from theano.tensor.nnet.conv3d2d import conv3d

    T = theano.tensor
    signals, filters = T.ftensor5("signals"), T.ftensor5("filters")
    ours = conv3d(
        signals,
        filters,
        signals_shape=(1, 4, 2, 4, 3),
        filters_shape=(2, 2, 2, 2, 2),
        border_mode="valid",
    )
    order = (0, 2, 1, 3, 4)
    reference = T.nnet.conv3d(signals.dimshuffle(order), filters.dimshuffle(order))
    values = [_image(1, 4, 2, 4, 3), _image(2, 2, 2, 2, 2, seed=1)]
    pairs = [(ours, reference.dimshuffle(order))]
    _pairs_agree(theano, [signals, filters], values, pairs)


def test_kernels_of_the_gpu_say_what_to_do_instead(theano):
    import theano.gpuarray.basic_ops

    class Own(theano.gpuarray.basic_ops.GpuKernelBase):
        pass

    assert isinstance(Own, type)
    with pytest.raises(UnavailableError, match="theano"):
        theano.gpuarray.basic_ops.Kernel(code="", params=[], name="k", flags=None)
