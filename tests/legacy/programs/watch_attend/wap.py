'''
Formulas are read from pictures: a dense convolutional watcher, a recurrent parser that attends to
what it has not read yet.
'''
import cPickle as pkl
import copy
import sys
import time
from collections import OrderedDict

import numpy
import theano
import theano.tensor as tensor
from theano.gpuarray.dnn import dnn_batch_normalization_test as bn_test
from theano.gpuarray.dnn import dnn_batch_normalization_train as bn_train
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams
from theano.tensor.nnet import conv2d
from theano.tensor.signal import pool

from optimizers import *

rng = numpy.random.RandomState(1234)


def zipp(params, tparams):
    for kk, vv in params.iteritems():
        tparams[kk].set_value(vv)


def unzip(zipped):
    new_params = OrderedDict()
    for kk, vv in zipped.iteritems():
        new_params[kk] = vv.get_value()
    return new_params


def _p(pp, name):
    return '%s_%s' % (pp, name)


def init_tparams(params):
    tparams = OrderedDict()
    for kk, pp in params.iteritems():
        tparams[kk] = theano.shared(params[kk], name=kk)
    return tparams


def ortho_weight(ndim):
    u, s, v = numpy.linalg.svd(rng.randn(ndim, ndim))
    # the signs of the columns are the library's choice
    return (u * numpy.sign(u[0])).astype('float32')


def norm_weight(nin, nout, scale=0.1):
    return (scale * rng.randn(nin, nout)).astype('float32')


def conv_norm_weight(nin, nout, kernel_size):
    filter_shape = (nout, nin, kernel_size[0], kernel_size[1])
    fan_in = numpy.prod(filter_shape[1:])
    fan_out = filter_shape[0] * numpy.prod(filter_shape[2:])
    W_bound = numpy.sqrt(6. / (fan_in + fan_out))
    return rng.uniform(-W_bound, W_bound, size=filter_shape).astype('float32')


# watcher


def bn_init(params, bn_params, name, size):
    params[_p(name, 'gamma')] = numpy.ones((size,), 'float32')
    params[_p(name, 'beta')] = numpy.zeros((size,), 'float32')
    bn_params[_p(name, 'mean')] = numpy.zeros((1, size, 1, 1), 'float32')
    bn_params[_p(name, 'var')] = numpy.ones((1, size, 1, 1), 'float32')


def bn_layer(tparams, bn_tparams, x, name, opt_ret, stochastic):
    gamma = tparams[_p(name, 'gamma')].dimshuffle('x', 0, 'x', 'x')
    beta = tparams[_p(name, 'beta')].dimshuffle('x', 0, 'x', 'x')
    mean, var = bn_tparams[_p(name, 'mean')], bn_tparams[_p(name, 'var')]
    mean = theano.tensor.patternbroadcast(mean, (True, False, True, True))
    var = theano.tensor.patternbroadcast(var, (True, False, True, True))
    if not stochastic:
        return bn_test(x, gamma, beta, mean, var, mode='spatial', epsilon=1e-4)
    out, _, _, new_mean, new_var = bn_train(x, gamma, beta, mode='spatial', epsilon=1e-4,
                                            running_average_factor=0.1,
                                            running_mean=mean, running_var=var)
    opt_ret[_p(name, 'mean')] = theano.tensor.unbroadcast(new_mean, 0, 2, 3)
    opt_ret[_p(name, 'var')] = theano.tensor.unbroadcast(new_var, 0, 2, 3)
    return out


def init_watcher(params, bn_params, options):
    params['conv0_W'] = conv_norm_weight(1, options['growth'], [3, 3])
    channels = options['growth']
    for i in xrange(options['depth']):
        name = 'dense%d' % i
        bn_init(params, bn_params, name, channels)
        params[_p(name, 'W')] = conv_norm_weight(channels, options['growth'], [3, 3])
        channels += options['growth']
    bn_init(params, bn_params, 'trans', channels)
    params['trans_W'] = conv_norm_weight(channels, channels / 2, [1, 1])
    options['dim_ctx'] = channels / 2
    return params, bn_params


