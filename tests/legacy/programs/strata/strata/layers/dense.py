import numpy as np
import theano.tensor as T

from .. import init
from .. import nonlinearities
from .base import Layer

__all__ = ["DenseLayer", "NonlinearityLayer"]


class DenseLayer(Layer):
    def __init__(
        self,
        incoming,
        num_units,
        W=init.GlorotUniform(),
        b=init.Constant(0.0),
        nonlinearity=nonlinearities.rectify,
        num_leading_axes=1,
        **kwargs
    ):
        super(DenseLayer, self).__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity or nonlinearities.identity
        self.num_units = num_units
        self.num_leading_axes = num_leading_axes
        num_inputs = int(np.prod(self.input_shape[num_leading_axes:]))
        self.W = self.add_param(W, (num_inputs, num_units), name="W")
        self.b = (
            None if b is None else self.add_param(b, (num_units,), name="b", regularizable=False)
        )

    def get_output_shape_for(self, input_shape):
        return input_shape[: self.num_leading_axes] + (self.num_units,)

    def get_output_for(self, input, **kwargs):
        if input.ndim > self.num_leading_axes + 1:
            input = input.flatten(self.num_leading_axes + 1)
        activation = T.dot(input, self.W)
        if self.b is not None:
            activation = activation + self.b
        return self.nonlinearity(activation)


class NonlinearityLayer(Layer):
    def __init__(self, incoming, nonlinearity=nonlinearities.rectify, **kwargs):
        super(NonlinearityLayer, self).__init__(incoming, **kwargs)
        self.nonlinearity = nonlinearity

    def get_output_for(self, input, **kwargs):
        return self.nonlinearity(input)
