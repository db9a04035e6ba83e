import numpy
import theano
from theano import tensor

from base import Activation, Brick


class SimpleLayer(Brick):
    def __init__(self, n_hids, activ="lambda x: tensor.tanh(x)", **kwargs):
        super(SimpleLayer, self).__init__(**kwargs)
        self.n_hids = n_hids
        self.W_hh = self.parameter("W_hh", (n_hids, n_hids))
        self.activation = Activation(activ, name="activ")
        self.children = [self.activation]

    def step_fprop(self, x, m, h, *params):
        new = self.activation.function(tensor.dot(h, self.W_hh) + x)
        return m[:, None] * new + (1 - m)[:, None] * h

    def initial(self, x):
        if x.ndim == 3:
            return tensor.alloc(numpy.float32(0.0), x.shape[1], self.n_hids)
        return tensor.alloc(numpy.float32(0.0), self.n_hids)

    def _apply(self, x, mask, go_backwards=False, truncate_gradient=-1):
        hiddens, updates = theano.scan(
            self.step_fprop,
            sequences=[x, mask],
            outputs_info=dict(initial=tensor.unbroadcast(self.initial(x), 0)),
            non_sequences=self.parameters,
            name="layer_%s" % self.name,
            go_backwards=go_backwards,
            truncate_gradient=truncate_gradient,
            allow_gc=True,
        )
        assert not updates
        return hiddens


class GatedLayer(SimpleLayer):
    def __init__(self, n_hids, **kwargs):
        super(GatedLayer, self).__init__(n_hids, **kwargs)
        self.G_hh = self.parameter("G_hh", (n_hids, n_hids))

    def step_fprop(self, x, m, h, *params):
        update = tensor.nnet.hard_sigmoid(tensor.dot(h, self.G_hh) + x)
        new = self.activation.function(tensor.dot(h, self.W_hh) + x)
        new = update * new + (1 - update) * h
        return m[:, None] * new + (1 - m)[:, None] * h
