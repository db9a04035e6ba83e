"""MNIST from the tutorials' pickle and from idx files, whole and damaged."""

from __future__ import annotations

import gzip
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symopt.datasets import load_mnist
from symopt.errors import DatasetError

GOLDEN = Path(__file__).parent / "golden"
REAL_DATA = Path(__file__).parents[2].parent / "shared" / "data"

PIXELS = (np.arange(3 * 4 * 5) * 4 % 256).astype(np.uint8).reshape(3, 4, 5)
LABELS = np.array([7, 0, 9], dtype=np.uint8)


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYMOPT_DATA", raising=False)


def idx_bytes(array: np.ndarray, magic: int | None = None) -> bytes:
    magic = {1: 2049, 3: 2051}[array.ndim] if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def write_idx(
    folder: Path,
    prefix: str,
    images: bytes | None = idx_bytes(PIXELS),
    labels: bytes | None = idx_bytes(LABELS),
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("images-idx3", images), ("labels-idx1", labels)):
        if content is not None:
            (folder / f"{prefix}-{name}-ubyte").write_bytes(content)
    return folder


def tutorial_part(count: int) -> tuple[np.ndarray, np.ndarray]:
    """The formula of golden/make_python2_pickles.py."""
    i, j = np.indices((count, 784))
    x = (((7 * i + j) % 17) / 16).astype(np.float32)
    return x, (3 * np.arange(count) + 1) % 10


def dump(path: Path, content: Any) -> Path:
    path.write_bytes(gzip.compress(pickle.dumps(content, protocol=2)))
    return path


# The tutorials' pickle


@pytest.mark.parametrize("protocol", [0, 1, 2])
@pytest.mark.parametrize("compressed", [True, False])
def test_genuine_python2_pickle(tmp_path: Path, protocol: int, compressed: bool) -> None:
    path = GOLDEN / f"python2_mnist_protocol{protocol}.pkl.gz"
    if not compressed:
        (tmp_path / "mnist.pkl").write_bytes(gzip.decompress(path.read_bytes()))
        path = tmp_path / "mnist.pkl"
    parts = load_mnist(path)
    assert list(parts) == ["train", "valid", "test"]
    for (images, labels), count in zip(parts.values(), (3, 2, 1), strict=True):
        x, y = tutorial_part(count)
        assert images.dtype == np.float32
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(images, x.reshape(count, 28, 28))
        np.testing.assert_array_equal(labels, y)
        images += 1  # writable
        labels += 1


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_of_this_python(tmp_path: Path, protocol: int) -> None:
    content = tuple(tutorial_part(count) for count in (3, 2, 1))
    (tmp_path / "mnist.pkl").write_bytes(pickle.dumps(content, protocol))
    parts = load_mnist(tmp_path)  # the folder will do
    np.testing.assert_array_equal(parts["valid"].images.reshape(2, 784), content[1][0])
    np.testing.assert_array_equal(parts["train"].labels, content[0][1])


def test_name_does_not_decide_about_gzip(tmp_path: Path) -> None:
    # Browsers decompress a download and keep its name.
    golden = (GOLDEN / "python2_mnist_protocol2.pkl.gz").read_bytes()
    (tmp_path / "mnist.pkl.gz").write_bytes(gzip.decompress(golden))
    assert len(load_mnist(tmp_path / "mnist.pkl.gz")["train"].labels) == 3


