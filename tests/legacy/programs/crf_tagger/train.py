#!/usr/bin/env python
import itertools
import os
import sys

import numpy as np
import optparse
import theano
import theano.tensor as T

import utils
from nn import DropoutLayer, EmbeddingLayer, HiddenLayer, LSTM, forward, forward_of_all
from optimization import Optimization

SENTENCES = """
Anna/P saw/O Lake/L Como/L in/O 1999/D
the/O river/O Po/L flows/O
Mr/P Bell/P left/O Oslo/L on/O 12/D May/D
Oslo/L is/O far/O
in/O 2004/D Mrs/P Hill/P sold/O it/O
Bell/P met/O Anna/P
May/P Hill/P saw/O the/O river/O
on/O 3/D June/D they/O left/O Lake/L Garda/L
"""


def load_sentences():
    sentences = []
    for line in SENTENCES.strip().split('\n'):
        words = map(lambda w: w.split('/'), line.split(' '))
        sentences.append([[utils.zero_digits(w), t] for w, t in words])
    return sentences


def build(opts, n_words, n_chars, n_tags):
    word_ids = T.ivector(name='word_ids')
    char_for_ids = T.imatrix(name='char_for_ids')
    char_pos_ids = T.ivector(name='char_pos_ids')
    cap_ids = T.ivector(name='cap_ids')
    tag_ids = T.ivector(name='tag_ids')
    is_train = T.iscalar('is_train')
    s_len = word_ids.shape[0]

    word_layer = EmbeddingLayer(n_words, opts.word_dim, name='word_layer')
    char_layer = EmbeddingLayer(n_chars, opts.char_dim, name='char_layer')
    char_lstm = LSTM(opts.char_dim, opts.char_dim, with_batch=True, name='char_lstm')
    cap_layer = EmbeddingLayer(4, 2, name='cap_layer')
    char_lstm.link(char_layer.link(char_for_ids))
    char_output = char_lstm.h.dimshuffle((1, 0, 2))[T.arange(s_len), char_pos_ids]
    inputs = T.concatenate([word_layer.link(word_ids), char_output, cap_layer.link(cap_ids)],
                           axis=1)
    dropout = DropoutLayer(p=0.5)
    inputs = T.switch(T.neq(is_train, 0), dropout.link(inputs), 0.5 * inputs)

    size = opts.word_dim + opts.char_dim + 2
    lstm_for = LSTM(size, opts.hidden, with_batch=False, name='word_lstm_for')
    lstm_rev = LSTM(size, opts.hidden, with_batch=False, name='word_lstm_rev')
    lstm_for.link(inputs)
    lstm_rev.link(inputs[::-1, :])
    final_output = T.concatenate([lstm_for.h, lstm_rev.h[::-1, :]], axis=1)
    tanh_layer = HiddenLayer(2 * opts.hidden, opts.hidden, name='tanh_layer', activation='tanh')
    final_layer = HiddenLayer(opts.hidden, n_tags, name='final_layer', activation=None)
    tags_scores = final_layer.link(tanh_layer.link(final_output))

    transitions = utils.shared((n_tags + 2, n_tags + 2), 'transitions')
    small = -1000
    b_s = np.array([[small] * n_tags + [0, small]]).astype(np.float32)
    e_s = np.array([[small] * n_tags + [small, 0]]).astype(np.float32)
    observations = T.concatenate([tags_scores, small * T.ones((s_len, 2))], axis=1)
    observations = T.concatenate([b_s, observations, e_s], axis=0)

    real_path_score = tags_scores[T.arange(s_len), tag_ids].sum()
    b_id = theano.shared(value=np.array([n_tags], dtype=np.int32))
    e_id = theano.shared(value=np.array([n_tags + 1], dtype=np.int32))
    padded_tags_ids = T.concatenate([b_id, tag_ids, e_id], axis=0)
    real_path_score += transitions[padded_tags_ids[T.arange(s_len + 1)],
                                   padded_tags_ids[T.arange(s_len + 1) + 1]].sum()
    all_paths_scores = forward(observations, transitions)
    cost = - (real_path_score - all_paths_scores)
    f_eval = theano.function(
        inputs=[word_ids, char_for_ids, char_pos_ids, cap_ids, theano.Param(is_train, default=0)],
        outputs=forward(observations, transitions, viterbi=True, return_alpha=False,
                        return_best_sequence=True))

    params = []
    for layer in (word_layer, char_layer, char_lstm, cap_layer, lstm_for, lstm_rev, tanh_layer,
                  final_layer):
        params.extend(layer.params)
    params.append(transitions)
    updates = Optimization(clip=5.0).get_updates(opts.method, cost, params, lr=opts.lr)
    f_train = theano.function(
        inputs=[word_ids, char_for_ids, char_pos_ids, cap_ids, tag_ids, is_train],
        outputs=cost, updates=updates, on_unused_input='warn')

    obs, lengths = T.ftensor3('obs'), T.ivector('lengths')
    f_all = theano.function([obs, lengths], forward_of_all(obs, lengths, transitions))
    return f_train, f_eval, f_all, params


