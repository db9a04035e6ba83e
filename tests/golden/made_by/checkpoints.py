"""Makes the files in tests/legacy/checkpoints/files with the programs that wrote such files.

    python checkpoints.py DIR [SECTION...]

Each section needs its own programs, named beside it in SECTIONS; those that cannot be imported
are said and left out. It runs on Python 2.7 and 3; the files say which: theano_py2_*.pkl. Made
with Python 2.7.18 (numpy 1.16.6, Theano 1.0.5 and, for Lasagne 0.1 and Keras 0.2.0, Theano 0.8.2;
joblib 0.13.2 and 0.8.4, Keras 1.2.2 and 2.2.4, h5py 2.10.0, scipy 1.2.3), Python 3.7 (Theano
1.0.5) and Python 3.11 (scipy 1.17.1, joblib 1.6.0, hdf5storage 0.2.2, which writes what MATLAB
7.3 does).
"""

from __future__ import print_function

import gzip
import io
import json
import os
import sys
import tarfile
from collections import OrderedDict

import numpy as np

try:
    import cPickle as pickle
except ImportError:
    import pickle

PY = "py%d" % sys.version_info[0]
W = (np.arange(6).reshape(2, 3) * 0.25).astype("float32")
B = np.array([0.5, -1.0, 2.0])
HISTORY = [[0.5, 0.25], [0.125, 0.0625]]


def options():
    return {
        "dim_proj": 2,
        "lrate": 0.05,
        "optimizer": adadelta,
        "encoder": "lstm",
        "patience": 10,
        "maxlen": None,
        "use_dropout": True,
        "datasets": ["train.pkl", "valid.pkl"],
    }


def adadelta():
    """Named by the options, as the tutorial's script named its own."""


class Layer(object):
    def __init__(self, shared, n_in):
        self.n_in = n_in
        self.W = shared(W * n_in, name="W")
        self.b = shared(B * n_in, name="b")
        self.params = [self.W, self.b]


class Model(object):
    """Layers, their parameters in a list, and a graph between them."""

    def __init__(self, theano):
        T = theano.tensor
        self.x = T.matrix("x")
        self.layers = [Layer(theano.shared, 1), Layer(theano.shared, 2)]
        self.params = self.layers[0].params + self.layers[1].params
        output = T.tanh(T.dot(self.x, self.layers[0].W) + self.layers[0].b)
        self.cost = output.sum() + self.layers[1].b.sum()
        self.name = "model"


def path(name):
    return os.path.join(OUT, name)


def dump(name, value, protocol, opened=open):
    with opened(path(name), "wb") as file:
        pickle.dump(value, file, protocol)


def theano_objects():
    """Theano."""
    import theano
    import theano.misc.pkl_utils

    shared = [theano.shared(W, name="W"), theano.shared(B, name="b")]
    dump("theano_%s_shared.pkl" % PY, shared, 0)
    dump("theano_%s_model.pkl.gz" % PY, Model(theano), 2, gzip.open)
    dump("theano_%s_random.pkl" % PY, {
        "rng": theano.tensor.shared_randomstreams.RandomStreams(1), "W": shared[0]}, 2)  # fmt: skip
    x = theano.tensor.vector("x", dtype="float64")
    mode = theano.compile.mode.Mode(linker="py", optimizer=None)
    step = theano.function(
        [x, theano.In(theano.tensor.dscalar("rate"), value=0.5)],
        theano.tensor.dot(shared[0], x) + shared[1].sum(),
        updates=[(shared[1], shared[1] * 2)],
        mode=mode,
        on_unused_input="ignore",
    )
    with open(path("theano_%s_function.pkl" % PY), "wb") as file:
        theano.misc.pkl_utils.StripPickler(file, 2).dump(step)
    with open(path("theano_%s_pkl_utils.zip" % PY), "wb") as file:
        theano.misc.pkl_utils.dump(shared, file)


def scripts():
    """numpy alone: what the tutorials and dl4mt, Nematus and GroundHog do."""
    params = OrderedDict([("Wemb", W), ("U", W.T.copy()), ("b", B)])
    name = path("tutorial_%s.npz" % PY)
    np.savez(name, zipped_params=params, history_errs=HISTORY, train_err=0.25, **params)
    with open(name + ".pkl", "wb") as file:
        pickle.dump(options(), file, 0)
    np.savez(path("nematus_%s.iter1000.npz" % PY), history_errs=HISTORY, uidx=1000, **params)
    with open(path("nematus_%s.npz.json" % PY), "w") as file:
        json.dump({"dim": 2, "factors": 1, "dictionaries": ["en.json", "de.json"]}, file)
    np.savez(path("search_%s_model3.npz" % PY), **params)
    with open(path("search_%s_state.pkl" % PY), "wb") as file:
        pickle.dump(dict(options(), prefix="search_", lr=1.0), file, 0)
    with open(path("dumps_%s.save" % PY), "wb") as file:
        for value in params.values():
            pickle.dump(value, file, -1)
    with open(path("arrays_%s.npy" % PY), "wb") as file:
        for value in params.values():
            np.save(file, value)


def lasagne_values():
    """Lasagne."""
    import lasagne

    layer = lasagne.layers.InputLayer((None, 2))
    layer = lasagne.layers.DenseLayer(layer, 3, W=W, b=B.astype("float32"))
    layer = lasagne.layers.DenseLayer(layer, 2, W=W.T.copy(), b=B[:2].astype("float32"))
    values = lasagne.layers.get_all_param_values(layer)
    dump("lasagne_%s_values.pkl" % PY, values, 2)
    np.savez(path("lasagne_%s_values.npz" % PY), *values)


