"""``theano.sandbox.cuda.opt``: decorators of GPU rewrites, which register nothing."""

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.gpuarray.opt import gpu_optimizer as gpu_optimizer
from symopt.legacy.theano.gpuarray.opt import register_opt as register_opt

__getattr__ = gpu_names(__name__)
