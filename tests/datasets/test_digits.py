"""The embedded digits are the UCI test part, and a broken installation is said to be one."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import symopt.datasets.digits
from symopt.datasets import load_digits
from symopt.errors import DatasetError

EMBEDDED = Path(symopt.datasets.digits.__file__).parent / "embedded"

# Counts of the classes 0..9 and the first image, from the UCI documentation and file optdigits.tes.
CLASS_COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
FIRST_IMAGE = [
    [0, 0, 5, 13, 9, 1, 0, 0],
    [0, 0, 13, 15, 10, 15, 5, 0],
    [0, 3, 15, 2, 0, 11, 8, 0],
    [0, 4, 12, 0, 0, 8, 8, 0],
    [0, 5, 8, 0, 0, 9, 8, 0],
    [0, 4, 11, 0, 1, 12, 7, 0],
    [0, 2, 14, 5, 10, 12, 0, 0],
    [0, 0, 6, 13, 10, 0, 0, 0],
]


def test_shapes_dtypes_and_content() -> None:
    images, labels = load_digits()
    assert images.shape == (1797, 8, 8)
    assert images.dtype == np.float32
    assert labels.shape == (1797,)
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == CLASS_COUNTS
    assert labels[:10].tolist() == list(range(10))
    np.testing.assert_array_equal(images[0] * 16, FIRST_IMAGE)


def test_pixels_are_sixteenths_from_0_to_1() -> None:
    images = load_digits().images
    assert images.min() == 0
    assert images.max() == 1
    np.testing.assert_array_equal(images * 16, np.round(images * 16))


def test_every_call_gives_arrays_of_its_own() -> None:
    first, second = load_digits(), load_digits()
    first.images[:] = -1
    first.labels[:] = -1
    assert second.images.min() == 0
    assert second.labels.min() == 0
    assert load_digits().labels[1] == 1


def test_a_linear_rule_can_be_learned_from_them() -> None:
    # Least squares to one-hot targets: shuffled labels or pixels would give about 10 %.
    images, labels = load_digits()
    x = np.c_[images.reshape(len(images), -1), np.ones(len(images))]
    weights = np.linalg.lstsq(x[:1200], np.eye(10)[labels[:1200]], rcond=None)[0]
    accuracy = np.mean((x[1200:] @ weights).argmax(axis=1) == labels[1200:])
    assert accuracy > 0.85


def test_archive_is_small_and_free_of_pickles() -> None:
    with np.load(EMBEDDED / "digits.npz", allow_pickle=False) as archive:
        assert sorted(archive.files) == ["images", "labels"]
        assert archive["images"].dtype == archive["labels"].dtype == np.uint8
    assert (EMBEDDED / "digits.npz").stat().st_size < 60_000


def test_attribution_names_source_and_licence() -> None:
    text = (EMBEDDED / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "10.24432/C50P49" in text
    assert "CC BY 4.0" in text
    assert "Alpaydin" in text


def test_script_writes_the_same_arrays(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="make_digits.py reads scikit-learn's copy")
    script = tmp_path / "make_digits.py"
    script.write_bytes((EMBEDDED / "make_digits.py").read_bytes())
    spec = importlib.util.spec_from_file_location("make_digits", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()
    with np.load(tmp_path / "digits.npz") as made, np.load(EMBEDDED / "digits.npz") as kept:
        np.testing.assert_array_equal(made["images"], kept["images"])
        np.testing.assert_array_equal(made["labels"], kept["labels"])


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "foreign"])
def test_broken_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    whole = (EMBEDDED / "digits.npz").read_bytes()
    content = {"empty": b"", "cut": whole[:20_000], "foreign": b"not an archive"}
    (tmp_path / "embedded").mkdir()
    if damage != "missing":
        (tmp_path / "embedded" / "digits.npz").write_bytes(content[damage])
    monkeypatch.setattr(symopt.datasets.digits, "files", lambda package: tmp_path)
    with pytest.raises(DatasetError, match=r"digits\.npz.*reinstall symopt"):
        load_digits()
