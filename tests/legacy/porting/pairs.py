"""Small programs, and what they are ported to: one pair a rule.

Written for Python 3 unless the name begins with ``python2``.
"""

from __future__ import annotations

from textwrap import dedent

PAIRS: dict[str, tuple[str, str]] = {}


def pair(name: str, before: str, after: str) -> None:
    PAIRS[name] = dedent(before).lstrip("\n"), dedent(after).lstrip("\n")


# names and imports

pair(
    "modules keep their local names, theano becomes pytensor",
    """
    import theano
    import theano.tensor as T

    x = T.matrix("x")  # the input
    y = theano.shared(0.)
    z = T.dot(x, x) + theano.tensor.exp(y)
    """,
    """
    import pytensor
    import pytensor.tensor as T

    x = T.matrix("x")  # the input
    y = pytensor.shared(0.)
    z = T.dot(x, x) + pytensor.tensor.exp(y)
    """,
)
pair(
    "renamed functions",
    """
    from theano import tensor

    def f(x):
        return tensor.abs_(x) + tensor.inv(x) - tensor.sgn(x) * tensor.nnet.sigmoid(x)
    """,
    """
    from pytensor import tensor

    def f(x):
        return tensor.abs(x) + tensor.reciprocal(x) - tensor.sign(x) * tensor.sigmoid(x)
    """,
)
pair(
    "functions that hide a module of their name",
    """
    import theano.tensor as T
    from theano.tensor.var import TensorVariable
    from theano.tensor.sharedvar import TensorSharedVariable

    y = T.var(x) + T.sort(x)
    ok = isinstance(y, (TensorVariable, TensorSharedVariable, T.var.TensorConstant))
    """,
    """
    import pytensor.tensor as T
    from pytensor.tensor import TensorVariable
    from pytensor.tensor.sharedvar import TensorSharedVariable

    y = T.var(x) + T.sort(x)
    ok = isinstance(y, (TensorVariable, TensorSharedVariable, T.TensorConstant))
    """,
)
pair(
    "a module that is only asked for",
    """
    try:
        import theano
    except ImportError:
        raise ImportError("no Theano")
    else:
        del theano
    """,
    """
    try:
        import pytensor
    except ImportError:
        raise ImportError("no Theano")
    else:
        del pytensor
    """,
)
pair(
    "default updates",
    """
    import theano

    x = theano.shared(0.)
    x.default_update = 2 * x
    """,
    """
    import pytensor
    from symopt.legacy.default_updates import as_update_of

    x = pytensor.shared(0.)
    x.default_update = as_update_of(x, 2 * x)
    """,
)
pair(
    "names that come with a star",
    """
    import numpy
    from theano import *
    from theano.tensor import *

    x = matrix("x")
    f = function([x], sum(abs_(x)) + max(inv(x)) + len(numpy.zeros(3)))
    print(config.floatX)
    """,
    """
    import numpy
    from pytensor import config
    from pytensor.tensor import abs as abs_, matrix, max, reciprocal as inv, sum
    from symopt import function

    x = matrix("x")
    f = function([x], sum(abs_(x)) + max(inv(x)) + len(numpy.zeros(3)))
    print(config.floatX)
    """,
)
pair(
    "a star of which not all is known",
    """
    from theano.tensor import *

    y = sqr(2.) + whatever
    """,
    """
    from symopt.legacy.theano.tensor import *
    from pytensor.tensor import sqr

    y = sqr(2.) + whatever
    """,
)
pair(
    "the value of a shared variable in its first form",
    """
    import theano

    x = theano.shared(0.)
    x.value = x.value + self.value
    """,
    """
    import pytensor

    x = pytensor.shared(0.)
    x.set_value(x.get_value() + self.value)
    """,
)
pair(
    "functions imported by name keep it",
    """
    from theano.tensor import dot as d, inv
    from theano.tensor.nnet import sigmoid, relu
    from theano import function, shared

    f = function([], d(shared(1), inv(sigmoid(relu(2.)))))
    """,
    """
    from pytensor.tensor import dot as d, reciprocal as inv
    from pytensor.tensor import sigmoid
    from symopt.nnet import relu
    from symopt import function
    from pytensor import shared

    f = function([], d(shared(1), inv(sigmoid(relu(2.)))))
    """,
)
pair(
    "what is not used is not imported",
    """
    import numpy
    import theano, os
    import theano.tensor as T
    from theano import config, gof

    print(os.name, numpy.zeros(3), config.floatX)
    """,
    """
    import numpy
    import os
    from pytensor import config

    print(os.name, numpy.zeros(3), config.floatX)
    """,
)
pair(
    "a parameter or a local variable hides a module",
    """
    import theano.tensor as T

    def f(T):
        return T.inv(2)

    def g(x):
        T_ = T.inv(x)
        return T_
    """,
    """
    import pytensor.tensor as T

    def f(T):
        return T.inv(2)

    def g(x):
        T_ = T.reciprocal(x)
        return T_
    """,
)
pair(
    "an import within a function stays there",
    """
    def f(x):
        import theano.tensor as TT
        from theano.tensor.nnet import conv2d, softmax
        return TT.sqr(conv2d(x, softmax(x)))
    """,
    """
    def f(x):
        import pytensor.tensor as TT
        from symopt.nnet import conv2d, softmax
        return TT.sqr(conv2d(x, softmax(x)))
    """,
)
pair(
    "a module by assignment",
    """
    import theano

    T = theano.tensor
    y = T.nnet.sigmoid(T.inv(T.matrix()))
    """,
    """
    import pytensor

    T = pytensor.tensor
    y = T.sigmoid(T.reciprocal(T.matrix()))
    """,
)
pair(
    "the arms of a try that come to the same",
    """
    # pooling
    try:
        from theano.tensor.signal.pool import pool_2d
    except ImportError:
        from theano.tensor.signal.downsample import max_pool_2d as pool_2d

    y = pool_2d(0, (2, 2), True)
    """,
    """
    # pooling
    from symopt.nnet import pool_2d

    y = pool_2d(0, (2, 2), True)
    """,
)
pair(
    "comments of imports that go",
    """
    import os
    # what we compute with
    import theano

    # nothing of it is used
    x = os.name
    """,
    """
    import os
    # what we compute with

    # nothing of it is used
    x = os.name
    """,
)
pair(
    "several lines in a from import",
    """
    from theano.tensor import (
        dot,  # products
        tanh,
    )

    y = dot(tanh(1.), 2.)
    """,
    """
    from pytensor.tensor import (
        dot,  # products
        tanh,
    )

    y = dot(tanh(1.), 2.)
    """,
)
pair(
    "where a name is taken already",
    """
    import theano.tensor.nnet as nn

    pt = 3
    symopt = 4
    y = nn.sigmoid(nn.relu(1.) + pt + symopt)
    """,
    """
    import symopt.nnet as nn
    import pytensor.tensor as pt_

    pt = 3
    symopt = 4
    y = pt_.sigmoid(nn.relu(1.) + pt + symopt)
    """,
)
pair(
    "deep modules come out by from",
    """
    import theano

    def is_leaf(x):
        return isinstance(x, theano.Variable) and x in theano.gof.graph.inputs([x])
    """,
    """
    from pytensor.graph.basic import Variable
    from pytensor.graph.traversal import graph_inputs

    def is_leaf(x):
        return isinstance(x, Variable) and x in list(graph_inputs([x]))
    """,
)
pair(
    "kept on the namespace",
    """
    import theano
    from theano.ifelse import ifelse

    class Double(theano.Op):
        __props__ = ()

    y = ifelse(theano.shared(1), 2, theano.tensor.batched_dot(1, 2))
    """,
    """
    import pytensor
    from symopt.legacy.theano.ifelse import ifelse
    from symopt.legacy import theano

    class Double(theano.Op):
        __props__ = ()

    y = ifelse(pytensor.shared(1), 2, theano.tensor.batched_dot(1, 2))
    """,
)

