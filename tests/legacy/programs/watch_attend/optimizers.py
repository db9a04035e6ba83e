import theano
import theano.tensor as tensor

import numpy

profile = False


def itemlist(tparams):
    return [vv for kk, vv in tparams.iteritems()]


def adadelta(lr, tparams, bn_tparams, opt_ret, grads, inp, cost):
    zipped_grads = [
        theano.shared(p.get_value() * numpy.float32(0.0), name="%s_grad" % k)
        for k, p in tparams.iteritems()
    ]
    running_up2 = [
        theano.shared(p.get_value() * numpy.float32(0.0), name="%s_rup2" % k)
        for k, p in tparams.iteritems()
    ]
    running_grads2 = [
        theano.shared(p.get_value() * numpy.float32(0.0), name="%s_rgrad2" % k)
        for k, p in tparams.iteritems()
    ]

    # the running averages of the batch normalisation move with the gradients
    bn_up = [(bn_tparams[k], opt_ret[k]) for k in bn_tparams]
    zgup = [(zg, g) for zg, g in zip(zipped_grads, grads)]
    rg2up = [(rg2, 0.95 * rg2 + 0.05 * (g**2)) for rg2, g in zip(running_grads2, grads)]
    f_grad_shared = theano.function(inp, cost, updates=zgup + rg2up + bn_up, profile=profile)

    updir = [
        -tensor.sqrt(ru2 + lr) / tensor.sqrt(rg2 + lr) * zg
        for zg, ru2, rg2 in zip(zipped_grads, running_up2, running_grads2)
    ]
    ru2up = [(ru2, 0.95 * ru2 + 0.05 * (ud**2)) for ru2, ud in zip(running_up2, updir)]
    param_up = [(p, p + ud) for p, ud in zip(itemlist(tparams), updir)]
    f_update = theano.function(
        [lr], [], updates=ru2up + param_up, on_unused_input="ignore", profile=profile
    )
    return f_grad_shared, f_update


def adadelta_weightnoise(lr, tparams, bn_tparams, opt_ret, grads, inp, cost):
    """Trained with noise in the weights: a third function draws it, and takes the last one away."""
    from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

    trng = RandomStreams(1234)
    noises = [
        theano.shared(p.get_value() * numpy.float32(0.0), name="%s_noise" % k)
        for k, p in tparams.iteritems()
    ]
    new_noises = [
        0.005 * trng.normal(p.shape, avg=0.0, std=1.0, dtype="float32") for p in itemlist(tparams)
    ]
    noise_up = [(p, p - n + new) for p, n, new in zip(itemlist(tparams), noises, new_noises)]
    f_noise = theano.function([], [], updates=noise_up + zip(noises, new_noises))

    f_grad_shared, f_update = adadelta(lr, tparams, bn_tparams, opt_ret, grads, inp, cost)
    f_clean = theano.function(
        [],
        [],
        updates=[(p, p - n) for p, n in zip(itemlist(tparams), noises)]
        + [(n, tensor.zeros_like(n)) for n in noises],
    )

    def f_update_clean(rate):
        f_clean()
        f_update(rate)

    return f_noise, f_grad_shared, f_update_clean
