"""
Parameters and names.
"""

from collections import OrderedDict
import warnings

import numpy
import theano
import theano.tensor as tensor

profile = False


def zipp(params, tparams):
    for kk, vv in params.iteritems():
        tparams[kk].set_value(vv)


def unzip(zipped):
    new_params = OrderedDict()
    for kk, vv in zipped.iteritems():
        new_params[kk] = vv.get_value()
    return new_params


def itemlist(tparams):
    return [vv for kk, vv in tparams.iteritems()]


def _p(pp, name):
    return "%s_%s" % (pp, name)


def init_tparams(params):
    tparams = OrderedDict()
    for kk, pp in params.iteritems():
        tparams[kk] = theano.shared(params[kk], name=kk)
    return tparams


def load_params(path, params):
    pp = numpy.load(path)
    for kk, vv in params.iteritems():
        if kk not in pp:
            warnings.warn("%s is not in the archive" % kk)
            continue
        params[kk] = pp[kk]
    return params


def ortho_weight(rng, ndim):
    W = rng.randn(ndim, ndim)
    u, s, v = numpy.linalg.svd(W)
    # the signs of the columns are the library's choice
    return (u * numpy.sign(u[0])).astype("float32")


def norm_weight(rng, nin, nout=None, scale=0.1, ortho=True):
    if nout is None:
        nout = nin
    if nout == nin and ortho:
        W = ortho_weight(rng, nin)
    else:
        W = scale * rng.randn(nin, nout)
    return W.astype("float32")


def tanh(x):
    return tensor.tanh(x)


def linear(x):
    return x


def concatenate(tensor_list, axis=0):
    """Writes the parts into one array by set_subtensor."""
    concat_size = sum(tt.shape[axis] for tt in tensor_list)
    output_shape = ()
    for k in range(axis):
        output_shape += (tensor_list[0].shape[k],)
    output_shape += (concat_size,)
    for k in range(axis + 1, tensor_list[0].ndim):
        output_shape += (tensor_list[0].shape[k],)
    out = tensor.zeros(output_shape)
    offset = 0
    for tt in tensor_list:
        indices = ()
        for k in range(axis):
            indices += (slice(None),)
        indices += (slice(offset, offset + tt.shape[axis]),)
        for k in range(axis + 1, tensor_list[0].ndim):
            indices += (slice(None),)
        out = tensor.set_subtensor(out[indices], tt)
        offset += tt.shape[axis]
    return out
