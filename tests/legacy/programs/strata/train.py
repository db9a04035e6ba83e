"""
A small convolutional network on pictures of crosses and circles, by strata.
"""

from __future__ import division, print_function

import sys

import numpy as np
import theano
import theano.tensor as T

import strata
from strata import layers as L


def load_dataset(n=60, size=8):
    rng = np.random.RandomState(5)
    grid = np.mgrid[:size, :size] - (size - 1) / 2
    X, y = [], []
    for i in range(n):
        center = rng.uniform(-1, 1, size=(2, 1, 1))
        d = grid - center
        if i % 3 == 0:
            picture = np.minimum(abs(d[0]), abs(d[1])) < 1
        elif i % 3 == 1:
            picture = abs(np.sqrt((d**2).sum(axis=0)) - 2.5) < 0.8
        else:
            picture = abs(d[0] - d[1]) < 1
        X.append(picture + 0.2 * rng.normal(size=picture.shape))
        y.append(i % 3)
    return np.array(X, "float32")[:, None], np.array(y, "int32")


def build_cnn(input_var=None):
    network = L.InputLayer(shape=(None, 1, 8, 8), input_var=input_var)
    network = L.batch_norm(
        L.Conv2DLayer(network, num_filters=4, filter_size=(3, 3), pad="same", name="conv1")
    )
    network = L.MaxPool2DLayer(network, pool_size=(2, 2))
    network = L.Conv2DLayer(
        network,
        num_filters=5,
        filter_size=3,
        stride=2,
        pad=1,
        name="conv2",
        nonlinearity=strata.nonlinearities.leaky_rectify,
        flip_filters=False,
    )
    network = L.DropoutLayer(network, p=0.2, shared_axes=(2, 3))
    network = L.batch_norm(
        L.DenseLayer(
            L.GaussianNoiseLayer(network),
            num_units=9,
            nonlinearity=strata.nonlinearities.tanh,
            name="hidden",
        )
    )
    return L.DenseLayer(
        L.DropoutLayer(network, p=0.5),
        num_units=3,
        name="out",
        nonlinearity=strata.nonlinearities.softmax,
    )


def iterate_minibatches(inputs, targets, batchsize, shuffle=None):
    indices = np.arange(len(inputs))
    if shuffle is not None:
        shuffle.shuffle(indices)
    for start_idx in range(0, len(inputs) - batchsize + 1, batchsize):
        excerpt = indices[start_idx : start_idx + batchsize]
        yield inputs[excerpt], targets[excerpt]


def main(folder, rule="adam"):
    strata.random.set_rng(np.random.RandomState(1234))
    X, y = load_dataset()
    input_var = T.tensor4("inputs")
    target_var = T.ivector("targets")
    network = build_cnn(input_var)
    print(L.count_params(network), "numbers in", len(L.get_all_params(network)), "parameters")

    prediction = L.get_output(network)
    loss = strata.objectives.categorical_crossentropy(prediction, target_var)
    loss = strata.objectives.aggregate(loss)
    penalty = sum(T.sum(p**2) for p in L.get_all_params(network, regularizable=True))
    loss = loss + 1e-4 * penalty
    params = L.get_all_params(network, trainable=True)
    grads = strata.updates.total_norm_constraint(theano.grad(loss, params), 5.0)
    rates = {"adam": 0.01, "nesterov_momentum": 0.05, "adadelta": 1.0, "rmsprop": 0.005}
    learning_rate = theano.shared(strata.utils.floatX(rates[rule]))
    updates = getattr(strata.updates, rule)(grads, params, learning_rate=learning_rate)
    updates[params[0]] = strata.updates.norm_constraint(updates[params[0]], 1.5)

    test_prediction = L.get_output(network, deterministic=True)
    test_loss = strata.objectives.categorical_crossentropy(test_prediction, target_var).mean()
    test_acc = T.mean(
        strata.objectives.categorical_accuracy(test_prediction, target_var),
        dtype=theano.config.floatX,
    )
    train_fn = theano.function([input_var, target_var], loss, updates=updates)
    val_fn = theano.function(
        [input_var, target_var], [test_loss, test_acc, T.argmax(test_prediction, axis=1)]
    )

    costs, shuffle = [], np.random.RandomState(6)
    for epoch in range(5):
        for inputs, targets in iterate_minibatches(X[:48], y[:48], 12, shuffle=shuffle):
            costs.append(float(train_fn(inputs, targets)))
        learning_rate.set_value(strata.utils.floatX(learning_rate.get_value() * 0.9))
        val = val_fn(X[48:], y[48:])
        print(
            "Epoch {} of 5: {:.6f}, accuracy {:.2f} %".format(
                epoch + 1, costs[-1], 100 * float(val[1])
            )
        )
    np.savez(folder + "/model.npz", *L.get_all_param_values(network))
    with np.load(folder + "/model.npz") as f:
        param_values = [f["arr_%d" % i] for i in range(len(f.files))]
    again = build_cnn(input_var)
    L.set_all_param_values(again, param_values)
    reloaded = L.get_output(again, X[48:], deterministic=True).eval()
    np.savez(
        folder + "/numbers.npz",
        costs=costs,
        val_loss=val[0],
        val_acc=val[1],
        predicted=val[2],
        reloaded=reloaded,
        mean=param_values[3],
        inv_std=param_values[4],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
