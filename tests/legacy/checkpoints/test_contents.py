"""Files of every kind that scripts of Theano's time wrote."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from symopt.errors import CheckpointError
from symopt.legacy.checkpoints import compression, leaves, read_contents
from tests.legacy.checkpoints.pickled_models import dumps, pkl_utils_zip

pytestmark = pytest.mark.core

W = np.arange(6, dtype="float32").reshape(2, 3)
PARAMS = OrderedDict(W=W, b=np.zeros(3), history=[1.5, 2.5])


@pytest.fixture
def written(tmp_path):
    def write(data: bytes):
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return write


def saved(save, *args, **kwargs) -> bytes:
    file = io.BytesIO()
    save(file, *args, **kwargs)
    return file.getvalue()


def only(contents):
    assert not contents.faults
    (value,) = contents.objects.values()
    return value


@pytest.mark.parametrize(
    ("pack", "kind"),
    [
        (bytes, "pickle"),
        (gzip.compress, "gzipped pickle"),
        (bz2.compress, "bzipped pickle"),
        (lzma.compress, "xz-packed pickle"),
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_pickles(written, pack, kind, protocol):
    found = read_contents(written(pack(pickle.dumps(PARAMS, protocol))))
    assert found.kind == kind
    np.testing.assert_array_equal(only(found)["W"], W)


def test_pickles_one_behind_the_other(written):
    data = b"".join(pickle.dumps(value, 2) for value in PARAMS.values())
    found = read_contents(written(data + b"\n\n"))
    assert found.kind == "pickle of 3 objects"
    assert list(found.objects) == ["[0]", "[1]", "[2]"]
    np.testing.assert_array_equal(found.objects["[0]"], W)
    cut = read_contents(written(data[:-5]))
    assert list(cut.objects) == ["[0]", "[1]"]
    (fault,) = cut.faults
    assert fault.startswith("behind object 2, at byte ")


def test_npy_files(written):
    found = read_contents(written(saved(np.save, W)))
    assert found.kind == "npy file"
    np.testing.assert_array_equal(only(found), W)
    two = read_contents(written(saved(np.save, W) + saved(np.save, np.ones(2))))
    np.testing.assert_array_equal(two.objects["[1]"], 1)
    pickled = read_contents(written(saved(np.save, np.array(PARAMS, object))))
    np.testing.assert_array_equal(only(pickled)[()]["W"], W)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_files(written, save):
    options = np.array({"dim": 3, "tree": [1, [2]]}, object)
    found = read_contents(written(saved(save, zipped_params=options, **PARAMS)))
    assert found.kind == "npz file"
    assert not found.faults
    np.testing.assert_array_equal(found.objects["W"], W)
    assert found.objects["zipped_params"][()] == {"dim": 3, "tree": [1, [2]]}


def test_an_entry_that_executes_something(written, tmp_path):
    class Call:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    for data in (
        saved(np.savez, x=np.array(Call(), object)),
        saved(np.save, np.array([Call()], object)),
        pickle.dumps(Call()),
        gzip.compress(pickle.dumps([Call()], 0), mtime=0),
    ):
        found = list(leaves(read_contents(written(data)).objects))
        assert any(leaf.value == str(tmp_path / "made") for leaf in found)
        assert not (tmp_path / "made").exists()


def test_the_zip_of_pkl_utils(written):
    found = read_contents(written(pkl_utils_zip({"W": W, "b": np.zeros(3)})))
    assert found.kind == "zip file of theano.misc.pkl_utils"
    np.testing.assert_array_equal(found.objects["W"], W)
    shown = {leaf.path: leaf for leaf in leaves(found.objects["pkl"])}
    assert shown["[0]"].value is found.objects["W"]
    assert shown["[0]"].variable == "W"
    missing = pickle.dumps(3)[:-1]
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("pkl", b"Pndarray.W\n.")
        archive.writestr("text", b"hello")
        archive.writestr("cut", missing)
        archive.writestr("W2", saved(np.save, W))
    found = read_contents(written(broken.getvalue()))
    assert list(found.objects) == ["W2"]
    assert [fault.split(":")[0] for fault in found.faults] == ["pkl", "text", "cut"]
    assert "the persistent id 'ndarray.W', which the file does not hold" in found.faults[0]


def test_a_damaged_entry_leaves_the_others(written):
    data = bytearray(saved(np.savez, **{**PARAMS, "b": np.arange(3.0)}))
    at = data.index(np.arange(3.0).tobytes())
    data[at + 17] ^= 1
    found = read_contents(written(bytes(data)))
    assert sorted(found.objects) == ["W", "history"]
    assert found.faults == ["b: Bad CRC-32 for file 'b.npy'"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"hello world, this is text\n", "no pickle, or a damaged one"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file that is damaged"),
        (b"PK\x03\x04 damaged", "a zip file that is cut short or damaged"),
        (gzip.compress(b"x" * 100, mtime=0)[:-9], "a gzipped file that is cut short or damaged"),
        (b"BZh9 damaged", "a bzipped file that is cut short or damaged"),
        (b"\xfd7zXZ damaged", "a xz-packed file that is cut short or damaged"),
        (saved(np.save, W)[:-1], "no npy file, or a damaged one: 23 bytes of data"),
        (saved(np.savez, W)[:-1], "zip file that is cut short"),
        (pickle.dumps(PARAMS, 2)[:-30], "no pickle, or a damaged one"),
    ],
)
def test_what_cannot_be_read(written, data, words):
    path = written(data)
    with pytest.raises(CheckpointError, match=words) as caught:
        read_contents(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_compressed_bomb(written, monkeypatch):
    monkeypatch.setattr(compression, "INFLATED_LIMIT", 10_000)
    monkeypatch.setattr(compression, "INFLATED_RATIO", 2)
    with pytest.raises(CheckpointError, match="of more than 10,000 bytes; unpack it first"):
        read_contents(written(gzip.compress(bytes(20_000), mtime=0)))
    with pytest.raises(CheckpointError, match="of more than 10,000 bytes; unpack it first"):
        read_contents(written(saved(np.savez_compressed, np.zeros(20_000))))


def test_no_file(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(CheckpointError, match="no such file, or no regular one"):
            read_contents(path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="no regular one"):
        read_contents(tmp_path / "pipe")


def test_text_is_no_object_of_theano(written):
    assert only(read_contents(written(dumps("text", 2)))) == "text"
