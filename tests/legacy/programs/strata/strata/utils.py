import numpy as np
import theano
import theano.tensor as T

try:
    int_types = (int, long)
except NameError:
    int_types = (int,)


def floatX(arr):
    return np.asarray(arr, dtype=theano.config.floatX)


def shared_empty(dim=2, dtype=None):
    if dtype is None:
        dtype = theano.config.floatX
    return theano.shared(np.zeros((1,) * dim, dtype=dtype))


def as_theano_expression(input):
    if isinstance(input, theano.gof.Variable):
        return input
    try:
        return theano.tensor.constant(input)
    except Exception as e:
        raise TypeError(
            "Input of type %s is not a Theano expression and cannot be wrapped "
            "as one (original exception: %s)" % (type(input), e)
        )


def one_hot(x, m=None):
    if m is None:
        m = T.cast(T.max(x) + 1, "int32")
    return T.eye(m)[T.cast(x, "int32")]


def unique(l):
    new_list = []
    seen = set()
    for el in l:
        if el not in seen:
            new_list.append(el)
        seen.add(el)
    return new_list


def create_param(spec, shape, name=None):
    """A shared variable of a shape: from an initialiser, an array or another expression."""
    shape = tuple(shape)
    if any(d <= 0 for d in shape):
        raise ValueError(
            "Cannot create param with a non-positive shape dimension. Tried %r, %r" % (shape, name)
        )
    if callable(spec) and not isinstance(spec, theano.gof.Variable):
        spec = spec(shape)
    if np.isscalar(spec) or isinstance(spec, np.generic) or isinstance(spec, np.ndarray):
        spec = np.asarray(spec)
        if spec.shape != shape:
            raise ValueError("parameter %s has shape %s, should be %s" % (name, spec.shape, shape))
        bcast = tuple(s == 1 for s in shape)
        return theano.shared(floatX(spec), broadcastable=bcast, name=name)
    if isinstance(spec, theano.gof.Variable):
        if spec.ndim != len(shape):
            raise ValueError("parameter has %d dimensions, should be %d" % (spec.ndim, len(shape)))
        return spec
    raise TypeError("cannot initialize parameter %s" % name)
