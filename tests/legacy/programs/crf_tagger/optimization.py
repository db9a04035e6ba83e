import theano
import theano.tensor as T
from collections import OrderedDict

import numpy as np

floatX = theano.config.floatX


class Optimization:
    def __init__(self, clip=None):
        self.clip = clip

    def get_gradients(self, cost, params):
        if self.clip is None:
            return T.grad(cost, params)
        assert self.clip > 0
        return T.grad(theano.gradient.grad_clip(cost, -1 * self.clip, self.clip), params)

    def get_updates(self, method, cost, params, *args, **kwargs):
        if method == "sgd":
            updates = self.sgd(cost, params, **kwargs)
        elif method == "sgdmomentum":
            updates = self.sgdmomentum(cost, params, **kwargs)
        elif method == "rmsprop":
            updates = self.rmsprop(cost, params, **kwargs)
        else:
            raise ("Not implemented learning method: %s" % method)
        return updates

    def sgd(self, cost, params, lr=0.01):
        lr = theano.shared(np.float32(lr).astype(floatX))
        gradients = self.get_gradients(cost, params)
        updates = []
        for p, g in zip(params, gradients):
            updates.append((p, p - lr * g))
        return updates

    def sgdmomentum(self, cost, params, lr=0.01, momentum=0.9):
        assert 0 <= momentum < 1
        lr = theano.shared(np.float32(lr).astype(floatX))
        momentum = theano.shared(np.float32(momentum).astype(floatX))
        gradients = self.get_gradients(cost, params)
        velocities = [
            theano.shared(np.zeros_like(p.get_value(borrow=True)).astype(floatX)) for p in params
        ]
        updates = []
        for param, gradient, velocity in zip(params, gradients, velocities):
            new_velocity = momentum * velocity - lr * gradient
            updates.append((velocity, new_velocity))
            updates.append((param, param + new_velocity))
        return updates

    def rmsprop(self, cost, params, lr=0.001, rho=0.9, eps=1e-6):
        lr = theano.shared(np.float32(lr).astype(floatX))
        gradients = self.get_gradients(cost, params)
        accumulators = [
            theano.shared(np.zeros_like(p.get_value(borrow=True)).astype(floatX)) for p in params
        ]
        updates = OrderedDict()
        for param, gradient, accumulator in zip(params, gradients, accumulators):
            new_accumulator = rho * accumulator + (1 - rho) * gradient**2
            updates[accumulator] = new_accumulator
            updates[param] = param - lr * gradient / T.sqrt(new_accumulator + eps)
        return updates