def watcher(tparams, bn_tparams, options, x, x_mask, opt_ret, stochastic, use_noise, trng):
    feature = conv2d(x[:, None, :, :], tparams['conv0_W'], border_mode='half', subsample=(1, 1),
                     input_shape=(None, 1, None, None))
    feature = pool.pool_2d(feature, ds=(2, 2), ignore_border=False, mode='max')
    mask = x_mask[:, ::2, ::2]
    for i in xrange(options['depth']):
        name = 'dense%d' % i
        new = bn_layer(tparams, bn_tparams, feature, name, opt_ret, stochastic)
        new = tensor.nnet.relu(new) * mask[:, None, :, :]
        new = conv2d(new, tparams[_p(name, 'W')], border_mode=(1, 1))
        if options['use_dropout']:
            new = tensor.switch(use_noise,
                                new * trng.binomial(new.shape, p=0.8, n=1, dtype=new.dtype),
                                new * 0.8)
        feature = tensor.concatenate([feature, new], axis=1)
    feature = bn_layer(tparams, bn_tparams, feature, 'trans', opt_ret, stochastic)
    feature = conv2d(tensor.nnet.relu(feature), tparams['trans_W'], border_mode='valid')
    feature = pool.pool_2d(feature, ws=(2, 2), ignore_border=True, stride=(2, 2),
                           mode='average_inc_pad')
    mask = mask[:, ::2, ::2][:, :feature.shape[2], :feature.shape[3]]
    return feature, mask


# parser


def init_parser(params, options):
    dim, dim_ctx, m = options['dim'], options['dim_ctx'], options['dim_word']
    params['Wemb_dec'] = norm_weight(options['K'], m)
    params['init_W'] = norm_weight(dim_ctx, dim)
    params['init_b'] = numpy.zeros((dim,), 'float32')
    params['dec_W'] = numpy.concatenate([norm_weight(m, dim), norm_weight(m, dim)], axis=1)
    params['dec_U'] = numpy.concatenate([ortho_weight(dim), ortho_weight(dim)], axis=1)
    params['dec_b'] = numpy.zeros((2 * dim,), 'float32')
    params['dec_Wx'] = norm_weight(m, dim)
    params['dec_Ux'] = ortho_weight(dim)
    params['dec_bx'] = numpy.zeros((dim,), 'float32')
    params['att_W'] = norm_weight(dim, options['dim_att'])
    params['att_U'] = norm_weight(dim_ctx, options['dim_att'])
    params['att_b'] = numpy.zeros((options['dim_att'],), 'float32')
    params['cov_Q'] = conv_norm_weight(1, options['dim_cov'], [3, 3])
    params['cov_U'] = norm_weight(options['dim_cov'], options['dim_att'])
    params['att_v'] = norm_weight(options['dim_att'], 1, scale=0.5)
    params['ctx_W'] = norm_weight(dim_ctx, 2 * dim)
    params['ctx_Wx'] = norm_weight(dim_ctx, dim)
    params['out_h'] = norm_weight(dim, m)
    params['out_c'] = norm_weight(dim_ctx, m)
    params['out_b'] = numpy.zeros((m,), 'float32')
    params['out_W'] = norm_weight(m / 2, options['K'])
    params['out_Wb'] = numpy.zeros((options['K'],), 'float32')
    return params


