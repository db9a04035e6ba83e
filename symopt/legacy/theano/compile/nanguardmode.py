"""The mode that stops at NaN, infinite or very large values: PyTensor's."""

from pytensor.compile.debug.nanguardmode import NanGuardMode as NanGuardMode
from pytensor.compile.debug.nanguardmode import contains_inf as contains_inf
from pytensor.compile.debug.nanguardmode import contains_nan as contains_nan
from pytensor.compile.debug.nanguardmode import flatten as flatten

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.compile.debug.nanguardmode")
