'''
Attention-based translation.
'''
import copy
import sys
from collections import OrderedDict
from itertools import izip

import numpy
import theano
import theano.tensor as tensor
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

from data_iterator import TextIterator
from layers import *
from optimizers import *


def prepare_data(seqs_x, seqs_y, maxlen=None):
    lengths_x = [len(s) for s in seqs_x]
    lengths_y = [len(s) for s in seqs_y]
    n_samples = len(seqs_x)
    maxlen_x = numpy.max(lengths_x) + 1
    maxlen_y = numpy.max(lengths_y) + 1

    x = numpy.zeros((maxlen_x, n_samples)).astype('int64')
    y = numpy.zeros((maxlen_y, n_samples)).astype('int64')
    x_mask = numpy.zeros((maxlen_x, n_samples)).astype('float32')
    y_mask = numpy.zeros((maxlen_y, n_samples)).astype('float32')
    for idx, [s_x, s_y] in enumerate(zip(seqs_x, seqs_y)):
        x[:lengths_x[idx], idx] = s_x
        x_mask[:lengths_x[idx] + 1, idx] = 1.
        y[:lengths_y[idx], idx] = s_y
        y_mask[:lengths_y[idx] + 1, idx] = 1.
    return x, x_mask, y, y_mask


def init_params(options):
    rng = numpy.random.RandomState(1234)
    params = OrderedDict()
    params['Wemb'] = norm_weight(rng, options['n_words_src'], options['dim_word'])
    params['Wemb_dec'] = norm_weight(rng, options['n_words'], options['dim_word'])
    for prefix in ('encoder', 'encoder_r'):
        params = get_layer(options['encoder'])[0](options, params, rng, prefix=prefix,
                                                  nin=options['dim_word'], dim=options['dim'])
    ctxdim = 2 * options['dim']
    ff = get_layer('ff')[0]
    params = ff(options, params, rng, prefix='ff_state', nin=ctxdim, nout=options['dim'])
    params = get_layer(options['decoder'])[0](options, params, rng, prefix='decoder',
                                              nin=options['dim_word'], dim=options['dim'],
                                              dimctx=ctxdim)
    for name, nin in ('lstm', options['dim']), ('prev', options['dim_word']), ('ctx', ctxdim):
        params = ff(options, params, rng, prefix='ff_logit_' + name, nin=nin,
                    nout=options['dim_word'], ortho=False)
    params = ff(options, params, rng, prefix='ff_logit', nin=options['dim_word'],
                nout=options['n_words'])
    return params


def build_encoder(tparams, options, x, x_mask=None):
    xr = x[::-1]
    n_timesteps, n_samples = x.shape[0], x.shape[1]
    emb = tparams['Wemb'][x.flatten()]
    emb = emb.reshape([n_timesteps, n_samples, options['dim_word']])
    proj = get_layer(options['encoder'])[1](tparams, emb, options, prefix='encoder', mask=x_mask)
    embr = tparams['Wemb'][xr.flatten()]
    embr = embr.reshape([n_timesteps, n_samples, options['dim_word']])
    projr = get_layer(options['encoder'])[1](tparams, embr, options, prefix='encoder_r',
                                             mask=x_mask[::-1] if x_mask else None)
    return concatenate([proj[0], projr[0][::-1]], axis=proj[0].ndim - 1)


def readout(tparams, options, state, emb, ctxs, use_noise=None, trng=None):
    logit = None
    for name, below in ('lstm', state), ('prev', emb), ('ctx', ctxs):
        part = get_layer('ff')[1](tparams, below, options, prefix='ff_logit_' + name,
                                  activ='linear')
        logit = part if logit is None else logit + part
    logit = tensor.tanh(logit)
    if options['use_dropout']:
        logit = dropout_layer(logit, use_noise, trng)
    return get_layer('ff')[1](tparams, logit, options, prefix='ff_logit', activ='linear')


