import theano.tensor as T
from theano.tensor.signal import pool

from .. import init
from .. import nonlinearities
from ..utils import int_types
from .base import Layer

__all__ = [
    "Conv2DLayer",
    "Pool2DLayer",
    "MaxPool2DLayer",
    "TransposedConv2DLayer",
    "GlobalPoolLayer",
]


def conv_output_length(input_length, filter_size, stride, pad=0):
    if input_length is None:
        return None
    if pad == "valid":
        output_length = input_length - filter_size + 1
    elif pad == "full":
        output_length = input_length + filter_size - 1
    elif pad == "same":
        output_length = input_length
    elif isinstance(pad, int_types):
        output_length = input_length + 2 * pad - filter_size + 1
    else:
        raise ValueError("Invalid pad: {0}".format(pad))
    return (output_length + stride - 1) // stride


def as_pair(x):
    return (x, x) if isinstance(x, int_types) else tuple(x)


class Conv2DLayer(Layer):
    def __init__(
        self,
        incoming,
        num_filters,
        filter_size,
        stride=(1, 1),
        pad=0,
        untie_biases=False,
        W=init.GlorotUniform(),
        b=init.Constant(0.0),
        nonlinearity=nonlinearities.rectify,
        flip_filters=True,
        **kwargs
    ):
        super(Conv2DLayer, self).__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity or nonlinearities.identity
        self.num_filters = num_filters
        self.filter_size = as_pair(filter_size)
        self.stride = as_pair(stride)
        self.pad = pad if isinstance(pad, str) else as_pair(pad)
        self.flip_filters = flip_filters
        self.W = self.add_param(W, self.get_W_shape(), name="W")
        if b is None:
            self.b = None
        else:
            shape = ((num_filters,) + self.output_shape[2:]) if untie_biases else (num_filters,)
            self.b = self.add_param(b, shape, name="b", regularizable=False)
        self.untie_biases = untie_biases

    def get_W_shape(self):
        return (self.num_filters, self.input_shape[1]) + self.filter_size

    def get_output_shape_for(self, input_shape):
        pad = self.pad if isinstance(self.pad, tuple) else (self.pad,) * 2
        return (input_shape[0], self.num_filters) + tuple(
            conv_output_length(input, filter, stride, p)
            for input, filter, stride, p in zip(input_shape[2:], self.filter_size, self.stride, pad)
        )

    def convolve(self, input):
        border_mode = "half" if self.pad == "same" else self.pad
        return T.nnet.conv2d(
            input,
            self.W,
            self.input_shape,
            self.get_W_shape(),
            subsample=self.stride,
            border_mode=border_mode,
            filter_flip=self.flip_filters,
        )

    def get_output_for(self, input, **kwargs):
        conved = self.convolve(input)
        if self.b is None:
            activation = conved
        elif self.untie_biases:
            activation = conved + T.shape_padleft(self.b, 1)
        else:
            activation = conved + self.b.dimshuffle(("x", 0) + ("x",) * 2)
        return self.nonlinearity(activation)


class TransposedConv2DLayer(Conv2DLayer):
    def get_W_shape(self):
        return (self.input_shape[1], self.num_filters) + self.filter_size

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.num_filters) + tuple(
            None if n is None else (n - 1) * s + f - 2 * p
            for n, s, f, p in zip(input_shape[2:], self.stride, self.filter_size, self.pad)
        )

    def convolve(self, input):
        op = T.nnet.abstract_conv.AbstractConv2d_gradInputs(
            imshp=self.output_shape,
            kshp=self.get_W_shape(),
            subsample=self.stride,
            border_mode=self.pad,
            filter_flip=not self.flip_filters,
        )
        output_size = self.output_shape[2:]
        if any(s is None for s in output_size):
            output_size = self.get_output_shape_for(input.shape)[2:]
        return op(self.W, input, output_size)


class Pool2DLayer(Layer):
    def __init__(
        self, incoming, pool_size, stride=None, pad=(0, 0), ignore_border=True, mode="max", **kwargs
    ):
        super(Pool2DLayer, self).__init__(incoming, **kwargs)
        self.pool_size = as_pair(pool_size)
        self.stride = self.pool_size if stride is None else as_pair(stride)
        self.pad = as_pair(pad)
        self.ignore_border = ignore_border
        self.mode = mode

    def get_output_shape_for(self, input_shape):
        def length(n, size, stride, pad):
            if n is None:
                return None
            if self.ignore_border:
                return (n + 2 * pad - size) // stride + 1
            if stride >= size:
                return (n + stride - 1) // stride
            return max(0, (n - size + stride - 1) // stride) + 1

        return input_shape[:2] + tuple(
            map(length, input_shape[2:], self.pool_size, self.stride, self.pad)
        )

    def get_output_for(self, input, **kwargs):
        return pool.pool_2d(
            input,
            ws=self.pool_size,
            stride=self.stride,
            ignore_border=self.ignore_border,
            pad=self.pad,
            mode=self.mode,
        )


class MaxPool2DLayer(Pool2DLayer):
    pass


class GlobalPoolLayer(Layer):
    def __init__(self, incoming, pool_function=T.mean, **kwargs):
        super(GlobalPoolLayer, self).__init__(incoming, **kwargs)
        self.pool_function = pool_function

    def get_output_for(self, input, **kwargs):
        return self.pool_function(input.flatten(3), axis=2)

    def get_output_shape_for(self, input_shape):
        return input_shape[:2]
