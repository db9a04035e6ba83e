"""Theano 1.0.5's ``theano.tensor.fourier``: a complex Fourier transform."""

from pytensor.tensor.fourier import Fourier as Fourier
from pytensor.tensor.fourier import fft as fft