def build_model(tparams, options):
    trng = RandomStreams(1234)
    use_noise = theano.shared(numpy.float32(0.))
    x = tensor.matrix('x', dtype='int64')
    x_mask = tensor.matrix('x_mask', dtype='float32')
    y = tensor.matrix('y', dtype='int64')
    y_mask = tensor.matrix('y_mask', dtype='float32')
    n_timesteps_trg, n_samples = y.shape[0], x.shape[1]

    ctx = build_encoder(tparams, options, x, x_mask)
    ctx_mean = (ctx * x_mask[:, :, None]).sum(0) / x_mask.sum(0)[:, None]
    init_state = get_layer('ff')[1](tparams, ctx_mean, options, prefix='ff_state', activ='tanh')

    emb = tparams['Wemb_dec'][y.flatten()]
    emb = emb.reshape([n_timesteps_trg, n_samples, options['dim_word']])
    emb_shifted = tensor.zeros_like(emb)
    emb_shifted = tensor.set_subtensor(emb_shifted[1:], emb[:-1])
    emb = emb_shifted

    proj = get_layer(options['decoder'])[1](tparams, emb, options, prefix='decoder', mask=y_mask,
                                            context=ctx, context_mask=x_mask, one_step=False,
                                            init_state=init_state)
    logit = readout(tparams, options, proj[0], emb, proj[1], use_noise, trng)
    logit_shp = logit.shape
    probs = tensor.nnet.softmax(logit.reshape([logit_shp[0] * logit_shp[1], logit_shp[2]]))

    y_flat = y.flatten()
    y_flat_idx = tensor.arange(y_flat.shape[0]) * options['n_words'] + y_flat
    cost = -tensor.log(probs.flatten()[y_flat_idx])
    cost = cost.reshape([y.shape[0], y.shape[1]])
    cost = (cost * y_mask).sum(0)
    return trng, use_noise, x, x_mask, y, y_mask, {'dec_alphas': proj[2]}, cost


def build_sampler(tparams, options, trng, use_noise):
    x = tensor.matrix('x', dtype='int64')
    ctx = build_encoder(tparams, options, x)
    ctx_mean = ctx.mean(0)
    init_state = get_layer('ff')[1](tparams, ctx_mean, options, prefix='ff_state', activ='tanh')
    print >>sys.stderr, 'Building f_init...',
    f_init = theano.function([x], [init_state, ctx], name='f_init', profile=profile)
    print >>sys.stderr, 'Done'

    y = tensor.vector('y_sampler', dtype='int64')
    init_state = tensor.matrix('init_state', dtype='float32')
    emb = tensor.switch(y[:, None] < 0, tensor.alloc(0., 1, tparams['Wemb_dec'].shape[1]),
                        tparams['Wemb_dec'][y])
    proj = get_layer(options['decoder'])[1](tparams, emb, options, prefix='decoder', mask=None,
                                            context=ctx, one_step=True, init_state=init_state)
    logit = readout(tparams, options, proj[0], emb, proj[1], use_noise, trng)
    next_probs = tensor.nnet.softmax(logit)
    next_sample = trng.multinomial(pvals=next_probs).argmax(1)
    print >>sys.stderr, 'Building f_next..',
    f_next = theano.function([y, ctx, init_state], [next_probs, next_sample, proj[0]],
                             name='f_next', profile=profile)
    print >>sys.stderr, 'Done'
    return f_init, f_next


def gen_sample(f_init, f_next, x, options, k=1, maxlen=12, stochastic=True):
    if k > 1:
        assert not stochastic, 'Beam search does not support stochastic sampling'
    sample, sample_score = [], []
    if stochastic:
        sample_score = 0
    live_k, dead_k = 1, 0
    hyp_samples = [[]] * live_k
    hyp_scores = numpy.zeros(live_k).astype('float32')
    hyp_states = []

    ret = f_init(x)
    next_state, ctx0 = ret[0], ret[1]
    next_w = -1 * numpy.ones((1,)).astype('int64')
    for ii in xrange(maxlen):
        ctx = numpy.tile(ctx0, [live_k, 1])
        next_p, next_w, next_state = f_next(next_w, ctx, next_state)
        if stochastic:
            nw = next_w[0]
            sample.append(nw)
            sample_score -= numpy.log(next_p[0, nw])
            if nw == 0:
                break
        else:
            cand_scores = hyp_scores[:, None] - numpy.log(next_p)
            cand_flat = cand_scores.flatten()
            ranks_flat = cand_flat.argsort()[:(k - dead_k)]
            voc_size = next_p.shape[1]
            trans_indices = ranks_flat / voc_size
            word_indices = ranks_flat % voc_size
            costs = cand_flat[ranks_flat]

            new_hyp_samples, new_hyp_states = [], []
            new_hyp_scores = numpy.zeros(k - dead_k).astype('float32')
            for idx, [ti, wi] in enumerate(zip(trans_indices, word_indices)):
                new_hyp_samples.append(hyp_samples[ti] + [wi])
                new_hyp_scores[idx] = copy.copy(costs[idx])
                new_hyp_states.append(copy.copy(next_state[ti]))

            new_live_k = 0
            hyp_samples, hyp_scores, hyp_states = [], [], []
            for idx in xrange(len(new_hyp_samples)):
                if new_hyp_samples[idx][-1] == 0:
                    sample.append(new_hyp_samples[idx])
                    sample_score.append(new_hyp_scores[idx])
                    dead_k += 1
                else:
                    new_live_k += 1
                    hyp_samples.append(new_hyp_samples[idx])
                    hyp_scores.append(new_hyp_scores[idx])
                    hyp_states.append(new_hyp_states[idx])
            hyp_scores = numpy.array(hyp_scores)
            live_k = new_live_k
            if new_live_k < 1 or dead_k >= k:
                break
            next_w = numpy.array([w[-1] for w in hyp_samples])
            next_state = numpy.array(hyp_states)
    if not stochastic and live_k > 0:
        for idx in xrange(live_k):
            sample.append(hyp_samples[idx])
            sample_score.append(hyp_scores[idx])
    return sample, sample_score


