"""Archives, HDF5 and MATLAB files that were made to do harm, and damaged ones."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import struct
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from symopt.errors import CheckpointError
from symopt.legacy import load_checkpoint
from symopt.legacy.checkpoints import compression, matlab, matlab73
from symopt.legacy.checkpoints.tar_members import members
from tests.legacy.checkpoints.pickled_models import dumps, instance, theano_class

pytestmark = pytest.mark.core

FILES = Path(__file__).parent / "files"
W = np.arange(6, dtype="float32").reshape(2, 3)


@pytest.fixture
def load(tmp_path):
    def write_and_load(data, name="x"):
        (tmp_path / name).write_bytes(data)
        return load_checkpoint(tmp_path / name)

    return write_and_load


@pytest.fixture
def low_limits(monkeypatch):
    monkeypatch.setattr(compression, "INFLATED_LIMIT", 100_000)
    monkeypatch.setattr(compression, "INFLATED_RATIO", 10)


# Tar


def tar(*entries, kind=tarfile.GNU_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
        for name, data, changes in entries:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            for key, value in changes.items():
                setattr(member, key, value)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


GOOD = ("good.pkl", pickle.dumps({"W": W}), {})


def test_a_tar_that_leads_elsewhere(load, tmp_path):
    secret = tmp_path / "secret.pkl"
    secret.write_bytes(pickle.dumps({"secret": W}))
    link = {"type": tarfile.SYMTYPE, "linkname": str(secret)}
    hard = {"type": tarfile.LNKTYPE, "linkname": "../secret.pkl"}
    outside = ("../../out.pkl", pickle.dumps({"b": W[0]}), {})
    found = load(
        tar(GOOD, ("link", b"", link), ("hard", b"", hard), outside,
            ("fifo", b"", {"type": tarfile.FIFOTYPE}), ("sub", b"", {"type": tarfile.DIRTYPE}))
    )  # fmt: skip
    assert list(found) == ["good.pkl/W", "../../out.pkl/b"]
    assert found.unread == [
        "link: a symbolic link, which is not followed",
        "hard: a hard link, which is not followed",
        "fifo: a pipe, which is not followed",
    ]
    assert not (tmp_path.parent.parent / "out.pkl").exists()


def test_sizes_in_a_tar_that_are_not_there(load):
    data = bytearray(tar(GOOD, ("big", b"x", {})))
    at = data.index(b"big")
    header = data[at : at + 512]
    header[124:136] = b"\x80" + b"\x7f" * 11
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    data[at : at + 512] = header
    found = load(bytes(data))
    assert list(found) == ["good.pkl/W"]
    assert found.unread[0].startswith("big: cut short: ")


def test_names_and_sizes_of_pax_and_gnu():
    long = "d/" * 120 + "x.npy"
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        (member,) = members(tar((long, b"abc", {}), kind=kind))
        assert (member.name, member.data) == (long, b"abc")
    (member,) = members(tar(("x" * 90 + "/" + "y" * 90, b"", {}), kind=tarfile.USTAR_FORMAT))
    assert member.name == "x" * 90 + "/" + "y" * 90
    records = {"pax_headers": {"GNU.sparse.realsize": "99999999999", "path": "s"}}
    (member,) = members(tar(("s", b"abc", records), kind=tarfile.PAX_FORMAT))
    assert "a sparse file" in member.fault
    assert not list(members(bytes(1024)))
    (member,) = members(b"x" * 512)
    assert member.fault == "damaged at byte 0"


def test_tar_cut_anywhere():
    data = tar(GOOD, ("b", b"y" * 700, {}), kind=tarfile.PAX_FORMAT)
    for length in range(0, len(data), 97):
        for member in members(data[:length]):
            assert member.fault or member.data in (GOOD[1], b"y" * 700)


# HDF5


@pytest.fixture
def h5(tmp_path):
    h5py = pytest.importorskip("h5py")

    def make(fill):
        path = tmp_path / "x.h5"
        with h5py.File(path, "w") as file:
            file["good"] = W
            fill(file, h5py)
        return load_checkpoint(path)

    return make


def test_links_out_of_an_hdf5_file(h5, tmp_path):
    import h5py

    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = W

    def fill(file, h5py):
        file["external"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/secret")
        file["soft"] = h5py.SoftLink("/soft2")
        file["soft2"] = h5py.SoftLink("/soft")
        group = file.create_group("g")
        group["up"] = file["/"]
        group["me"] = group
        group["W"] = file["good"]
        (tmp_path / "raw").write_bytes(b"secret!!" * 3)
        file.create_dataset("raw", (6,), "f4", external=[(str(tmp_path / "raw"), 0, 24)])
        layout = h5py.VirtualLayout((2, 3), "f4")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "secret", (2, 3))
        file.create_virtual_dataset("virtual", layout)

    found = h5(fill)
    assert list(found) == ["g/W"]  # one object under two names comes once
    faults = dict(fault.split(": ") for fault in found.unread)
    assert faults == {
        "external": "a link to another file, which is not followed",
        "soft": "a link to another place, which is not followed",
        "soft2": "a link to another place, which is not followed",
        "raw": "data of another file, which is not followed",
        "virtual": "data of another file, which is not followed",
    }


def test_absurd_hdf5(h5, low_limits):
    def fill(file, h5py):
        file.create_dataset("unwritten", (10**9,), "f8")
        file.create_dataset("huge", (10**6, 10**6), "f8", chunks=(10, 10))
        file.create_dataset("chunk", (10**6,), "f8", chunks=(10**6,))
        file.create_dataset("bomb", data=np.zeros(10**6), compression="gzip")
        file.create_dataset("reference", data=np.array([file["good"].ref], h5py.ref_dtype))
        file.create_dataset("rows", (2,), h5py.vlen_dtype("f4"))
        file.create_dataset("none", data=h5py.Empty("f4"))
        file.create_dataset("text", data=["a", "bc"])
        file.create_dataset("packed", data=W, compression="gzip", shuffle=True, fletcher32=True)
        file.attrs["reference"] = file["good"].ref
        file.attrs["zeros"] = np.zeros(2000)
        file.attrs["title"] = "two layers"
        file.attrs["dims"] = np.array([3, 4])

    found = h5(fill)
    np.testing.assert_array_equal(found["packed"], W)
    assert sorted(found) == ["good", "none", "packed", "zeros"]
    assert found.others["text"].tolist() == ["a", "bc"]
    assert found.options == {"title": "two layers", "dims": [3, 4]}
    faults = dict(fault.rsplit(": ", 1) for fault in found.unread)
    assert faults["unwritten"] == "0 bytes in the file for an array of 8000000000"
    assert "much more than the file accounts for" in faults["huge"]
    assert faults["chunk"] == "chunks of 8,000,000 bytes"
    assert faults["bomb"] == "chunks of 8,000,000 bytes" or "accounts for" in faults["bomb"]
    assert faults["reference"] == "references, which are no array"
    assert faults["rows"] == "rows of many lengths, which are no array"
    assert faults["/, attribute reference"] == "references, which are no array"


def test_a_filter_that_would_be_loaded(h5):
    def fill(file, h5py):
        kept = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        kept.set_chunk((2, 3))
        kept.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (1,))  # Zstandard, a plugin
        space = h5py.h5s.create_simple((2, 3))
        h5py.h5d.create(file.id, b"packed", h5py.h5t.IEEE_F32LE, space, kept)

    found = h5(fill)
    assert found.unread == ["packed: packed with the filter 32015; unpack it first (h5repack)"]


def test_references_of_matlab_that_lead_in_circles(h5):
    def fill(file, h5py):
        cell = file.create_dataset("c", (2,), h5py.ref_dtype)
        cell.attrs["MATLAB_class"] = np.bytes_("cell")
        cell[0], cell[1] = cell.ref, cell.ref
        group = file.create_group("s")
        for i in range(3):
            group[f"f{i}"] = group

    found = h5(fill)
    assert list(found) == ["good"]
    assert "c[1]: holds itself" in found.unread
    assert "s/f2: holds itself" in found.unread


def test_structs_of_matlab_that_are_met_many_times(h5, monkeypatch):
    monkeypatch.setattr(matlab73, "MOST_PARTS", 1000)

    def fill(file, h5py):
        file["good"].attrs["MATLAB_class"] = np.bytes_("single")
        inner = file.create_group("s0")
        for i in range(1, 20):
            outer = file.create_group(f"s{i}")
            outer["a"] = outer["b"] = inner
            inner = outer

    found = h5(fill)
    assert list(found) == ["good"]
    assert any("more than 1,000 parts" in fault for fault in found.unread)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_keras(load, seed):
    pytest.importorskip("h5py")
    random = np.random.default_rng(seed)
    data = bytearray((FILES / "keras_1.2.2_weights.h5").read_bytes())
    for at in random.integers(200, len(data), 20):
        data[at] = random.integers(256)
    with contextlib.suppress(CheckpointError):  # and no other exception
        load(bytes(data))


def test_names_of_keras_that_are_not_there(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs["layer_names0"] = [b"a", b"gone"]
        file.attrs["layer_names1"] = [b"b"]
        for name in "ab":
            file.create_group(name).attrs["weight_names"] = [b"W", b"gone"]
            file[name]["W"] = W
    found = load_checkpoint(tmp_path / "x.h5")
    assert list(found) == ["a/W", "b/W"]
    assert found.unread == [
        "a/gone: named in weight_names, and not there",
        "gone: named in layer_names, and not there",
        "b/gone: named in weight_names, and not there",
    ]


# MATLAB


def element(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)


def matrix(matlab_class: int, shape, name: bytes, *parts: bytes) -> bytes:
    flags = element(6, struct.pack("<II", matlab_class, 0))
    dims = element(5, struct.pack(f"<{len(shape)}i", *shape))
    return element(14, flags + dims + element(1, name) + b"".join(parts))


def mat(*variables: bytes) -> bytes:
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(variables)


GOOD_MATRIX = matrix(7, (1, 2), b"good", element(7, struct.pack("<2f", 1, 2)))


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        (matrix(1, (10**9, 1), b"c"), "1000000000 cells in"),
        (matrix(2, (10**9, 1), b"s", element(5, struct.pack("<i", 2)), element(1, b"a\0b\0")),
         "1000000000 structs in"),
        (matrix(6, (10**5, 10**5), b"d", element(9, bytes(8))), "1 numbers for a shape"),
        (matrix(6, (-1, 2), b"d", element(9, bytes(8))), "a shape of"),
        (matrix(6, (1,) * 40, b"d", element(9, bytes(8))), "a shape of"),
        (matrix(16, (1, 1), b"f"), "a function"),
        (matrix(99, (1, 1), b"f"), "unknown class 99"),
        (matrix(5, (3, 3), b"s", element(5, struct.pack("<2i", 7, 8)),
                element(5, struct.pack("<4i", 0, 1, 2, 2)), element(9, bytes(16))),
         "makes no sense"),
        (matrix(6, (1, 1), b"d", element(99, bytes(8))), "unknown type 99"),
        (matrix(2, (1, 1), b"s", element(5, struct.pack("<i", 0)), element(1, b"")), "no names"),
    ],
)  # fmt: skip
def test_hostile_matlab(load, variable, words):
    found = load(mat(variable, GOOD_MATRIX))
    assert list(found) == ["good"]
    assert len(found.unread) == 1
    assert words in found.unread[0]


def test_deep_and_packed_matlab(load, low_limits):
    deep = matrix(6, (0, 0), b"", element(9, b""))
    for _ in range(500):
        deep = matrix(1, (1, 1), b"c", deep)
    found = load(mat(deep, GOOD_MATRIX))
    assert list(found) == ["good"]
    assert "more than 50 deep" in found.unread[0]

    packed = zlib.compress(bytes(10**6))
    bomb = struct.pack("<II", 15, len(packed)) + packed
    found = load(mat(bomb, GOOD_MATRIX))
    assert list(found) == ["good"]
    assert "more than 100,000 bytes in it" in found.unread[0]


def test_matlab_against_scipy(tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    random = np.random.default_rng(0)
    values = {
        f"v{i}": random.integers(-9, 9, shape).astype(dtype)
        for i, (shape, dtype) in enumerate(
            (shape, dtype)
            for shape in ((1, 1), (3, 1), (2, 3), (2, 3, 4), (0, 2))
            for dtype in (
                "f4",
                "f8",
                "c8",
                "c16",
                "i1",
                "u1",
                "i2",
                "u2",
                "i4",
                "u4",
                "i8",
                "u8",
                "?",
            )
        )
    }
    scipy_io.savemat(tmp_path / "x.mat", values, do_compression=True)
    found = load_checkpoint(tmp_path / "x.mat")
    for name, value in scipy_io.loadmat(tmp_path / "x.mat").items():
        if not name.startswith("__"):
            np.testing.assert_array_equal(found[name], values[name])
            assert found[name].dtype in (value.dtype, values[name].dtype), name


def test_matlab_cut_anywhere(load):
    data = (FILES / "scipy_py3.mat").read_bytes()
    for length in range(130, len(data), 61):
        try:
            found = load(data[:length])
        except CheckpointError:
            continue
        assert found.unread or len(found) < 12
    packed = bytearray((FILES / "scipy_py3_packed.mat").read_bytes())
    packed[200] ^= 255
    assert "compressed data that is damaged" in load(bytes(packed)).unread[0]
    with pytest.raises(CheckpointError, match="a MATLAB file without variables"):
        load(data[: matlab.HEADER])


def test_matlab_4_that_is_damaged(load):
    data = (FILES / "scipy_py3_v4.mat").read_bytes()
    assert load(data[:-30], "x.mat").unread
    with pytest.raises(CheckpointError, match="no pickle"):
        load(data)  # not called .mat
    sparse = struct.pack("<5i", 2, 2, 3, 0, 2) + b"s\0" + bytes(48)
    assert "a sparse matrix" in load(sparse + data, "x.mat").unread[0]
    with pytest.raises(CheckpointError, match="without matrices"):
        load(struct.pack("<5i", 0, 2**30, 2**30, 0, 2) + b"s\0", "x.mat")


# joblib


def wrapper(kind: str, **attributes):
    return instance(theano_class("joblib.numpy_pickle", kind), **attributes)


@pytest.mark.parametrize("name", ["../secret.npy", "secret.npy", "x_01.npy/../secret.npy", 3])
def test_joblib_reads_no_file_but_its_own(load, tmp_path, name):
    np.save(tmp_path / "secret.npy", W)
    with pytest.raises(CheckpointError, match="an array in (the|a) file"):
        load(dumps({"W": wrapper("NDArrayWrapper", filename=name)}, 2))
    os.symlink(tmp_path / "secret.npy", tmp_path / "x_01.npy")
    with pytest.raises(CheckpointError, match="which is not beside it"):
        load(dumps({"W": wrapper("NDArrayWrapper", filename="x_01.npy")}, 2))


def test_joblib_reads_a_file_once(load, tmp_path):
    np.save(tmp_path / "x_01.npy", W)
    again = [wrapper("NDArrayWrapper", filename="x_01.npy") for _ in range(2)]
    assert list(load(dumps(again[:1], 2))) == ["arr_0"]
    with pytest.raises(CheckpointError, match="which was read already"):
        load(dumps(again, 2))


def test_joblib_asks_for_more_than_there_is(load):
    asked = wrapper("NumpyArrayWrapper", shape=(10**9, 10**9), dtype=np.dtype("f8"), order="C")
    with pytest.raises(CheckpointError, match="cut short"):
        load(dumps({"W": asked}, 2))
    for change in ({"dtype": "f8"}, {"shape": (-1,)}, {"order": "A"}):
        said = {"shape": (), "dtype": np.dtype("f8"), "order": "C"} | change
        with pytest.raises(CheckpointError, match="no pickle"):
            load(dumps([wrapper("NumpyArrayWrapper", **said), b"x" * 100], 2))


def test_many_pickles_share_what_they_may_make(load):
    """Each makes a megabyte of a few bytes; together they may not make a thousand of them."""
    text = b"\x80\x02c_codecs\nencode\nq\x00X" + struct.pack("<I", 10_000) + b"a" * 10_000
    call = b"h\x00h\x01X\x06\x00\x00\x00latin1\x86R0"
    one = text + b"q\x01" + call * 200 + b"0."
    with pytest.raises(CheckpointError, match="much more than its bytes account for"):
        load(one * 1 + b"")
    few = text + b"q\x01" + call * 50 + b"0."
    found = load(few * 30)
    assert any("much more than its bytes account for" in fault for fault in found.unread)