GOOD = tutorial_part(2)
BAD_CONTENT = {
    "a dict": ({"train": GOOD}, "found dict of 1"),
    "two parts": ((GOOD, GOOD), "found tuple of 2"),
    "an array": (GOOD[0], "found ndarray"),
    "no pair": ((GOOD, GOOD[:1], GOOD), "the valid part is no pair"),
    "labels in a list": ((GOOD, GOOD, (GOOD[0], [1, 2])), "y of the test part is list"),
    "images already 28 x 28": (
        ((GOOD[0].reshape(-1, 28, 28), GOOD[1]), GOOD, GOOD),
        r"x of the train part is float32 of shape \(2, 28, 28\)",
    ),
    "too few pixels": (
        ((GOOD[0][:, :783], GOOD[1]), GOOD, GOOD),
        r"x of the train part has the shape \(2, 783\)",
    ),
    "bytes as pixels": (
        ((GOOD[0].astype(np.uint8), GOOD[1]), GOOD, GOOD),
        "x of the train part is uint8",
    ),
    "labels as floats": (
        (GOOD, (GOOD[0], GOOD[1].astype(float)), GOOD),
        "y of the valid part is float64",
    ),
    "too few labels": ((GOOD, GOOD, (GOOD[0], GOOD[1][:1])), r"test part.*2 images but 1 labels"),
    "label 10": ((GOOD, GOOD, (GOOD[0], GOOD[1] + 6)), r"test part\): label 1 is 10 "),
    "pixels to 255": (((GOOD[0] * 255, GOOD[1]), GOOD, GOOD), r"from 0\.0 to 255\.0; expected 0"),
    "NaN": (((GOOD[0] * np.nan, GOOD[1]), GOOD, GOOD), "from nan to nan; expected 0 to 1"),
    "no images": (((GOOD[0][:0], GOOD[1][:0]), GOOD, GOOD), "holds no pixels"),
}


@pytest.mark.parametrize("name", BAD_CONTENT)
def test_pickle_of_another_shape(tmp_path: Path, name: str) -> None:
    content, found = BAD_CONTENT[name]
    path = dump(tmp_path / "mnist.pkl.gz", content)
    with pytest.raises(DatasetError, match=rf"mnist\.pkl\.gz.*{found}") as caught:
        load_mnist(path)
    assert "expected" in str(caught.value)


def test_gzip_cut_short(tmp_path: Path) -> None:
    whole = (GOLDEN / "python2_mnist_protocol2.pkl.gz").read_bytes()
    path = tmp_path / "mnist.pkl.gz"
    for size in (2, 12, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DatasetError, match=rf"mnist\.pkl\.gz.*{size} bytes.*Fetch"):
            load_mnist(path)


