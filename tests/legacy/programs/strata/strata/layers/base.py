from collections import OrderedDict

import theano
import theano.tensor as T

from .. import utils

__all__ = ["Layer", "MergeLayer", "InputLayer", "ConcatLayer", "ReshapeLayer"]


class Layer(object):
    def __init__(self, incoming, name=None):
        if isinstance(incoming, tuple):
            self.input_shape = incoming
            self.input_layer = None
        else:
            self.input_shape = incoming.output_shape
            self.input_layer = incoming
        self.name = name
        self.params = OrderedDict()
        self.get_output_kwargs = []
        if any(d is not None and d <= 0 for d in self.input_shape):
            raise ValueError(
                "Cannot create Layer with a non-positive input_shape dimension: %r"
                % (self.input_shape,)
            )

    @property
    def output_shape(self):
        shape = self.get_output_shape_for(self.input_shape)
        if any(isinstance(s, T.Variable) for s in shape):
            raise ValueError(
                "%s returned a symbolic output shape: %r" % (self.__class__.__name__, shape)
            )
        return shape

    def get_params(self, **tags):
        result = list(self.params.keys())
        only = set(tag for tag, value in tags.items() if value)
        if only:
            result = [param for param in result if not (only - self.params[param])]
        exclude = set(tag for tag, value in tags.items() if not value)
        if exclude:
            result = [param for param in result if not (self.params[param] & exclude)]
        return result

    def get_output_shape_for(self, input_shape):
        return input_shape

    def get_output_for(self, input, **kwargs):
        raise NotImplementedError

    def add_param(self, spec, shape, name=None, **tags):
        if name is not None and self.name is not None:
            name = "%s.%s" % (self.name, name)
        param = utils.create_param(spec, shape, name)
        tags["trainable"] = tags.get("trainable", True)
        tags["regularizable"] = tags.get("regularizable", True)
        self.params[param] = set(tag for tag, value in tags.items() if value)
        return param


class MergeLayer(Layer):
    def __init__(self, incomings, name=None):
        self.input_shapes = [i.output_shape for i in incomings]
        self.input_layers = list(incomings)
        self.name = name
        self.params = OrderedDict()
        self.get_output_kwargs = []

    @Layer.output_shape.getter
    def output_shape(self):
        return self.get_output_shape_for(self.input_shapes)


class InputLayer(Layer):
    def __init__(self, shape, input_var=None, name=None, **kwargs):
        self.shape = tuple(shape)
        if input_var is None:
            input_var_name = "%s.input" % name if name else "input"
            input_var = T.TensorType(theano.config.floatX, [s == 1 for s in self.shape])(
                input_var_name
            )
        elif input_var.ndim != len(self.shape):
            raise ValueError(
                "shape has %d dimensions, but variable has %d" % (len(self.shape), input_var.ndim)
            )
        self.input_var = input_var
        self.name = name
        self.params = OrderedDict()

    @Layer.output_shape.getter
    def output_shape(self):
        return self.shape


class ConcatLayer(MergeLayer):
    def __init__(self, incomings, axis=1, **kwargs):
        super(ConcatLayer, self).__init__(incomings, **kwargs)
        self.axis = axis

    def get_output_shape_for(self, input_shapes):
        shape = list(input_shapes[0])
        shape[self.axis] = sum(s[self.axis] for s in input_shapes)
        return tuple(shape)

    def get_output_for(self, inputs, **kwargs):
        return T.concatenate(inputs, axis=self.axis)


class ReshapeLayer(Layer):
    """A length may be given as [i]: that of the input's axis i."""

    def __init__(self, incoming, shape, **kwargs):
        super(ReshapeLayer, self).__init__(incoming, **kwargs)
        self.shape = tuple(shape)

    def get_output_shape_for(self, input_shape):
        shape = [input_shape[s[0]] if isinstance(s, list) else s for s in self.shape]
        if -1 in shape and None not in input_shape:
            total = 1
            for s in input_shape:
                total *= s
            rest = 1
            for s in shape:
                rest *= s if s != -1 else 1
            shape[shape.index(-1)] = total // rest
        return tuple(None if s == -1 else s for s in shape)

    def get_output_for(self, input, **kwargs):
        shape = [input.shape[s[0]] if isinstance(s, list) else s for s in self.shape]
        return input.reshape(tuple(shape))
