import numpy as np
import theano
import theano.tensor as T

from utils import shared


class HiddenLayer(object):
    """
    A layer with weights (input_dim, output_dim), a bias if asked, an activation by name.
    """

    def __init__(self, input_dim, output_dim, bias=True, activation="sigmoid", name="hidden_layer"):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.bias = bias
        self.name = name
        if activation is None:
            self.activation = None
        elif activation == "tanh":
            self.activation = T.tanh
        elif activation == "sigmoid":
            self.activation = T.nnet.sigmoid
        elif activation == "softmax":
            self.activation = T.nnet.softmax
        else:
            raise Exception("Unknown activation function: " % activation)
        self.weights = shared((input_dim, output_dim), name + "__weights")
        self.params = [self.weights]
        if self.bias:
            self.bias = shared((output_dim,), name + "__bias")
            self.params.append(self.bias)

    def link(self, input):
        self.input = input
        self.linear_output = T.dot(self.input, self.weights)
        if self.bias:
            self.linear_output = self.linear_output + self.bias
        self.output = self.linear_output
        if self.activation:
            self.output = self.activation(self.linear_output)
        return self.output


class EmbeddingLayer(object):
    def __init__(self, input_dim, output_dim, name="embedding_layer"):
        self.name = name
        self.embeddings = shared((input_dim, output_dim), self.name + "__embeddings")
        self.params = [self.embeddings]

    def link(self, input):
        self.input = input
        self.output = self.embeddings[self.input]
        return self.output


class DropoutLayer(object):
    def __init__(self, p=0.5, name="dropout_layer"):
        assert 0.0 <= p < 1.0
        self.p = p
        self.rng = T.shared_randomstreams.RandomStreams(seed=123456)
        self.name = name

    def link(self, input):
        if self.p > 0:
            mask = self.rng.binomial(
                n=1, p=1 - self.p, size=input.shape, dtype=theano.config.floatX
            )
            self.output = input * mask
        else:
            self.output = input
        return self.output


class LSTM(object):
    """
    With peepholes, and a forget gate tied to the input gate.
    """

    def __init__(self, input_dim, hidden_dim, with_batch=True, name="LSTM"):
        self.input_dim = input_dim
        self.hidden_dim = hidden_dim
        self.with_batch = with_batch
        self.name = name
        self.params = []
        for gate in ("i", "c", "o"):
            for kind, shape in [
                ("w_x", (input_dim, hidden_dim)),
                ("w_h", (hidden_dim, hidden_dim)),
                ("w_c", (hidden_dim, hidden_dim)),
                ("b_", (hidden_dim,)),
            ]:
                if kind == "w_c" and gate == "c":
                    continue
                param = shared(shape, name + "__" + kind + gate)
                setattr(self, kind + gate, param)
                self.params.append(param)
        self.c_0 = shared((hidden_dim,), name + "__c_0")
        self.h_0 = shared((hidden_dim,), name + "__h_0")
        self.params += [self.c_0, self.h_0]

    def link(self, input):
        def recurrence(x_t, c_tm1, h_tm1):
            i_t = T.nnet.sigmoid(
                T.dot(x_t, self.w_xi) + T.dot(h_tm1, self.w_hi) + T.dot(c_tm1, self.w_ci) + self.b_i
            )
            c_t = (1 - i_t) * c_tm1 + i_t * T.tanh(
                T.dot(x_t, self.w_xc) + T.dot(h_tm1, self.w_hc) + self.b_c
            )
            o_t = T.nnet.sigmoid(
                T.dot(x_t, self.w_xo) + T.dot(h_tm1, self.w_ho) + T.dot(c_t, self.w_co) + self.b_o
            )
            h_t = o_t * T.tanh(c_t)
            return [c_t, h_t]

        if self.with_batch:
            self.input = input.dimshuffle(1, 0, 2)
            outputs_info = [
                T.alloc(x, self.input.shape[1], self.hidden_dim) for x in [self.c_0, self.h_0]
            ]
        else:
            self.input = input
            outputs_info = [self.c_0, self.h_0]
        [_, h], _ = theano.scan(
            fn=recurrence,
            sequences=self.input,
            outputs_info=outputs_info,
            n_steps=self.input.shape[0],
        )
        self.h = h
        self.output = h[-1]
        return self.output


def log_sum_exp(x, axis=None):
    xmax = x.max(axis=axis, keepdims=True)
    xmax_ = x.max(axis=axis)
    return xmax_ + T.log(T.exp(x - xmax).sum(axis=axis))


def forward(
    observations, transitions, viterbi=False, return_alpha=False, return_best_sequence=False
):
    """
    The forward algorithm: all paths, or the best one.
    """
    assert not return_best_sequence or (viterbi and not return_alpha)

    def recurrence(obs, previous, transitions):
        previous = previous.dimshuffle(0, "x")
        obs = obs.dimshuffle("x", 0)
        if viterbi:
            scores = previous + obs + transitions
            out = scores.max(axis=0)
            if return_best_sequence:
                out2 = scores.argmax(axis=0)
                return out, out2
            else:
                return out
        else:
            return log_sum_exp(previous + obs + transitions, axis=0)

    initial = observations[0]
    alpha, _ = theano.scan(
        fn=recurrence,
        outputs_info=(initial, None) if return_best_sequence else initial,
        sequences=[observations[1:]],
        non_sequences=transitions,
    )
    if return_alpha:
        return alpha
    elif return_best_sequence:
        sequence, _ = theano.scan(
            fn=lambda beta_i, previous: beta_i[previous],
            outputs_info=T.cast(T.argmax(alpha[0][-1]), "int32"),
            sequences=T.cast(alpha[1][::-1], "int32"),
        )
        sequence = T.concatenate([sequence[::-1], [T.argmax(alpha[0][-1])]])
        return sequence
    else:
        if viterbi:
            return alpha[-1].max(axis=0)
        else:
            return log_sum_exp(alpha[-1], axis=0)


def forward_of_all(observations, lengths, transitions):
    """
    The same for several sentences that end at different words: a loop in a loop.
    """

    def of_one(obs, length, transitions):
        def step(o, t, previous, transitions, length):
            new = log_sum_exp(
                previous.dimshuffle(0, "x") + o.dimshuffle("x", 0) + transitions, axis=0
            )
            return T.switch(T.lt(t, length), new, previous)

        alpha, _ = theano.scan(
            step,
            sequences=[obs[1:], T.arange(1, obs.shape[0])],
            outputs_info=obs[0],
            non_sequences=[transitions, length],
        )
        return log_sum_exp(alpha[-1], axis=0)

    scores, _ = theano.map(
        of_one, sequences=[observations, lengths], non_sequences=[transitions], name="all sentences"
    )
    return scores
