""" Recurrent networks whose parameters are one vector.

Trained by scipy's L-BFGS and by truncated Newton: conjugate gradients on products with the
Gauss-Newton matrix, which is never formed.
"""
import logging
import os
import cPickle as pickle
import datetime
import sys

import numpy as np
import theano
import theano.tensor as T
from theano.ifelse import ifelse
import scipy.optimize

logger = logging.getLogger(__name__)
mode = theano.Mode(linker='cvm') if '--cvm' in sys.argv else None


class RNN(object):
    def __init__(self, input, n_in, n_hidden, n_out, activation=T.tanh, output_type='real'):
        self.input = input
        self.activation = activation
        self.output_type = output_type
        self.theta_split = [('W', (n_hidden, n_hidden)), ('W_in', (n_in, n_hidden)),
                            ('W_out', (n_hidden, n_out)), ('h0', (n_hidden,)),
                            ('bh', (n_hidden,)), ('by', (n_out,))]
        rng = np.random.RandomState(8)
        size = sum(np.prod(shape) for name, shape in self.theta_split)
        theta_values = rng.uniform(low=-0.2, high=0.2, size=size)
        self.theta = theano.shared(value=theta_values.astype(theano.config.floatX), name='theta',
                                   borrow=True)

        # views of the one vector
        param_idx = 0
        for name, shape in self.theta_split:
            n = np.prod(shape)
            view = self.theta[param_idx:(param_idx + n)].reshape(shape, ndim=len(shape))
            view.name = name
            setattr(self, name, view)
            param_idx += n
        assert param_idx == size

        def step(x_t, h_tm1):
            h_t = self.activation(T.dot(x_t, self.W_in) + T.dot(h_tm1, self.W) + self.bh)
            y_t = T.dot(h_t, self.W_out) + self.by
            return h_t, y_t

        h_init = T.alloc(self.h0, self.input.shape[1], n_hidden)
        [self.h, self.y_pred], _ = theano.scan(step, sequences=self.input,
                                               outputs_info=[h_init, None])
        self.L1 = abs(self.W).sum() + abs(self.W_in.sum()) + abs(self.W_out).sum()
        self.L2_sqr = (self.W ** 2).sum() + T.sqr(self.W_in).sum()
        if self.output_type == 'real':
            self.loss = lambda y: T.mean((self.y_pred - y) ** 2)
        elif self.output_type == 'binary':
            self.p_y_given_x = T.nnet.sigmoid(self.y_pred)
            self.y_out = T.round(self.p_y_given_x)
            self.loss = lambda y: T.mean(T.nnet.binary_crossentropy(self.p_y_given_x, y))
        elif self.output_type == 'softmax':
            y_p = self.y_pred
            y_p_m = T.reshape(y_p, (y_p.shape[0] * y_p.shape[1], -1))
            y_p_s = T.nnet.softmax(y_p_m)
            self.p_y_given_x = T.reshape(y_p_s, y_p.shape)
            self.y_out = T.argmax(self.p_y_given_x, axis=-1)
            self.loss = self.nll_multiclass
        else:
            raise NotImplementedError

    def nll_multiclass(self, y):
        p_y = self.p_y_given_x
        p_y_m = T.reshape(p_y, (p_y.shape[0] * p_y.shape[1], -1))
        y_f = y.flatten(ndim=1)
        return -T.mean(T.log(p_y_m)[T.arange(p_y_m.shape[0]), y_f])

    def errors(self, y):
        if y.ndim != self.y_out.ndim:
            raise TypeError('y should have the same shape as self.y_out',
                            ('y', y.type, 'y_out', self.y_out.type))
        if y.dtype.startswith('int'):
            return T.mean(T.neq(self.y_out, y))
        else:
            raise NotImplementedError()

    def gauss_newton_product(self, cost, v):
        """J' H J v: forwards through the network, through the loss, and back."""
        Jv = T.Rop(self.y_pred, self.theta, v)
        HJv = T.grad(T.sum(T.grad(cost, self.y_pred) * Jv), self.y_pred, consider_constant=[Jv])
        return T.Lop(self.y_pred, self.theta, HJv, consider_constant=[HJv, Jv])


