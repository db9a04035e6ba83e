"""Reading pickles without executing anything.

A pickle is a program for a small machine, some of whose instructions import and call what the file
names. The machine here has no such instructions: a name becomes a :class:`Global`, calling one
makes a :class:`Stub` that notes what was asked for, and the few names that stand for plain data
(numpy arrays, ordered dicts, sets...) have functions of this package behind them, which check
their arguments. Nothing is imported, no attribute is looked up, and nothing is allocated that the
bytes of the file do not account for.
"""

from symopt.datasets.pickles.machine import Allowance as Allowance
from symopt.datasets.pickles.machine import load as load
from symopt.datasets.pickles.objects import Global as Global
from symopt.datasets.pickles.objects import PickleError as PickleError
from symopt.datasets.pickles.objects import RefusedError as RefusedError
from symopt.datasets.pickles.objects import Stub as Stub
