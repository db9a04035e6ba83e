import theano.tensor


def sigmoid(x):
    return theano.tensor.nnet.sigmoid(x)


def softmax(x):
    return theano.tensor.nnet.softmax(x)


def tanh(x):
    return theano.tensor.tanh(x)


def rectify(x):
    return theano.tensor.nnet.relu(x)


class LeakyRectify(object):
    def __init__(self, leakiness=0.01):
        self.leakiness = leakiness

    def __call__(self, x):
        return theano.tensor.nnet.relu(x, self.leakiness)


leaky_rectify = LeakyRectify()


def softplus(x):
    return theano.tensor.nnet.softplus(x)


def linear(x):
    return x


identity = linear