# settings, flags, GPUs

pair(
    "settings",
    """
    import os
    os.environ["THEANO_FLAGS"] = "device=gpu0,floatX=float32,lib.cnmem=1"
    import theano
    from theano import config

    theano.config.compute_test_value = "off"  # no test values
    theano.config.floatX = "float32"
    gpu = theano.config.device.startswith("gpu") or config.device != "cpu"
    print(config.floatX, theano.config.optimizer)
    """,
    """
    import os
    os.environ["PYTENSOR_FLAGS"] = "floatX=float32"
    import pytensor
    from pytensor import config

    pytensor.config.floatX = "float32"
    gpu = "cpu".startswith("gpu") or "cpu" != "cpu"
    print(config.floatX, pytensor.config.optimizer)
    """,
)
pair(
    "what chose or asked for a GPU",
    """
    import theano
    import theano.sandbox.cuda
    from theano.sandbox.cuda.basic_ops import gpu_contiguous
    from theano.sandbox.cuda.dnn import dnn_available, dnn_conv

    if theano.sandbox.cuda.cuda_available:
        theano.sandbox.cuda.use("gpu")

    def conv(x, w):
        if dnn_available():
            return dnn_conv(gpu_contiguous(x), w, "half", (1, 1), conv_mode="cross")
        return dnn_conv(img=x + 1, kerns=gpu_contiguous(w * 2), conv_mode="conv")
    """,
    """
    from symopt.nnet import conv2d as dnn_conv

    if False:
        pass

    def conv(x, w):
        if False:
            return dnn_conv(x, w, border_mode="half", subsample=(1, 1), filter_flip=False)
        return dnn_conv(input=x + 1, filters=(w * 2))
    """,
)

