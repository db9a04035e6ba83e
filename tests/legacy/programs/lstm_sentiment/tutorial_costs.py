"""
Twenty updates of the model without noise, from weights and minibatches that are given.
"""
import sys
from collections import OrderedDict

import numpy
import theano.tensor as tensor

import lstm


def main(folder, given):
    data = numpy.load(given)
    names = ['Wemb', 'lstm_W', 'lstm_U', 'lstm_b', 'U', 'b']
    params = OrderedDict([(k, data['init.' + k]) for k in names])
    options = dict(n_words=params['Wemb'].shape[0], dim_proj=params['Wemb'].shape[1], ydim=2,
                   encoder='lstm', use_dropout=False)
    tparams = lstm.init_tparams(params)
    use_noise, x, mask, y, f_pred_prob, f_pred, cost = lstm.build_model(tparams, options)
    grads = tensor.grad(cost, wrt=tparams.values())
    lr = tensor.scalar(name='lr')
    numbers = {}
    for rule, rate in [('adadelta', 0.0001), ('rmsprop', 0.0001), ('sgd', 0.1)]:
        lstm.zipp(params, tparams)
        f_grad_shared, f_update = getattr(lstm, rule)(lr, tparams, grads, x, mask, y, cost)
        costs = []
        for i in xrange(20):
            costs.append(f_grad_shared(data['x%02d' % i], data['mask%02d' % i], data['y%02d' % i]))
            f_update(rate)
        print rule, costs[0], costs[-1]
        numbers[rule] = costs
    numpy.savez(folder + '/numbers.npz', **numbers)


if __name__ == '__main__':
    main(*sys.argv[1:])
