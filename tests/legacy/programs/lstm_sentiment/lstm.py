'''
A sentiment classifier: embedding, LSTM, mean over the words, softmax.
'''
from collections import OrderedDict
import cPickle as pkl
import sys
import time

import numpy
import theano
from theano import config
import theano.tensor as tensor
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

import corpus

datasets = {'corpus': (corpus.load_data, corpus.prepare_data)}

# The order of the minibatches and the initial weights depend on it.
SEED = 123
numpy.random.seed(SEED)


def numpy_floatX(data):
    return numpy.asarray(data, dtype=config.floatX)


def get_minibatches_idx(n, minibatch_size, shuffle=False):
    idx_list = numpy.arange(n, dtype="int32")
    if shuffle:
        numpy.random.shuffle(idx_list)
    minibatches = []
    minibatch_start = 0
    for i in xrange(n // minibatch_size):
        minibatches.append(idx_list[minibatch_start:minibatch_start + minibatch_size])
        minibatch_start += minibatch_size
    if (minibatch_start != n):
        minibatches.append(idx_list[minibatch_start:])
    return zip(range(len(minibatches)), minibatches)


def zipp(params, tparams):
    for kk, vv in params.iteritems():
        tparams[kk].set_value(vv)


def unzip(zipped):
    new_params = OrderedDict()
    for kk, vv in zipped.iteritems():
        new_params[kk] = vv.get_value()
    return new_params


def load_params(path, params):
    pp = numpy.load(path)
    for kk, vv in params.iteritems():
        if kk not in pp:
            raise Warning, '%s is not in the archive' % kk
        params[kk] = pp[kk]
    return params


def _p(pp, name):
    return '%s_%s' % (pp, name)


def ortho_weight(ndim):
    W = numpy.random.randn(ndim, ndim)
    u, s, v = numpy.linalg.svd(W)
    # the signs of the columns are the library's choice
    return (u * numpy.sign(u[0])).astype(config.floatX)


def param_init_lstm(options, params, prefix='lstm'):
    n = options['dim_proj']
    params[_p(prefix, 'W')] = numpy.concatenate([ortho_weight(n) for i in xrange(4)], axis=1)
    params[_p(prefix, 'U')] = numpy.concatenate([ortho_weight(n) for i in xrange(4)], axis=1)
    params[_p(prefix, 'b')] = numpy.zeros((4 * n,)).astype(config.floatX)
    return params


def lstm_layer(tparams, state_below, options, prefix='lstm', mask=None):
    nsteps = state_below.shape[0]
    if state_below.ndim == 3:
        n_samples = state_below.shape[1]
    else:
        n_samples = 1
    assert mask is not None

    def _slice(_x, n, dim):
        if _x.ndim == 3:
            return _x[:, :, n * dim:(n + 1) * dim]
        return _x[:, n * dim:(n + 1) * dim]

    def _step(m_, x_, h_, c_):
        preact = tensor.dot(h_, tparams[_p(prefix, 'U')])
        preact += x_
        i = tensor.nnet.sigmoid(_slice(preact, 0, options['dim_proj']))
        f = tensor.nnet.sigmoid(_slice(preact, 1, options['dim_proj']))
        o = tensor.nnet.sigmoid(_slice(preact, 2, options['dim_proj']))
        c = tensor.tanh(_slice(preact, 3, options['dim_proj']))

        c = f * c_ + i * c
        c = m_[:, None] * c + (1. - m_)[:, None] * c_
        h = o * tensor.tanh(c)
        h = m_[:, None] * h + (1. - m_)[:, None] * h_
        return h, c

    state_below = (tensor.dot(state_below, tparams[_p(prefix, 'W')]) +
                   tparams[_p(prefix, 'b')])
    dim_proj = options['dim_proj']
    rval, updates = theano.scan(_step,
                                sequences=[mask, state_below],
                                outputs_info=[tensor.alloc(numpy_floatX(0.), n_samples, dim_proj),
                                              tensor.alloc(numpy_floatX(0.), n_samples, dim_proj)],
                                name=_p(prefix, '_layers'),
                                n_steps=nsteps)
    return rval[0]


layers = {'lstm': (param_init_lstm, lstm_layer)}


def get_layer(name):
    if not layers.has_key(name):
        raise NotImplementedError, name
    return layers[name]


def dropout_layer(state_before, use_noise, trng):
    proj = tensor.switch(use_noise,
                         (state_before *
                          trng.binomial(state_before.shape, p=0.5, n=1, dtype=state_before.dtype)),
                         state_before * 0.5)
    return proj


def init_params(options):
    params = OrderedDict()
    randn = numpy.random.rand(options['n_words'], options['dim_proj'])
    params['Wemb'] = (0.01 * randn).astype(config.floatX)
    params = get_layer(options['encoder'])[0](options, params, prefix=options['encoder'])
    params['U'] = 0.01 * numpy.random.randn(options['dim_proj'],
                                            options['ydim']).astype(config.floatX)
    params['b'] = numpy.zeros((options['ydim'],)).astype(config.floatX)
    return params


def init_tparams(params):
    tparams = OrderedDict()
    for kk, pp in params.iteritems():
        tparams[kk] = theano.shared(params[kk], name=kk)
    return tparams


def sgd(lr, tparams, grads, x, mask, y, cost):
    gshared = [theano.shared(p.get_value() * 0., name='%s_grad' % k)
               for k, p in tparams.iteritems()]
    gsup = [(gs, g) for gs, g in zip(gshared, grads)]
    f_grad_shared = theano.function([x, mask, y], cost, updates=gsup, name='sgd_f_grad_shared')
    pup = [(p, p - lr * g) for p, g in zip(tparams.values(), gshared)]
    f_update = theano.function([lr], [], updates=pup, name='sgd_f_update')
    return f_grad_shared, f_update


def adadelta(lr, tparams, grads, x, mask, y, cost):
    def zeros(suffix):
        return [theano.shared(p.get_value() * numpy_floatX(0.), name='%s_%s' % (k, suffix))
                for k, p in tparams.iteritems()]

    zipped_grads, running_up2, running_grads2 = zeros('grad'), zeros('rup2'), zeros('rgrad2')
    zgup = [(zg, g) for zg, g in zip(zipped_grads, grads)]
    rg2up = [(rg2, 0.95 * rg2 + 0.05 * (g ** 2)) for rg2, g in zip(running_grads2, grads)]
    f_grad_shared = theano.function([x, mask, y], cost, updates=zgup + rg2up,
                                    name='adadelta_f_grad_shared')

    updir = [-tensor.sqrt(ru2 + 1e-6) / tensor.sqrt(rg2 + 1e-6) * zg
             for zg, ru2, rg2 in zip(zipped_grads, running_up2, running_grads2)]
    ru2up = [(ru2, 0.95 * ru2 + 0.05 * (ud ** 2)) for ru2, ud in zip(running_up2, updir)]
    param_up = [(p, p + ud) for p, ud in zip(tparams.values(), updir)]
    f_update = theano.function([lr], [], updates=ru2up + param_up, on_unused_input='ignore',
                               name='adadelta_f_update')
    return f_grad_shared, f_update


def rmsprop(lr, tparams, grads, x, mask, y, cost):
    def zeros(suffix):
        return [theano.shared(p.get_value() * numpy_floatX(0.), name='%s_%s' % (k, suffix))
                for k, p in tparams.iteritems()]

    zipped_grads, running_grads, running_grads2 = zeros('grad'), zeros('rgrad'), zeros('rgrad2')
    zgup = zip(zipped_grads, grads)
    rgup = [(rg, 0.95 * rg + 0.05 * g) for rg, g in zip(running_grads, grads)]
    rg2up = [(rg2, 0.95 * rg2 + 0.05 * (g ** 2)) for rg2, g in zip(running_grads2, grads)]
    f_grad_shared = theano.function([x, mask, y], cost, updates=zgup + rgup + rg2up,
                                    name='rmsprop_f_grad_shared')

    updir = zeros('updir')
    updir_new = [(ud, 0.9 * ud - 1e-4 * zg / tensor.sqrt(rg2 - rg ** 2 + 1e-4))
                 for ud, zg, rg, rg2 in zip(updir, zipped_grads, running_grads, running_grads2)]
    param_up = [(p, p + udn[1]) for p, udn in zip(tparams.values(), updir_new)]
    f_update = theano.function([lr], [], updates=updir_new + param_up, on_unused_input='ignore',
                               name='rmsprop_f_update')
    return f_grad_shared, f_update


def build_model(tparams, options):
    trng = RandomStreams(SEED)
    use_noise = theano.shared(numpy_floatX(0.))

    x = tensor.matrix('x', dtype='int64')
    mask = tensor.matrix('mask', dtype=config.floatX)
    y = tensor.vector('y', dtype='int64')
    n_timesteps = x.shape[0]
    n_samples = x.shape[1]

    emb = tparams['Wemb'][x.flatten()].reshape([n_timesteps, n_samples, options['dim_proj']])
    proj = get_layer(options['encoder'])[1](tparams, emb, options, prefix=options['encoder'],
                                            mask=mask)
    if options['encoder'] == 'lstm':
        proj = (proj * mask[:, :, None]).sum(axis=0)
        proj = proj / mask.sum(axis=0)[:, None]
    if options['use_dropout']:
        proj = dropout_layer(proj, use_noise, trng)

    pred = tensor.nnet.softmax(tensor.dot(proj, tparams['U']) + tparams['b'])
    f_pred_prob = theano.function([x, mask], pred, name='f_pred_prob')
    f_pred = theano.function([x, mask], pred.argmax(axis=1), name='f_pred')

    off = 1e-8
    if pred.dtype == 'float16':
        off = 1e-6
    cost = -tensor.log(pred[tensor.arange(n_samples), y] + off).mean()
    return use_noise, x, mask, y, f_pred_prob, f_pred, cost


def pred_error(f_pred, prepare_data, data, iterator):
    valid_err = 0
    for _, valid_index in iterator:
        x, mask, y = prepare_data([data[0][t] for t in valid_index],
                                  numpy.array(data[1])[valid_index], maxlen=None)
        preds = f_pred(x, mask)
        targets = numpy.array(data[1])[valid_index]
        valid_err += (preds == targets).sum()
    return 1. - numpy_floatX(valid_err) / len(data[0])


def train_lstm(
    dim_proj=12,
    patience=3,
    max_epochs=5,
    max_updates=20,
    dispFreq=5,
    decay_c=0.001,
    lrate=0.05,
    n_words=40,
    optimizer='adadelta',
    encoder='lstm',
    saveto='lstm_model.npz',
    validFreq=5,
    saveFreq=10,
    maxlen=100,
    batch_size=6,
    valid_batch_size=16,
    dataset='corpus',
    path='reviews.pkl.gz',
    use_dropout=True,
    reload_model=None,
):
    model_options = locals().copy()
    print "model options", sorted(model_options.items())
    load_data, prepare_data = datasets[dataset]
    train, valid, test = load_data(path=path, n_words=n_words, valid_portion=0.25, maxlen=maxlen)
    model_options['ydim'] = numpy.max(train[1]) + 1

    params = init_params(model_options)
    if reload_model:
        load_params(reload_model, params)
    tparams = init_tparams(params)
    (use_noise, x, mask, y, f_pred_prob, f_pred, cost) = build_model(tparams, model_options)
    if decay_c > 0.:
        decay_c = theano.shared(numpy_floatX(decay_c), name='decay_c')
        weight_decay = 0.
        weight_decay += (tparams['U'] ** 2).sum()
        weight_decay *= decay_c
        cost += weight_decay

    grads = tensor.grad(cost, wrt=tparams.values())
    lr = tensor.scalar(name='lr')
    f_grad_shared, f_update = eval(optimizer)(lr, tparams, grads, x, mask, y, cost)

    kf_valid = get_minibatches_idx(len(valid[0]), valid_batch_size)
    print "%d train, %d valid, %d test examples" % (len(train[0]), len(valid[0]), len(test[0]))

    costs, history_errs = [], []
    best_p = None
    bad_counter = 0
    uidx = 0
    estop = False
    start_time = time.time()
    try:
        for eidx in xrange(max_epochs):
            n_samples = 0
            kf = get_minibatches_idx(len(train[0]), batch_size, shuffle=True)
            for _, train_index in kf:
                uidx += 1
                use_noise.set_value(1.)
                y = [train[1][t] for t in train_index]
                x = [train[0][t] for t in train_index]
                x, mask, y = prepare_data(x, y)
                n_samples += x.shape[1]

                cost = f_grad_shared(x, mask, y)
                f_update(lrate)
                costs.append(float(cost))
                if numpy.isnan(cost) or numpy.isinf(cost):
                    print 'bad cost detected: ', cost
                    return 1., 1., 1.
                if numpy.mod(uidx, dispFreq) == 0:
                    print 'Epoch ', eidx, 'Update ', uidx, 'Cost ', cost
                if saveto and numpy.mod(uidx, saveFreq) == 0:
                    params = best_p if best_p is not None else unzip(tparams)
                    numpy.savez(saveto, history_errs=history_errs, **params)
                    pkl.dump(model_options, open('%s.pkl' % saveto, 'wb'), -1)
                if numpy.mod(uidx, validFreq) == 0:
                    use_noise.set_value(0.)
                    valid_err = pred_error(f_pred, prepare_data, valid, kf_valid)
                    history_errs.append([valid_err, uidx / validFreq])
                    if best_p is None or valid_err <= numpy.array(history_errs)[:, 0].min():
                        best_p = unzip(tparams)
                        bad_counter = 0
                    if (len(history_errs) > patience and
                            valid_err >= numpy.array(history_errs)[:-patience, 0].min()):
                        bad_counter += 1
                        if bad_counter > patience:
                            print 'Early Stop!'
                            estop = True
                            break
                if uidx >= max_updates:
                    estop = True
                    break
            print 'Seen %d samples' % n_samples
            if estop:
                break
    except KeyboardInterrupt:
        print >>sys.stderr, "Training interrupted"

    if best_p is not None:
        zipp(best_p, tparams)
    else:
        best_p = unzip(tparams)
    use_noise.set_value(0.)
    test_err = pred_error(f_pred, prepare_data, test,
                          get_minibatches_idx(len(test[0]), valid_batch_size))
    probs = f_pred_prob(*prepare_data(test[0], test[1])[:2])
    print >>sys.stderr, 'Training took %.1fs' % (time.time() - start_time)
    if saveto:
        numpy.savez(saveto, history_errs=history_errs, **best_p)
    return costs, history_errs, test_err, probs, tparams


if __name__ == '__main__':
    folder, optimizer = sys.argv[1], sys.argv[2]
    saveto = folder + '/lstm_model.npz'
    costs, errs, test_err, probs, tparams = train_lstm(
        optimizer=optimizer, saveto=saveto, path=folder + '/reviews.pkl.gz')

    # A second run goes on from what the first one saved.
    options = pkl.load(open(saveto + '.pkl'))
    again = load_params(saveto, init_params(options))
    assert sorted(again.keys()) == sorted(tparams.keys())
    names = again.keys()
    numpy.savez(folder + '/numbers.npz', costs=costs, errors=numpy.array(errs), test_error=test_err,
                probs=probs, names=names, norms=[numpy.sqrt((again[k] ** 2).sum()) for k in names])
