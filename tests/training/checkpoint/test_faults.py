"""Every system call of a save fails in turn: nothing is lost, and the next save works."""

from __future__ import annotations

import errno
import os

import pytest

from symopt.errors import CheckpointError
from symopt.training.checkpoint import CheckpointStore, durable, lock, reading, writing
from tests.training.checkpoint.states import assert_is, save

CALLS = ("open", "write", "lseek", "fstat", "fsync", "close", "mkdir", "rename")
CALLS += ("listdir", "lstat", "unlink", "rmdir")
ERRORS = {"ENOSPC": "Free some space", "EIO": "disk may be failing", "EACCES": "right to write"}


class FaultyOS:
    """``os``, whose calls are counted and fail from the ``first`` to before the ``last``.

    ``how`` says what a failing call does: "before" nothing, "after" what it always does, and
    "short" (of a write) half of it.
    """

    syncs = True

    def __init__(self, error=None, first=0, last=0, how="before"):
        self.error, self.failing, self.how = error, range(first, last), how
        self.calls = []

    def __getattr__(self, name):
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*args, **kwargs):
            fails = len(self.calls) in self.failing
            self.calls.append(name)
            if not fails:
                return None if name == "fsync" and not self.syncs else real(*args, **kwargs)
            if name == "close" or self.how == "after":  # a handle is gone even if close fails
                result = real(*args, **kwargs)
                if name == "open":
                    os.close(result)
            elif name == "write" and self.how == "short":
                real(args[0], bytes(args[1])[: len(args[1]) // 2])
            raise OSError(self.error, os.strerror(self.error), "injected")

        return call

    def install(self, monkeypatch):
        for module in (durable, lock, reading, writing):
            if hasattr(module, "os"):
                monkeypatch.setattr(module, "os", self)


def count_calls(folder, monkeypatch, before):
    """The calls of one save into a folder that has as many checkpoints as are kept."""
    with CheckpointStore(folder, keep=2) as store:
        for update in before:
            save(store, update)
        counting = FaultyOS()
        with monkeypatch.context() as patch:
            counting.install(patch)
            save(store, 10)
    return counting.calls


def test_a_save_makes_the_calls_that_are_made_to_fail(tmp_path, monkeypatch):
    calls = count_calls(tmp_path, monkeypatch, before=(1, 2))
    assert set(calls) == set(CALLS)


def test_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    calls = count_calls(tmp_path, monkeypatch, before=())
    order = [name for name in calls if name in ("mkdir", "fsync", "rename")]
    # Both files and their folder, the name, and the folder that has the name.
    assert order == ["mkdir", "fsync", "fsync", "fsync", "rename", "fsync"]


ALWAYS = [("before", False), ("before", True), ("short", False)]
LONG = [("after", False), ("after", True), ("short", True)]


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize(
    ("how", "lasting"), [*ALWAYS, *(pytest.param(*case, marks=pytest.mark.long) for case in LONG)]
)
def test_any_call_fails(tmp_path, monkeypatch, name, how, lasting):
    monkeypatch.setattr(FaultyOS, "syncs", False)  # what is on the disk is not asked here
    total = len(count_calls(tmp_path / "count", monkeypatch, before=(1, 2)))
    outcomes = set()
    for i in range(total):
        faulty = FaultyOS(getattr(errno, name), i, total + 1000 if lasting else i + 1, how)
        outcome = _save_with_a_fault(tmp_path / str(i), monkeypatch, faulty, ERRORS[name])
        outcomes.add(outcome)
        if outcome == "saved":
            assert faulty.calls[i] == "lseek"  # zipfile goes on without
    assert outcomes >= {"refused", "saved, said"}


def _save_with_a_fault(folder, monkeypatch, faulty, advice):
    said = []
    FaultyOS().install(monkeypatch)
    with CheckpointStore(folder, keep=2, on_message=said.append) as store:
        save(store, 1)
        save(store, 2)
        faulty.install(monkeypatch)
        error = ""
        try:
            save(store, 10)
        except CheckpointError as caught:
            error = str(caught)
        FaultyOS().install(monkeypatch)
        outcome = ("refused" if error else "saved") + (", said" if said else "")

        found = store.latest()
        assert found.update in ({2, 10} if error else {10})
        assert_is(found, found.update)
        kept = {store.load(path).update for path in store.paths()}
        assert 2 in kept  # none of those before is lost, but by pruning
        if error:
            assert advice in error
            assert "checkpoints before it are as they were" in error

        save(store, 11)
        assert_is(store.latest(), 11)
        assert not [entry for entry in os.listdir(folder) if entry.startswith((".w", ".r"))]
    return outcome


@pytest.mark.parametrize("name", ERRORS)
def test_any_call_of_opening_fails(tmp_path, monkeypatch, name):
    with CheckpointStore(tmp_path) as store:
        save(store, 1)
    counting = FaultyOS()
    counting.install(monkeypatch)
    with CheckpointStore(tmp_path):
        total = len(counting.calls)
    for i in range(total):
        FaultyOS(getattr(errno, name), i, i + 1).install(monkeypatch)
        with pytest.raises(CheckpointError, match=ERRORS[name]):
            CheckpointStore(tmp_path).open()
        FaultyOS().install(monkeypatch)
        with CheckpointStore(tmp_path) as store:
            assert_is(store.latest(), 1)


def test_folders_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CheckpointError, match="could not be opened: "):
        CheckpointStore(tmp_path / "file" / "checkpoints").open()
    with pytest.raises(CheckpointError, match="could not be opened: File exists"):
        CheckpointStore(tmp_path / "file").open()


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    import fcntl

    def flock(_handle, _operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(CheckpointError, match=r"cannot lock files .*No locks.*local_lock=flock"):
        CheckpointStore(tmp_path).open()


def test_an_error_in_the_background_is_raised_by_the_next_call_once(tmp_path, monkeypatch):
    with CheckpointStore(tmp_path) as store:
        save(store, 1)
        for call in (
            lambda: save(store, 3),
            store.wait,
            lambda: store.save_in_background(3, {}, {}),
            store.close,
        ):
            store.open()
            with monkeypatch.context() as patch:
                FaultyOS(errno.ENOSPC, 5, 1000).install(patch)
                store.save_in_background(2, {}, {})
                with pytest.raises(CheckpointError, match="No space left on device"):
                    call()
            assert_is(store.latest(), 1)
        store.open()
        save(store, 4)
        assert_is(store.latest(), 4)


def test_any_other_error_of_the_writer_is_raised_as_it_is(tmp_path, monkeypatch):
    def broken(*_args):
        raise MemoryError("no memory for the archive")

    with CheckpointStore(tmp_path) as store:
        save(store, 1)
        with monkeypatch.context() as patch:
            patch.setattr(writing, "write_arrays", broken)
            store.save_in_background(2, {}, {})
            with pytest.raises(MemoryError, match="archive"):
                store.wait()
        assert [entry for entry in os.listdir(tmp_path) if entry.startswith(".w")] == []
        assert_is(store.latest(), 1)
