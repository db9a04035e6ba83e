import numpy as np

from .random import get_rng
from .utils import floatX


class Initializer(object):
    def __call__(self, shape):
        return self.sample(shape)

    def sample(self, shape):
        raise NotImplementedError()


class Normal(Initializer):
    def __init__(self, std=0.01, mean=0.0):
        self.std, self.mean = std, mean

    def sample(self, shape):
        return floatX(get_rng().normal(self.mean, self.std, size=shape))


class Constant(Initializer):
    def __init__(self, val=0.0):
        self.val = val

    def sample(self, shape):
        return floatX(np.ones(shape) * self.val)


class GlorotUniform(Initializer):
    def __init__(self, gain=1.0):
        self.gain = np.sqrt(2) if gain == "relu" else gain

    def sample(self, shape):
        n1, n2 = shape[:2]
        receptive = np.prod(shape[2:])
        a = self.gain * np.sqrt(6.0 / ((n1 + n2) * receptive))
        return floatX(get_rng().uniform(low=-a, high=a, size=shape))
