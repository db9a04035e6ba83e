"""Movie review sentences: order, decoding, and what is said about missing or odd files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from symopt.datasets import load_polarity
from symopt.errors import DatasetError

REAL_DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYMOPT_DATA", raising=False)


def write(folder: Path, positive: bytes | None, negative: bytes | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, content in (("pos", positive), ("neg", negative)):
        if content is not None:
            (folder / f"rt-polarity.{suffix}").write_bytes(content)
    return folder


def test_positives_come_first(tmp_path: Path) -> None:
    folder = write(tmp_path, b"a fine film .\nmoving \n", b"dull\n")
    sentences, labels = load_polarity(folder)
    assert sentences == [["a", "fine", "film", "."], ["moving"], ["dull"]]
    assert labels.tolist() == [1, 1, 0]
    assert labels.dtype == np.int64


def test_blank_lines_and_line_ends(tmp_path: Path) -> None:
    folder = write(tmp_path, b"\n  \t\none two\r\n\r\nthree", b"four\n\n")
    assert load_polarity(folder).sentences == [["one", "two"], ["three"], ["four"]]


def test_latin1_and_the_byte_0x85_inside_a_word(tmp_path: Path) -> None:
    # str.split and str.splitlines would both break at the decoded 0x85 (and 0xa0).
    folder = write(tmp_path, b"clich\xe9 wait\x85 what\xa0now\n", b"x\n")
    assert load_polarity(folder).sentences[0] == ["clich\u00e9", "wait\x85", "what\xa0now"]


@pytest.mark.parametrize("subfolder", ["", "rt_polarity"])
def test_found_through_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subfolder: str
) -> None:
    write(tmp_path / subfolder, b"yes\n", b"no\n")
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path))
    assert load_polarity().sentences == [["yes"], ["no"]]


def test_path_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "environment", b"wrong\n", b"wrong\n")
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path / "environment"))
    folder = write(tmp_path / "argument", b"right\n", b"right\n")
    assert load_polarity(str(folder)).sentences[0] == ["right"]


def test_unset_environment_names_both_ways() -> None:
    with pytest.raises(DatasetError, match=r"pass path=.*set the environment variable SYMOPT_DATA"):
        load_polarity()


@pytest.mark.parametrize(("target", "found"), [("nowhere", "nothing"), ("file", "a file")])
def test_environment_that_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, found: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path / target))
    with pytest.raises(DatasetError, match=f"SYMOPT_DATA=.*{target}.*found {found}"):
        load_polarity()


def test_environment_without_the_files_lists_the_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rt_polarity").mkdir()
    monkeypatch.setenv("SYMOPT_DATA", str(tmp_path))
    with pytest.raises(DatasetError) as caught:
        load_polarity()
    text = str(caught.value)
    assert f"{tmp_path}, {tmp_path / 'rt_polarity'}" in text
    assert "rt-polarity.pos" in text
    assert "path=" in text


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"nowhere.*no such file or folder.*rt-polarity\.pos"):
        load_polarity(tmp_path / "nowhere")


@pytest.mark.parametrize(("present", "missing"), [("pos", "neg"), ("neg", "pos")])
def test_one_file_missing(tmp_path: Path, present: str, missing: str) -> None:
    (tmp_path / f"rt-polarity.{present}").write_bytes(b"a line\n")
    with pytest.raises(DatasetError, match=rf"rt-polarity\.{missing}: no such file"):
        load_polarity(tmp_path)


def test_a_file_where_the_folder_is_expected(tmp_path: Path) -> None:
    folder = write(tmp_path, b"yes\n", b"no\n")
    with pytest.raises(DatasetError, match="Pass the folder"):
        load_polarity(folder / "rt-polarity.pos")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_no_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DatasetError, match=r"rt-polarity\.neg: found no sentence"):
        load_polarity(write(tmp_path, b"yes\n", content))


def test_utf16_is_no_latin1_text(tmp_path: Path) -> None:
    folder = write(tmp_path, "good film\n".encode("utf-16-le"), b"no\n")
    with pytest.raises(DatasetError, match=r"\.pos: found the control byte 0x00 at offset 1;"):
        load_polarity(folder)


def test_real_files() -> None:
    folder = REAL_DATA / "rt_polarity"
    if not folder.is_dir():
        pytest.skip(f"the movie review files are not at {folder}")
    sentences, labels = load_polarity(folder)
    assert np.bincount(labels).tolist() == [5331, 5331]
    # Words as the Python 2 code counts them, with `len(line.split())` over bytes.
    assert sum(map(len, sentences[:5331])) == 112428
    assert sum(map(len, sentences[5331:])) == 111613
    assert max(map(len, sentences)) == 59
    assert int(np.median([*map(len, sentences)])) == 20
    assert sentences[0][:4] == ["the", "rock", "is", "destined"]
