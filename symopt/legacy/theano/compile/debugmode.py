"""The mode that checks every node and every rewrite: PyTensor's."""

from pytensor.compile.debug.debugmode import BadDestroyMap as BadDestroyMap
from pytensor.compile.debug.debugmode import BadOptimization as BadOptimization
from pytensor.compile.debug.debugmode import BadThunkOutput as BadThunkOutput
from pytensor.compile.debug.debugmode import BadViewMap as BadViewMap
from pytensor.compile.debug.debugmode import DebugMode as DebugMode
from pytensor.compile.debug.debugmode import DebugModeError as DebugModeError
from pytensor.compile.debug.debugmode import InvalidValueError as InvalidValueError
from pytensor.compile.debug.debugmode import StochasticOrder as StochasticOrder

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.compile.debug.debugmode")
