"""Compiling and the cache of libraries: killed processes, damaged files, full disks, forks."""

import ctypes
import errno
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytensor
import pytest

from symopt.backends.c.program import build, compiler
from symopt.backends.c.program import cache as kept
from symopt.errors import CompileError, ConfigError

GPP = str(pytensor.config.cxx)
EXAMPLE = 'extern "C" int symopt_run(void*, void*, const void*) { return %d; }\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache, in a process that has loaded nothing and is compiling nothing."""
    for running in list(build._running.values()):  # of functions that another test made
        running.exception()
    place = tmp_path / "a cache, für 程序"
    use(place, monkeypatch)
    monkeypatch.setattr(kept, "_instead", None)
    monkeypatch.setattr(kept, "_swept", set())
    monkeypatch.setattr(kept, "_discarded", set())
    return place


def use(place, monkeypatch):
    monkeypatch.setattr(kept, "folder", lambda: place)
    monkeypatch.setattr(build, "_addresses", {})


def example(value):
    return build.compile_program(EXAMPLE % value)


def run(library):
    return ctypes.CFUNCTYPE(ctypes.c_int)(library.address())()


def path_of(library):
    return kept.folder() / f"{library.name}.so"


@pytest.fixture
def compilers(monkeypatch):
    """The names of the sources that have been compiled."""
    seen, really = [], compiler.run

    def counted(command, source, library):
        seen.append(source.name)
        really(command, source, library)

    monkeypatch.setattr(compiler, "run", counted)
    return seen


@pytest.fixture
def cxx(tmp_path):
    """Make a shell script the C++ compiler; it gets what ``g++`` would get, except for -E."""

    def use_script(text):
        script = tmp_path / "my c++"
        script.write_text(
            f'#!/bin/sh\ncase "$*" in *"-E "*) exec {GPP} "$@";; esac\n{text}\n', encoding="utf-8"
        )
        script.chmod(0o755)
        return pytensor.config.change_flags(cxx=str(script))

    return use_script


def test_compiled_once_and_found_again(folder, compilers, monkeypatch):
    library = example(1)
    assert run(library) == 1
    assert run(example(1)) == 1
    assert len(compilers) == 1
    use(folder, monkeypatch)  # as another process
    assert run(example(1)) == 1
    assert len(compilers) == 1
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{library.name}.cpp",
        f"{library.name}.so",
    ]
    assert (folder / f"{library.name}.cpp").read_text() == EXAMPLE % 1
    count, size = kept.contents()
    assert count == 1
    assert size == sum(path.stat().st_size for path in folder.iterdir())


def test_what_makes_a_library_another_one(folder, monkeypatch):
    names = {example(1).name, example(2).name}
    monkeypatch.setenv("SYMOPT_CXXFLAGS", "-DANSWER='a b'")
    names.add(example(1).name)
    monkeypatch.setattr(compiler, "identity", lambda: "another processor")
    names.add(example(1).name)
    monkeypatch.setattr(build, "_texts", lambda pattern: "another header")
    names.add(example(1).name)
    assert len(names) == 5


def test_flags_of_the_environment_win(folder, monkeypatch):
    monkeypatch.setenv("SYMOPT_CXXFLAGS", "-march=x86-64 -O0 -DANSWER=42")
    source = """
    extern "C" int symopt_run() {
    #if defined(__AVX__) || defined(__OPTIMIZE__)
        return 0;
    #endif
        return ANSWER; }"""
    assert run(build.compile_program(source)) == 42
    monkeypatch.setenv("SYMOPT_CXXFLAGS", "-D'unbalanced")
    with pytest.raises(ConfigError, match="SYMOPT_CXXFLAGS.*No closing quotation"):
        example(1)