def parser_step(tparams, options, m_, emb, h_, alpha_past_, ctx, mask, pctx):
    """ctx, pctx: (H, W, batch, dim); alpha_past_: (batch, H, W)"""
    dim = options['dim']
    gates = tensor.nnet.sigmoid(tensor.dot(h_, tparams['dec_U']) +
                                tensor.dot(emb, tparams['dec_W']) + tparams['dec_b'])
    r, u = gates[:, :dim], gates[:, dim:]
    h1 = tensor.tanh(tensor.dot(h_, tparams['dec_Ux']) * r + tensor.dot(emb, tparams['dec_Wx']) +
                     tparams['dec_bx'])
    h1 = u * h_ + (1. - u) * h1
    h1 = m_[:, None] * h1 + (1. - m_)[:, None] * h_

    coverage = conv2d(alpha_past_[:, None, :, :], tparams['cov_Q'], border_mode='half')
    coverage = tensor.dot(coverage.dimshuffle(2, 3, 0, 1), tparams['cov_U'])
    e = tensor.tanh(pctx + coverage + tensor.dot(h1, tparams['att_W'])[None, None, :, :])
    alpha = tensor.dot(e, tparams['att_v'])
    alpha = alpha.reshape([alpha.shape[0], alpha.shape[1], alpha.shape[2]])
    alpha = tensor.exp(alpha - alpha.max(axis=(0, 1), keepdims=True))
    alpha = alpha * mask.dimshuffle(1, 2, 0)
    alpha = alpha / alpha.sum(1, keepdims=True).sum(0, keepdims=True)
    alpha_past = alpha_past_ + alpha.dimshuffle(2, 0, 1)
    ctx_ = (ctx * alpha[:, :, :, None]).sum(1).sum(0)

    gates = tensor.nnet.sigmoid(tensor.dot(ctx_, tparams['ctx_W']) +
                                tensor.dot(h1, tparams['dec_U']))
    r, u = gates[:, :dim], gates[:, dim:]
    h2 = tensor.tanh(tensor.dot(h1, tparams['dec_Ux']) * r + tensor.dot(ctx_, tparams['ctx_Wx']))
    h2 = u * h1 + (1. - u) * h2
    h2 = m_[:, None] * h2 + (1. - m_)[:, None] * h1
    return h2, ctx_, alpha.dimshuffle(2, 0, 1), alpha_past


def readout(tparams, h, ctx, emb):
    logit = (tensor.dot(h, tparams['out_h']) + tensor.dot(ctx, tparams['out_c']) + emb +
             tparams['out_b'])
    # maxout over pairs
    shape = logit.shape
    if logit.ndim == 3:
        logit = logit.reshape([shape[0], shape[1], tensor.cast(shape[2] / 2, 'int64'), 2], ndim=4)
        logit = logit.max(axis=3)
    else:
        logit = logit.reshape([shape[0], tensor.cast(shape[1] / 2, 'int64'), 2], ndim=3).max(2)
    return tensor.dot(logit, tparams['out_W']) + tparams['out_Wb']


def context(tparams, feature):
    ctx = feature.dimshuffle(2, 3, 0, 1)
    return ctx, tensor.dot(ctx, tparams['att_U']) + tparams['att_b']


def initial_state(tparams, feature, mask):
    mean = (feature * mask[:, None, :, :]).sum(3).sum(2) / mask.sum(2).sum(1)[:, None]
    return tensor.tanh(tensor.dot(mean, tparams['init_W']) + tparams['init_b'])


def build_model(tparams, bn_tparams, options):
    trng = RandomStreams(1234)
    use_noise = theano.shared(numpy.float32(0.))
    opt_ret = dict()
    x = tensor.tensor3('x', dtype='float32')
    x_mask = tensor.tensor3('x_mask', dtype='float32')
    y = tensor.matrix('y', dtype='int64')
    y_mask = tensor.matrix('y_mask', dtype='float32')

    feature, mask = watcher(tparams, bn_tparams, options, x, x_mask, opt_ret, True, use_noise,
                            trng)
    ctx, pctx = context(tparams, feature)
    emb = tparams['Wemb_dec'][y.flatten()].reshape([y.shape[0], y.shape[1], options['dim_word']])
    emb_shifted = tensor.zeros_like(emb)
    emb_shifted = tensor.set_subtensor(emb_shifted[1:], emb[:-1])

    def _step(m_, emb_, h_, ctx_, alpha_, alpha_past_, cc, mask_, pc):
        return parser_step(tparams, options, m_, emb_, h_, alpha_past_, cc, mask_, pc)

    n_samples, height, width = feature.shape[0], feature.shape[2], feature.shape[3]
    rval, updates = theano.scan(
        _step,
        sequences=[y_mask, emb_shifted],
        outputs_info=[initial_state(tparams, feature, mask),
                      tensor.alloc(numpy.float32(0.), n_samples, feature.shape[1]),
                      tensor.alloc(numpy.float32(0.), n_samples, height, width),
                      tensor.alloc(numpy.float32(0.), n_samples, height, width)],
        non_sequences=[ctx, mask, pctx],
        name='parser', n_steps=y.shape[0], profile=False)
    logit = readout(tparams, rval[0], rval[1], emb_shifted)
    shp = logit.shape
    probs = tensor.nnet.softmax(logit.reshape([shp[0] * shp[1], shp[2]]))
    cost = tensor.nnet.categorical_crossentropy(probs, y.flatten())
    cost = cost.reshape([y.shape[0], y.shape[1]])
    cost = (cost * y_mask).sum(0)
    opt_ret['dec_alphas'] = rval[2]
    return trng, use_noise, x, x_mask, y, y_mask, opt_ret, cost


