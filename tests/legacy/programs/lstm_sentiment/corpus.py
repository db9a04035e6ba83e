'''
Reviews with a label, as lists of word numbers.  They are made up: good reviews prefer the even
words, bad ones the odd.
'''
import cPickle as pkl
import gzip
import os

import numpy


def make_corpus(path, n_reviews=60, n_words=40, seed=71):
    rng = numpy.random.RandomState(seed)
    reviews, labels = [], []
    for i in xrange(n_reviews):
        label = i % 2
        length = rng.randint(3, 11)
        words = rng.randint(1, n_words / 2, size=length) * 2
        odd = rng.uniform(size=length) < (0.3 + 0.4 * label)
        reviews.append(map(int, words + odd))
        labels.append(label)
    n_train = len(reviews) * 2 / 3
    f = gzip.open(path, 'wb')
    pkl.dump((reviews[:n_train], labels[:n_train]), f, -1)
    pkl.dump((reviews[n_train:], labels[n_train:]), f, -1)
    f.close()


def prepare_data(seqs, labels, maxlen=None):
    """One column a review, zeros after its end; the mask says where a review is."""
    lengths = [len(s) for s in seqs]
    if maxlen is not None:
        kept = filter(lambda (s, l): len(s) < maxlen, zip(seqs, labels))
        seqs, labels = [s for s, l in kept], [l for s, l in kept]
        lengths = [len(s) for s in seqs]
        if len(lengths) < 1:
            return None, None, None

    n_samples = len(seqs)
    x = numpy.zeros((numpy.max(lengths), n_samples)).astype('int64')
    x_mask = numpy.zeros(x.shape).astype('float32')
    for idx, s in enumerate(seqs):
        x[:lengths[idx], idx] = s
        x_mask[:lengths[idx], idx] = 1.
    return x, x_mask, labels


def load_data(path="reviews.pkl.gz", n_words=100, valid_portion=0.25, maxlen=None, sort_by_len=True):
    if not os.path.exists(path):
        make_corpus(path)
    f = gzip.open(path, 'rb') if path.endswith(".gz") else open(path)
    train_set = pkl.load(f)
    test_set = pkl.load(f)
    f.close()

    if maxlen:
        kept = [(x, y) for x, y in zip(train_set[0], train_set[1]) if len(x) < maxlen]
        train_set = (map(lambda t: t[0], kept), map(lambda t: t[1], kept))

    n_samples = len(train_set[0])
    sidx = numpy.random.permutation(n_samples)
    n_train = int(numpy.round(n_samples * (1. - valid_portion)))
    valid = [train_set[0][s] for s in sidx[n_train:]], [train_set[1][s] for s in sidx[n_train:]]
    train = [train_set[0][s] for s in sidx[:n_train]], [train_set[1][s] for s in sidx[:n_train]]

    def remove_unk(x):
        return [[1 if w >= n_words else w for w in sen] for sen in x]

    result = []
    for x, y in (train, valid, test_set):
        x = remove_unk(x)
        if sort_by_len:
            order = sorted(range(len(x)), key=lambda i: (len(x[i]), i))
            x, y = [x[i] for i in order], [y[i] for i in order]
        result.append((x, y))
    return result
