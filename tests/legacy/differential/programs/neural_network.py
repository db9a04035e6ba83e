"""theano.tensor.nnet: activations, softmax, losses and batch forms, with their gradients."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.nnet import neighbours as neighbours_module

from tests.legacy.differential.answers import (
    build,
    compute,
    integers,
    numbers,
    positive,
    raised,
    rewritten,
    tolerance,
    warns,
)


def _with_gradients(inputs, costs, wrt):
    outputs = OrderedDict()
    for label, cost in costs.items():
        outputs[label] = cost
        weight = T.arange(cost.size).reshape(cost.shape, ndim=cost.ndim) + 1
        scalar = (cost * T.cast(weight, cost.dtype)).sum()
        for variable in wrt:
            outputs[label + " gradient " + variable.name] = T.grad(
                scalar, variable, disconnected_inputs="ignore"
            )
    return compute(inputs, outputs)


@tolerance(1e-5, 1e-6)
def activations():
    x = T.matrix("x")
    return _with_gradients(
        [(x, numbers(3, 4))],
        OrderedDict(
            [
                ("sigmoid", T.nnet.sigmoid(x)),
                ("ultra_fast", theano.gradient.disconnected_grad(T.nnet.ultra_fast_sigmoid(x)) + x),
                ("hard_sigmoid", T.nnet.hard_sigmoid(x)),
                ("softplus", T.nnet.softplus(x)),
                ("relu", T.nnet.relu(x)),
                ("relu alpha", T.nnet.relu(x, 0.25)),
                ("relu alpha keyword", T.nnet.relu(x, alpha=0.125)),
                ("relu alpha vector", T.nnet.relu(x, T.constant(numbers(4)))),
                ("elu", T.nnet.elu(x)),
                ("elu alpha", T.nnet.elu(x, alpha=0.5)),
                ("selu", T.nnet.selu(x)),
                ("softsign", T.nnet.nnet.softsign(x)),
                ("tanh", T.tanh(x)),
                ("sigm module", T.nnet.sigm.sigmoid(x)),
                ("hard in sigm", T.nnet.sigm.hard_sigmoid(x)),
            ]
        ),
        [x],
    )


@tolerance(1e-5, 1e-6)
def softmax_forms():
    x, v = T.matrix("x"), T.vector("v")
    return _with_gradients(
        [(x, numbers(3, 4)), (v, numbers(4, seed=2))],
        OrderedDict(
            [
                ("matrix", T.nnet.softmax(x)),
                ("transposed", T.nnet.softmax(x.T)),
                ("reshaped", T.nnet.softmax(x.reshape((2, 6)))),
                ("logsoftmax", T.nnet.logsoftmax(x)),
                ("log of softmax", T.log(T.nnet.softmax(x))),
                ("with bias", T.nnet.softmax_with_bias(x, v)),
                ("bias added", T.nnet.softmax(x + v)),
                ("graph", T.nnet.nnet.softmax_graph(x)),
                ("op", T.nnet.nnet.softmax_op(x)),
            ]
        ),
        [x, v],
    )


@warns
def softmax_of_a_vector():
    v = T.vector("v")
    made = compute(
        [(v, numbers(4))],
        OrderedDict(
            [
                ("softmax", T.nnet.softmax(v)),
                ("flattened", T.nnet.softmax(v).flatten()),
                ("row", T.nnet.softmax(v.dimshuffle("x", 0))),
                ("gradient", T.grad((T.nnet.softmax(v) ** 2).sum(), v)),
                ("logsoftmax", T.nnet.logsoftmax(v)),
            ]
        ),
    )
    made.update(
        build(
            {
                "tensor3": lambda: T.nnet.softmax(T.tensor3()),
                "scalar": lambda: T.nnet.softmax(T.scalar()),
                "int": lambda: T.nnet.softmax(T.imatrix()),
                "logsoftmax tensor3": lambda: T.nnet.logsoftmax(T.tensor3()),
                "column": lambda: T.nnet.softmax(T.col()),
            }
        )
    )
    return made


@tolerance(1e-5, 1e-6)
def crossentropies():
    o, t, y = T.matrix("o"), T.matrix("t"), T.ivector("y")
    w = T.vector("w")
    return _with_gradients(
        [
            (o, positive(3, 4) / 4),
            (t, positive(3, 4, seed=2) / 4),
            (y, integers(3, low=0, high=3, dtype="int32")),
            (w, positive(3) / 4),
        ],
        OrderedDict(
            [
                ("categorical dense", T.nnet.categorical_crossentropy(o, t)),
                ("categorical index", T.nnet.categorical_crossentropy(o, y)),
                ("categorical mean", T.nnet.categorical_crossentropy(o, y).mean()),
                ("binary", T.nnet.binary_crossentropy(o, t)),
                ("binary mean", T.nnet.binary_crossentropy(o, t).mean()),
                ("binary vector", T.nnet.binary_crossentropy(o, w.dimshuffle(0, "x"))),
                ("binary constant", T.nnet.binary_crossentropy(o, 1.0)),
                ("sigmoid binary", T.nnet.sigmoid_binary_crossentropy(o, t)),
                ("indexed log", -T.log(o)[T.arange(y.shape[0]), y]),
                ("indexed mean", -T.mean(T.log(o)[T.arange(y.shape[0]), y])),
                ("1hot op", T.nnet.crossentropy_categorical_1hot(o, y)),
            ]
        ),
        [o, t],
    )


@tolerance(1e-5, 1e-6)
def crossentropy_softmax_forms():
    x, b, y = T.matrix("x"), T.vector("b"), T.lvector("y")
    nll, probabilities = T.nnet.crossentropy_softmax_1hot(x, y)
    nll_b, probabilities_b = T.nnet.crossentropy_softmax_1hot_with_bias(x, b, y)
    nll_m, probabilities_m, top, where = T.nnet.nnet.crossentropy_softmax_max_and_argmax_1hot(x, y)
    return _with_gradients(
        [(x, numbers(3, 4)), (b, numbers(4, seed=2)), (y, np.asarray([0, 3, 1]))],
        OrderedDict(
            [
                ("nll", nll),
                ("probabilities", probabilities),
                ("nll bias", nll_b),
                ("probabilities bias", probabilities_b),
                ("nll max", nll_m),
                ("top", top),
                ("where", theano.gradient.disconnected_grad(where) + x[:, 0]),
                (
                    "composed",
                    T.nnet.categorical_crossentropy(T.nnet.softmax(x + b), y),
                ),
                (
                    "cost of the tutorial",
                    -T.mean(T.log(T.nnet.softmax(T.dot(x, x.T)))[T.arange(3), y % 3]),
                ),
            ]
        ),
        [x, b],
    )


@warns  # Python 3.12 about a rewrite of PyTensor 3.3
@rewritten
@tolerance(1e-5, 1e-6)
def crossentropy_of_extreme_scores():
    """Fused with the softmax before it, the loss of hopeless scores stays finite."""
    x, y = T.matrix("x"), T.lvector("y")
    cost = T.nnet.categorical_crossentropy(T.nnet.softmax(x), y)
    sigmoid = T.nnet.binary_crossentropy(T.nnet.sigmoid(x), T.eq(x, 0))
    value = np.asarray([[-300, 0, 300], [200, -200, 0]], theano.config.floatX)
    return compute(
        [(x, value), (y, np.asarray([0, 1]))],
        OrderedDict(
            [
                ("cost", cost),
                ("gradient", T.grad(cost.mean(), x)),
                ("sigmoid", sigmoid),
                ("gradient of sigmoid", T.grad(sigmoid.mean(), x)),
            ]
        ),
    )


def wrong_arguments_of_losses():
    x, v, y = T.matrix("x"), T.vector("v"), T.ivector("y")
    return build(
        {
            "categorical float vector": lambda: T.nnet.categorical_crossentropy(x, v),
            "categorical of tensor3": lambda: T.nnet.categorical_crossentropy(T.tensor3(), y),
            "categorical of tensor3 dense": lambda: T.nnet.categorical_crossentropy(
                T.tensor3(), T.tensor3()
            ),
            "categorical scalar": lambda: T.nnet.categorical_crossentropy(x, T.scalar()),
            "categorical of vectors": lambda: T.nnet.categorical_crossentropy(v, v),
            "binary int": lambda: T.nnet.binary_crossentropy(x, y.dimshuffle(0, "x")),
            "1hot float": lambda: T.nnet.crossentropy_categorical_1hot(x, v),
            "softmax 1hot float": lambda: T.nnet.crossentropy_softmax_1hot(x, v),
            "h int": lambda: T.nnet.hard_sigmoid(T.imatrix()),
        }
    )


@tolerance(1e-5, 1e-6)
def other_layers():
    x = T.matrix("x")
    w1, b1, w2, b2 = T.matrix("w1"), T.vector("b1"), T.tensor3("w2"), T.matrix("b2")
    target = T.ivector("target")
    every = T.nnet.h_softmax(x, 3, 6, 2, 3, w1, b1, w2, b2)
    chosen = T.nnet.h_softmax(x, 3, 6, 2, 3, w1, b1, w2, b2, target)
    return compute(
        [
            (x, numbers(3, 4) / 2),
            (w1, numbers(4, 2, seed=2) / 2),
            (b1, numbers(2, seed=3) / 2),
            (w2, numbers(2, 4, 3, seed=4) / 2),
            (b2, numbers(2, 3, seed=5) / 2),
            (target, np.asarray([0, 3, 5], "int32")),
        ],
        OrderedDict(
            [
                ("all", every),
                ("targets", chosen),
                ("gradient", T.grad(T.log(chosen).sum(), w1)),
                ("gradient 2", T.grad(T.log(chosen).sum(), w2)),
            ]
        ),
    )


def confusion_and_one_hot():
    y, p = T.ivector("y"), T.ivector("p")
    table, order = T.nnet.confusion_matrix(y, p)
    return compute(
        [(y, np.asarray([0, 2, 1, 2], "int32")), (p, np.asarray([0, 1, 1, 2], "int32"))],
        OrderedDict(
            [
                ("table", table),
                ("order", order),
                ("one hot", T.extra_ops.to_one_hot(y, 4)),
                ("one hot dtype", T.extra_ops.to_one_hot(y, nb_class=3, dtype="int32")),
                ("by eq", T.eq(y.dimshuffle(0, "x"), T.arange(3))),
                ("errors", T.mean(T.neq(y, p))),
            ]
        ),
    )


@tolerance(1e-5, 1e-6)
def neighbours():
    x = T.tensor4("x")
    patches = neighbours_module.images2neibs(x, (2, 2), mode="valid")
    back = neighbours_module.neibs2images(patches, (2, 2), x.shape)
    return compute(
        [(x, numbers(1, 2, 4, 4))],
        OrderedDict(
            [
                ("patches", patches),
                ("back", back),
                ("step", neighbours_module.images2neibs(x, (2, 2), neib_step=(1, 1))),
                ("gradient", T.grad((patches**2).sum(), x)),
            ]
        ),
    )


@tolerance(1e-5, 1e-6)
def two_layer_network():
    """A whole cost with its gradients, as legacy scripts write it."""
    rng = np.random.RandomState(3)
    x, y = T.matrix("x"), T.ivector("y")
    sizes = [(4, 5), (5, 3)]
    params = []
    for n_in, n_out in sizes:
        w = np.asarray(rng.uniform(-0.5, 0.5, (n_in, n_out)), theano.config.floatX)
        params.append(theano.shared(value=w, name="W", borrow=True))
        b = np.zeros((n_out,), dtype=theano.config.floatX)
        params.append(theano.shared(value=b, name="b", borrow=True))
    h = T.tanh(T.dot(x, params[0]) + params[1])
    p = T.nnet.softmax(T.dot(h, params[2]) + params[3])
    l2 = (params[0] ** 2).sum() + (params[2] ** 2).sum()
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y]) + 0.01 * l2 + 0.001 * abs(params[0]).sum()
    gparams = [T.grad(cost, param) for param in params]
    updates = [(param, param - 0.5 * gparam) for param, gparam in zip(params, gparams)]
    train = theano.function(inputs=[x, y], outputs=cost, updates=updates)
    errors = theano.function([x, y], T.mean(T.neq(T.argmax(p, axis=1), y)))
    batch, labels = numbers(6, 4), integers(6, low=0, high=2, dtype="int32")
    return {
        "costs": [train(batch, labels) for _ in range(4)],
        "errors": errors(batch, labels),
        "weights": params[2].get_value(),
    }


def names_and_places():
    import theano.tensor.nnet.nnet as nnet_module

    return {
        "nnet.nnet": hasattr(nnet_module, "softmax"),
        "softsign": hasattr(T.nnet, "softsign"),
        "Softmax": hasattr(nnet_module, "Softmax"),
        "abstract_conv": hasattr(T.nnet, "abstract_conv"),
        "bn": hasattr(T.nnet, "bn"),
        "conv": hasattr(T.nnet, "conv"),
        "relu raises": raised(T.nnet.relu, "text"),
    }
