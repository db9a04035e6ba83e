"""Theano 1.0.5's ``theano.gpuarray.multinomial``: its names can be imported, not used."""

from symopt.legacy.theano.gpuarray._names import gpu_names

__getattr__ = gpu_names(__name__)
