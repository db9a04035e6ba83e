import numpy
import theano
from theano import tensor


class RegisterMeta(type):
    """Classes are found by their names, as the configuration gives them."""

    registry = {}

    def __new__(mcs, name, bases, attributes):
        cls = type.__new__(mcs, name, bases, attributes)
        mcs.registry[name] = cls
        return cls


class Brick(object):
    __metaclass__ = RegisterMeta

    def __init__(self, name=None, rng=None, init=None):
        self.name = name or self.__class__.__name__.lower()
        self.rng = rng or numpy.random.RandomState(1)
        self.init = init or (lambda rng, shape: 0.1 * rng.randn(*shape))
        self.parameters = []
        self.children = []

    def __nonzero__(self):
        return bool(self.parameters or self.children)

    def parameter(self, name, shape, init=None):
        value = (init or self.init)(self.rng, shape)
        p = theano.shared(
            numpy.asarray(value, dtype=theano.config.floatX), name="%s.%s" % (self.name, name)
        )
        p.tag.annotations = [self]
        p.tag.roles = ["BIAS" if name == "b" else "WEIGHT"]
        self.parameters.append(p)
        return p

    def apply(self, *inputs, **kwargs):
        outputs = self._apply(*inputs, **kwargs)
        many = isinstance(outputs, (list, tuple))
        result = []
        for i, output in enumerate(outputs if many else [outputs]):
            output = output.copy(name="%s_output_%d" % (self.name, i))
            output.tag.annotations = [self]
            output.tag.roles = ["OUTPUT"]
            result.append(output)
        return result if many else result[0]


class Linear(Brick):
    def __init__(self, n_in, n_out, bias=True, **kwargs):
        super(Linear, self).__init__(**kwargs)
        self.W = self.parameter("W", (n_in, n_out))
        self.b = bias and self.parameter("b", (n_out,), lambda rng, shape: numpy.zeros(shape))

    def _apply(self, x):
        out = x.dot(self.W)
        if self.b is not False:
            out = out + self.b
        return out


class Lookup(Brick):
    def __init__(self, n, dim, **kwargs):
        super(Lookup, self).__init__(**kwargs)
        self.W = self.parameter("W", (n, dim))

    def _apply(self, indices):
        flat = tensor.AdvancedSubtensor1()(self.W, indices.flatten())
        return flat.reshape(
            tuple(indices.shape[i] for i in range(indices.ndim)) + (self.W.shape[1],),
            ndim=indices.ndim + 1,
        )


class Activation(Brick):
    """The text is a Python expression: 'lambda x: tensor.tanh(x)', 'soft_clip'..."""

    def __init__(self, text, **kwargs):
        super(Activation, self).__init__(**kwargs)
        from ops import soft_clip

        self.function = eval(text)

    def _apply(self, x):
        return self.function(x)
