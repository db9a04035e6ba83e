"""How far two checkpoints are apart: python compare.py ONE OTHER."""

import sys

import numpy

from symopt.legacy import load_checkpoint

one, other = map(load_checkpoint, sys.argv[1:3])
costs = one.history["history_errs"], other.history["history_errs"]
print(
    f"{len(costs[0])} costs: largest relative difference {abs(costs[1] / costs[0] - 1).max():.0e}"
)
for name in sorted(one):
    print(f"{name}: largest difference {numpy.abs(one[name] - other[name]).max():.0e}")
