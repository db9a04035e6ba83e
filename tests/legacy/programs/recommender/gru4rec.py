"""
The next item of a session: a GRU whose state is kept from step to step, items sampled from the
others of the minibatch.
"""

import warnings
from collections import OrderedDict

import numpy as np
import theano
import theano.sparse
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

from custom_ops import TopWeights, extract_diag

mrng = MRG_RandomStreams(seed=42)


class GRU4Rec(object):
    def __init__(
        self,
        loss="bpr-max",
        final_act="elu-0.5",
        hidden_act="tanh",
        layers=(6,),
        n_epochs=2,
        batch_size=4,
        dropout_p_hidden=0.1,
        learning_rate=0.1,
        momentum=0.1,
        lmbd=1e-3,
        embedding=5,
        n_sample=3,
        bpreg=0.5,
        adapt="adagrad",
        decay=0.9,
        grad_cap=1.0,
        seed=42,
        **kwargs,
    ):
        self.__dict__.update((k, v) for k, v in locals().items() if k != "self")
        self.rng = np.random.RandomState(seed)
        if kwargs:
            warnings.warn("unknown options: %s" % sorted(kwargs))
        self.set_final_activation(final_act)
        self.hidden_activation = {"tanh": T.tanh, "relu": T.nnet.relu}[hidden_act]
        self.loss_function = {
            "bpr-max": self.bpr_max,
            "cross-entropy": self.cross_entropy,
            "top1": self.top1,
        }[loss]

    def set_final_activation(self, final_act):
        if final_act.startswith("elu-"):
            self.final_activation = lambda X: T.switch(
                X >= 0, X, float(final_act[4:]) * (T.exp(X) - 1)
            )
        elif final_act.startswith("leaky-"):
            self.final_activation = lambda X: T.nnet.relu(X, alpha=float(final_act[6:]))
        elif final_act == "softmax":
            self.final_activation = self.softmax
        else:
            self.final_activation = lambda X: X

    def softmax(self, X):
        e_x = T.exp(X - X.max(axis=1).dimshuffle(0, "x"))
        return e_x / e_x.sum(axis=1).dimshuffle(0, "x")

    def softmax_neg(self, X):
        # the target itself is left out
        hm = 1.0 - T.eye(*X.shape)
        X = X * hm
        e_x = T.exp(X - X.max(axis=1).dimshuffle(0, "x")) * hm
        return e_x / e_x.sum(axis=1).dimshuffle(0, "x")

    def cross_entropy(self, yhat, M):
        return T.cast(T.mean(-T.log(extract_diag(yhat) + 1e-24)), theano.config.floatX)

    def bpr_max(self, yhat, M):
        softmax_scores = self.softmax_neg(yhat)
        target = extract_diag(yhat).dimshuffle(0, "x")
        loss = -T.log(T.sum(T.nnet.sigmoid(target - yhat) * softmax_scores, axis=1) + 1e-24)
        loss += self.bpreg * T.sum((yhat**2) * softmax_scores, axis=1)
        return T.cast(T.mean(loss), theano.config.floatX)

    def top1(self, yhat, M):
        target = T.diag(yhat).dimshuffle(0, "x")
        terms = T.nnet.sigmoid(-target + yhat) + T.nnet.sigmoid(yhat**2)
        return T.cast(
            T.mean(T.mean(terms, axis=1) - T.nnet.sigmoid(T.diag(yhat) ** 2) / M),
            theano.config.floatX,
        )

    def floatX(self, arr):
        return np.asarray(arr, dtype=theano.config.floatX)

    def init_weights(self, shape, name=None):
        sigma = np.sqrt(6.0 / (shape[0] + shape[1]))
        return theano.shared(
            self.floatX(self.rng.rand(*shape) * 2 * sigma - sigma), borrow=True, name=name
        )

    def init(self, n_items):
        self.Wx, self.Wh, self.Wrz, self.Bh, self.H = [], [], [], [], []
        self.E = self.init_weights((n_items, self.embedding), name="E")
        for i, size in enumerate(self.layers):
            n_in = self.layers[i - 1] if i > 0 else self.embedding
            self.Wx.append(
                theano.shared(
                    value=self.floatX(
                        np.hstack([self.init_weights((n_in, size)).get_value() for _ in range(3)])
                    ),
                    borrow=True,
                    name="Wx%d" % i,
                )
            )
            self.Wh.append(self.init_weights((size, size), name="Wh%d" % i))
            self.Wrz.append(self.init_weights((size, 2 * size), name="Wrz%d" % i))
            self.Bh.append(theano.shared(value=self.floatX(np.zeros((3 * size,))), borrow=True))
            self.H.append(
                theano.shared(
                    value=self.floatX(np.zeros((self.batch_size, size))),
                    borrow=True,
                    name="H%d" % i,
                )
            )
        self.Wy = self.init_weights((n_items, self.layers[-1]), name="Wy")
        self.By = theano.shared(value=self.floatX(np.zeros((n_items, 1))), borrow=True, name="By")

    def dropout(self, X, drop_p):
        if drop_p > 0:
            retain_prob = 1 - drop_p
            X *= mrng.binomial(X.shape, p=retain_prob, dtype=theano.config.floatX) / retain_prob
        return X

    def adagrad(self, param, grad, updates, sample_idx=None, epsilon=1e-6):
        acc = theano.shared(param.get_value(borrow=False) * 0.0, borrow=True)
        if sample_idx is None:
            acc_new = acc + grad**2
            updates[acc] = acc_new
        else:
            # only the rows that were read
            acc_s = acc[sample_idx]
            acc_new = acc_s + grad**2
            updates[acc] = T.set_subtensor(acc_s, acc_new)
        gradient_scaling = T.cast(T.sqrt(acc_new + epsilon), theano.config.floatX)
        return grad / gradient_scaling

    def rmsprop(self, param, grad, updates, sample_idx=None, epsilon=1e-6):
        v1 = np.float32(self.decay)
        v2 = np.float32(1.0 - self.decay)
        acc = theano.shared(param.get_value(borrow=False) * 0.0, borrow=True)
        if sample_idx is None:
            acc_new = v1 * acc + v2 * grad**2
            updates[acc] = acc_new
        else:
            acc_s = acc[sample_idx]
            acc_new = v1 * acc_s + v2 * grad**2
            updates[acc] = T.set_subtensor(acc_s, acc_new)
        return grad / T.cast(T.sqrt(acc_new + epsilon), theano.config.floatX)

    def updates_of(self, cost, params, full_params, sampled_params, sidxs):
        adapt = getattr(self, self.adapt)
        grads = [T.grad(cost=cost, wrt=param) for param in params]
        sgrads = [T.grad(cost=cost, wrt=sparam) for sparam in sampled_params]
        updates = OrderedDict()
        if self.grad_cap > 0:
            norm = T.cast(
                T.sqrt(T.sum([T.sum(g**2) for g in grads + sgrads]) + 0.0), theano.config.floatX
            )
            grads = [
                T.switch(T.ge(norm, self.grad_cap), g * self.grad_cap / norm, g) for g in grads
            ]
            sgrads = [
                T.switch(T.ge(norm, self.grad_cap), g * self.grad_cap / norm, g) for g in sgrads
            ]
        for p, g in zip(params, grads):
            g = adapt(p, g, updates)
            velocity = theano.shared(p.get_value(borrow=False) * 0.0, borrow=True)
            velocity2 = self.momentum * velocity - np.float32(self.learning_rate) * (
                g + self.lmbd * p
            )
            updates[velocity] = velocity2
            updates[p] = p + velocity2
        for full, sample, g, idx in zip(full_params, sampled_params, sgrads, sidxs):
            g = adapt(full, g, updates, idx)
            delta = np.float32(self.learning_rate) * (g + self.lmbd * sample)
            updates[full] = T.inc_subtensor(sample, -delta)
        return updates

    def model(self, X, H, M, R=None, Y=None, drop_p_hidden=0.0):
        Sx = self.E[X]
        y = Sx
        H_new = []
        for i, size in enumerate(self.layers):
            vec = T.dot(y, self.Wx[i]) + self.Bh[i]
            rz = T.nnet.sigmoid(vec[:, size:] + T.dot(H[i], self.Wrz[i]))
            h = self.hidden_activation(T.dot(H[i] * rz[:, :size], self.Wh[i]) + vec[:, :size])
            z = rz[:, size:]
            h = (1.0 - z) * H[i] + z * h
            h = self.dropout(h, drop_p_hidden)
            H_new.append(h if R is None else h * (1 - R))
            y = h
        if Y is not None:
            Sy, SBy = self.Wy[Y], self.By[Y]
            return H_new, self.final_activation(T.dot(y, Sy.T) + SBy.flatten()), Sx, Sy, SBy
        return H_new, self.final_activation(T.dot(y, self.Wy.T) + self.By.flatten())

    def fit(self, sessions, n_items):
        self.init(n_items)
        X, Y = T.ivector("X"), T.ivector("Y")
        M = T.iscalar("M")
        R = T.col("R", dtype=theano.config.floatX)
        H_new, Y_pred, Sx, Sy, SBy = self.model(X, self.H, M, R, Y, self.dropout_p_hidden)
        cost = (M / self.batch_size) * self.loss_function(Y_pred[:, : self.batch_size], M)
        params = self.Wx + self.Wh + self.Wrz + self.Bh
        updates = self.updates_of(
            cost, params, [self.E, self.Wy, self.By], [Sx, Sy, SBy], [X, Y, Y]
        )
        for i in range(len(self.H)):
            updates[self.H[i]] = H_new[i]
        train = theano.function(
            inputs=[X, Y, M, R],
            outputs=cost,
            updates=updates,
            allow_input_downcast=True,
            on_unused_input="warn",
        )
        costs = []
        popularity = np.arange(n_items, 0, -1) ** 0.75
        cumulative = np.cumsum(popularity) / popularity.sum()
        for epoch in range(self.n_epochs):
            for i in range(len(self.H)):
                self.H[i].set_value(
                    np.zeros((self.batch_size, self.layers[i])), borrow=True
                ) if theano.config.floatX == "float64" else self.H[i].set_value(
                    np.zeros((self.batch_size, self.layers[i]), "float32")
                )
            lanes = [list(sessions[i]) for i in range(self.batch_size)]
            waiting = self.batch_size
            while True:
                reset = np.zeros((self.batch_size, 1))
                x, y = [], []
                for lane in lanes:
                    x.append(lane[0])
                    y.append(lane[1])
                for i in range(self.batch_size):
                    lanes[i] = lanes[i][1:]
                    if len(lanes[i]) < 2 and waiting < len(sessions):
                        lanes[i] = list(sessions[waiting])
                        waiting += 1
                        reset[i] = 1
                y = np.hstack([y, np.searchsorted(cumulative, self.rng.rand(self.n_sample))])
                cost = train(x, y, self.batch_size, reset)
                costs.append(cost)
                if np.isnan(cost):
                    self.error_during_train = True
                    return costs
                if min(len(lane) for lane in lanes) < 2:
                    break
        return costs

    def predictor(self, n_items, k=3):
        X = T.ivector()
        H = [theano.shared(self.floatX(np.zeros((2, size)))) for size in self.layers]
        H_new, yhat = self.model(X, H, 2)
        kept, best = TopWeights(k)(yhat)
        return theano.function([X], [kept.sum(axis=1), best], updates=list(zip(H, H_new)))
