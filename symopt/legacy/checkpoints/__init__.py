"""Files that Theano scripts saved parameters in, read without executing anything.

Pickles (of cPickle or pickle, plain or compressed, several in one file), ``.npy`` and ``.npz``
files with or without pickled entries, and the zip files of ``theano.misc.pkl_utils``.
"""

from symopt.legacy.checkpoints.contents import Contents as Contents
from symopt.legacy.checkpoints.contents import read_contents as read_contents
from symopt.legacy.checkpoints.theano_objects import loads as loads
from symopt.legacy.checkpoints.theano_objects import shared_value as shared_value
from symopt.legacy.checkpoints.walk import Leaf as Leaf
from symopt.legacy.checkpoints.walk import leaves as leaves
