import numpy as np
import theano
from theano import gof
from theano import tensor as T
from theano.gradient import grad_not_implemented

try:
    from theano.gpuarray.basic_ops import GpuKernelBase
except ImportError:
    GpuKernelBase = object


class ExtractDiag2(theano.Op):
    """The diagonal of a matrix; its gradient is written into a matrix of zeros."""

    __props__ = ()

    def make_node(self, _x):
        x = T.as_tensor_variable(_x)
        if x.ndim != 2:
            raise TypeError("Matrix required", _x)
        return gof.Apply(self, [x], [x.type.clone(broadcastable=(False,))()])

    def perform(self, node, inputs, outputs):
        (x,) = inputs
        (z,) = outputs
        z[0] = x.diagonal().copy()

    def grad(self, inputs, gradients):
        (x,) = inputs
        (gz,) = gradients
        return [SetDiag()(T.zeros_like(x), gz)]

    def infer_shape(self, node, in_shapes):
        (x_shape,) = in_shapes
        return [(T.minimum(x_shape[0], x_shape[1]),)]


class SetDiag(theano.Op):
    __props__ = ()

    def make_node(self, x, d):
        x, d = T.as_tensor_variable(x), T.as_tensor_variable(d)
        return theano.Apply(self, [x, d], [x.type()])

    def perform(self, node, inputs, outputs):
        x, d = inputs
        out = x.copy()
        n = min(x.shape)
        out[np.arange(n), np.arange(n)] = d[:n]
        outputs[0][0] = out

    def infer_shape(self, node, shapes):
        return [shapes[0]]

    def grad(self, inputs, gradients):
        (gz,) = gradients
        return [self(gz, T.zeros_like(inputs[1])), extract_diag(gz)]


class TopWeights(gof.Op):
    """Scores with all but the k best of a row set to zero, and where these were."""

    __props__ = ("k",)

    def __init__(self, k):
        self.k = int(k)

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return gof.Apply(self, [x], [x.type(), T.lmatrix()])

    def perform(self, node, inputs, outputs):
        (x,) = inputs
        best = np.argsort(-x, axis=1, kind="mergesort")[:, : self.k]
        kept = np.zeros_like(x)
        rows = np.arange(x.shape[0])[:, None]
        kept[rows, best] = x[rows, best]
        outputs[0][0] = kept
        outputs[1][0] = best.astype("int64")

    def grad(self, inputs, gradients):
        if self.k < 1:
            return [grad_not_implemented(self, 0, inputs[0])]
        kept, best = self(inputs[0])
        return [gradients[0] * T.neq(kept, 0)]


class FusedKernel(GpuKernelBase, gof.Op):
    """Runs on graphics cards alone: it is never used without one."""

    __props__ = ()

    def gpu_kernels(self, node, name):
        return []


extract_diag = ExtractDiag2()
