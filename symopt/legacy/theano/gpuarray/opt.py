"""Theano 1.0.5's ``theano.gpuarray.opt``: decorators of GPU rewrites, which register nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symopt.legacy.theano.gpuarray._names import gpu_names


class _NoRewrites:
    """A database of rewrites that takes them and keeps none."""

    def register(self, *args: Any, **kwargs: Any) -> None:
        """Nothing happens."""


gpu_optimizer = _NoRewrites()
gpu_optimizer2 = _NoRewrites()
gpu_cut_copies = _NoRewrites()
gpu_seqopt = _NoRewrites()

__getattr__ = gpu_names(__name__)


def _unchanged(*args: Any, **kwargs: Any) -> Callable[[Any], Any]:
    """A decorator that gives the function back."""

    def decorate(function: Any) -> Any:
        return function

    return decorate


register_opt = register_opt2 = register_inplace = op_lifter = _unchanged
