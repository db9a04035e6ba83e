"""
Convolution, pooling, tanh, twice; then a perceptron.
"""

import numpy

import theano
import theano.tensor as T
from theano.tensor.nnet import conv2d

try:
    from theano.tensor.signal.downsample import max_pool_2d
except ImportError:
    from theano.tensor.signal.pool import pool_2d as max_pool_2d

from logistic_sgd import LogisticRegression, load_data, train_with
from mlp import HiddenLayer


class LeNetConvPoolLayer(object):
    def __init__(self, rng, input, filter_shape, image_shape, poolsize=(2, 2)):
        assert image_shape[1] == filter_shape[1]
        self.input = input
        fan_in = numpy.prod(filter_shape[1:])
        fan_out = filter_shape[0] * numpy.prod(filter_shape[2:]) // numpy.prod(poolsize)
        W_bound = numpy.sqrt(6.0 / (fan_in + fan_out))
        self.W = theano.shared(
            numpy.asarray(
                rng.uniform(low=-W_bound, high=W_bound, size=filter_shape),
                dtype=theano.config.floatX,
            ),
            borrow=True,
        )
        self.b = theano.shared(
            value=numpy.zeros((filter_shape[0],), dtype=theano.config.floatX), borrow=True
        )
        conv_out = conv2d(
            input=input, filters=self.W, filter_shape=filter_shape, input_shape=image_shape
        )
        pooled_out = max_pool_2d(input=conv_out, ds=poolsize, ignore_border=True)
        self.output = T.tanh(pooled_out + self.b.dimshuffle("x", 0, "x", "x"))
        self.params = [self.W, self.b]


def evaluate_lenet5(folder, learning_rate=0.1, nkerns=(3, 4), batch_size=20):
    rng = numpy.random.RandomState(23455)
    datasets = load_data(folder + "/digits.pkl.gz")
    x, y = T.matrix("x"), T.ivector("y")
    layer0_input = x.reshape((batch_size, 1, 12, 12))
    # (12 - 3 + 1) / 2 = 5, (5 - 2 + 1) / 2 = 2
    layer0 = LeNetConvPoolLayer(
        rng,
        input=layer0_input,
        image_shape=(batch_size, 1, 12, 12),
        filter_shape=(nkerns[0], 1, 3, 3),
    )
    layer1 = LeNetConvPoolLayer(
        rng,
        input=layer0.output,
        image_shape=(batch_size, nkerns[0], 5, 5),
        filter_shape=(nkerns[1], nkerns[0], 2, 2),
    )
    layer2 = HiddenLayer(
        rng, input=layer1.output.flatten(2), n_in=nkerns[1] * 2 * 2, n_out=8, activation=T.tanh
    )
    layer3 = LogisticRegression(input=layer2.output, n_in=8, n_out=3)
    cost = layer3.negative_log_likelihood(y)
    params = layer3.params + layer2.params + layer1.params + layer0.params
    grads = T.grad(cost, params)
    updates = [
        (param_i, param_i - learning_rate * grad_i) for param_i, grad_i in zip(params, grads)
    ]
    costs, errors = train_with(cost, layer3.errors(y), updates, x, y, datasets, batch_size)
    return dict(lenet=costs, lenet_errors=errors)
