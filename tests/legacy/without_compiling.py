"""Runs a program whose symopt functions call PyTensor's Python implementations.

    python without_compiling.py PROGRAM.py [ARGUMENTS]
    python without_compiling.py -m MODULE [ARGUMENTS]

Nothing is compiled to C or by Numba, so a test of what a program says takes seconds.
"""

import os
import runpy
import sys

import pytensor

from symopt import config
from symopt.backends import all_backends
from symopt.legacy.theano.compile.python_backend import PythonBackend

if __name__ == "__main__":
    all_backends()["c"] = PythonBackend()
    config.backend = "c"
    pytensor.config.cxx = ""
    pytensor.config.mode = "FAST_COMPILE"
    sys.path[0] = os.getcwd()
    sys.argv = sys.argv[1:]
    if sys.argv[0] == "-m":
        sys.argv = sys.argv[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
