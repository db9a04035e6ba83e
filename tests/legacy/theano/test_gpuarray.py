"""The GPU modules: flags that say no, functions that compute on the CPU, kernels that refuse."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.errors import UnavailableError
from symopt.legacy.theano import gpuarray
from symopt.legacy.theano.gpuarray import basic_ops, dnn, fp16_help, opt
from symopt.legacy.theano.gpuarray import subtensor as gpu_subtensor
from symopt.legacy.theano.gpuarray import type as gpu_type
from symopt.legacy.theano.sandbox import cuda
from symopt.legacy.theano.sandbox import gpuarray as old_gpuarray
from symopt.legacy.theano.sandbox.cuda import basic_ops as cuda_ops
from symopt.legacy.theano.sandbox.cuda import blas as cuda_blas
from symopt.legacy.theano.sandbox.cuda import dnn as cuda_dnn
from symopt.legacy.theano.tensor import nnet
from tests.legacy.theano.tensor.evaluate import value

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(2, 3, 6, 7)), RNG.normal(size=(4, 3, 2, 3))


@pytest.mark.core
def test_flags():
    for module in (cuda, gpuarray, old_gpuarray):
        assert not (module.cuda_enabled)
        assert not (module.cuda_available)
        assert not (module.pygpu_activated)
    assert not dnn.dnn_available(None)
    assert not cuda_dnn.dnn_available()
    assert "cuDNN" in dnn.dnn_available.msg
    assert not dnn.dnn_present()
    assert theano.sandbox.cuda is cuda
    with pytest.warns(UserWarning, match="SYMOPT_BACKEND=jax"):
        cuda.use("gpu0")


@pytest.mark.core
def test_transfers_are_identities():
    x = T.fmatrix()
    assert cuda_ops.gpu_contiguous(x) is x
    assert cuda_ops.host_from_gpu(cuda_ops.as_cuda_ndarray_variable(x)) is x
    assert basic_ops.GpuFromHost(None)(x) is x
    assert basic_ops.as_gpuarray_variable(x, None) is x
    assert basic_ops.infer_context_name(x) is None


def test_kernels_can_be_subclassed_but_not_used():
    class OwnKernel(basic_ops.GpuKernelBase, theano.Op):
        __props__ = ()

    with pytest.raises(NotImplementedError, match="jax"):
        OwnKernel()
    with pytest.raises(UnavailableError):
        basic_ops.Kernel(code="", params=[], name="k", flags=None)
    with pytest.raises(UnavailableError):
        gpu_type.GpuArrayType("float32", (False,))
    with pytest.raises(ValueError, match="no GPU contexts"):
        gpu_type.get_context("dev0")
    assert not isinstance(T.fmatrix()[T.lvector()].owner.op, gpu_subtensor.GpuAdvancedSubtensor1)
    assert gpu_subtensor.GpuAdvancedSubtensor1 is gpu_subtensor.GpuAdvancedSubtensor1
    with pytest.raises(AttributeError):
        gpu_subtensor.nothing_of_that_name  # noqa: B018
    assert not isinstance(theano.shared(1.0), cuda.CudaNdarraySharedVariable)

    @opt.register_opt2([OwnKernel], "fast_compile")
    @opt.op_lifter([OwnKernel])
    def lift(node):
        return None

    assert lift(None) is None
    assert fp16_help.load_w("float16") == "ga_half2float"
    assert fp16_help.work_dtype("float32") == "float32"


def test_convolutions():
    x, w, g = T.tensor4("x"), T.tensor4("w"), T.tensor4("g")
    plain = nnet.conv2d(x, w, border_mode=(1, 1), subsample=(2, 2), filter_flip=False)
    by_x, by_w = T.grad(None, [x, w], known_grads={plain: g})
    settings = {"border_mode": (1, 1), "subsample": (2, 2), "conv_mode": "cross"}
    desc = cuda_dnn.GpuDnnConvDesc(**settings)(x.shape, w.shape)
    empty = cuda_ops.gpu_alloc_empty(*[x.shape[i] for i in range(4)])
    pairs = [
        (dnn.dnn_conv(x, w, **settings), plain),
        (cuda_dnn.dnn_conv(x, w, (1, 1), (2, 2), "cross"), plain),
        (cuda_blas.GpuCorrMM(subsample=(2, 2), pad=(1, 1))(x, w), plain),
        (cuda_dnn.GpuDnnConv()(x, w, g, desc), plain),
        (dnn.dnn_gradinput(w, g, x.shape, **settings), by_x),
        (cuda_dnn.GpuDnnConvGradI()(w, g, empty, desc), by_x),
        (dnn.dnn_gradweight(x, g, w.shape, **settings), by_w),
        (cuda_dnn.GpuDnnConvGradW()(x, g, w, desc, 2.0, 1.0), 2 * by_w + w),
    ]
    above = RNG.normal(size=(2, 4, 4, 4))
    found = value([v for pair in pairs for v in pair], x=X, w=W, g=above)
    for a, b in zip(found[::2], found[1::2], strict=True):
        np.testing.assert_allclose(a, b)
    with pytest.raises(ValueError, match="conv_mode"):
        dnn.dnn_conv(x, w, conv_mode="flip")


def test_pooling_normalisation_and_softmax():
    x = T.tensor4("x")
    by_one = dnn.dnn_pool(x, (2, 2))  # stride 1, unlike pool_2d
    desc = cuda_dnn.GpuDnnPool()(x, cuda_dnn.GpuDnnPoolDesc((2, 2), (1, 1), "max", (0, 0))())
    shape = (1, 3, 1, 1)
    gamma, beta = T.tensor4("gamma"), T.tensor4("beta")
    out, mean, _ = dnn.dnn_batch_normalization_train(x, gamma, beta, "spatial")
    channels = cuda_dnn.GpuDnnSoftmax("bc01", "accurate", "channel")(x)
    a, b, c, d, e = value(
        [by_one, desc, mean, channels, out], x=X, gamma=np.ones(shape), beta=np.zeros(shape)
    )
    assert a.shape == (2, 3, 5, 6)
    np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(c, X.mean((0, 2, 3), keepdims=True))
    np.testing.assert_allclose(d, np.exp(X) / np.exp(X).sum(1, keepdims=True))
    np.testing.assert_allclose(e.std((0, 2, 3)), 1, rtol=1e-3)


def test_spatial_transformer():
    """The first image stays as it is, the second is moved by one column."""
    x, theta = T.tensor4("x"), T.tensor3("theta")
    transforms = np.array([[[1, 0, 0], [0, 1, 0]], [[1, 0, 2 / 6], [0, 1, 0]]], "float64")
    half = dnn.dnn_spatialtf(x, theta, scale_width=0.5, scale_height=0.5)
    found, smaller = value([dnn.dnn_spatialtf(x, theta), half], x=X, theta=transforms)
    np.testing.assert_allclose(found[0], X[0], atol=1e-12)
    np.testing.assert_allclose(found[1, ..., :-1], X[1, ..., 1:], atol=1e-12)
    np.testing.assert_allclose(found[1, ..., -1], 0, atol=1e-12)
    assert smaller.shape == (2, 3, 3, 4)