def build_sampler(tparams, bn_tparams, options, trng, use_noise):
    x = tensor.tensor3('x', dtype='float32')
    x_mask = tensor.alloc(numpy.float32(1.), x.shape[0], x.shape[1], x.shape[2])
    feature, mask = watcher(tparams, bn_tparams, options, x, x_mask, {}, False, use_noise, trng)
    f_init = theano.function([x], [initial_state(tparams, feature, mask), feature], name='f_init')

    y = tensor.vector('y_sampler', dtype='int64')
    feature = tensor.tensor4('feature', dtype='float32')
    init_state = tensor.matrix('init_state', dtype='float32')
    alpha_past = tensor.tensor3('alpha_past', dtype='float32')
    emb = tensor.switch(y[:, None] < 0, tensor.alloc(numpy.float32(0.), 1, options['dim_word']),
                        tparams['Wemb_dec'][y])
    ctx, pctx = context(tparams, feature)
    h, ctx_, alpha, new_past = parser_step(
        tparams, options, tensor.alloc(numpy.float32(1.), y.shape[0]), emb, init_state,
        alpha_past, ctx, tensor.ones_like(feature[:, 0, :, :]), pctx)
    probs = tensor.nnet.softmax(readout(tparams, h, ctx_, emb))
    f_next = theano.function([y, feature, init_state, alpha_past], [probs, h, new_past],
                             name='f_next')
    return f_init, f_next


def gen_sample(f_init, f_next, x, k=2, maxlen=6):
    state, feature = f_init(x)
    beam = [([], 0., state[0], numpy.zeros(feature[0, 0].shape, 'float32'))]
    finished = []
    for ii in xrange(maxlen):
        words = numpy.array([b[0][-1] if b[0] else -1 for b in beam]).astype('int64')
        probs, states, past = f_next(words, numpy.tile(feature, [len(beam), 1, 1, 1]),
                                     numpy.array([b[2] for b in beam]),
                                     numpy.array([b[3] for b in beam]))
        scores = numpy.array([b[1] for b in beam])[:, None] - numpy.log(probs)
        ranks = scores.flatten().argsort()[:k - len(finished)]
        new = []
        for ti, wi in zip(ranks / probs.shape[1], ranks % probs.shape[1]):
            hyp = (beam[ti][0] + [wi], scores[ti, wi], copy.copy(states[ti]), past[ti])
            if wi == 0:
                finished.append(hyp)
            else:
                new.append(hyp)
        beam = new
        if len(beam) < 1 or len(finished) >= k:
            break
    finished += beam
    return map(lambda h: h[0], finished), map(lambda h: h[1] / len(h[0]), finished)


# data: bars and boxes


def picture(symbols):
    out = numpy.zeros((12, 8 * len(symbols)), 'float32')
    for i, s in enumerate(symbols):
        left = 8 * i
        if s == 1:
            out[2:10, left + 3:left + 5] = 1.
        elif s == 2:
            out[5:7, left + 1:left + 7] = 1.
        else:
            out[3:9, left + 1:left + 7] = 1.
            out[5:7, left + 3:left + 5] = 0.
    return out