def blocks_tar():
    """numpy alone: laid out as Blocks 0.2 does, which needs a Fuel that cannot be had any more."""
    names = ["|mlp|linear_0.W", "|mlp|linear_0.b"]

    class Pickler(pickle.Pickler if PY == "py3" else __import__("pickle").Pickler):
        def persistent_id(self, value):
            places = [i for i, array in enumerate((W, B)) if array is value]
            return "#numpy_ndarray." + names[places[0]] if places else None

    parameters, pickled = io.BytesIO(), io.BytesIO()
    np.savez(parameters, **dict(zip(names, (W, B))))
    Pickler(pickled, 2).dump({"algorithm": {"W": W}, "epochs_done": 3})
    with tarfile.open(path("blocks_%s.tar" % PY), "w") as archive:
        for name, file in (("_parameters", parameters), ("_pkl", pickled)):
            member = tarfile.TarInfo(name)
            member.size = len(file.getvalue())
            archive.addfile(member, io.BytesIO(file.getvalue()))


def keras_files():
    """Keras, with Theano under it; put the wanted version on PYTHONPATH."""
    os.environ["KERAS_BACKEND"] = "theano"
    import keras
    from keras.layers.core import Dense
    from keras.models import Sequential

    version = keras.__version__ if hasattr(keras, "__version__") else "0.2.0"
    model = Sequential()
    model.add(Dense(3, input_dim=2, **({} if version[0] == "0" else {"name": "hidden"})))
    model.add(Dense(2, **({} if version[0] == "0" else {"name": "output"})))
    model.layers[0].set_weights([W, B])
    model.layers[1].set_weights([W.T, B[:2]])
    model.compile(loss="mse", optimizer="adam")
    model.save_weights(path("keras_%s_weights.h5" % version), overwrite=True)
    if version[0] != "0":
        model.train_on_batch(np.zeros((1, 2)), np.zeros((1, 2)))
        model.layers[0].set_weights([W, B])
        model.layers[1].set_weights([W.T, B[:2]])
        model.save(path("keras_%s_model.h5" % version))


def joblib_files():
    """joblib; put the wanted version on PYTHONPATH."""
    import joblib

    value = OrderedDict([("W", W), ("nested", [B, {"F": np.asfortranarray(W)}]), ("lrate", 0.5)])
    stem = "joblib_%s" % joblib.__version__
    if joblib.__version__ == "0.8.4":  # packed arrays in files of their own, as for large ones
        joblib.dump(value, path(stem + "_apart.pkl"), compress=3, cache_size=0)
    value["objects"] = np.array([W[0], "text"], dtype=object)
    joblib.dump(value, path(stem + ".pkl"))
    for compress in (3,) if joblib.__version__ == "0.8.4" else (3, ("gzip", 3)):
        method = compress[0] if isinstance(compress, tuple) else "zlib"
        joblib.dump(value, path("%s_%s.pkl" % (stem, method)), compress=compress)


def matlab_files():
    """scipy."""
    import scipy.io
    import scipy.sparse

    layers = np.empty((1, 2), object)
    weights = np.empty((1, 2), object)
    weights[0, 0], weights[0, 1] = W.reshape(1, 2, 3, 1), B[:1]
    layers[0, 0] = {"type": "conv", "name": "conv1_1", "weights": weights, "stride": [[1.0, 2.0]]}
    layers[0, 1] = {"type": "relu", "name": "relu1_1"}
    params = np.zeros((1, 2), [("name", object), ("value", object)])
    params[0, 0], params[0, 1] = ("conv1f", W), ("conv1b", B)
    values = {
        "layers": layers,
        "params": params,
        "W": W,
        "b": B,
        "mask": W > 0.5,
        "counts": np.arange(300, dtype="uint16"),
        "sparse": scipy.sparse.csc_matrix(np.diag(B)),
        "complex": W + 2j * W,
        "text": u"caf\xe9",
        "lines": np.array(["one", "two"]),
        "meta": {"classes": {"name": "digits"}, "size": 28.0},
    }
    scipy.io.savemat(path("scipy_%s.mat" % PY), values)
    scipy.io.savemat(path("scipy_%s_packed.mat" % PY), values, do_compression=True)
    plain = {name: values[name] for name in ("W", "b", "complex", "text", "counts")}
    scipy.io.savemat(path("scipy_%s_v4.mat" % PY), plain, format="4")


def matlab73_file():
    """hdf5storage."""
    import hdf5storage

    layers = np.empty((2,), object)
    layers[0] = {"name": "conv1_1", "weights": np.array([W, B], dtype=object), "pad": 1.0}
    layers[1] = {"name": "relu1_1"}
    values = {"layers": layers, "W": W, "text": "conv", "meta": {"size": 28.0, "classes": B}}
    name = path("matlab73.mat")
    hdf5storage.savemat(name, values, format="7.3", store_python_metadata=False, oned_as="row")


SECTIONS = OrderedDict(
    (section.__name__, section)
    for section in (
        theano_objects,
        scripts,
        lasagne_values,
        blocks_tar,
        keras_files,
        joblib_files,
        matlab_files,
        matlab73_file,
    )
)

if __name__ == "__main__":
    OUT = sys.argv[1]
    for wanted in sys.argv[2:] or SECTIONS:
        try:
            SECTIONS[wanted]()
        except ImportError as error:
            print("%s: left out, for %s" % (wanted, error))
