"""Theano 1.0.5's ``theano.gpuarray.blas``: correlations, computed by the CPU's."""

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.tensor.nnet.corr import CorrMM, CorrMM_gradInputs, CorrMM_gradWeights
from symopt.legacy.theano.tensor.nnet.corr3d import (
    Corr3dMM,
    Corr3dMM_gradInputs,
    Corr3dMM_gradWeights,
)

__getattr__ = gpu_names(__name__)


class GpuCorrMM(CorrMM):
    """``GpuCorrMM(border_mode, subsample, ...)(img, kern)``: see :class:`CorrMM`."""


class GpuCorrMM_gradInputs(CorrMM_gradInputs):  # Theano's name
    """See :class:`CorrMM_gradInputs`."""


class GpuCorrMM_gradWeights(CorrMM_gradWeights):  # Theano's name
    """See :class:`CorrMM_gradWeights`."""


class GpuCorr3dMM(Corr3dMM):
    """``GpuCorr3dMM(border_mode, subsample, ...)(img, kern)``: see :class:`Corr3dMM`."""


class GpuCorr3dMM_gradInputs(Corr3dMM_gradInputs):  # Theano's name
    """See :class:`Corr3dMM_gradInputs`."""


class GpuCorr3dMM_gradWeights(Corr3dMM_gradWeights):  # Theano's name
    """See :class:`Corr3dMM_gradWeights`."""
