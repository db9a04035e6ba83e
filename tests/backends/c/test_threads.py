"""One setting for the threads of the BLAS and of symopt's own loops; 1 means one."""

import os
import subprocess
import sys

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.backends.c import blas
from symopt.nnet import conv2d

ONE = """
import os, threading
import numpy as np
import scipy.linalg, scipy.special  # NumPy and SciPy bring a BLAS each, which starts its threads
import pytensor.tensor as pt

def tasks():
    return len(os.listdir("/proc/self/task"))

before = tasks()
import symopt
from symopt.nnet import conv2d

x = pt.fmatrix("x")
image, kernel = pt.ftensor4("image"), pt.ftensor4("kernel")
outputs = [pt.exp(x) * 2, x @ x, (x ** 2).sum(), pt.argmax(x), conv2d(image, kernel)]
f = symopt.function([x, image, kernel], outputs, backend="c")
values = np.eye(700), np.ones((8, 4, 40, 40)), np.ones((4, 4, 3, 3))
values = [value.astype("float32") for value in values]
f.compile()
assert symopt.config.threads == 1
for _ in range(3):
    f(*values)
after = tasks()
assert after == before, (before, after, threading.enumerate())
assert "OPENBLAS_NUM_THREADS" not in os.environ
symopt.config.threads = 2  # now there are more: the count above would have seen them
f(*values)
assert tasks() > before
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted there")
@pytest.mark.parametrize("native", ["1", "0"])
def test_one_starts_no_thread(native):
    environment = {**os.environ, "SYMOPT_THREADS": "1", "SYMOPT_NATIVE": native}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    run = subprocess.run(
        [sys.executable, "-c", ONE], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_setting_reaches_the_blas_behind_programs_and_convolutions():
    """Convolutions ask the BLAS for the number; programs change it, and set it back."""
    x, image, kernel = pt.fmatrix("x"), pt.ftensor4("image"), pt.ftensor4("kernel")
    f = symopt.function([x, image, kernel], [x @ x, conv2d(image, kernel), pt.exp(x)], backend="c")
    values = [np.ones(shape, "float32") for shape in ((400, 400), (2, 2, 9, 9), (2, 2, 3, 3))]
    try:
        results = {}
        for count in (1, 2, 3, 1):
            symopt.config.threads = count
            results[count] = f(*values)
            assert blas.threads() == count
        for count in (2, 3):
            for one, more in zip(results[1], results[count], strict=True):
                np.testing.assert_allclose(one, more, rtol=1e-6)
    finally:
        symopt.config.threads = None
