"""Special functions of scalars: PyTensor's, under Theano's names."""

from pytensor.scalar.math import Erf as Erf
from pytensor.scalar.math import erf as erf
from pytensor.scalar.math import erfc as erfc
from pytensor.scalar.math import gamma as gamma
from pytensor.scalar.math import gammaln as gammaln
from pytensor.scalar.math import psi as psi

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.scalar.math")

imported_scipy_special = True
