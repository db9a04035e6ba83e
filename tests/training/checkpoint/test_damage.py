"""Whatever happens to the files: the right state, or a named error and the state before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from symopt.errors import CheckpointError
from symopt.training.checkpoint import CheckpointStore
from tests.training.checkpoint.states import assert_is, save

pytestmark = pytest.mark.core

FILES = ("arrays.npz", "manifest.json")


@pytest.fixture
def two(tmp_path):
    """A store with the checkpoints of updates 1 and 2, and what it says."""
    said: list[str] = []
    with CheckpointStore(tmp_path / "checkpoints", on_message=said.append) as store:
        save(store, 1)
        save(store, 2)
        yield store, said


def newest(store) -> Path:
    return store.paths()[0]


def assert_right_or_passed_over(store, said, file=None) -> str:
    """Update 2 to the bit, or update 1 and one text about 2; "" or that text."""
    said.clear()
    found = store.latest()
    if not said:
        assert_is(found, 2)
        return ""
    assert_is(found, 1)
    (text,) = said
    assert str(file or newest(store)) in text
    assert text.endswith("It was passed over.")
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        store.load(newest(store))
    return text


@pytest.mark.parametrize("name", FILES)
def test_cut_short(two, name):
    store, said = two
    path = newest(store) / name
    whole = path.read_bytes()
    lengths = {0, 1, 2, len(whole) - 1, len(whole) // 2}
    lengths |= set(np.random.default_rng(0).integers(0, len(whole), 40).tolist())
    for length in lengths:
        path.write_bytes(whole[:length])
        assert assert_right_or_passed_over(store, said, path)
    path.write_bytes(whole)
    assert not assert_right_or_passed_over(store, said)


@pytest.mark.parametrize("name", FILES)
def test_bits_flipped(two, name):
    store, said = two
    path = newest(store) / name
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    harmless = 0
    for position in rng.choice(len(whole), min(250, len(whole)), replace=False):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        harmless += not assert_right_or_passed_over(store, said, path)
    # The archive says some things twice, and dates; the manifest not one character too many.
    assert harmless == 0 if name == "manifest.json" else harmless < 60


@pytest.mark.parametrize("name", FILES)
def test_ranges_overwritten(two, name):
    store, said = two
    path = newest(store) / name
    whole = path.read_bytes()
    rng = np.random.default_rng(2)
    for start in rng.integers(0, len(whole), 30):
        length = int(rng.integers(16, 200))
        for content in (bytes(length), rng.bytes(length), b"\xff" * length):
            path.write_bytes(whole[:start] + content + whole[start + length :])
            assert_right_or_passed_over(store, said, path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("appended", [b"\n", b"\0" * 4096, b"PK\x05\x06" + bytes(18)])
def test_bytes_appended(two, name, appended):
    store, said = two
    path = newest(store) / name
    path.write_bytes(path.read_bytes() + appended)
    assert assert_right_or_passed_over(store, said, path)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_checkpoint(two, name):
    store, said = two
    new, old = store.paths()
    shutil.copy(old / name, new / name)
    assert assert_right_or_passed_over(store, said)


def test_the_whole_content_of_another_checkpoint(two):
    store, said = two
    new, old = store.paths()
    for name in FILES:
        shutil.copy(old / name, new / name)
    text = assert_right_or_passed_over(store, said)
    assert "it is of update 1, save 1, so it was moved here" in text


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_missing(two, name):
    store, said = two
    (newest(store) / name).unlink()
    assert "No such file" in assert_right_or_passed_over(store, said, newest(store) / name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("target", ["nowhere", "/dev/zero", "a folder", "a pipe", "itself"])
def test_links_folders_and_pipes(two, tmp_path, name, target):
    store, said = two
    path = newest(store) / name
    path.unlink()
    if target == "a folder":
        path.mkdir()
    elif target == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path if target == "itself" else target)
    assert assert_right_or_passed_over(store, said, path)


def test_a_link_to_the_right_file_is_followed(two, tmp_path):
    store, said = two
    for name in FILES:
        path = newest(store) / name
        path.rename(tmp_path / name)
        path.symlink_to(tmp_path / name)
    assert not assert_right_or_passed_over(store, said)


def test_no_permission_to_read(two):
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    store, said = two
    (newest(store) / "arrays.npz").chmod(0)
    assert "Permission denied" in assert_right_or_passed_over(store, said)


def test_folders_of_another_program(two):
    store, said = two
    newer = "update-000000003-3"
    other = store.path / newer
    other.mkdir()
    (other / "manifest.json").write_text('{"name": "web app", "version": 1}')
    np.savez(other / "arrays.npz", x=np.zeros(2))
    (store.path / "update-7").mkdir()
    (store.path / "update-000000009-9.old").mkdir()
    (store.path / "notes.txt").write_text("mine")
    assert_is(store.latest(), 2)
    (text,) = said
    assert f"{other / 'manifest.json'}: not a whole checkpoint: not the manifest of a" in text


def test_a_file_where_a_checkpoint_should_be(two):
    store, said = two
    (store.path / "update-000000003-3").write_text("no folder")
    assert_is(store.latest(), 2)
    assert "Not a directory" in said[0]
    save(store, 4)
    assert_is(store.latest(), 4)


def test_a_manifest_of_a_later_version(two):
    store, said = two
    path = newest(store) / "manifest.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    text = assert_right_or_passed_over(store, said, path)
    assert "version 2 of the format; this symopt reads 1" in text


def test_all_are_damaged(two):
    store, said = two
    for path in store.paths():
        (path / "arrays.npz").write_bytes(b"")
    assert store.latest() is None
    assert len(said) == 2
    assert all("cut short: 0 bytes" in text for text in said)
    save(store, 5)
    assert_is(store.latest(), 5)


def test_a_checkpoint_elsewhere_may_have_any_name(two, tmp_path):
    store, _said = two
    shutil.copytree(newest(store), tmp_path / "the good one")
    assert_is(store.load(tmp_path / "the good one"), 2)


def test_pruning_leaves_the_newest_that_is_whole(tmp_path):
    with CheckpointStore(tmp_path, keep=1) as store:
        save(store, 1)
        for update in range(2, 6):
            (save(store, 100 * update) / "manifest.json").write_bytes(b"{}")
            save(store, update)  # a resumed run: what is damaged is of a later update
            assert_is(store.latest(), update)


def test_what_is_no_checkpoint_at_all(tmp_path):
    store = CheckpointStore(tmp_path)
    with pytest.raises(CheckpointError, match="No such file or directory"):
        store.load(tmp_path / "missing")
    with pytest.raises(CheckpointError, match="No such file or directory"):
        store.load(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(CheckpointError, match="Not a directory"):
        store.load(tmp_path / "file")
    assert CheckpointStore(tmp_path / "nothing here").latest() is None
    with pytest.raises(CheckpointError, match="cannot be read as a folder of checkpoints"):
        CheckpointStore(tmp_path / "file").latest()


def test_one_that_is_removed_while_it_is_read_is_not_called_damaged(two, monkeypatch):
    from symopt.training.checkpoint import reading

    store, said = two
    load = reading.load

    def removed_first(path):
        if path.name == "update-000000002-2":
            shutil.rmtree(path)
        return load(path)

    monkeypatch.setattr(reading, "load", removed_first)
    assert_is(store.latest(), 1)
    assert not said


def test_one_that_comes_while_others_are_read_is_found(two, monkeypatch):
    from symopt.training.checkpoint import reading

    store, _said = two
    load, paths = reading.load, store.paths()

    def replaced_first(path):
        if path in paths:  # another process saves twice and removes what this one listed
            for old in paths:
                shutil.rmtree(old, ignore_errors=True)
            if len(store.paths()) == 0:
                save(store, 9)
        return load(path)

    monkeypatch.setattr(reading, "load", replaced_first)
    assert_is(store.latest(), 9)
