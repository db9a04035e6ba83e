"""Handwritten formulas: pictures, captions, dictionary, and what can be wrong with them."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from symopt.datasets.crohme import (
    load_crohme,
    read_captions,
    read_dictionary,
    read_pictures,
)
from symopt.errors import DatasetError

REAL = Path(__file__).parents[3] / "shared" / "data" / "crohme_wap"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/crohme_wap is absent")


def picture(rows, columns, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random((rows, columns)) < 0.2, 255, 0).astype("uint8")


def bmp(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "BMP")
    return file.getvalue()


def tar_of(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def files(tmp_path):
    """Three formulas, the largest picture first."""
    pictures = {"c": picture(9, 8), "a": picture(5, 7, 1), "b": picture(6, 4, 2)}
    tar = {f"folder/{key}_0.bmp": bmp(array) for key, array in pictures.items()}
    tar_of(tmp_path / "pictures.tar.gz", tar)
    (tmp_path / "captions.txt").write_text("a\tx ^ 2\nb\t\\frac\nc\t2 x\nnone\tx\n")
    (tmp_path / "dictionary.txt").write_text("x\t2\n<eol>\t0\n^\t1\n2\t3\n\\frac\t4\n")
    return tmp_path


def load(files, **keywords):
    names = ("pictures.tar.gz", "captions.txt", "dictionary.txt")
    return load_crohme(*(files / name for name in names), **keywords)


def test_formulas_are_sorted_by_area(files):
    formulas = load(files)
    assert formulas.keys == ("b", "a", "c")
    assert formulas.areas.tolist() == [24, 35, 72]
    assert [caption.tolist() for caption in formulas.captions] == [[4], [2, 1, 3], [3, 2]]
    assert formulas.pictures[2].dtype == "uint8"
    np.testing.assert_array_equal(formulas.pictures[2], picture(9, 8)[None])
    assert formulas.tokens == ("<eol>", "^", "x", "2", "\\frac")
    assert formulas.left_out == ()
    assert formulas.at([2, 0]).keys == ("c", "b")


def test_wap_pickle_and_a_folder_give_the_same(files):
    formulas = load(files)
    arrays = dict(zip(formulas.keys, formulas.pictures, strict=True))
    (files / "wap.pkl").write_bytes(pickle.dumps(arrays, 2))
    folder = files / "folder"
    folder.mkdir()
    for key, array in arrays.items():
        (folder / f"{key}_0.bmp").write_bytes(bmp(array[0]))
    (folder / "readme.txt").write_text("not a picture")
    for place in (files / "wap.pkl", folder):
        found, damaged = read_pictures(place)
        assert not damaged
        assert found.keys() == arrays.keys()
        for key, array in arrays.items():
            np.testing.assert_array_equal(found[key], array)


def test_limits_leave_formulas_out(files):
    formulas = load(files, maxlen=2, max_area=40)
    assert formulas.keys == ("b",)
    assert {(one.key, one.reason) for one in formulas.left_out} == {
        ("a", "maxlen"),
        ("c", "max_area"),
    }
    with pytest.raises(DatasetError, match="none of 3 formulas is left, because of max_area"):
        load(files, max_area=2)


FAULTS = {
    "unknown": ("captions.txt", "a\tx ^ 2\nb\t\\sqrt x\nc\t2 x\n", "does not have \\\\sqrt"),
    "empty": ("captions.txt", "a\tx ^ 2\nb\nc\t2 x\n", "has no token"),
    "missing": ("captions.txt", "a\tx ^ 2\nc\t2 x\n", "has no caption"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_or_skipped(files, fault):
    name, text, message = FAULTS[fault]
    (files / name).write_text(text)
    with pytest.raises(DatasetError, match=f"1 x .*b: .*{message}.*{fault}='skip'"):
        load(files)
    formulas = load(files, **{fault: "skip"})
    assert formulas.keys == ("a", "c")
    assert [(one.key, one.reason) for one in formulas.left_out] == [("b", fault)]


@pytest.mark.parametrize("data", [b"", b"BM", bmp(picture(30, 30))[:200], b"GIF89a" + bytes(99)])
def test_a_damaged_picture_is_named_or_skipped(files, data):
    pictures = {"x/a_0.bmp": bmp(picture(3, 3)), "x/b_0.bmp": data}
    tar_of(files / "pictures.tar.gz", pictures)
    with pytest.raises(DatasetError, match=r"damaged picture \(b: it is no BMP picture"):
        load(files)
    assert load(files, damaged="skip").keys == ("a",)


def test_a_picture_that_says_it_is_huge_is_damaged(files):
    data = bytearray(bmp(picture(3, 3)))
    data[18:26] = np.array([40_000, 40_000], "<i4").tobytes()
    tar_of(files / "pictures.tar.gz", {"b_0.bmp": bytes(data), "a_0.bmp": bmp(picture(2, 2))})
    assert list(read_pictures(files / "pictures.tar.gz")[1]) == ["b"]


def test_hostile_pickles_execute_nothing(files):
    class Hostile:
        def __reduce__(self):
            return os.system, ("touch " + str(files / "executed"),)

    path = files / "wap.pkl"
    path.write_bytes(pickle.dumps({"a": Hostile()}))
    with pytest.raises(DatasetError, match="refused"):
        read_pictures(path)
    assert not (files / "executed").exists()
    for value in ([1, 2], {3: picture(2, 2)[None]}):
        path.write_bytes(pickle.dumps(value))
        with pytest.raises(DatasetError, match="expected a tar"):
            read_pictures(path)
    path.write_bytes(pickle.dumps({"a": picture(2, 2), "b": picture(2, 2)[None], "c": 3}))
    found, damaged = read_pictures(path)
    assert (list(found), list(damaged)) == (["b"], ["a", "c"])


def test_files_that_are_no_such_files(files):
    cut = (files / "pictures.tar.gz").read_bytes()
    (files / "cut.tar.gz").write_bytes(cut[: len(cut) // 2])
    (files / "nothing").mkdir()
    for name in ("cut.tar.gz", "nothing", "absent", "captions.txt"):
        with pytest.raises(DatasetError, match="expected"):
            read_pictures(files / name)
    twice = {"x/a_0.bmp": bmp(picture(3, 3)), "y/a_0.bmp": bmp(picture(3, 3))}
    with pytest.raises(DatasetError, match="two pictures of 'a'"):
        read_pictures(tar_of(files / "twice.tar", twice))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found no line"),
        ("x\t1\nx\t0\n", "already"),
        ("x\n", "expected a token and its number"),
        ("x\t-1\n", "expected a token and its number"),
        ("x\t0\ny\t2\n", "expected each of 0 to 1 once"),
    ],
)
def test_dictionaries_that_are_none(tmp_path, text, message):
    (tmp_path / "d").write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_dictionary(tmp_path / "d")


def test_captions_that_are_none(tmp_path):
    path = tmp_path / "captions"
    path.write_text("a x\nb y\na z\n")
    with pytest.raises(DatasetError, match="line 3: the key 'a' has a caption already"):
        read_captions(path)
    path.write_bytes(b"a \xff\n")
    with pytest.raises(DatasetError, match="offset 2 is not UTF-8"):
        read_captions(path)


@needs_real
def test_the_real_files():
    dictionary = REAL / "dictionary.txt"
    limits = {"maxlen": 200, "max_area": 400_000}
    of_2014 = load_crohme(
        REAL / "off_image_test.tar.gz", REAL / "test_caption.txt", dictionary, **limits
    )
    assert (len(of_2014), len(of_2014.tokens)) == (985, 111)
    assert [(one.key, one.reason) for one in of_2014.left_out] == [("505_em_51", "maxlen")]
    of_2016 = load_crohme(REAL / "16.tar.gz", REAL / "16_caption.derived.txt", dictionary, **limits)
    assert len(of_2016) == 1147
    assert {int(value) for value in np.unique(of_2016.pictures[0])} == {0, 255}