# calls

pair(
    "theano.function",
    """
    import theano

    f = theano.function(
        inputs=[theano.Param(x, default=3), theano.In(y, value=2)],
        outputs={"a": x + y},
        mode="FAST_RUN",
        on_unused_input="ignore",
    )
    """,
    """
    import symopt

    f = symopt.function(
        inputs=[symopt.In(x, value=3), symopt.In(y, value=2)],
        outputs={"a": x + y},
        on_unused_input="ignore",
    )
    """,
)
pair(
    "stack, flatten, reshape, and constructors",
    """
    import theano.tensor as T

    a = T.stack(x, y, z)
    b = T.stack([x, y], axis=1)
    c = T.stack(xs, 1)
    d = T.stack(*xs)
    e = T.flatten(x, outdim=2) + x.flatten(outdim=2)
    f = T.reshape(x, shape, 2)
    g = T.matrix("g", "int64")
    h = T.matrix().reshape(shape, ndim=3)
    i = T.matrix().reshape(shape, 2) + x.reshape((3, -1), 2)
    i = x.reshape(T.stack([a, b]), 2)
    j = array.reshape(n, 2) + T.matrix().eval().reshape(2, -1) + T.matrix().reshape(2, 3)
    """,
    """
    import pytensor.tensor as T

    a = T.stack([x, y, z])
    b = T.stack([x, y], axis=1)
    c = T.stack(xs, 1)
    d = T.stack([*xs])
    e = T.flatten(x, ndim=2) + x.flatten(ndim=2)
    f = T.reshape(x, shape, ndim=2)
    g = T.matrix("g", dtype="int64")
    h = T.matrix().reshape(shape, ndim=3)
    i = T.matrix().reshape(shape, ndim=2) + x.reshape((3, -1), ndim=2)
    i = x.reshape(T.stack([a, b]), ndim=2)
    j = array.reshape(n, 2) + T.matrix().eval().reshape(2, -1) + T.matrix().reshape(2, 3)
    """,
)
pair(
    "patterns of booleans are patterns of lengths",
    """
    import theano
    import theano.tensor as T

    a = theano.shared(v, "a", broadcastable=(True, False))
    b = theano.shared(v, broadcastable=p.broadcastable)
    c = T.TensorType("float32", (False,) * 4)
    d = T.TensorType(dtype="int64", broadcastable=[True] + [False] * 2)
    e = T.TensorType("float32", bcast)
    """,
    """
    import pytensor
    import pytensor.tensor as T

    a = pytensor.shared(v, "a", shape=(1, None))
    b = pytensor.shared(v, shape=tuple(1 if flag else None for flag in p.broadcastable))
    c = T.TensorType("float32", shape=(None,) * 4)
    d = T.TensorType(dtype="int64", shape=[1] + [None] * 2)
    e = T.TensorType("float32", bcast)
    """,
)
pair(
    "convolution and pooling",
    """
    from theano.tensor.nnet import conv, conv2d
    from theano.tensor.signal import downsample, pool

    a = conv2d(x, w, image_shape=s, filter_shape=t, border_mode="full")
    b = conv.conv2d(input=x, filters=w, image_shape=s, version=3)
    c = downsample.max_pool_2d(a, ds=(2, 2), st=(1, 1), ignore_border=True)
    d = pool.pool_2d(
        b,
        (2, 2),
        padding=(1, 1),
    )
    """,
    """
    import symopt
    from symopt.nnet import conv2d

    a = conv2d(x, w, input_shape=s, filter_shape=t, border_mode="full")
    b = symopt.nnet.conv2d(input=x, filters=w, input_shape=s)
    c = symopt.nnet.pool_2d(a, ws=(2, 2), stride=(1, 1), ignore_border=True)
    d = symopt.nnet.pool_2d(
        b,
        (2, 2),
        pad=(1, 1),
        ignore_border=False,
    )
    """,
)
pair(
    "random streams",
    """
    from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams
    import theano.tensor.shared_randomstreams

    a = RandomStreams(12).binomial(size=(3,), p=.5)
    b = theano.tensor.shared_randomstreams.RandomStreams(seed=3)
    """,
    """
    import symopt
    from symopt.random import MRG_RandomStreams as RandomStreams

    a = RandomStreams(12).binomial(size=(3,), p=.5)
    b = symopt.random.RandomStreams(seed=3)
    """,
)
pair(
    "gradients",
    """
    import theano
    import theano.tensor as T

    a = T.grad(cost, params.values())
    b = theano.grad(cost, wrt=d.keys(), known_grads=k)
    c = T.Rop(y, x, v) + T.jacobian(y, x)
    c = theano.gradient.disconnected_grad(x)
    d = theano.gradient.consider_constant(x)
    """,
    """
    import pytensor
    import pytensor.tensor as T

    a = T.grad(cost, list(params.values()))
    b = pytensor.grad(cost, wrt=list(d.keys()), known_grads=k)
    c = pytensor.gradient.Rop(y, x, v) + pytensor.gradient.jacobian(y, x)
    c = pytensor.gradient.disconnected_grad(x)
    d = pytensor.gradient.zero_grad(x)
    """,
)
pair(
    "clone and unbroadcast",
    """
    import theano
    import theano.tensor as T

    a = theano.clone(x, replace={y: z}, strict=False, share_inputs=True)
    b = theano.clone(x, share_inputs=False)
    c = T.unbroadcast(x, 0, 1) + T.addbroadcast(x, 0) + T.unbroadcast(x, 1)
    d = T.tile(x, (2, 2)) + T.tile(x, n, ndim=3)
    """,
    """
    import pytensor.tensor as T
    from pytensor.graph.replace import clone_replace
    from symopt.legacy import theano
    from symopt.nnet.unbroadcast import forget_shape

    a = clone_replace(x, replace={y: z}, rebuild_strict=False)
    b = theano.clone(x, share_inputs=False)
    c = forget_shape(x, (0, 1)) + T.specify_broadcastable(x, 0) + forget_shape(x, (1,))
    d = T.tile(x, (2, 2)) + theano.tensor.tile(x, n, ndim=3)
    """,
)