def test_gzip_with_a_changed_byte(tmp_path: Path) -> None:
    changed = bytearray((GOLDEN / "python2_mnist_protocol2.pkl.gz").read_bytes())
    changed[-8] ^= 1  # the checksum
    (tmp_path / "mnist.pkl.gz").write_bytes(changed)
    with pytest.raises(DatasetError, match=r"damaged.*CRC"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x80\x02(", b"\x00" * 50])
def test_not_a_pickle(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mnist.pkl").write_bytes(content)
    with pytest.raises(DatasetError, match=r"mnist\.pkl: could not be read as a pickle.*fetch"):
        load_mnist(tmp_path)


# The idx files


def test_idx_folder(tmp_path: Path) -> None:
    write_idx(tmp_path, "train")
    write_idx(tmp_path, "t10k", idx_bytes(PIXELS[:2]), idx_bytes(LABELS[:2]))
    parts = load_mnist(tmp_path)
    assert list(parts) == ["train", "test"]
    images, labels = parts["train"]
    assert images.dtype == np.float32
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(images, PIXELS.astype(np.float32) / 255)
    np.testing.assert_array_equal(labels, LABELS)
    assert parts["test"].images.shape == (2, 4, 5)
    images += 1  # writable
    labels += 1


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_spellings_of_idx_names(tmp_path: Path, dot: str, suffix: str) -> None:
    pack = gzip.compress if suffix else bytes
    (tmp_path / f"t10k-images{dot}idx3-ubyte{suffix}").write_bytes(pack(idx_bytes(PIXELS)))
    (tmp_path / f"t10k-labels{dot}idx1-ubyte{suffix}").write_bytes(pack(idx_bytes(LABELS)))
    parts = load_mnist(tmp_path)
    assert list(parts) == ["test"]
    assert parts["test"].labels.tolist() == LABELS.tolist()


BAD_IDX: dict[str, tuple[dict[str, bytes], str]] = {
    "label file as images": (
        {"images": idx_bytes(PIXELS, magic=2049)},
        "images-idx3-ubyte: found the magic number 2049; expected 2051.*swapped",
    ),
    "float idx": (
        {"labels": idx_bytes(LABELS, magic=0x0D01)},
        "labels-idx1-ubyte: found the magic number 3329; expected 2049.*not an idx file",
    ),
    "pixels cut": (
        {"images": idx_bytes(PIXELS)[:-1]},
        "images-idx3-ubyte: found 59 bytes after the header; expected 3 x 4 x 5 = 60",
    ),
    "labels too long": (
        {"labels": idx_bytes(LABELS) + b"\0"},
        "labels-idx1-ubyte: found 4 bytes after the header; expected 3 = 3",
    ),
    "header cut": ({"images": idx_bytes(PIXELS)[:15]}, "found 15 bytes; expected an idx header"),
    "empty": ({"labels": b""}, "found 0 bytes; expected an idx header of 8 bytes"),
    "gzip cut": ({"images": gzip.compress(idx_bytes(PIXELS))[:30]}, "cut short or damaged"),
    "counts": ({"labels": idx_bytes(LABELS[:2])}, "3 images but 2 labels"),
    "label range": (
        {"labels": idx_bytes(np.array([1, 10, 255], np.uint8))},
        "label 1 is 10 and 2 label",
    ),
    "no images": (
        {"images": idx_bytes(PIXELS[:0]), "labels": idx_bytes(LABELS[:0])},
        "holds no pixels",
    ),
}


@pytest.mark.parametrize("name", BAD_IDX)
def test_damaged_idx(tmp_path: Path, name: str) -> None:
    files, found = BAD_IDX[name]
    write_idx(tmp_path, "train", **files)
    with pytest.raises(DatasetError, match=f"train-.*{found}"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("missing", ["images", "labels"])
def test_images_and_labels_go_together(tmp_path: Path, missing: str) -> None:
    write_idx(tmp_path, "t10k", **{missing: None})
    with pytest.raises(DatasetError, match=rf"t10k-{missing}-idx\d-ubyte: no such file"):
        load_mnist(tmp_path)


# Where it is looked for


@pytest.mark.parametrize("subfolder", ["", "mnist", "mnist_t10k"])
def test_found_through_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subfolder: str
) -> None:
    write_idx(tmp_path / subfolder, "t10k")
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path))
    assert list(load_mnist()) == ["test"]


def test_first_place_and_pickle_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "mnist_t10k", "t10k")
    write_idx(tmp_path / "mnist", "train")
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path))
    assert list(load_mnist()) == ["train"]
    dump(tmp_path / "mnist" / "mnist.pkl.gz", (GOOD, GOOD, GOOD))
    assert list(load_mnist()) == ["train", "valid", "test"]


def test_unset_environment_names_both_ways() -> None:
    with pytest.raises(DatasetError, match=r"mnist\.pkl\.gz.*pass path=.*SYMOPT_DATA"):
        load_mnist()


def test_folder_without_mnist(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        load_mnist(tmp_path)
    text = str(caught.value)
    assert str(tmp_path) in text
    assert "mnist.pkl.gz" in text
    assert "t10k-labels-idx1-ubyte" in text


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"nowhere\.pkl\.gz.*no such file or folder"):
        load_mnist(tmp_path / "nowhere.pkl.gz")


def test_single_idx_file_is_answered_with_its_folder(tmp_path: Path) -> None:
    write_idx(tmp_path, "t10k")
    with pytest.raises(DatasetError, match="Pass the folder") as caught:
        load_mnist(tmp_path / "t10k-images-idx3-ubyte")
    assert repr(str(tmp_path)) in str(caught.value)


def test_real_test_part() -> None:
    folder = REAL_DATA / "mnist_t10k"
    if not folder.is_dir():
        pytest.skip(f"the MNIST test part is not at {folder}")
    parts = load_mnist(folder)
    assert list(parts) == ["test"]
    images, labels = parts["test"]
    assert images.shape == (10_000, 28, 28)
    assert images.min() == 0
    assert images.max() == 1
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(labels).tolist() == counts
    assert labels[:4].tolist() == [7, 2, 1, 0]
    # The mean pixel of the test part, 0.1325, is well known from normalisation constants.
    assert images.mean(dtype=np.float64) == pytest.approx(0.1325, abs=5e-5)
