"""Killed writers, two processes on one folder, forks, and the end of the interpreter."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from symopt.errors import CheckpointError
from symopt.training.checkpoint import CheckpointStore
from tests.training.checkpoint.states import assert_is, save, state
from tests.training.checkpoint.writer_process import big_state


def run(code, *arguments, **options):
    return subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore::DeprecationWarning",
            "-c",
            textwrap.dedent(code),
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


def start_writer(folder, *how):
    command = [sys.executable, "-m", "tests.training.checkpoint.writer_process", str(folder), *how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("how", [[], ["background"]], ids=["save", "background"])
def test_killed_at_random_moments(tmp_path, how):
    rng = random.Random(5)
    for _ in range(3):
        with start_writer(tmp_path, *how) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(rng.uniform(0, 0.1))
            writer.send_signal(signal.SIGKILL)
            printed = writer.stdout.read().split()
        said: list[str] = []
        with CheckpointStore(tmp_path, on_message=said.append) as store:  # the lock died, too
            found = store.latest()
        assert not said
        assert found is not None
        # What was said to be saved is there; in the background, all but the one that went on.
        last = int(printed[-1]) if printed else 1
        assert found.update >= last - len(how)
        for name, array in big_state(found.update).items():
            np.testing.assert_array_equal(found.arrays[name], array)
        assert found.document == {"update": found.update}
        assert len(store.paths()) <= 4  # two, the best, and one before it was removed
        assert not [name for name in os.listdir(tmp_path) if name.startswith((".w", ".r"))]


def test_a_second_process_is_told_who_has_the_folder(tmp_path):
    code = """
        import sys
        from symopt.training.checkpoint import CheckpointStore
        CheckpointStore(sys.argv[1]).open()
    """
    with CheckpointStore(tmp_path) as store:
        save(store, 1)
        second = run(code, tmp_path)
        assert second.returncode == 1
        assert "CheckpointError" in second.stderr
        assert re.search(rf"process {os.getpid()} on \S+\). Two of them", second.stderr)
        with pytest.raises(CheckpointError, match="this very process"):
            CheckpointStore(tmp_path).save(2, {}, {})
        assert_is(CheckpointStore(tmp_path).latest(), 1)  # reading needs no lock
        assert_is(store.latest(), 1)
    assert run(code, tmp_path).returncode == 0


def test_a_lock_file_that_says_nothing(tmp_path):
    with CheckpointStore(tmp_path):
        for content in ("", "no JSON", "[]", "{}"):
            (tmp_path / ".lock").write_text(content)
            with pytest.raises(CheckpointError, match="which one it does not say"):
                CheckpointStore(tmp_path).open()


def test_a_forked_child_does_not_keep_the_lock_nor_use_the_store(tmp_path):
    code = """
        import os, sys, time
        from symopt.errors import CheckpointError
        from symopt.training.checkpoint import CheckpointStore
        store = CheckpointStore(sys.argv[1]).open()
        if os.fork() == 0:
            for call in (store.open, store.wait, lambda: store.save(2, {}, {})):
                try:
                    call()
                except CheckpointError as error:
                    print("child:", error, flush=True)
            store.close()
            sys.stdout.close(), sys.stderr.close(), os.close(1), os.close(2)
            time.sleep(30)  # it outlives its parent
            os._exit(0)
        store.save(1, {}, {})
        os.wait() if len(sys.argv) > 2 else os._exit(0)
    """
    started = time.monotonic()
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("child:") == done.stdout.count("of which this one is a fork") == 3
    with CheckpointStore(tmp_path) as store:
        assert store.latest().update == 1
    assert time.monotonic() - started < 25


def test_the_interpreter_ends_while_a_checkpoint_is_written(tmp_path):
    code = """
        import sys
        import numpy as np
        from symopt.training.checkpoint import CheckpointStore, archive
        arrays = {f"params/{i}": np.full(2_000_000, i, "float32") for i in range(4)}
        store = CheckpointStore(sys.argv[1])
        store.save_in_background(7, arrays, {"done": True})
    """
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    found = CheckpointStore(tmp_path).latest()
    assert found.update == 7
    assert (found.arrays["params/3"] == 3).all()


def test_an_error_that_nobody_waited_for_is_printed_at_the_end(tmp_path):
    code = """
        import errno, os, sys
        from symopt.training.checkpoint import CheckpointStore, durable
        store = CheckpointStore(sys.argv[1]).open()
        def fsync(_handle):
            raise OSError(errno.ENOSPC, "No space left on device")
        os.fsync = fsync
        store.save_in_background(7, {}, {})
    """
    done = run(code, tmp_path)
    assert "symopt: the last checkpoint was not written: " in done.stderr
    assert "No space left on device" in done.stderr
    assert CheckpointStore(tmp_path).latest() is None


def test_a_fork_while_a_checkpoint_is_written(tmp_path):
    code = """
        import os, sys
        import numpy as np
        from symopt.training.checkpoint import CheckpointStore
        with CheckpointStore(sys.argv[1]) as store:
            for update in range(1, 6):
                store.save_in_background(update, {"x": np.full(500_000, update)}, {})
                child = os.fork()
                if child == 0:
                    sys.exit(0)  # as an ordinary program ends, atexit and all
                assert os.waitpid(child, 0)[1] == 0
    """
    done = run(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert CheckpointStore(tmp_path).latest().update == 5


def test_saves_of_several_threads_come_one_after_the_other(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with CheckpointStore(tmp_path, keep=20) as store, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda update: store.save(update, *state(update)), range(12)))
        assert sorted(store.load(path).update for path in store.paths()) == list(range(12))