# loops

pair(
    "scan whose updates nobody reads",
    """
    import theano
    import theano.tensor as T

    def run(xs, n):
        h0 = T.alloc(0., n, 1)
        (hs, ys), updates = theano.scan(
            fn=lambda x, h, y: (T.tanh(h + x), y),
            sequences=xs,
            outputs_info=[h0, dict(initial=y0)],
        )
        zs = theano.map(T.sqr, hs)[0]
        return hs, zs
    """,
    """
    import pytensor
    import pytensor.tensor as T
    from symopt.nnet.unbroadcast import forget_shape

    def run(xs, n):
        h0 = T.alloc(0., n, 1)
        (hs, ys) = pytensor.scan(
            fn=lambda x, h, y: (T.tanh(h + x), y),
            sequences=xs,
            outputs_info=[forget_shape(h0), dict(initial=y0)],
            return_updates=False,
        )
        zs = pytensor.map(T.sqr, hs, return_updates=False)
        return hs, zs
    """,
)
pair(
    "scan whose step evidently draws nothing",
    """
    import theano

    def step(x, h):
        return helper(x) + h

    def helper(x):
        return 2 * x

    hs, updates = theano.scan(step, xs, [h])
    f = theano.function([xs], hs, updates=updates)
    """,
    """
    import pytensor
    import symopt

    def step(x, h):
        return helper(x) + h

    def helper(x):
        return 2 * x

    hs, updates = pytensor.scan(step, xs, [h], return_updates=False), {}
    f = symopt.function([xs], hs, updates=updates)
    """,
)
pair(
    "scan whose step draws",
    """
    import theano

    def gibbs(v):
        return rng.binomial(size=v.shape, p=v)

    vs, updates = theano.scan(gibbs, outputs_info=[v], n_steps=15)
    f = theano.function([v], vs, updates=updates)
    """,
    """
    import symopt
    from symopt.legacy import theano

    def gibbs(v):
        return rng.binomial(size=v.shape, p=v)

    vs, updates = theano.scan(gibbs, outputs_info=[v], n_steps=15)
    f = symopt.function([v], vs, updates=updates)
    """,
)
pair(
    "new axes of a step's arguments",
    """
    import theano

    def layer(xs, mask):
        def _step_slice(m_, x_, h_):
            return m_[:, None] * x_ + (1. - m_)[:, None] * h_

        _step = _step_slice
        hs, _ = theano.scan(_step, sequences=[mask, xs], outputs_info=[h])
        return hs[:, None]
    """,
    """
    import pytensor

    def layer(xs, mask):
        def _step_slice(m_, x_, h_):
            return m_.dimshuffle(0, "x") * x_ + (1. - m_).dimshuffle(0, "x") * h_

        _step = _step_slice
        hs = pytensor.scan(_step, sequences=[mask, xs], outputs_info=[h], return_updates=False)
        return hs[:, None]
    """,
)