class MetaRNN(object):
    def __init__(self, n_in=2, n_hidden=5, n_out=3, activation='tanh', output_type='real',
                 L2_reg=0.0, learning_rate=0.1, learning_rate_decay=0.9, final_momentum=0.9):
        self.__dict__.update(dict((k, v) for k, v in locals().items() if k != 'self'))
        self.ready()

    def ready(self):
        self.x = T.tensor3(name='x')
        if self.output_type in ('real', 'binary'):
            self.y = T.tensor3(name='y', dtype=theano.config.floatX)
        else:
            self.y = T.matrix(name='y', dtype='int32')
        self.l_r = T.scalar('l_r', dtype=theano.config.floatX)
        activation = {'tanh': T.tanh, 'sigmoid': T.nnet.sigmoid,
                      'relu': lambda x: x * (x > 0)}[self.activation]
        self.rnn = RNN(input=self.x, n_in=self.n_in, n_hidden=self.n_hidden, n_out=self.n_out,
                       activation=activation, output_type=self.output_type)

    def __getstate__(self):
        params = self.rnn.theta.get_value()
        keys = ('n_in', 'n_hidden', 'n_out', 'activation', 'output_type', 'L2_reg',
                'learning_rate', 'learning_rate_decay', 'final_momentum')
        return dict((k, getattr(self, k)) for k in keys), params

    def __setstate__(self, state):
        params, weights = state
        self.__dict__.update(params)
        self.ready()
        self.rnn.theta.set_value(weights)

    def save(self, fpath):
        fname = '%s.%s.pkl' % (self.__class__.__name__, self.output_type)
        with open(os.path.join(fpath, fname), 'wb') as f:
            pickle.dump(self.__getstate__(), f, protocol=pickle.HIGHEST_PROTOCOL)
        return os.path.join(fpath, fname)

    def load(self, path):
        with open(path, 'rb') as f:
            self.__setstate__(pickle.load(f))

    def shared_dataset(self, data_xy):
        data_x, data_y = data_xy
        shared_x = theano.shared(np.asarray(data_x, dtype=theano.config.floatX))
        shared_y = theano.shared(np.asarray(data_y, dtype=theano.config.floatX))
        if self.output_type in ('binary', 'softmax'):
            return shared_x, T.cast(shared_y, 'int32')
        return shared_x, shared_y

    def fit(self, X_train, Y_train, optimizer='sgd', n_epochs=4, batch_size=2, maxiter=5):
        train_set_x, train_set_y = self.shared_dataset((X_train, Y_train))
        n_train = train_set_x.get_value(borrow=True).shape[1]
        n_train_batches = int(np.ceil(1.0 * n_train / batch_size))
        index = T.lscalar('index')
        n_ex = T.lscalar('n_ex')
        mom = T.scalar('mom', dtype=theano.config.floatX)
        cost = self.rnn.loss(self.y) + self.L2_reg * self.rnn.L2_sqr

        batch_start = index * batch_size
        batch_stop = T.minimum(n_ex, (index + 1) * batch_size)
        givens = {self.x: train_set_x[:, batch_start:batch_stop],
                  self.y: train_set_y[:, batch_start:batch_stop]}
        theta = self.rnn.theta
        gtheta = T.grad(cost, theta)
        costs = []
        if optimizer == 'sgd':
            theta_update = theano.shared(theta.get_value() * 0.0)
            upd = mom * theta_update - self.l_r * gtheta
            # a step that is too long is not made
            norm = upd.norm(2)
            upd = ifelse(T.lt(norm, 10.), upd, T.zeros_like(upd))
            train_model = theano.function(inputs=[index, n_ex, self.l_r, mom], outputs=cost,
                                          updates=[(theta_update, upd), (theta, theta + upd)],
                                          givens=givens, mode=mode, allow_input_downcast=True)
            for epoch in xrange(n_epochs):
                momentum = self.final_momentum if epoch > 1 else 0.5
                for i in xrange(n_train_batches):
                    costs.append(train_model(i, n_train, self.learning_rate, momentum))
                self.learning_rate *= self.learning_rate_decay
                logger.info('epoch %i, cost %f' % (epoch, costs[-1]))
            return costs

        whole = {self.x: train_set_x, self.y: train_set_y}
        f_cost = theano.function([], cost, givens=whole, mode=mode)
        f_grad = theano.function([], gtheta, givens=whole, mode=mode)

        def train_fn(theta_value):
            theta.set_value(theta_value.astype(theano.config.floatX), borrow=True)
            costs.append(f_cost())
            return np.asarray(costs[-1], 'float64')

        def train_fn_grad(theta_value):
            theta.set_value(theta_value.astype(theano.config.floatX), borrow=True)
            return f_grad().astype('float64')

        if optimizer == 'bfgs':
            best = scipy.optimize.fmin_l_bfgs_b(train_fn, theta.get_value().astype('float64'),
                                                fprime=train_fn_grad, maxiter=maxiter)
            theta.set_value(best[0].astype(theano.config.floatX))
        elif optimizer == 'hf':
            v = T.vector('v')
            damping = 0.1
            f_gv = theano.function([v], self.rnn.gauss_newton_product(cost, v) + damping * v,
                                   givens=whole, mode=mode, on_unused_input='ignore')
            for i in xrange(maxiter):
                value = theta.get_value()
                train_fn(value)
                step = np.zeros_like(value)
                r = -f_grad()
                d = r.copy()
                for j in range(4):
                    Gd = f_gv(d)
                    a = np.dot(r, r) / np.dot(d, Gd)
                    step += a * d
                    new_r = r - a * Gd
                    d = new_r + d * (np.dot(new_r, new_r) / np.dot(r, r))
                    r = new_r
                theta.set_value(value + step)
        return costs


