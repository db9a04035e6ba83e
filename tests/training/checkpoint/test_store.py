"""Saving, finding, keeping and removing checkpoints."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile

import numpy as np
import pytest

import symopt
from symopt.errors import CheckpointError, HyperparameterError, ParamsError
from symopt.training.checkpoint import CheckpointStore
from tests.training.checkpoint.states import assert_is, save, state

pytestmark = pytest.mark.core


def names(store):
    return [path.name for path in store.paths()]


def test_what_was_saved_is_found(tmp_path):
    folder = tmp_path / "run" / "checkpoints"
    with CheckpointStore(folder) as store:
        assert store.latest() is None
        path = save(store, 12)
        assert path == folder / "update-000000012-1"
        assert_is(store.latest(), 12)
        assert store.latest().path == path
    assert_is(CheckpointStore(folder).latest(), 12)
    assert_is(CheckpointStore(folder).load(path), 12)


def test_numpy_alone_reads_it_and_sha256sum_gives_the_hashes(tmp_path):
    with CheckpointStore(tmp_path) as store:
        path = save(store, 3)
    arrays, _ = state(3)
    with np.load(path / "arrays.npz", allow_pickle=False) as archive:
        assert archive.files == list(arrays)
        np.testing.assert_array_equal(archive["params/W"], arrays["params/W"])
    manifest = json.loads((path / "manifest.json").read_text())
    with zipfile.ZipFile(path / "arrays.npz") as archive:
        for name, entry in manifest["arrays"].items():
            assert hashlib.sha256(archive.read(f"{name}.npy")).hexdigest() == entry["sha256"]


def test_the_last_ones_and_the_best_are_kept(tmp_path):
    with CheckpointStore(tmp_path, keep=2) as store:
        save(store, 1, best=True)
        for update in (2, 3, 4):
            save(store, update)
        assert names(store) == [
            "update-000000004-4",
            "update-000000003-3",
            "update-000000001-1-best",
        ]
        save(store, 5, best=True)
        assert names(store) == ["update-000000005-5-best", "update-000000004-4"]
        save(store, 6)
        save(store, 7)
        assert names(store) == [
            "update-000000007-7",
            "update-000000006-6",
            "update-000000005-5-best",
        ]
        assert_is(store.load(store.paths()[-1]), 5)


def test_newest_is_the_last_saved_also_after_going_back(tmp_path):
    with CheckpointStore(tmp_path) as store:
        save(store, 900)
        save(store, 1000)
        save(store, 950)  # from a checkpoint before, on another way
        assert_is(store.latest(), 950)
        save(store, 950)
        assert names(store)[:2] == ["update-000000950-4", "update-000000950-3"]


def test_a_clock_that_is_set_back_changes_nothing(tmp_path, monkeypatch):
    with CheckpointStore(tmp_path) as store:
        save(store, 1)
        monkeypatch.setattr(time, "time", lambda: -1e9)
        monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(-1e9))
        path = save(store, 2)
        os.utime(path, (0, 0))
        assert_is(store.latest(), 2)
        save(store, 3)
        assert_is(store.latest(), 3)


def test_keep_is_checked():
    with pytest.raises(HyperparameterError, match="keep=0"):
        CheckpointStore("x", keep=0)


def test_a_relative_folder_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with CheckpointStore("here") as store:
        save(store, 1)
        monkeypatch.chdir(tmp_path / "elsewhere")
        save(store, 2)
        assert_is(store.latest(), 2)
    assert len(list((tmp_path / "here").glob("update-*"))) == 2


def test_in_the_background(tmp_path):
    with CheckpointStore(tmp_path) as store:
        assert store.wait() is None
        arrays, document = state(1)
        store.save_in_background(1, arrays, document)
        document["update"] = "changed afterwards"
        assert store.wait() == tmp_path / "update-000000001-1"
        for update in range(2, 6):
            store.save_in_background(update, *state(update), best=update == 2)
        assert_is(store.latest(), 5)  # waits
        assert store.wait().name == "update-000000005-5"
    with CheckpointStore(tmp_path) as store:
        store.save_in_background(6, *state(6))
    assert_is(store.latest(), 6)  # closing waited


@pytest.mark.parametrize(
    ("arrays", "document", "words"),
    [
        ({"x": np.array([None])}, {}, "'x': dtype object cannot be stored without a pickle"),
        ({"x": [1, 2]}, {}, "'x' is of the type list, no NumPy array"),
        ({"x": np.ma.array([1])}, {}, "'x' is of the type MaskedArray"),
        ({"x": np.zeros(2, "V0")}, {}, "'x': dtype |V0 has no bytes"),
        ({"": np.zeros(1)}, {}, "an array is called ''"),
        ({3: np.zeros(1)}, {}, "an array is called 3"),
        ({"\ud800": np.zeros(1)}, {}, "no valid Unicode"),
        ({"x" * 5000: np.zeros(1)}, {}, "takes 5000 bytes"),
        ({}, {"a": {"b": [1, {2}]}}, r"document['a']['b'][1] is of the type set"),
        ({}, {"a": np.zeros(3)}, "document['a'] is of the type ndarray"),
        ({}, {"a": {1: 2}}, "document['a'] has the key 1"),
        ({}, {"a": 10**5000}, "document['a'] is an integer too long"),
        ({}, {"a": np.longdouble(1)}, "document['a'] is of the type longdouble"),
        ({}, [], "the document is of the type list"),
    ],
)
@pytest.mark.parametrize("background", [False, True])
def test_what_cannot_be_stored_is_named_at_once(tmp_path, arrays, document, words, background):
    with CheckpointStore(tmp_path) as store:
        save(store, 1)
        call = store.save_in_background if background else store.save
        with pytest.raises(CheckpointError) as caught:
            call(2, arrays, document)
        assert words in str(caught.value)
        assert_is(store.latest(), 1)


def test_a_document_that_holds_itself(tmp_path):
    loop = []
    loop.append(loop)
    store = CheckpointStore(tmp_path)
    with pytest.raises(CheckpointError, match="nested more than 100 deep"):
        store.save(1, {}, {"loop": loop})


def test_numpy_scalars_and_tuples_in_a_document(tmp_path):
    document = {"f": np.float64(0.1), "g": np.float32(0.1), "i": np.int64(7), "b": np.True_}
    with CheckpointStore(tmp_path) as store:
        store.save(1, {}, {**document, "t": (1, 2)})
        found = store.latest().document
    assert found == {"f": 0.1, "g": float(np.float32(0.1)), "i": 7, "b": True, "t": [1, 2]}
    assert [type(value) for value in found.values()] == [float, float, int, bool, list]


@pytest.mark.parametrize("update", [-1, 1.5, True, "3"])
def test_update_is_checked(tmp_path, update):
    with CheckpointStore(tmp_path) as store:
        with pytest.raises(HyperparameterError, match="update="):
            store.save(update, {}, {})
        with pytest.raises(CheckpointError, match="at most"):
            store.save(10**18 + 1, {}, {})


def test_what_killed_writers_left_goes_when_a_store_is_opened(tmp_path):
    with CheckpointStore(tmp_path) as store:
        path = save(store, 1)
    for name in (".writing-update-000000002-2", ".removing-update-000000000-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "arrays.npz").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("mine")
    with CheckpointStore(tmp_path) as store:
        assert sorted(os.listdir(tmp_path)) == [".lock", "notes.txt", path.name]
        assert_is(store.latest(), 1)


def test_a_folder_with_other_files_is_never_removed(tmp_path):
    said = []
    with CheckpointStore(tmp_path, keep=1, on_message=said.append) as store:
        path = save(store, 1)
        (path / "thesis.tex").write_text("years of work")
        for update in (2, 3, 4):
            save(store, update)
    assert (path / "thesis.tex").read_text() == "years of work"
    assert said == [f"{path} holds other files (thesis.tex), so it was not removed."]  # once


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path):
    with CheckpointStore(tmp_path / "a") as store:
        original = save(store, 1)
    with CheckpointStore(tmp_path / "b", keep=1) as store:
        save(store, 0)
        link = tmp_path / "b" / original.name
        link.symlink_to(original, target_is_directory=True)
        save(store, 2)
        assert not link.is_symlink()
    assert_is(CheckpointStore(tmp_path / "a").latest(), 1)


# symopt.load_params


def test_load_params_reads_a_checkpoint(tmp_path):
    arrays = {
        "params/W": np.ones((2, 3), "float32"),
        "params/layer/100%.b": np.arange(3.0),
        "best/W": np.zeros((2, 3), "float32"),
        "state/W/adam/m": np.zeros(3),
    }
    with CheckpointStore(tmp_path) as store:
        path = store.save(1, arrays, {})
    for given in (path, str(path), path / "arrays.npz"):
        found = symopt.load_params(given)
        assert list(found) == ["W", "layer/100%.b"]
        np.testing.assert_array_equal(found["layer/100%.b"], arrays["params/layer/100%.b"])
    params = {"W": np.zeros((2, 3))}
    symopt.load_params(path, params)
    np.testing.assert_array_equal(params["W"], 1)
    with pytest.raises(ParamsError, match="'c' not in the archive"):
        symopt.load_params(path, {"c": np.zeros(1)})


def test_load_params_says_what_is_wrong_with_a_folder(tmp_path):
    with pytest.raises(ParamsError, match="a folder without arrays.npz; expected"):
        symopt.load_params(tmp_path)
    with CheckpointStore(tmp_path) as store:
        path = store.save(1, {"state/x": np.zeros(1)}, {})
    with pytest.raises(ParamsError, match="give one of them: 'update-000000001-1'"):
        symopt.load_params(tmp_path)
    with pytest.raises(ParamsError, match="holds no parameters; expected arrays called params/"):
        symopt.load_params(path)
    (path / "arrays.npz").write_bytes(b"PK damaged")
    with pytest.raises(ParamsError, match="cannot be read as an .npz"):
        symopt.load_params(path)