def main(argv):
    optparser = optparse.OptionParser()
    optparser.add_option("-o", "--out", default=".")
    optparser.add_option("-m", "--method", default="sgd")
    optparser.add_option("-l", "--lr", default="0.05", type='float')
    optparser.add_option("-w", "--word_dim", default="6", type='int')
    optparser.add_option("-c", "--char_dim", default="4", type='int')
    optparser.add_option("--hidden", default="5", type='int')
    opts = optparser.parse_args(argv)[0]

    sentences = load_sentences()
    dico_words = utils.create_dico([[w.lower() for w, t in s] for s in sentences])
    word_to_id, id_to_word = utils.create_mapping(dico_words)
    char_to_id, _ = utils.create_mapping(
        utils.create_dico(["".join([w for w, t in s]) for s in sentences]))
    tag_to_id, id_to_tag = utils.create_mapping(
        utils.create_dico([[t for w, t in s] for s in sentences]))
    path = os.path.join(opts.out, 'mappings.pkl')
    utils.save_mappings(path, words=word_to_id, chars=char_to_id, tags=tag_to_id)
    assert utils.reload_mappings(path)['tags'] == tag_to_id

    f_train, f_eval, f_all, params = build(opts, len(word_to_id), len(char_to_id), len(tag_to_id))
    print "%i words, %i parameters" % (len(word_to_id), len(params))
    costs, predicted = [], []
    data = []
    for s in sentences:
        chars = [[char_to_id[c] for c in w] for w, t in s]
        char_for, char_rev, char_pos = utils.pad_word_chars(chars)
        inputs = [np.array(v).astype(np.int32) for v in
                  ([word_to_id[w.lower()] for w, t in s], char_for, char_pos,
                   [utils.cap_feature(w) for w, t in s])]
        data.append((inputs, np.array([tag_to_id[t] for w, t in s]).astype(np.int32)))

    order = np.random.RandomState(3)
    for epoch in xrange(3):
        last = []
        for i, index in enumerate(order.permutation(len(data))):
            inputs, tags = data[index]
            new_cost = f_train(*(inputs + [tags, 1]))
            costs.append(float(new_cost))
            last.append(new_cost)
        print "Epoch %i, mean cost %f" % (epoch, np.mean(last))
    for inputs, tags in data:
        y_preds = f_eval(*inputs)[1:-1]
        assert len(y_preds) == len(tags)
        print ' '.join(id_to_tag[t] for t in y_preds)
        predicted += list(y_preds)

    n = len(tag_to_id) + 2
    obs = np.random.RandomState(4).randn(4, 6, n).astype('float32')
    z = f_all(obs, np.array([6, 4, 2, 5], 'int32'))
    np.savez(os.path.join(opts.out, 'numbers.npz'), costs=costs, predicted=predicted, all_paths=z,
             norms=[np.sqrt((p.get_value() ** 2).sum()) for p in params])


if __name__ == '__main__':
    main(sys.argv[1:])
