"""Generated code under AddressSanitizer: nothing is read or written outside of its array.

Where it is compiled with ``-fsanitize=address``, each array of a program has memory of its own,
exactly as long as it is (``need`` in runtime.h): a row too far and a pointer to an array that is no
more are both found. gcc puts the checks in before it makes vector instructions, and then makes few:
what is checked is each access of a loop, not a vector's. AVX-512 is no obstacle.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytensor
import pytest

ROOT = Path(__file__).parents[3]
FLAGS = "-fsanitize=address -fno-omit-frame-pointer -g"
OWN_TEST_FILES = ("test_loop", "test_advanced_indexing", "test_joining", "test_views")

FAULT = """
import ctypes
from symopt.backends.c.program import build
malloc = ctypes.CDLL(None).malloc
malloc.restype = ctypes.c_void_p
source = 'extern "C" int symopt_run(char* memory) { return memory[8]; }'
run = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(build.compile_program(source).address())
run(malloc(8))
"""


def library(name):
    """A library of the compiler's, as a path; only a name where it has none."""
    command = [str(pytensor.config.cxx), f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def environment():
    # libstdc++ too: the sanitizer looks for what throws exceptions when the process starts
    libraries = [library("libasan.so"), library("libstdc++.so.6")]
    if not all(os.path.isabs(path) for path in libraries):
        pytest.skip("this compiler has no AddressSanitizer")
    return {
        **os.environ,
        "SYMOPT_CXXFLAGS": FLAGS,
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0",  # Python's own
    }


def python(environment, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_a_fault_is_reported(environment):
    """Or the other tests would mean nothing."""
    run = python(environment, "-c", FAULT)
    assert run.returncode != 0
    assert "AddressSanitizer: heap-buffer-overflow" in run.stderr
    assert "symopt_run" in run.stderr


@pytest.mark.long
def test_training_steps(environment):
    run = python(environment, "-m", "tests.backends.c.training_steps")
    assert (run.stdout, run.returncode) == ("done\n", 0), run.stderr
    assert "AddressSanitizer" not in run.stderr


@pytest.mark.long
@pytest.mark.parametrize("name", OWN_TEST_FILES)
def test_files(environment, name):
    """But for one about memory: what was given back is not used again here, so that it grows."""
    path = f"tests/backends/c/{name}.py"
    run = python(environment, "-m", "pytest", "-n0", "-q", path, "-k", "not no_memory")
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr
    assert "AddressSanitizer" not in run.stdout + run.stderr
