"""
Logistic regression: a matrix W and a vector b; the class is where the probability is largest.
"""

from __future__ import print_function

__docformat__ = "restructedtext en"

import gzip
import os
import pickle
import timeit

import numpy

import theano
import theano.tensor as T


class LogisticRegression(object):
    def __init__(self, input, n_in, n_out):
        self.W = theano.shared(
            value=numpy.zeros((n_in, n_out), dtype=theano.config.floatX), name="W", borrow=True
        )
        self.b = theano.shared(
            value=numpy.zeros((n_out,), dtype=theano.config.floatX), name="b", borrow=True
        )
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]
        self.input = input

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        if y.ndim != self.y_pred.ndim:
            raise TypeError(
                "y should have the same shape as self.y_pred",
                ("y", y.type, "y_pred", self.y_pred.type),
            )
        if y.dtype.startswith("int"):
            return T.mean(T.neq(self.y_pred, y))
        else:
            raise NotImplementedError()


def make_digits(path, n=120, size=12):
    """Noisy pictures of three patterns, as a pickle of three sets."""
    rng = numpy.random.RandomState(11)
    patterns = (rng.uniform(size=(3, size, size)) < 0.4).astype("float32")
    y = rng.randint(0, 3, size=n)
    flips = rng.uniform(size=(n, size, size)) < 0.15
    x = abs(patterns[y] - flips).reshape(n, size * size).astype("float32")
    with gzip.open(path, "wb") as f:
        pickle.dump(tuple((x[a:b], y[a:b]) for a, b in ((0, 80), (80, 100), (100, n))), f)


def load_data(dataset):
    if not os.path.isfile(dataset):
        make_digits(dataset)
    print("... loading data")
    with gzip.open(dataset, "rb") as f:
        try:
            train_set, valid_set, test_set = pickle.load(f, encoding="latin1")
        except:
            train_set, valid_set, test_set = pickle.load(f)

    def shared_dataset(data_xy, borrow=True):
        data_x, data_y = data_xy
        shared_x = theano.shared(numpy.asarray(data_x, dtype=theano.config.floatX), borrow=borrow)
        shared_y = theano.shared(numpy.asarray(data_y, dtype=theano.config.floatX), borrow=borrow)
        # labels live as floats beside the pictures and are used as integers
        return shared_x, T.cast(shared_y, "int32")

    return [shared_dataset(s) for s in (train_set, valid_set, test_set)]


def train_with(cost, errors, updates, x, y, datasets, batch_size, n_epochs=5, patience=50):
    """Minibatches by their index, early stopping by the validation error."""
    train_set_x, train_set_y = datasets[0]
    valid_set_x, valid_set_y = datasets[1]
    n_train_batches = train_set_x.get_value(borrow=True).shape[0] // batch_size
    n_valid_batches = valid_set_x.get_value(borrow=True).shape[0] // batch_size
    index = T.lscalar()
    validate_model = theano.function(
        inputs=[index],
        outputs=errors,
        givens={
            x: valid_set_x[index * batch_size : (index + 1) * batch_size],
            y: valid_set_y[index * batch_size : (index + 1) * batch_size],
        },
    )
    train_model = theano.function(
        inputs=[index],
        outputs=cost,
        updates=updates,
        givens={
            x: train_set_x[index * batch_size : (index + 1) * batch_size],
            y: train_set_y[index * batch_size : (index + 1) * batch_size],
        },
    )
    validation_frequency = min(n_train_batches, patience // 2)
    best_validation_loss = numpy.inf
    costs, validations = [], []
    start_time = timeit.default_timer()
    done_looping = False
    epoch = 0
    while (epoch < n_epochs) and (not done_looping):
        epoch = epoch + 1
        for minibatch_index in range(n_train_batches):
            minibatch_avg_cost = train_model(minibatch_index)
            costs.append(minibatch_avg_cost)
            iter = (epoch - 1) * n_train_batches + minibatch_index
            if (iter + 1) % validation_frequency == 0:
                this_validation_loss = numpy.mean(
                    [validate_model(i) for i in range(n_valid_batches)]
                )
                validations.append(this_validation_loss)
                print(
                    "epoch %i, minibatch %i/%i, validation error %f %%"
                    % (epoch, minibatch_index + 1, n_train_batches, this_validation_loss * 100.0)
                )
                if this_validation_loss < best_validation_loss:
                    if this_validation_loss < best_validation_loss * 0.995:
                        patience = max(patience, iter * 2)
                    best_validation_loss = this_validation_loss
            if patience <= iter:
                done_looping = True
                break
    print("ran %d epochs" % epoch)
    _ = timeit.default_timer() - start_time
    return costs, validations


def sgd_optimization(folder, learning_rate=0.13, batch_size=20):
    datasets = load_data(folder + "/digits.pkl.gz")
    x, y = T.matrix("x"), T.ivector("y")
    classifier = LogisticRegression(input=x, n_in=12 * 12, n_out=3)
    cost = classifier.negative_log_likelihood(y)
    g_W = T.grad(cost=cost, wrt=classifier.W)
    g_b = T.grad(cost=cost, wrt=classifier.b)
    updates = [
        (classifier.W, classifier.W - learning_rate * g_W),
        (classifier.b, classifier.b - learning_rate * g_b),
    ]
    costs, errors = train_with(cost, classifier.errors(y), updates, x, y, datasets, batch_size)
    with open(folder + "/best_model.pkl", "wb") as f:
        pickle.dump(classifier, f)
    return dict(logistic=costs, logistic_errors=errors, logistic_decoded=predict(folder))


def predict(folder):
    """The whole object comes back from its pickle, graph and weights."""
    with open(folder + "/best_model.pkl", "rb") as f:
        classifier = pickle.load(f)
    predict_model = theano.function(inputs=[classifier.input], outputs=classifier.y_pred)
    test_set_x, test_set_y = load_data(folder + "/digits.pkl.gz")[2]
    return predict_model(test_set_x.get_value()[:10])