def test_one_compile_for_all_who_ask(folder, compilers):
    libraries = [example(3) for _ in range(20)]
    results = []
    threads = [
        threading.Thread(target=lambda one=one: results.append(run(one))) for one in libraries
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [3] * 20
    assert len(compilers) == 1


@pytest.mark.parametrize("damage", ["cut short", "empty", "text", "removed", "all removed"])
def test_a_library_that_is_damaged_is_compiled_again(folder, compilers, damage):
    library = example(4)
    library.start().result()
    path = path_of(library)
    if damage == "cut short":
        os.truncate(path, path.stat().st_size - 1)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("no library, but long enough to be one" * 10)
    else:
        for file in folder.iterdir() if damage == "all removed" else [path]:
            file.unlink()
        if damage == "all removed":
            folder.rmdir()
    assert run(library) == 4
    assert len(compilers) == 2


def test_the_cache_is_cleared_while_a_compiler_runs(folder, cxx, tmp_path):
    once = tmp_path / "once"
    with cxx(f'[ -e "{once}" ] || {{ touch "{once}"; rm -r "{folder}"; }}\nexec {GPP} "$@"'):
        assert run(example(5)) == 5
    assert once.exists()


def test_a_compiler_that_fails(folder, monkeypatch):
    library = build.compile_program("no C++ at all")
    for _ in range(2):
        with pytest.raises(CompileError, match=r"exit status 1(?s:.*)native = False") as caught:
            library.address()
        assert "error" in str(caught.value)  # what the compiler said
    source = folder / f"{library.name}.cpp"
    assert str(source) in str(caught.value)
    assert source.read_text() == "no C++ at all"
    assert list(folder.iterdir()) == [source]


def test_a_failure_is_tried_again(folder, cxx, tmp_path):
    """A disk that was full, or memory that was short, need not be so the next time."""
    with cxx(f'[ -e "{tmp_path}/well" ] || exit 1\nexec {GPP} "$@"'):
        library = example(6)
        with pytest.raises(CompileError, match="It said nothing"):
            library.address()
        (tmp_path / "well").touch()
        assert run(library) == 6


def test_a_compiler_that_is_killed(folder, cxx):
    with cxx("kill -9 $$"), pytest.raises(CompileError, match="was killed.*want of memory"):
        example(7).address()
    assert not list(folder.glob("unfinished-*"))


def test_no_compiler_any_more(folder, cxx, tmp_path):
    with cxx(f'exec {GPP} "$@"'):
        assert run(example(8)) == 8
        (tmp_path / "my c++").unlink()
        assert run(example(8)) == 8
        with pytest.raises(CompileError, match=r"/my c\+\+'.*cannot be run: No such file"):
            example(9).address()
    nowhere = pytensor.config.change_flags(cxx="/nowhere/g++")
    with nowhere, pytest.raises(CompileError, match=r"/nowhere/g\+\+.*backend='numba'"):
        example(9)


def test_a_full_disk(folder, cxx, monkeypatch):
    full = cxx('echo "x.s: No space left on device" >&2\nexit 1')
    with full, pytest.raises(CompileError, match="disk is full.*base_compiledir"):
        example(10).address()

    def no_space(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", no_space)
        with pytest.raises(CompileError, match="no space left in .*base_compiledir"):
            example(10).address()
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkdtemp", no_space)
        with pytest.raises(CompileError, match="no space left in"):
            example(10)
    assert run(example(10)) == 10


def test_a_cache_that_cannot_be_written(folder, monkeypatch, compilers):
    """Not even by root: nobody makes files there."""
    use(Path("/proc/self/symopt"), monkeypatch)
    with pytest.warns(UserWarning, match="cannot be kept in /proc/self/symopt.*base_compiledir"):
        library = example(11)
    assert run(library) == 11
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(example(12)) == 12
        assert run(example(11)) == 11
    assert len(compilers) == 2
    instead = kept._instead
    assert sorted(path.suffix for path in instead.iterdir()) == [".cpp", ".cpp", ".so", ".so"]
    kept._remove_own(instead, os.getpid() + 1)  # at the end of a child
    assert instead.exists()
    kept._remove_own(instead, os.getpid())
    assert not instead.exists()


def test_libraries_of_a_cache_that_cannot_be_written_are_used(folder, monkeypatch, compilers):
    example(13).start().result()
    monkeypatch.setattr(
        "tempfile.mkdtemp", lambda **_: pytest.fail("there is nothing to be compiled")
    )
    assert run(example(13)) == 13
    assert len(compilers) == 1


def test_leftovers_go_after_a_day(folder):
    for name, hours in (("unfinished-old", 25), ("unfinished-new", 23), ("other", 25)):
        place = folder / name
        place.mkdir(parents=True)
        (place / "half").write_text("")
        at = time.time() - 3600 * hours
        os.utime(place, (at, at))
    assert run(example(14)) == 14
    left = {path.name for path in folder.iterdir() if path.is_dir()}
    assert left == {"unfinished-new", "other"}


# ---- with other processes

START = """
import os, sys, threading, time
from pathlib import Path
from symopt.backends.c.program import build, cache
import ctypes
shared, own = cache.folder, lambda: Path(sys.argv[1])
cache.folder = own

def run(source):
    return ctypes.CFUNCTYPE(ctypes.c_int)(build.compile_program(source).address())()
"""


@pytest.fixture
def python(folder):
    """Start Python with a script, in a process group that ends with the test."""
    started = []

    def start(script, *arguments, **keywords):
        process = subprocess.Popen(
            [sys.executable, "-c", START + script, str(folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **keywords,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def finish(process, timeout=300):
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail(f"it hangs:\n{process.communicate()[0]}")
    assert process.returncode == 0, output
    return output


def test_two_processes_at_once(folder, python):
    """Both begin when both are ready."""
    script = """
    Path(sys.argv[1] + sys.argv[2]).touch()
    while not all(Path(sys.argv[1] + name).exists() for name in "ab"):
        time.sleep(0.001)
    for source in sys.argv[3:]:
        print(run(source))
    """
    sources = [EXAMPLE % value for value in (1, 2, 3)]
    lines = "\n".join(line.removeprefix("    ") for line in script.splitlines())
    processes = [python(lines, name, *sources) for name in "ab"]
    assert [finish(process).split() for process in processes] == [["1", "2", "3"]] * 2
    assert sorted(path.suffix for path in folder.iterdir()) == [".cpp"] * 3 + [".so"] * 3


def test_killed_while_the_compiler_runs(folder, python, tmp_path):
    """Nothing half done is taken for a library."""
    script = tmp_path / "half a compiler"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *"-E "*) exec {GPP} "$@";; esac\n'
        'while [ "$1" != "-o" ]; do shift; done\necho half > "$2"; touch "$2.begun"; sleep 60\n'
    )
    script.chmod(0o755)
    flags = f"{os.environ.get('PYTENSOR_FLAGS', '')},cxx={script}".strip(",")
    process = python(
        "run(sys.argv[2])",
        EXAMPLE % 15,
        env={**os.environ, "PYTENSOR_FLAGS": flags},
    )
    until = time.time() + 60
    while not list(folder.glob("unfinished-*/*.begun")) and time.time() < until:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    left = next(folder.glob("unfinished-*"), None)
    assert left is not None, "it has not begun"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert run(example(15)) == 15
    assert left.exists()  # it might be somebody's
    os.utime(left, (0, 0))
    kept._swept.clear()
    assert run(example(16)) == 16
    assert not left.exists()


FORK = """
import warnings
import numpy as np, pytensor.tensor as pt, symopt
warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12, about forks with threads
symopt.config.threads = 2
cache.folder = shared
x = pt.fmatrix("x")
f = symopt.function([x], [pt.exp(x) * 2, x @ x], backend="c")
big = np.ones((600, 600), "float32")
expected = f(big)
assert build._runtime is not None
cache.folder = own

slow = build.Library("slow", sys.argv[2], ["-fPIC", "-shared"], "")
really = build.compiler.run
build.compiler.run = lambda *a: (time.sleep(60 if os.getpid() == parent else 0), really(*a))
parent = os.getpid()
slow.start()  # goes on in a thread that the child will not have
build._lock.acquire()  # as another thread might have it
child = os.fork()
if child == 0:
    try:
        for result, value in zip(f(big), expected):
            assert (result == value).all()
        address = slow.address()
        assert ctypes.CFUNCTYPE(ctypes.c_int)(address)() == 17
        assert run(sys.argv[3]) == 18
        os._exit(0)
    except BaseException as error:
        print(repr(error), flush=True)
        os._exit(1)
_, status = os.waitpid(child, 0)
build._lock.release()
for result, value in zip(f(big), expected):
    assert (result == value).all()
print("child", os.waitstatus_to_exitcode(status), flush=True)
os._exit(0)  # the slow compiler need not be waited for
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_child_of_a_fork_compiles_and_runs_programs(python):
    process = python(FORK, EXAMPLE % 17, EXAMPLE % 18)
    assert finish(process) == "child 0\n"