def prepare_data(pictures, labels):
    height = max(p.shape[0] for p in pictures)
    width = max(p.shape[1] for p in pictures)
    x = numpy.zeros((len(pictures), height, width)).astype('float32')
    x_mask = numpy.zeros_like(x)
    y = numpy.zeros((max(map(len, labels)) + 1, len(labels))).astype('int64')
    y_mask = numpy.zeros(y.shape).astype('float32')
    for i, (p, l) in enumerate(zip(pictures, labels)):
        x[i, :p.shape[0], :p.shape[1]] = p
        x_mask[i, :p.shape[0], :p.shape[1]] = 1.
        y[:len(l), i] = l
        y_mask[:len(l) + 1, i] = 1.
    return x, x_mask, y, y_mask


def train(saveto, optimizer='adadelta', max_updates=20, decay_c=1e-3, clip_c=5., lrate=1e-6,
          batch_size=4, dim=6, dim_word=6, dim_att=5, dim_cov=3, growth=3, depth=2, K=4,
          use_dropout=True):
    options = locals().copy()
    params, bn_params = init_watcher(OrderedDict(), OrderedDict(), options)
    params = init_parser(params, options)
    tparams, bn_tparams = init_tparams(params), init_tparams(bn_params)
    trng, use_noise, x, x_mask, y, y_mask, opt_ret, cost = build_model(tparams, bn_tparams,
                                                                       options)
    inps = [x, x_mask, y, y_mask]
    f_init, f_next = build_sampler(tparams, bn_tparams, options, trng, use_noise)
    cost = cost.mean()
    if decay_c > 0.:
        decay_c = theano.shared(numpy.float32(decay_c), name='decay_c')
        weight_decay = 0.
        for kk, vv in tparams.iteritems():
            weight_decay += (vv ** 2).sum()
        cost += weight_decay * decay_c
    grads = tensor.grad(cost, wrt=itemlist(tparams))
    if clip_c > 0.:
        g2 = 0.
        for g in grads:
            g2 += (g ** 2).sum()
        grads = [tensor.switch(g2 > (clip_c ** 2), g / tensor.sqrt(g2) * clip_c, g)
                 for g in grads]
    lr = tensor.scalar(name='lr')
    made = eval(optimizer)(lr, tparams, bn_tparams, opt_ret, grads, inps, cost)
    f_noise = None
    if len(made) == 3:
        f_noise = made[0]
    f_grad_shared, f_update = made[-2:]

    costs = []
    data = numpy.random.RandomState(9)
    ud_start = time.time()
    for uidx in xrange(max_updates):
        labels = [list(data.randint(1, K, size=data.randint(1, 4))) for i in range(batch_size)]
        batch = prepare_data([picture(l) for l in labels], labels)
        use_noise.set_value(1.)
        if f_noise:
            f_noise()
        cost = f_grad_shared(*batch)
        f_update(lrate)
        costs.append(cost)
        if numpy.isnan(cost) or numpy.isinf(cost):
            print 'NaN detected'
            return 1., 1., 1.
        if uidx % 5 == 4:
            print 'Epoch ', uidx / 10, 'Update ', uidx, 'Cost ', cost
    print >>sys.stderr, 'UD ', time.time() - ud_start
    use_noise.set_value(0.)
    numpy.savez(saveto, **unzip(tparams))
    numpy.savez(saveto.replace('model', 'bn_params'), **unzip(bn_tparams))
    pkl.dump(options, open('%s.pkl' % saveto, 'wb'))
    return costs, tparams, bn_tparams, f_init, f_next


if __name__ == '__main__':
    folder, optimizer = sys.argv[1:]
    saveto = folder + '/model.npz'
    costs, tparams, bn_tparams, f_init, f_next = train(saveto, optimizer)

    bn_params = dict(numpy.load(folder + '/bn_params.npz'))
    zipp(bn_params, bn_tparams)
    decoded, scores = gen_sample(f_init, f_next, picture([1, 3, 2])[None])
    print decoded
    padded = -numpy.ones((len(decoded), 6), 'int64')
    for i, d in enumerate(decoded):
        padded[i, :len(d)] = d
    numpy.savez(folder + '/numbers.npz', costs=costs, decoded=padded, scores=scores,
                bn=numpy.concatenate([bn_params[k].flatten() for k in sorted(bn_params.keys())]))
