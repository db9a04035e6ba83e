"""``theano.sandbox.gpuarray``: where ``theano.gpuarray`` was before Theano 0.9."""

from symopt.legacy.theano.gpuarray import *  # noqa: F403
from symopt.legacy.theano.gpuarray import cuda_enabled as cuda_enabled
from symopt.legacy.theano.gpuarray import pygpu_activated as pygpu_activated
from symopt.legacy.theano.gpuarray import use as use
from symopt.legacy.theano.gpuarray._names import gpu_names

__getattr__ = gpu_names(__name__)