def pred_probs(f_log_probs, iterator):
    probs = []
    for x, y in iterator:
        pprobs = f_log_probs(*prepare_data(x, y))
        for pp in pprobs:
            probs.append(pp)
    return numpy.array(probs)


def train(dim_word=6, dim=7, encoder='gru', decoder='gru_cond', max_updates=20, finish_after=30,
          decay_c=0.001, alpha_c=0.01, clip_c=1., lrate=0.03, n_words_src=20, n_words=18,
          maxlen=12, optimizer='adam', batch_size=4, saveto='model.npz',
          datasets=(), dictionaries=(), use_dropout=True):
    model_options = locals().copy()
    iterator = TextIterator(datasets[0], datasets[1], dictionaries[0], dictionaries[1],
                            n_words_source=n_words_src, n_words_target=n_words,
                            batch_size=batch_size, maxlen=maxlen)
    params = init_params(model_options)
    tparams = init_tparams(params)
    trng, use_noise, x, x_mask, y, y_mask, opt_ret, cost = build_model(tparams, model_options)
    inps = [x, x_mask, y, y_mask]
    f_init, f_next = build_sampler(tparams, model_options, trng, use_noise)
    f_log_probs = theano.function(inps, cost, profile=profile)
    cost = cost.mean()

    if decay_c > 0.:
        decay_c = theano.shared(numpy.float32(decay_c), name='decay_c')
        weight_decay = 0.
        for kk, vv in tparams.iteritems():
            weight_decay += (vv ** 2).sum()
        weight_decay *= decay_c
        cost += weight_decay
    if alpha_c > 0.:
        alpha_c = theano.shared(numpy.float32(alpha_c), name='alpha_c')
        alpha_reg = alpha_c * (
            (tensor.cast(y_mask.sum(0) // x_mask.sum(0), 'float32')[:, None] -
             opt_ret['dec_alphas'].sum(0)) ** 2).sum(1).mean()
        cost += alpha_reg

    grads = tensor.grad(cost, wrt=itemlist(tparams))
    if clip_c > 0.:
        g2 = 0.
        for g in grads:
            g2 += (g ** 2).sum()
        new_grads = []
        for g in grads:
            new_grads.append(tensor.switch(g2 > (clip_c ** 2), g / tensor.sqrt(g2) * clip_c, g))
        grads = new_grads
    lr = tensor.scalar(name='lr')
    f_grad_shared, f_update = eval(optimizer)(lr, tparams, grads, inps, cost)

    costs, uidx = [], 0
    while uidx < max_updates:
        for xx, yy in iterator:
            uidx += 1
            use_noise.set_value(1.)
            costs.append(f_grad_shared(*prepare_data(xx, yy, maxlen=maxlen)))
            f_update(lrate)
            if numpy.mod(uidx, 5) == 0:
                print 'Update ', uidx, 'Cost ', costs[-1]
            if uidx >= max_updates:
                break
    use_noise.set_value(0.)
    iterator.reset()
    iterator.source_buffer, iterator.target_buffer = [], []
    log_probs = pred_probs(f_log_probs, iterator)
    numpy.savez(saveto, zipped_params=unzip(tparams), history=costs, **unzip(tparams))

    iterator.reset()
    iterator.source_buffer, iterator.target_buffer = [], []
    sources = iterator.next()[0]
    samples, beams, scores = [], [], []
    for source in sources:
        xx = numpy.array(source + [0])[:, None]
        sample, score = gen_sample(f_init, f_next, xx, model_options, maxlen=8)
        samples.append(sample)
        sample, score = gen_sample(f_init, f_next, xx, model_options, k=3, maxlen=8,
                                   stochastic=False)
        score = score / numpy.array([len(s) for s in sample])
        order = numpy.argsort(score)
        beams += [sample[i] for i in order]
        scores += list(score[order])
    return costs, log_probs, samples, beams, scores