pair(
    "tests of what the program's own functions give",
    """
    import re
    import theano.tensor as T
    from utils import shared

    class Layer(object):
        def __init__(self, bias=True, flag=False):
            self.bias = bias
            self.flag = flag
            if self.bias:
                self.bias = shared(3)
            match = re.match("a", "b")
            if match and self.flag:
                print(T.inv(3))

        def link(self, mask, train):
            if train and mask:
                return mask.dimshuffle(0, "x")
    """,
    """
    import re
    import pytensor.tensor as T
    from symopt.legacy.truth import given
    from utils import shared

    class Layer(object):
        def __init__(self, bias=True, flag=False):
            self.bias = bias
            self.flag = flag
            if given(self.bias):
                self.bias = shared(3)
            match = re.match("a", "b")
            if match and self.flag:
                print(T.reciprocal(3))

        def link(self, mask, train):
            if train and given(mask):
                return mask.dimshuffle(0, "x")
    """,
)
pair(
    "tests of what may be symbolic",
    """
    import theano
    import theano.tensor as T

    class Layer(object):
        def __init__(self, input, W=None, b=None, verbose=False, n=3):
            self.input = input or T.matrix()
            if not W and n:
                W = theano.shared(0.)
            self.b = b
            assert W, "no W"
            if verbose or not b:
                print(n)

        def output(self, mask=None):
            if self.b:
                return self.input
            if n:
                return mask or self.input
            return [m for m in self.input if m]
    """,
    """
    import pytensor
    import pytensor.tensor as T
    from symopt.legacy.truth import given

    class Layer(object):
        def __init__(self, input, W=None, b=None, verbose=False, n=3):
            self.input = (input if given(input) else T.matrix())
            if not given(W) and n:
                W = pytensor.shared(0.)
            self.b = b
            assert given(W), "no W"
            if verbose or not given(b):
                print(n)

        def output(self, mask=None):
            if given(self.b):
                return self.input
            if n:
                return (mask if given(mask) else self.input)
            return [m for m in self.input if m]
    """,
)

# text that is evaluated

pair(
    "text that is evaluated",
    """
    import theano
    from theano import tensor

    def layer(x, activ="lambda x: tensor.nnet.sigmoid(x)", out='tensor.tanh', of="theano.tensor"):
        return eval(activ)(x), eval(out)(x)

    rect = "lambda x: tensor.nnet.relu(x) + theano.tensor.abs_(x)"
    """,
    """
    import pytensor
    import symopt
    from pytensor import tensor

    def layer(x, activ="lambda x: tensor.sigmoid(x)", out='tensor.tanh', of="theano.tensor"):
        return eval(activ)(x), eval(out)(x)

    rect = "lambda x: symopt.nnet.relu(x) + pytensor.tensor.abs(x)"
    """,
)

# Python and NumPy

