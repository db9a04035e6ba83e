"""``theano.sandbox.cuda.blas``: correlations, computed by the CPU's."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.tensor.nnet.corr import CorrMM, CorrMM_gradInputs, CorrMM_gradWeights
from symopt.legacy.theano.tensor.nnet.corr3d import (
    Corr3dMM,
    Corr3dMM_gradInputs,
    Corr3dMM_gradWeights,
)

__getattr__ = gpu_names(__name__)


class _WithPad:
    """``(border_mode, subsample, pad)``: ``pad`` stands in for ``border_mode``, as of old."""

    _no_pad: tuple[int, ...] = (0, 0)

    def __init__(
        self, border_mode: Any = "valid", subsample: Any = None, pad: Any = None, **kwargs: Any
    ) -> None:
        pad = self._no_pad if pad is None else pad
        padded = any(pad) if isinstance(pad, tuple | list) else bool(pad)
        if padded:
            if border_mode != "valid":
                raise ValueError(f"pad={pad} with border_mode={border_mode!r}; give one of them.")
            border_mode = tuple(pad) if isinstance(pad, list) else pad
        super().__init__(border_mode, subsample, **kwargs)  # type: ignore[call-arg]


class GpuCorrMM(_WithPad, CorrMM):
    """``GpuCorrMM(border_mode, subsample, pad)(img, kern)``: see :class:`CorrMM`."""


class GpuCorrMM_gradInputs(_WithPad, CorrMM_gradInputs):  # Theano's name
    """See :class:`CorrMM_gradInputs`."""


class GpuCorrMM_gradWeights(_WithPad, CorrMM_gradWeights):  # Theano's name
    """See :class:`CorrMM_gradWeights`."""


class GpuCorr3dMM(_WithPad, Corr3dMM):
    """``GpuCorr3dMM(border_mode, subsample, pad)(img, kern)``: see :class:`Corr3dMM`."""

    _no_pad = (0, 0, 0)


class GpuCorr3dMM_gradInputs(_WithPad, Corr3dMM_gradInputs):  # Theano's name
    """See :class:`Corr3dMM_gradInputs`."""

    _no_pad = (0, 0, 0)


class GpuCorr3dMM_gradWeights(_WithPad, Corr3dMM_gradWeights):  # Theano's name
    """See :class:`Corr3dMM_gradWeights`."""

    _no_pad = (0, 0, 0)
