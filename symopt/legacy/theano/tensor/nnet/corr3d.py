"""Theano 1.0.5's ``theano.tensor.nnet.corr3d``: correlations of volumes."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.nnet.corr import (
    BaseCorrMM,
    CorrMM,
    CorrMM_gradInputs,
    CorrMM_gradWeights,
)


class BaseCorr3dMM(BaseCorrMM):
    """What they have in common: border_mode, subsample, filter_dilation, num_groups."""

    _axes = 3

    def __init__(
        self,
        border_mode: Any = "valid",
        subsample: Any = (1, 1, 1),
        filter_dilation: Any = (1, 1, 1),
        num_groups: int = 1,
    ) -> None:
        super().__init__(border_mode, subsample, filter_dilation, num_groups)


class Corr3dMM(BaseCorr3dMM, CorrMM):
    """``Corr3dMM(border_mode, subsample, ...)(img, kern)``: the correlation of volumes."""


class Corr3dMM_gradInputs(BaseCorr3dMM, CorrMM_gradInputs):  # Theano's name
    """``Corr3dMM_gradInputs(...)(kern, topgrad, shape=None)``: the gradient by the input."""


class Corr3dMM_gradWeights(BaseCorr3dMM, CorrMM_gradWeights):  # Theano's name
    """``Corr3dMM_gradWeights(...)(img, topgrad, shape=None)``: the gradient by the filters."""


Corr3dMMGradInputs = Corr3dMM_gradInputs
Corr3dMMGradWeights = Corr3dMM_gradWeights

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
