"""``theano.sandbox.cuda.GpuConvGrad3D``: its names can be imported, not used."""

# ruff: noqa: N999  # Theano's names

from symopt.legacy.theano.gpuarray._names import gpu_names

__getattr__ = gpu_names(__name__)
