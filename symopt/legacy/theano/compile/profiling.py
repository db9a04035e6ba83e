"""Measurements of functions: PyTensor's."""

from pytensor.compile.debug.profiling import ProfileStats as ProfileStats
from pytensor.compile.debug.profiling import print_global_stats as print_global_stats
from pytensor.compile.debug.profiling import (
    register_profiler_printer as register_profiler_printer,
)

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.compile.debug.profiling")

ScanProfileStats = ProfileStats
