import cPickle
import os
import re
from itertools import imap, izip

import numpy as np
import theano

floatX = theano.config.floatX
device = theano.config.device


def set_values(name, param, pretrained):
    """Loads weights that were saved, whatever their number of dimensions then was."""
    param_value = param.get_value()
    if pretrained.size != param_value.size:
        raise Exception("Size mismatch for parameter %s. Expected %i, found %i." %
                        (name, param_value.size, pretrained.size))
    param.set_value(np.reshape(pretrained, param_value.shape).astype(np.float32))


def shared(shape, name, rng=np.random.RandomState(17)):
    if len(shape) == 1:
        value = np.zeros(shape)
    else:
        drange = np.sqrt(6. / (np.sum(shape)))
        value = drange * rng.uniform(low=-1.0, high=1.0, size=shape)
    return theano.shared(value=value.astype(floatX), name=name)


def create_dico(item_list):
    assert type(item_list) is list
    dico = {}
    for items in item_list:
        for item in items:
            if item not in dico:
                dico[item] = 1
            else:
                dico[item] += 1
    return dico


def create_mapping(dico):
    """The most frequent first; those with the same frequency by the alphabet."""
    sorted_items = sorted(dico.items(), key=lambda x: (-x[1], x[0]))
    id_to_item = {i: v[0] for i, v in enumerate(sorted_items)}
    item_to_id = {v: k for k, v in id_to_item.iteritems()}
    return item_to_id, id_to_item


def zero_digits(s):
    return re.sub('\d', '0', s)


def cap_feature(s):
    if s.lower() == s:
        return 0
    elif s.upper() == s:
        return 1
    elif s[0].upper() == s[0]:
        return 2
    else:
        return 3


def pad_word_chars(words):
    max_length = max([len(word) for word in words])
    char_for, char_rev, char_pos = [], [], []
    for word in words:
        padding = [0] * (max_length - len(word))
        char_for.append(word + padding)
        char_rev.append(word[::-1] + padding)
        char_pos.append(len(word) - 1)
    return char_for, char_rev, char_pos


def save_mappings(path, **mappings):
    with open(path, 'wb') as f:
        for name in sorted(mappings):
            cPickle.dump({'name': name, 'mapping': mappings[name]}, f)


def reload_mappings(path):
    found = {}
    with open(path, 'rb') as f:
        while True:
            try:
                entry = cPickle.load(f)
            except EOFError, e:
                break
            found[entry['name']] = entry['mapping']
    return found


def pairs(a, b):
    return list(imap(lambda (x, y): (x, y), izip(a, b)))
