"""Every target of fuzz_reader for a moment, and traps that were thought of."""

from __future__ import annotations

import hashlib
import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symopt.errors import CheckpointError
from symopt.npy import MAGIC, NpyError, read_npy_data, read_npy_header
from symopt.training.checkpoint import CheckpointStore, manifest
from symopt.training.checkpoint.archive import ArrayRecord
from symopt.training.checkpoint.manifest import Manifest, ManifestError
from tests.training.checkpoint import fuzz_reader

pytestmark = pytest.mark.core

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LARGEST = 32 << 20  # bytes that may be allocated for an input of some kilobytes


@pytest.fixture
def bounded():
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LARGEST


@pytest.mark.parametrize("target", fuzz_reader.TARGETS)
def test_changed_seeds(target, bounded):
    assert fuzz_reader.run_randomly(target, seconds=0.7, seed=1) > 5


@pytest.mark.parametrize("target", fuzz_reader.TARGETS)
def test_seeds_themselves(target):
    for data in fuzz_reader.seeds(target):
        fuzz_reader.check(target, data)


@pytest.mark.parametrize("target", fuzz_reader.TARGETS)
@QUICK
@given(data=st.binary(max_size=300))
def test_any_bytes(target, data):
    fuzz_reader.check(target, data)


@QUICK
@given(text=st.text(st.characters(codec="ascii"), max_size=300))
def test_any_text_as_a_manifest(text):
    fuzz_reader.check("manifest", text.encode())


HEADERS = st.tuples(
    st.sampled_from(
        ["<f4", "|b1", "|O", "<U1000000000", "V8", "(", "f4,f4", "a5", "<M8[ns]", "|S0"]
    ),
    st.sampled_from(["True", "False", "None", "1or 2"]),
    st.lists(st.sampled_from([0, 1, 3, 10**9, 10**18, 2**63, 10**30, -1]), max_size=70),
)


@QUICK
@given(header=HEADERS, data=st.binary(max_size=40), version=st.integers(0, 4))
def test_headers_that_lie(header, data, version):
    descr, order, shape = header
    text = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {tuple(shape)}, }}\n"
    length = struct.pack("<H" if version < 2 else "<I", len(text))
    fuzz_reader.check("npy", MAGIC + bytes([version, 0]) + length + text.encode() + data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "bytes of data;"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "needs a pickle"),
        ("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (), }", "needs a pickle"),
        ("{'descr': '|S0', 'fortran_order': False, 'shape': (9,), }", "has no bytes"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999999999), }", "shape"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1," * 65 + "), }", "a shape of"),
        ("{'descr': '<f4', 'fortran_order': False}", "does not say"),
        ("{'descr': 3, 'fortran_order': False, 'shape': ()}", "makes no sense"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': [3]}", "a shape of"),
        ("(" * 5000, "cannot be read"),
        ("-" * 9000 + "1", "cannot be read|does not say"),
        ("__import__('os').system('exit 1')", "cannot be read"),
        ("x" * 10_001, "at most 10000"),
    ],
)
def test_headers_that_are_refused(text, words, bounded):
    file = io.BytesIO(MAGIC + b"\1\0" + struct.pack("<H", len(text)) + text.encode() + bytes(4))
    with pytest.raises(NpyError, match=words):
        read_npy_data(file, read_npy_header(file), 4)


def test_python_2_wrote_lengths_with_an_l():
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }\n"
    file = io.BytesIO(MAGIC + b"\1\0" + struct.pack("<H", len(text)) + text)
    assert read_npy_header(file).shape == (3, 4)


def trap(tmp_path, content, records, length=None):
    folder = tmp_path / "trap"
    folder.mkdir()
    (folder / "arrays.npz").write_bytes(content)
    about = Manifest(1, 1, {}, records, len(content) if length is None else length)
    (folder / "manifest.json").write_text(manifest.to_text(about))
    return CheckpointStore(tmp_path).load(folder)


def entry(shape, dtype="<f4", data=b"abcd"):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return MAGIC + b"\1\0" + struct.pack("<H", len(text)) + text + data


