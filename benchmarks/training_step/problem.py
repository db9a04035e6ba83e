"""What every peer gets: initial parameters and batches, as NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RHO, EPSILON = 0.95, 1e-6
"""Adadelta's constants in the LSTM tutorial and in dl4mt."""


@dataclass(frozen=True)
class Problem:
    """Initial parameters by name, and batches: arrays in the order of the model's inputs."""

    params: dict[str, NDArray[np.float32]]
    batches: Sequence[tuple[NDArray, ...]]

    @property
    def parameter_count(self) -> int:
        """Number of scalars in all parameters."""
        return sum(value.size for value in self.params.values())
