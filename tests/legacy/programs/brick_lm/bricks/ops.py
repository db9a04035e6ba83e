import numpy
import theano
from theano import gof, tensor
from theano.gradient import DisconnectedType


class SoftClip(theano.Op):
    """x / (1 + |x| / limit), computed by NumPy."""
    __props__ = ('limit',)

    def __init__(self, limit=1.):
        self.limit = limit

    def make_node(self, x):
        x = tensor.as_tensor_variable(x)
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        x, = inputs
        z, = output_storage
        z[0] = numpy.asarray(x / (1 + abs(x) / self.limit), dtype=node.outputs[0].dtype)

    def grad(self, inputs, output_gradients):
        x, = inputs
        gz, = output_gradients
        return [gz / tensor.sqr(1 + abs(x) / numpy.asarray(self.limit, x.dtype))]

    def infer_shape(self, node, shapes):
        return [shapes[0]]


soft_clip = SoftClip(2.)


class CountTokens(gof.Op):
    """How often each of n tokens is there: two outputs, no gradient."""
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return type(self) == type(other) and self.n == other.n

    def __hash__(self):
        return hash(type(self)) ^ hash(self.n)

    def __str__(self):
        return self.__class__.__name__ + '{%d}' % self.n

    def make_node(self, tokens, mask):
        tokens = tensor.as_tensor_variable(tokens)
        mask = tensor.as_tensor_variable(mask)
        if 'int' not in tokens.dtype:
            raise TypeError('tokens are integers', tokens.type)
        vector = tensor.TensorType('int64', (False,))
        return gof.Apply(self, [tokens, mask], [vector(), tensor.lscalar()])

    def perform(self, node, (tokens, mask), (counts, most)):
        counts[0] = numpy.bincount(tokens[mask > 0].flatten(), minlength=self.n).astype('int64')
        most[0] = numpy.asarray(counts[0].argmax(), dtype='int64')

    def connection_pattern(self, node):
        return [[False, False], [False, False]]

    def grad(self, inputs, output_gradients):
        return [DisconnectedType()(), DisconnectedType()()]