pair(
    "what is gone from NumPy and Python",
    """
    import collections
    import inspect
    import time
    import numpy as np
    from collections import Mapping, OrderedDict

    a = np.zeros(3, dtype=np.float) + np.asscalar(np.float_(3)) + np.product([1])
    args, _, _, defaults = inspect.getargspec(f)
    names = inspect.getargspec(f).args
    t = time.clock()
    ok = isinstance(x, (collections.Iterable, Mapping, OrderedDict))
    data = np.load("x.npz")
    """,
    """
    import collections
    import inspect
    import time
    import numpy as np
    from collections import OrderedDict
    from collections.abc import Mapping

    a = np.zeros(3, dtype=float) + np.float64(3).item() + np.prod([1])
    args, _, _, defaults = inspect.getfullargspec(f)[:4]
    names = inspect.getfullargspec(f).args
    t = time.process_time()
    ok = isinstance(x, (collections.abc.Iterable, Mapping, OrderedDict))
    data = np.load("x.npz", allow_pickle=True)
    """,
)
pair(
    "python2 syntax and names",
    """
    import sys
    from theano import tensor as T

    def f(a, b, d):
        for k, v in d.iteritems():
            print >>sys.stderr, k, v
        if d.has_key("a") and a <> b:
            raise ValueError, "no"
        try:
            names = d.keys() + zip(a, b)
        except KeyError, e:
            pass
        return [x for x in xrange(3)], T.inv(a), map(str, a), 0777
    """,
    """
    import sys
    from pytensor import tensor as T

    def f(a, b, d):
        for k, v in d.items():
            print(k, v, file=sys.stderr)
        if "a" in d and a != b:
            raise ValueError("no")
        try:
            names = list(d.keys()) + list(zip(a, b))
        except KeyError as e:
            pass
        return [x for x in range(3)], T.reciprocal(a), list(map(str, a)), 0o777
    """,
)
pair(
    "python2 division",
    """
    import numpy
    import theano.tensor as T

    def floatx(data):
        return numpy.asarray(data, dtype="float32")

    def f(x, n, batch_size=16):
        half = x.shape[0] / 2
        count = len(n) / 10
        rate = 1. / n + n / 2.0 + T.exp(x) / n + floatx(n) / n
        total = 7
        total /= 2
        n /= 3
        for i in xrange(5):
            print i / 2, n / batch_size
        return (n + 1) / (batch_size - 1)
    """,
    """
    import numpy
    import pytensor.tensor as T
    from symopt.legacy.python2.division import divide, divide_in_place

    def floatx(data):
        return numpy.asarray(data, dtype="float32")

    def f(x, n, batch_size=16):
        half = x.shape[0] // 2
        count = len(n) // 10
        rate = 1. / n + n / 2.0 + T.exp(x) / n + floatx(n) / n
        total = 7
        total //= 2
        n = divide_in_place(n, 3)
        for i in range(5):
            print(i // 2, divide(n, batch_size))
        return divide(n + 1, batch_size - 1)
    """,
)
pair(
    "python2 pickles",
    """
    import cPickle
    import gzip
    import numpy

    with open("options.pkl") as f:
        options = cPickle.load(f)
    g = open("state.pkl", "w")
    cPickle.dump(options, g, -1)
    train, test = cPickle.load(gzip.open("mnist.pkl.gz"))
    text = open("names.txt", "r").read()
    weights = numpy.load("w.npy")
    """,
    """
    import pickle
    import gzip
    import numpy

    with open("options.pkl", "rb") as f:
        options = pickle.load(f, encoding="latin1")
    g = open("state.pkl", "wb")
    pickle.dump(options, g, -1)
    train, test = pickle.load(gzip.open("mnist.pkl.gz"), encoding="latin1")
    text = open("names.txt", "r").read()
    weights = numpy.load("w.npy", allow_pickle=True, encoding="latin1")
    """,
)
pair(
    "python2 pickles and text by one name",
    """
    import pickle

    with open("a.txt") as f:
        lines = f.readlines()
    with open("a.pkl", "w") as f:
        pickle.dump(lines, f)
    g = open("b.txt")
    print g.read()
    g = open("b.pkl")
    a = pickle.load(g)
    """,
    """
    import pickle

    with open("a.txt") as f:
        lines = f.readlines()
    with open("a.pkl", "wb") as f:
        pickle.dump(lines, f)
    g = open("b.txt")
    print(g.read())
    g = open("b.pkl", "rb")
    a = pickle.load(g, encoding="latin1")
    """,
)
pair(
    "python2 builtins that are gone",
    """
    def order(names):
        print names
        return cmp(names[0], names[1])
    """,
    """
    from symopt.legacy.python2.ordering import compare_values
    def order(names):
        print(names)
        return compare_values(names[0], names[1])
    """,
)
pair(
    "python2 methods of operators",
    """
    class Number(object):
        def __div__(self, other):
            print other

        def next(self):
            return self
    """,
    """
    class Number(object):
        def __truediv__(self, other):
            print(other)

        def __next__(self):
            return self
    """,
)
