# -*- coding: utf-8 -*-
import os
import sys

import numpy

import build_dictionary
from nmt.nmt import train

numerals = 'null eins zwei drei vier f\xc3\xbcnf sechs sieben acht neun zehn elf'.split()
numbers = 'zero one two three four five six seven eight nine ten eleven'.split()


def make_corpus(path, n_lines=22, seed=5):
    """Counting, with a doubled word at the end."""
    rng = numpy.random.RandomState(seed)
    with open(path + '.de', 'w') as de:
        with open(path + '.en', 'w') as en:
            for i in xrange(n_lines):
                words = rng.randint(0, len(numbers), size=rng.randint(2, 7))
                print >>de, ' '.join(numerals[w] for w in words)
                print >>en, ' '.join([numbers[w] for w in words] + [numbers[words[-1]]])


def padded(sequences):
    out = -numpy.ones((len(sequences), max(map(len, sequences))), 'int64')
    for i, s in enumerate(sequences):
        out[i, :len(s)] = s
    return out


if __name__ == '__main__':
    folder, optimizer = sys.argv[1:3]
    corpus = os.path.join(folder, 'counting')
    make_corpus(corpus)
    build_dictionary.main(corpus + '.de', corpus + '.en')
    costs, log_probs, samples, beams, scores = train(
        optimizer=optimizer, saveto=os.path.join(folder, 'model.npz'),
        datasets=[corpus + '.de', corpus + '.en'],
        dictionaries=[corpus + '.de.pkl', corpus + '.en.pkl'])
    for beam in beams:
        print beam
    numpy.savez(os.path.join(folder, 'numbers.npz'), costs=costs, log_probs=log_probs,
                samples=padded(samples), beams=padded(beams), scores=scores)
