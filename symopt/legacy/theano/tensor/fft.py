"""Theano 1.0.5's ``theano.tensor.fft``: Fourier transforms of real numbers."""

from pytensor.tensor.fft import IRFFTOp as IRFFTOp
from pytensor.tensor.fft import RFFTOp as RFFTOp
from pytensor.tensor.fft import irfft as irfft
from pytensor.tensor.fft import irfft_op as irfft_op
from pytensor.tensor.fft import rfft as rfft
from pytensor.tensor.fft import rfft_op as rfft_op

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
