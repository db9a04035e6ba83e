"""Files that Theano scripts saved parameters in, read without executing anything.

Pickles (of cPickle or pickle, plain or compressed, several in one file, joblib's), ``.npy`` and
``.npz`` files with or without pickled entries, the zip files of ``theano.misc.pkl_utils``, Blocks'
tar files, HDF5 files (Keras' and others'), and MATLAB's.
"""

from symopt.legacy.checkpoints.checkpoint import LegacyCheckpoint as LegacyCheckpoint
from symopt.legacy.checkpoints.checkpoint import load_checkpoint as load_checkpoint
from symopt.legacy.checkpoints.contents import Contents as Contents
from symopt.legacy.checkpoints.contents import read_contents as read_contents
from symopt.legacy.checkpoints.theano_objects import loads as loads
from symopt.legacy.checkpoints.theano_objects import shared_value as shared_value
from symopt.legacy.checkpoints.walk import Leaf as Leaf
from symopt.legacy.checkpoints.walk import leaves as leaves