def curvature():
    """The same product three ways, and derivatives of vectors."""
    x, w, v = T.dvector('x'), T.dmatrix('w'), T.dmatrix('v')
    y = T.tanh(T.dot(x, w)) ** 2
    cost = y.sum()
    by_grad = T.grad((T.grad(cost, w) * v).sum(), w)
    by_rop = T.Rop(T.grad(cost, w), w, v)
    J = theano.gradient.jacobian(y, x)
    H = theano.gradient.hessian(cost, x)
    J_rows, _ = theano.scan(lambda i, y, x: T.grad(y[i], x), sequences=T.arange(y.shape[0]),
                            non_sequences=[y, x])
    f = theano.function([x, w, v], [by_grad, by_rop, J, H, J_rows, T.jacobian(y, x)[0]])
    rng = np.random.RandomState(2)
    return f(rng.randn(4), rng.randn(4, 3), rng.randn(4, 3))


def main(folder):
    rng = np.random.RandomState(1)
    seq = rng.randn(7, 6, 2)
    targets = np.zeros((7, 6, 3))
    targets[1:, :, 0] = seq[:-1, :, 1]
    targets[1:, :, 1] = seq[:-1, :, 0]
    targets += 0.01 * rng.standard_normal(targets.shape)

    numbers = {}
    for optimizer in ('sgd', 'bfgs', 'hf'):
        t0 = datetime.datetime.now()
        model = MetaRNN(L2_reg=1e-3)
        numbers[optimizer] = model.fit(seq, targets, optimizer=optimizer)
        numbers[optimizer + '_theta'] = model.rnn.theta.get_value()
        print optimizer, numbers[optimizer][0], numbers[optimizer][-1]
        print >>sys.stderr, "Elapsed time: %s" % (datetime.datetime.now() - t0)

    path = model.save(folder)
    again = MetaRNN()
    again.load(path)
    assert (again.rnn.theta.get_value() == model.rnn.theta.get_value()).all()

    classes = (targets.argmax(axis=2)).astype('int32')
    model = MetaRNN(activation='relu', output_type='softmax')
    numbers['softmax'] = model.fit(seq, classes, n_epochs=2)
    f_errors = theano.function([model.x, model.y], [model.rnn.errors(model.y), model.rnn.y_out],
                               allow_input_downcast=True)
    numbers['error'], numbers['decoded'] = f_errors(seq, classes)
    for i, value in enumerate(curvature()):
        numbers['curvature%d' % i] = value
    np.savez(folder + '/numbers.npz', **numbers)


if __name__ == '__main__':
    logging.basicConfig(level=logging.INFO)
    main(sys.argv[1])
