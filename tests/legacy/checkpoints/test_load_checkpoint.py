"""load_checkpoint on files that the real programs wrote; made by tests/golden/made_by/."""

from __future__ import annotations

import argparse
import gzip
import io
import json
import pickle
import shutil
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

import symopt
from symopt.errors import CheckpointError
from symopt.legacy import load_checkpoint
from tests.legacy.checkpoints.pickled_models import (
    dumps,
    instance,
    pkl_utils_zip,
    shared,
    theano_class,
)

pytestmark = pytest.mark.core

FILES = Path(__file__).parent / "files"
W = (np.arange(6).reshape(2, 3) / 4).astype("float32")
B = np.array([0.5, -1.0, 2.0])
B32 = B.astype("float32")
HISTORY = [[0.5, 0.25], [0.125, 0.0625]]


def same(found, expected):
    assert sorted(found) == sorted(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype, name
        np.testing.assert_array_equal(found[name], array, strict=True)
        assert found[name].dtype.isnative
        assert found[name].flags.writeable


TUTORIAL = {"Wemb": W, "U": W.T, "b": B}
NUMBERED = {"arr_0": W, "arr_1": W.T, "arr_2": B}
LASAGNE = {"arr_0": W, "arr_1": B32, "arr_2": W.T, "arr_3": B32[:2]}
MODEL = {"layers[0].W": W, "layers[0].b": B, "layers[1].W": W * 2, "layers[1].b": B * 2}
FUNCTION = {"W": W, "b": B, "rate": np.array(0.5)}
JOBLIB = {"W": W, "nested[0]": B, "nested[1]/F": W, "objects[0]": W[0]}
JOBLIB_APART = {name: array for name, array in JOBLIB.items() if name != "objects[0]"}
KERAS1 = {"hidden_W": W, "hidden_b": B32, "output_W": W.T, "output_b": B32[:2]}
KERAS2 = {"hidden/kernel": W, "hidden/bias": B32, "output/kernel": W.T, "output/bias": B32[:2]}
W64 = W.astype("float64")
KERAS0 = {"layer_0/param_0": W64, "layer_0/param_1": B, "layer_1/param_0": W64.T}
KERAS0 |= {"layer_1/param_1": B[:2]}
MATLAB = {
    "layers/conv1_1/weights[0]": W.reshape(1, 2, 3, 1),
    "layers/conv1_1/weights[1]": B[:1, None],
    "layers/conv1_1/stride": np.array([[1.0, 2.0]]),
    "params/conv1f/value": W,
    "params/conv1b/value": B[None],
    "W": W,
    "b": B[None],
    "mask": W > 0.5,
    "counts": np.arange(300, dtype="uint16")[None],
    "sparse": np.diag(B),
    "complex": W + 2j * W,
    "meta/size": np.array([[28.0]]),
}
MATLAB4 = {"W": W.astype("float64"), "b": B[None], "counts": np.arange(300.0)[None]}

CASES = [
    *(
        case
        for py in ("py2", "py3")
        for case in (
            (f"tutorial_{py}.npz", "npz file", TUTORIAL),
            (f"nematus_{py}.iter1000.npz", "npz file", TUTORIAL),
            (f"search_{py}_model3.npz", "npz file", TUTORIAL),
            (f"dumps_{py}.save", "pickle of 3 objects", NUMBERED),
            (f"arrays_{py}.npy", "npy file of 3 objects", NUMBERED),
            (f"theano_{py}_shared.pkl", "pickle", {"W": W, "b": B}),
            (f"theano_{py}_model.pkl.gz", "gzipped pickle", MODEL),
            (f"theano_{py}_random.pkl", "pickle", {"W": W}),
            (f"theano_{py}_function.pkl", "pickle", FUNCTION),
            (
                f"theano_{py}_pkl_utils.zip",
                "zip file of theano.misc.pkl_utils",
                {"W": W, "b": B},
            ),
            (
                f"blocks_{py}.tar",
                "tar archive of Blocks",
                {"/mlp/linear_0.W": W, "/mlp/linear_0.b": B},
            ),
            (f"scipy_{py}.mat", "MATLAB file", MATLAB),
            (f"scipy_{py}_packed.mat", "MATLAB file", MATLAB),
        )
    ),
    ("lasagne_py2_values.pkl", "pickle", LASAGNE),
    ("lasagne_py2_values.npz", "npz file", LASAGNE),
    ("joblib_0.8.4.pkl", "pickle of joblib", JOBLIB),
    ("joblib_0.8.4_zlib.pkl", "joblib-packed pickle", JOBLIB),
    ("joblib_0.8.4_apart.pkl", "joblib-packed pickle of joblib", JOBLIB_APART),
    ("joblib_0.13.2.pkl", "pickle of joblib", JOBLIB),
    ("joblib_0.13.2_zlib.pkl", "zlib-packed pickle of joblib", JOBLIB),
    ("joblib_0.13.2_gzip.pkl", "gzipped pickle of joblib", JOBLIB),
    ("joblib_1.6.0.pkl", "pickle of joblib", JOBLIB),
    ("joblib_1.6.0_zlib.pkl", "zlib-packed pickle of joblib", JOBLIB),
    ("joblib_1.6.0_gzip.pkl", "gzipped pickle of joblib", JOBLIB),
]
HDF5_CASES = [
    ("keras_0.2.0_weights.h5", "HDF5 file of Keras", KERAS0),
    ("keras_1.2.2_weights.h5", "HDF5 file of Keras", KERAS1),
    ("keras_1.2.2_model.h5", "HDF5 file of Keras 1.2.2", KERAS1),
    ("keras_2.2.4_weights.h5", "HDF5 file of Keras 2.2.4", KERAS2),
    ("keras_2.2.4_model.h5", "HDF5 file of Keras 2.2.4", KERAS2),
]


@pytest.mark.parametrize(("name", "kind", "expected"), CASES, ids=[case[0] for case in CASES])
def test_files(name, kind, expected):
    found = load_checkpoint(FILES / name)
    assert found.format == kind
    assert found.unread == []
    same(found.arrays, expected)


@pytest.mark.parametrize(("name", "kind", "expected"), HDF5_CASES)
def test_files_of_keras(name, kind, expected):
    pytest.importorskip("h5py")
    found = load_checkpoint(FILES / name)
    assert found.format == kind
    assert found.unread == []
    same(found.arrays, expected)
    assert list(found.arrays) == list(expected)  # in the order of the layers
    model = "model" in name
    assert ("model_config" in found.options) == model
    assert len(found.others) >= 8 if model else not found.others
    if model:
        assert found.options["model_config"]["class_name"] == "Sequential"


def test_a_file_of_matlab_7_3():
    pytest.importorskip("h5py")
    found = load_checkpoint(FILES / "matlab73.mat")
    assert found.unread == []
    expected = {
        "W": W,
        "layers/conv1_1/weights[0]": W,
        "layers/conv1_1/weights[1]": B[None],
        "layers/conv1_1/pad": np.array([[1.0]]),
        "meta/classes": B[None],
        "meta/size": np.array([[28.0]]),
    }
    same(found.arrays, expected)
    assert found.options["text"] == "conv"


def test_matlab_4():
    found = load_checkpoint(FILES / "scipy_py3_v4.mat")
    assert found.format == "MATLAB 4 file"
    for name, array in MATLAB4.items():
        np.testing.assert_array_equal(found[name], array)
    np.testing.assert_array_equal(found["complex"], W + 2j * W)
    assert found.options == {"text": "caf\xe9"}


@pytest.mark.parametrize("py", ["py2", "py3"])
def test_texts_and_lists_of_matlab(py):
    options = load_checkpoint(FILES / f"scipy_{py}.mat").options
    assert options["text"] == "caf\xe9"
    assert [line.rstrip() for line in options["lines"]] == ["one", "two"]
    assert options["layers/conv1_1/type"] == "conv"
    assert options["meta/classes"] == {"name": "digits"}


@pytest.mark.parametrize("py", ["py2", "py3"])
def test_options_beside(py):
    found = load_checkpoint(FILES / f"tutorial_{py}.npz")
    assert found.options_path == FILES / f"tutorial_{py}.npz.pkl"
    assert found.options == {
        "dim_proj": 2,
        "lrate": 0.05,
        "optimizer": "__main__.adadelta",
        "encoder": "lstm",
        "patience": 10,
        "maxlen": None,
        "use_dropout": True,
        "datasets": ["train.pkl", "valid.pkl"],
    }
    assert list(found.history) == ["history_errs", "train_err"]
    np.testing.assert_array_equal(found.history["history_errs"], HISTORY)
    assert load_checkpoint(FILES / f"tutorial_{py}.npz.pkl").options == found.options

    nematus = load_checkpoint(FILES / f"nematus_{py}.iter1000.npz")
    assert nematus.options == {"dim": 2, "factors": 1, "dictionaries": ["en.json", "de.json"]}
    assert nematus.history["uidx"] == 1000
    assert load_checkpoint(FILES / f"search_{py}_model3.npz").options["prefix"] == "search_"


def test_options_that_are_named(tmp_path):
    shutil.copy(FILES / "tutorial_py3.npz", tmp_path / "bn_params.npz")
    assert load_checkpoint(tmp_path / "bn_params.npz").options == {}
    options = {"bn_saveto": "./models/bn_params.npz", "lrate": 1}
    (tmp_path / "attention.npz.pkl").write_bytes(pickle.dumps(options, 0))
    assert load_checkpoint(tmp_path / "bn_params.npz").options == options  # WAP's
    (tmp_path / "o.json").write_text('{"lrate": 2}')
    assert load_checkpoint(tmp_path / "bn_params.npz", options=tmp_path / "o.json").options == {
        "lrate": 2
    }
    (tmp_path / "o.json").write_text("[1]")
    with pytest.raises(CheckpointError, match="JSON of a list; expected an object"):
        load_checkpoint(tmp_path / "bn_params.npz", options=tmp_path / "o.json")
    (tmp_path / "o.pkl").write_bytes(pickle.dumps(argparse.Namespace(lrate=3)))
    found = load_checkpoint(tmp_path / "bn_params.npz", options=tmp_path / "o.pkl")
    assert found.options == {"lrate": 3}
    with pytest.raises(CheckpointError, match="something else than options"):
        load_checkpoint(tmp_path / "bn_params.npz", options=tmp_path / "bn_params.npz")
    (tmp_path / "bn_params.npz.json").write_text("{")
    found = load_checkpoint(tmp_path / "bn_params.npz")
    assert len(found.unread) == 1
    assert "no JSON" in found.unread[0]


def test_it_is_a_mapping_for_init_tparams_and_zipp():
    found = load_checkpoint(FILES / "tutorial_py2.npz")
    tparams = symopt.init_tparams(found)
    assert list(tparams) == list(found) == list(found.arrays)
    tparams["U"].set_value(np.zeros((3, 2), "float32"))
    symopt.zipp(found, tparams)
    np.testing.assert_array_equal(tparams["U"].get_value(), W.T)
    assert "3 parameters of 15 numbers, 8 options" in repr(found)


def test_random_streams_are_left_out():
    for py in ("py2", "py3"):
        found = load_checkpoint(FILES / f"theano_{py}_random.pkl")
        assert found.left_out == ["rng: the state of a random generator"]


@pytest.fixture
def dumped(tmp_path):
    def dump(value, protocol=2):
        path = tmp_path / "x.pkl"
        path.write_bytes(pickle.dumps(value, protocol))
        return load_checkpoint(path)

    return dump


def test_what_the_namespace_pickles(dumped):
    import symopt.legacy.theano as theano
    from symopt.legacy.theano.sandbox.rng_mrg import MRG_RandomStreams

    weights, bias = theano.shared(W, name="W"), theano.shared(B, name="b")
    streams = MRG_RandomStreams(4)
    output = streams.uniform((2, 3)) * weights
    f = theano.function([], output, updates=[(bias, bias * 2)], mode="FAST_COMPILE")
    same(dumped([weights, bias]).arrays, {"W": W, "b": B})
    same(dumped({"step": f}).arrays, {"step/W": W, "step/b": B})
    same(dumped({"cost": output.sum(), "W": weights}).arrays, {"W": W})
    assert dumped({"rng": streams}).left_out == ["rng: the state of a random generator"]


def test_names(dumped):
    assert list(dumped({"params": {"W": W, 3: [W]}, b"b": B})) == ["params/W", "params/3[0]", "b"]
    assert list(dumped(W)) == ["arr_0"]
    assert list(dumped([[W, B], {"x": W}])) == ["arr_0[0]", "arr_0[1]", "arr_1/x"]
    assert list(dumped({"a/b": W, "a": {"b": B}})) == ["a/b", "a/b_2"]
    found = dumped({"params": OrderedDict(W=W, b=B)})
    same(found.under("params"), {"W": W, "b": B})


def test_containers_and_blocks_older_zip(tmp_path):
    momentum = [(shared(W, "W"), shared(B, "W_momentum"))]
    (tmp_path / "u.pkl").write_bytes(dumps(dict(momentum), 2))
    same(load_checkpoint(tmp_path / "u.pkl").arrays, {"W": B, "W_2": W})

    container = instance(theano_class("theano.gof.link", "Container"), storage=[W], name="W")
    empty = instance(theano_class("theano.gof.link", "Container"), storage=[None], name="x")
    (tmp_path / "c.pkl").write_bytes(dumps([container, empty], 2))
    same(load_checkpoint(tmp_path / "c.pkl").arrays, {"W": W})

    with zipfile.ZipFile(tmp_path / "gpu.zip", "w") as archive:
        file = io.BytesIO()
        np.save(file, W)
        archive.writestr("W", dumps("dev0", 2) + file.getvalue())  # as pkl_utils writes it
        archive.writestr("pkl", b"\x80\x02X\x0a\x00\x00\x00gpuarray.WQ.")
    same(load_checkpoint(tmp_path / "gpu.zip").arrays, {"W": W})

    data = pkl_utils_zip({"mlp-linear_0.W": W, "mlp-linear_0.b": B})
    (tmp_path / "b.zip").write_bytes(data)
    assert list(load_checkpoint(tmp_path / "b.zip")) == ["mlp-linear_0.W", "mlp-linear_0.b"]
    brick = instance(theano_class("blocks.bricks.sequences", "MLP"), name="mlp")
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as archive:
        archive.writestr("log", dumps(brick, 2))
    found = load_checkpoint(tmp_path / "b.zip")
    assert found.format == "zip file of Blocks"
    assert list(found) == ["/mlp/linear_0.W", "/mlp/linear_0.b"]


def test_values_inside(dumped):
    found = dumped({"params": [W], "opts": {"a": (1, [2.5])}, "n": np.float32(2), "train_err": 0.5})
    assert list(found) == ["params[0]"]
    assert found.options == {"opts": {"a": (1, [2.5])}, "n": 2.0}
    assert found.history["train_err"] == 0.5
    options = argparse.Namespace(depth=2, names=["a"], nested=argparse.Namespace(x=1))
    found = dumped(([W], options))  # rcnn's
    assert found.options == {"arr_1": {"depth": 2, "names": ["a"], "nested": {"x": 1}}}
    assert dumped([1, 2]).options == {"arr_0": [1, 2]}
    words = np.array(["the", "a"])
    assert dumped({"words": words}).others["words"].tolist() == ["the", "a"]


def test_zipped_params_that_differ(tmp_path):
    best = np.array(OrderedDict(W=W, b=B, c=B), object)
    np.savez(tmp_path / "m.npz", zipped_params=best, W=W, b=B + 1)
    found = load_checkpoint(tmp_path / "m.npz")
    same(found.arrays, {"W": W, "b": B + 1, "c": B})
    same(found.others, {"zipped_params/b": B})
    np.savez(tmp_path / "none.npz", zipped_params=np.array(None, object), W=W)
    found = load_checkpoint(tmp_path / "none.npz")
    assert (list(found), found.options) == (["W"], {})


def test_what_holds_itself(dumped):
    loop: list = [W]
    loop.append(loop)
    assert list(dumped(loop)) == ["arr_0"]
    many: list = [1]
    for _ in range(60):
        many = [many, many]
    found = dumped({"W": W, "many": many})
    assert list(found) == ["W"]  # 2**60 numbers are not written out
    found.path.write_bytes(b"\x80\x02" + b"]" * 3000 + b"a" * 2999 + b".")
    assert "nested too deep" in load_checkpoint(found.path).unread[0]


def test_damage_is_told(tmp_path):
    data = (FILES / "dumps_py2.save").read_bytes()
    (tmp_path / "x").write_bytes(data[:-40])
    found = load_checkpoint(tmp_path / "x")
    same(found.arrays, {"arr_0": W, "arr_1": W.T})
    assert found.unread[0].startswith("behind object 2, at byte ")
    assert "1 unread" in repr(found)
    with pytest.raises(CheckpointError, match="no such file"):
        load_checkpoint(tmp_path / "missing")
    with pytest.raises(CheckpointError, match=r"a folder; .* is read by symopt.load_params"):
        load_checkpoint(tmp_path)


def test_a_tar_of_other_files(tmp_path):
    import tarfile

    with tarfile.open(tmp_path / "m.tgz", "w:gz") as archive:
        for name in ("tutorial_py3.npz", "dumps_py2.save", "tutorial_py3.npz.pkl"):
            archive.add(FILES / name, name)
        archive.add(FILES / "blocks_py2.tar", "inner.tar")
    found = load_checkpoint(tmp_path / "m.tgz")
    assert found.format == "gzipped tar archive"
    assert "tutorial_py3.npz/Wemb" in found
    assert found.unread == ["inner.tar: a tar archive in another"]
    assert found.options["tutorial_py3.npz.pkl"]["lrate"] == 0.05


def test_h5py_is_asked_for(tmp_path, monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "h5py":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CheckpointError, match=r"h5py is needed: pip install 'symopt\[checkpoints"):
        load_checkpoint(FILES / "keras_1.2.2_weights.h5")


REAL = Path(__file__).parents[4] / "shared" / "data"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is not there")


@needs_real
def test_the_real_sinewave_models():
    for path in sorted((REAL / "checkpoints/lim0606__rnn_sinewave").glob("*.npz")):
        found = load_checkpoint(path)
        assert sorted(found) == ["U", "Wemb", "b", "lstm_U", "lstm_W", "lstm_b"]
        assert {"history_errs", "train_err", "valid_err", "test_err"} == set(found.history)
        assert found.options["optimizer"] == "__main__.adadelta"
        assert found["lstm_W"].shape == (found.options["dim_proj"], 4 * found.options["dim_proj"])
        with np.load(path) as archive:
            same(found.arrays, {name: archive[name] for name in found})
        json.dumps(found.options)


@needs_real
def test_the_real_resnet():
    found = load_checkpoint(REAL / "checkpoints/Lasagne__Recipes/cifar_model_n5.npz")
    assert list(found) == [f"arr_{i}" for i in range(157)]
    assert sum(array.size for array in found.values()) == 466_426


@needs_real
def test_the_real_gpu_array_and_graph():
    folder = REAL / "checkpoints/Theano__Theano"
    same(load_checkpoint(folder / "GpuArray.pkl").arrays, {"arr_0": np.array([-42.0], "float32")})
    found = load_checkpoint(folder / "old_pool_interface.pkl")
    assert len(found) == 0
    assert found.unread == ["a graph of Theano's without shared variables"]


@needs_real
def test_the_real_statistics_of_wap():
    for model, count in (("DenseNet", 198), ("VGG", 32)):
        found = load_checkpoint(REAL / f"crohme_wap/{model}/models/bn_params.npz")
        assert len(found) == count
        assert list(found.history) == ["history_errs"]
        assert found.others == {}
        assert found.options["bn_saveto"] == "./models/bn_params.npz"
        assert found.unread == []


def test_a_packed_pickle_in_a_packed_pickle(tmp_path):
    (tmp_path / "x").write_bytes(gzip.compress(gzip.compress(pickle.dumps({"W": W}))))
    with pytest.raises(CheckpointError, match="no gzipped pickle|no pickle"):
        load_checkpoint(tmp_path / "x")