def zipped(entries, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in entries.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def record(content, shape, dtype="<f4"):
    return ArrayRecord(shape, dtype, hashlib.sha256(content).hexdigest())


def test_a_huge_shape_with_the_right_hash(tmp_path, bounded):
    content = entry((10**12,))
    with pytest.raises(CheckpointError, match="4 bytes of data; shape"):
        trap(tmp_path, zipped({"x": content}), {"x": record(content, (10**12,))})


def test_a_huge_entry_that_the_file_does_not_have(tmp_path, bounded):
    content = entry((10**9,))
    whole = zipped({"x": content})
    size = struct.pack("<II", len(content), len(content))
    assert whole.count(size) == 2
    lying = whole.replace(size, struct.pack("<II", 4 * 10**9, 4 * 10**9))
    with pytest.raises(CheckpointError, match="claim more bytes than the file has"):
        trap(tmp_path, lying, {"x": record(content, (10**9,))})


def test_a_compressed_entry(tmp_path, bounded):
    content = entry((10**8,), data=bytes(10**6))
    packed = zipped({"x": content}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(CheckpointError, match="claim more bytes|is compressed"):
        trap(tmp_path, packed, {"x": record(content, (10**8,))})


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ({}, "other arrays than the manifest lists"),
        ({"x": ((1,), "<f4"), "y": ((1,), "<f4")}, "other arrays than the manifest lists"),
        ({"y": ((1,), "<f4")}, "other arrays than the manifest lists"),
        ({"x": ((2,), "<f4")}, r"'x' is float32 \(1,\); the manifest says <f4 \(2,\)"),
        ({"x": ((1,), "<i4")}, "'x' is float32"),
    ],
)
def test_a_manifest_that_says_something_else(tmp_path, records, words):
    content = entry((1,))
    with pytest.raises(CheckpointError, match=words):
        trap(
            tmp_path,
            zipped({"x": content}),
            {name: record(content, *about) for name, about in records.items()},
        )


def test_the_hash_of_other_bytes(tmp_path):
    good, other = entry((1,)), entry((1,), data=b"abce")
    with pytest.raises(CheckpointError, match="'x' has other bytes than were written"):
        trap(tmp_path, zipped({"x": other}), {"x": record(good, (1,))})


def test_an_entry_twice(tmp_path):
    content = entry((1,))
    file = io.BytesIO(zipped({"x": content}))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("x.npy", entry((1,), data=b"zzzz"))
    with pytest.raises(CheckpointError, match="other arrays than the manifest lists"):
        trap(tmp_path, file.getvalue(), {"x": record(content, (1,))})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"update": -1}, "update is -1"),
        ({"update": 1.0}, "update is 1.0"),
        ({"sequence": True}, "sequence is True"),
        ({"document": []}, "no object"),
        ({"document": {"$x": 1}}, "unknown key"),
        ({"document": {"$float": "nan:00"}}, "no float"),
        ({"document": {"$float": "nan:0000000000000000"}}, "no float"),
        ({"document": {"$float": ["inf"]}}, "no float"),
        ({"arrays": {"x": {"shape": [1], "dtype": "<f4"}}}, "'x' makes no sense"),
        ({"arrays": {"x": {"shape": [-1], "dtype": "<f4", "sha256": "0" * 64}}}, "no sense"),
        ({"arrays": []}, "arrays is no object"),
        ({"more": 1}, "entries are missing or unknown"),
        ({"format": "another"}, "not the manifest of a symopt checkpoint"),
    ],
)
def test_manifests_that_make_no_sense(change, words):
    import json

    good = json.loads(manifest.to_text(Manifest(1, 1, {}, {}, 0)))
    with pytest.raises(ManifestError, match=words):
        manifest.from_text(json.dumps({**good, **change}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": "symopt-checkpoint", "format": "symopt-checkpoint"}', "a key stands twice"),
        ('{"format": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "no JSON, or cut short"),
        ("", "no JSON, or cut short"),
        ("9" * 5000, "no JSON, or cut short"),
        ('"symopt-checkpoint"', "not the manifest"),
    ],
)
def test_texts_that_are_no_manifest(text, words):
    with pytest.raises(ManifestError, match=words):
        manifest.from_text(text)


def test_a_float_that_is_too_large():
    text = manifest.to_text(Manifest(1, 1, {"x": 1.5}, {}, 0)).replace("1.5", "1e999")
    with pytest.raises(ManifestError, match="too large for a float"):
        manifest.from_text(text)


@pytest.mark.parametrize("dtype", ["f8", "U3", "<M8[ns]", [("a", "f4", (2,)), ("b", "S1")]])
def test_headers_of_numpy(dtype):
    file = io.BytesIO()
    np.save(file, np.zeros((2, 3), dtype))
    file.seek(0)
    header = read_npy_header(file)
    assert (header.dtype, header.shape) == (np.dtype(dtype), (2, 3))


def test_numpy_reads_names_of_fields_in_any_script(tmp_path):
    array = np.zeros(2, [("\u0100\u4e00", "<f4")])
    with CheckpointStore(tmp_path) as store:
        path = store.save(1, {"x": array}, {})
    with np.load(path / "arrays.npz") as archive:
        assert archive["x"].dtype == array.dtype
