"""The folder of compiled modules: PyTensor's."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.compile.compiledir")
