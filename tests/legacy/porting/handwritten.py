"""Optimizers written out by hand, as legacy scripts have them; each in a style of its own."""

from __future__ import annotations

HEAD = """\
import numpy
import theano
from theano import tensor


def itemlist(tparams):
    return [vv for kk, vv in tparams.items()]


def zeros(tparams, suffix):
    return [theano.shared(p.get_value() * numpy.float32(0.), name="%s_%s" % (k, suffix))
            for k, p in tparams.items()]


"""

SGD = """\
def sgd(lr, tparams, grads, x, mask, y, cost):
    parked = [theano.shared(p.get_value() * 0., name=k + "_grad") for k, p in tparams.items()]
    f_grad_shared = theano.function([x, mask, y], cost, updates=list(zip(parked, grads)))
    pup = [(p, p - lr * g) for p, g in zip(itemlist(tparams), parked)]
    f_update = theano.function([lr], [], updates=pup)
    return f_grad_shared, f_update
"""

ADADELTA = """\
def adadelta(lr, tparams, grads, x, mask, y, cost):
    '''Zeiler 2012.'''
    zg, ru2, rg2 = zeros(tparams, "grad"), zeros(tparams, "rup2"), zeros(tparams, "rgrad2")
    zgup = [(z, g) for z, g in zip(zg, grads)]
    rg2up = [(r, 0.95 * r + 0.05 * (g ** 2)) for r, g in zip(rg2, grads)]
    f_grad_shared = theano.function([x, mask, y], cost, updates=zgup + rg2up, name="grad")
    updir = [-tensor.sqrt(u + 1e-6) / tensor.sqrt(r + 1e-6) * z for z, u, r in zip(zg, ru2, rg2)]
    ru2up = [(u, 0.95 * u + 0.05 * (d ** 2)) for u, d in zip(ru2, updir)]
    pup = [(p, p + d) for p, d in zip(itemlist(tparams), updir)]
    f_update = theano.function([lr], [], updates=ru2up + pup, on_unused_input="ignore")
    return f_grad_shared, f_update
"""

RMSPROP = """\
def rmsprop(lr, tparams, grads, inp, cost):
    zg, rg, rg2 = zeros(tparams, "grad"), zeros(tparams, "rgrad"), zeros(tparams, "rgrad2")
    updates = []
    for z, m, s, g in zip(zg, rg, rg2, grads):
        updates.append((z, g))
        updates.append((m, 0.95 * m + (1 - 0.95) * g))
        updates.append((s, 0.95 * s + (1 - 0.95) * tensor.sqr(g)))
    f_grad_shared = theano.function(inp, cost, updates=updates)
    updir = zeros(tparams, "updir")
    new = [(u, 0.9 * u - 1e-4 * z / tensor.sqrt(s - m ** 2 + 1e-4))
           for u, z, m, s in zip(updir, zg, rg, rg2)]
    pup = [(p, p + n[1]) for p, n in zip(itemlist(tparams), new)]
    f_update = theano.function([lr], [], updates=new + pup, on_unused_input="ignore")
    return f_grad_shared, f_update
"""

ADAM = """\
def adam(lr, tparams, grads, inp, cost, beta1=0.9, beta2=0.999, e=1e-8):
    gshared = zeros(tparams, "grad")
    f_grad_shared = theano.function(inp, cost, updates=list(zip(gshared, grads)))
    updates = []
    t_prev = theano.shared(numpy.float32(0.))
    t = t_prev + 1.
    lr_t = lr * tensor.sqrt(1. - beta2**t) / (1. - beta1**t)
    for p, g in zip(tparams.values(), gshared):
        m = theano.shared(p.get_value() * 0., p.name + "_mean")
        v = theano.shared(p.get_value() * 0., p.name + "_variance")
        m_t = beta1 * m + (1. - beta1) * g
        v_t = beta2 * v + (1. - beta2) * g**2
        updates.append((m, m_t))
        updates.append((v, v_t))
        updates.append((p, p - lr_t * m_t / (tensor.sqrt(v_t) + e)))
    updates.append((t_prev, t))
    f_update = theano.function([lr], [], updates=updates, on_unused_input="ignore")
    return f_grad_shared, f_update
"""


def _adam_with(weight1: str, weight2: str, rate: str, decay: str) -> str:
    """Adam whose b1 and b2 are the weights of the new terms, or the decays."""
    new, old = ("b{0}", "(1. - b{0})") if decay == "weights" else ("(1. - b{0})", "b{0}")
    return f"""\
def adam(lr, tparams, bn_tparams, opt_ret, grads, inp, cost):
    gshared = zeros(tparams, "grad")
    rule = []
    for idx in bn_tparams:
        rule += [(bn_tparams[idx], opt_ret[idx])]
    f_grad_shared = theano.function(inp, cost, updates=rule + list(zip(gshared, grads)))
    b1, b2, e = {weight1}, {weight2}, 1e-8
    lr0 = {rate}
    updates = []
    i = theano.shared(numpy.float32(0.))
    i_t = i + 1.
    lr_t = lr0 * (tensor.sqrt(1. - b2**i_t) / (1. - b1**i_t))
    for p, g in zip(tparams.values(), gshared):
        m = theano.shared(p.get_value() * 0.)
        v = theano.shared(p.get_value() * 0.)
        m_t = ({new.format(1)} * g) + ({old.format(1)} * m)
        v_t = ({new.format(2)} * tensor.sqr(g)) + ({old.format(2)} * v)
        updates += [(m, m_t), (v, v_t), (p, p - lr_t * (m_t / (tensor.sqrt(v_t) + e)))]
    updates.append((i, i_t))
    f_update = theano.function([lr], [], updates=updates, on_unused_input="ignore")
    return f_grad_shared, f_update
"""


