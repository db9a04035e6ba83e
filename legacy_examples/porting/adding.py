# Learns to add: two of the numbers in a sequence are marked, and a GRU gives their sum.
#
#   python adding.py [UPDATES [SAVE.npz]]
#
# Written as scripts of 2015 were, for Python 2 and Theano: the model's parameters in an ordered
# dict, a shared variable for each, and an optimizer in two functions.

import cPickle as pkl
import sys
import time
from collections import OrderedDict

import numpy
import theano
import theano.tensor as tensor
from theano import config

SEED = 1234
numpy.random.seed(SEED)


def numpy_floatX(data):
    return numpy.asarray(data, dtype=config.floatX)


def _p(pp, name):
    return '%s_%s' % (pp, name)


def prepare_data(n_samples, n_steps):
    """Numbers and marks, steps x samples x 2, and the sums."""
    values = numpy.random.uniform(0, 1, (n_steps, n_samples))
    marks = numpy.zeros((n_steps, n_samples))
    for i in xrange(n_samples):
        marks[numpy.random.randint(0, n_steps / 2), i] = 1
        marks[numpy.random.randint(n_steps / 2, n_steps), i] = 1
    x = numpy.concatenate([values[:, :, None], marks[:, :, None]], axis=2)
    return x.astype(config.floatX), (values * marks).sum(axis=0).astype(config.floatX)


def norm_weight(nin, nout, scale=0.1):
    return numpy_floatX(scale * numpy.random.randn(nin, nout))


def init_params(options):
    dim = options['dim']
    params = OrderedDict()
    params['gru_W'] = norm_weight(2, 3 * dim)
    params['gru_U'] = norm_weight(dim, 3 * dim, scale=1. / numpy.sqrt(dim))
    params['gru_b'] = numpy.zeros((3 * dim,)).astype(config.floatX)
    params['out_W'] = norm_weight(dim, 1)
    params['out_b'] = numpy.zeros((1,)).astype(config.floatX)
    return params


def init_tparams(params):
    tparams = OrderedDict()
    for kk, pp in params.iteritems():
        tparams[kk] = theano.shared(pp, name=kk)
    return tparams


def unzip(zipped):
    new_params = OrderedDict()
    for kk, vv in zipped.iteritems():
        new_params[kk] = vv.get_value()
    return new_params


def gru_layer(tparams, state_below, dim, prefix='gru'):
    nsteps, n_samples = state_below.shape[0], state_below.shape[1]

    def _slice(_x, n):
        return _x[:, n * dim:(n + 1) * dim]

    def _step(x_, h_):
        preact = tensor.dot(h_, tparams[_p(prefix, 'U')][:, :2 * dim])
        r = tensor.nnet.sigmoid(_slice(preact, 0) + _slice(x_, 0))
        u = tensor.nnet.sigmoid(_slice(preact, 1) + _slice(x_, 1))
        h = tensor.tanh(tensor.dot(r * h_, tparams[_p(prefix, 'U')][:, 2 * dim:]) + _slice(x_, 2))
        return u * h_ + (1. - u) * h

    below = tensor.dot(state_below, tparams[_p(prefix, 'W')]) + tparams[_p(prefix, 'b')]
    rval, updates = theano.scan(_step,
                                sequences=[below],
                                outputs_info=[tensor.alloc(numpy_floatX(0.), n_samples, dim)],
                                name=_p(prefix, '_layers'),
                                n_steps=nsteps)
    return rval


def build_model(tparams, options):
    x = tensor.tensor3('x', dtype=config.floatX)
    y = tensor.vector('y', dtype=config.floatX)
    h = gru_layer(tparams, x, options['dim'])
    pred = (tensor.dot(h[-1], tparams['out_W']) + tparams['out_b']).flatten()
    cost = tensor.sqr(pred - y).mean()
    return x, y, theano.function([x], pred, name='f_pred'), cost


def adadelta(lr, tparams, grads, x, y, cost):
    zipped_grads = [theano.shared(p.get_value() * numpy_floatX(0.), name='%s_grad' % k)
                    for k, p in tparams.iteritems()]
    running_up2 = [theano.shared(p.get_value() * numpy_floatX(0.), name='%s_rup2' % k)
                   for k, p in tparams.iteritems()]
    running_grads2 = [theano.shared(p.get_value() * numpy_floatX(0.), name='%s_rgrad2' % k)
                      for k, p in tparams.iteritems()]

    zgup = [(zg, g) for zg, g in zip(zipped_grads, grads)]
    rg2up = [(rg2, 0.95 * rg2 + 0.05 * (g ** 2)) for rg2, g in zip(running_grads2, grads)]
    f_grad_shared = theano.function([x, y], cost, updates=zgup + rg2up,
                                    name='adadelta_f_grad_shared')

    updir = [-tensor.sqrt(ru2 + 1e-6) / tensor.sqrt(rg2 + 1e-6) * zg
             for zg, ru2, rg2 in zip(zipped_grads, running_up2, running_grads2)]
    ru2up = [(ru2, 0.95 * ru2 + 0.05 * (ud ** 2)) for ru2, ud in zip(running_up2, updir)]
    param_up = [(p, p + ud) for p, ud in zip(tparams.values(), updir)]
    f_update = theano.function([lr], [], updates=ru2up + param_up, on_unused_input='ignore',
                               name='adadelta_f_update')
    return f_grad_shared, f_update


def train(updates=20, saveto='adding.npz', dim=24, batch_size=16, n_steps=12, optimizer=adadelta):
    options = dict((k, v) for k, v in locals().copy().iteritems() if k != 'options')
    tparams = init_tparams(init_params(options))
    x, y, f_pred, cost = build_model(tparams, options)
    grads = tensor.grad(cost, wrt=tparams.values())
    f_grad_shared, f_update = optimizer(tensor.scalar(name='lr'), tparams, grads, x, y, cost)

    history_errs = []
    start_time = time.time()
    for uidx in xrange(updates):
        data = prepare_data(batch_size, n_steps)
        train_cost = f_grad_shared(*data)
        f_update(1.)
        history_errs.append(float(train_cost))
        if (uidx + 1) % (updates / 5 or 1) == 0:
            print 'Update', uidx + 1, 'Cost %.6f' % train_cost
    end_time = time.time()

    numpy.savez(saveto, history_errs=history_errs, **unzip(tparams))
    pkl.dump(options, open('%s.pkl' % saveto, 'wb'))
    x_test, y_test = prepare_data(100, n_steps)
    print 'Error on new sequences %.6f' % ((f_pred(x_test) - y_test) ** 2).mean()
    print >> sys.stderr, 'Training took %.1fs' % (end_time - start_time)


if __name__ == '__main__':
    train(int(sys.argv[1]) if len(sys.argv) > 1 else 20,
          sys.argv[2] if len(sys.argv) > 2 else 'adding.npz')