WAP_ADAM = _adam_with("0.1", "0.001", "lr", "weights")

SGD_MOMENTUM = """\
def sgd_momentum(lr, tparams, bn_tparams, opt_ret, grads, inp, cost):
    gshared, deltas = zeros(tparams, "grad"), zeros(tparams, "delta")
    rule = [(bn_tparams[k], opt_ret[k]) for k in bn_tparams]
    f_grad_shared = theano.function(inp, cost, updates=rule + list(zip(gshared, grads)))
    pup1 = [(d, 0.9 * d - lr * g) for d, g in zip(deltas, gshared)]
    pup2 = [(p, p + d) for p, d in zip(itemlist(tparams), deltas)]
    f_update = theano.function([lr], [], updates=pup1 + pup2)
    return f_grad_shared, f_update
"""

WAP_ADADELTA = ADADELTA.replace(
    "grads, x, mask, y, cost", "bn_tparams, opt_ret, grads, inp, cost"
).replace("1e-6", "lr")
WAP_ADADELTA = WAP_ADADELTA.replace(
    "[x, mask, y], cost, updates=zgup + rg2up",
    "inp, cost, updates=[(bn_tparams[k], opt_ret[k]) for k in bn_tparams] + zgup + rg2up",
)

RECOGNISED = {
    "lstm_tutorial.sgd": SGD,
    "lstm_tutorial.adadelta": ADADELTA,
    "lstm_tutorial.rmsprop": RMSPROP.replace("inp", "[x, mask, y]", 2)
    .replace("grads, [x, mask, y], cost", "grads, x, mask, y, cost")
    .replace("theano.function(inp,", "theano.function([x, mask, y],"),
    "symopt.sgd": SGD.replace("x, mask, y", "inp", 1).replace("[x, mask, y]", "inp"),
    "dl4mt.adadelta": ADADELTA.replace("x, mask, y", "inp", 1).replace("[x, mask, y]", "inp"),
    "dl4mt.rmsprop": RMSPROP,
    "dl4mt.adam": ADAM,
    "dl4mt.adam_session0": _adam_with("0.9", "0.999", "0.0001", "weights")
    .replace("bn_tparams, opt_ret, ", "")
    .replace("    for idx in bn_tparams:\n        rule += [(bn_tparams[idx], opt_ret[idx])]\n", ""),
    "dl4mt.adam_session1": _adam_with("0.1", "0.001", "0.0002", "weights")
    .replace("bn_tparams, opt_ret, ", "")
    .replace("    for idx in bn_tparams:\n        rule += [(bn_tparams[idx], opt_ret[idx])]\n", ""),
    "wap_densenet.adam": WAP_ADAM,
    "wap_densenet.sgd_momentum": SGD_MOMENTUM,
    "wap_densenet.adadelta": WAP_ADADELTA,
}
"""What each form of symopt's takes the place of."""

VARIANTS = {
    "another rho": ADADELTA.replace("0.95", "0.9").replace("0.05", "0.1"),
    "epsilon outside of the root": ADADELTA.replace(
        "tensor.sqrt(r + 1e-6)", "(tensor.sqrt(r) + 1e-6)"
    ),
    "another epsilon": ADADELTA.replace("1e-6", "1e-5"),
    "a rate that counts": ADADELTA.replace("p + d)", "p + lr * d)"),
    "statistics in the second phase": ADADELTA.replace("zgup + rg2up, name", "zgup, name").replace(
        "ru2up + pup", "ru2up + pup + rg2up"
    ),
    "the new velocity": SGD_MOMENTUM.replace(
        "pup2 = [(p, p + d) for p, d in zip(itemlist(tparams), deltas)]",
        "pup2 = [(p, p + n[1]) for p, n in zip(itemlist(tparams), pup1)]",
    ),
    "weight decay": SGD.replace("p - lr * g", "p - lr * (g + 1e-4 * p)"),
    "another decay": ADAM.replace("beta1 * m +", "0.8 * m +"),
    "a corrected numerator": ADAM.replace("(tensor.sqrt(v_t) + e)", "tensor.sqrt(v_t + e)"),
    "averages that begin at one": SGD_MOMENTUM.replace(
        'zeros(tparams, "delta")',
        "[theano.shared(p.get_value() * 0. + 1.) for p in itemlist(tparams)]",
    ),
}
"""What looks like one and computes something else."""
