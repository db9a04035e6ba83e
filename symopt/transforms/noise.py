"""Gradient noise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from symopt.flattening import Flattening
from symopt.hyperparameters import check_integer, check_real
from symopt.random import MAX_STREAMS, first_states, normal
from symopt.state import Slot, State, Variables
from symopt.transforms.transform import GradientTransform, Transformed


class AddNoise(GradientTransform):
    """See :func:`add_noise`."""

    name = "add_noise"

    def __init__(self, std: float, seed: int) -> None:
        self.std = check_real(self.name, "std", std)
        self.seed = check_integer(self.name, "seed", seed, low=1)  # first_states checks the rest
        self.global_slots = (Slot("stream", initial=self._first_states),)

    def _first_states(self, params: Mapping[str, NDArray[np.generic]]) -> NDArray[np.int32]:
        size = sum(value.size for value in params.values())
        return first_states(self.seed, min(size + 1, MAX_STREAMS))

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        layout = Flattening.of(params)
        dtype = "float64" if any(p.dtype == "float64" for p in params.values()) else "float32"
        draws, stream = normal(state.shared["stream"], layout.size, dtype)
        noise = layout.split(draws * self.std, params)
        values = {name: grad + noise[name] for name, grad in grads.items()}
        return Transformed(values, State(shared={"stream": stream}))


def add_noise(std: float, seed: int) -> AddNoise:
    r"""Add Gaussian noise to the gradients.

    .. math:: g \leftarrow g + \sigma n, \qquad n \sim \mathcal{N}(0, I)

    Parameters
    ----------
    std
        :math:`\sigma` in [0, inf), in the units of the gradients.
    seed
        Seed of the noise, in [1, 2**31 - 21069). The same seed draws the same noise on every
        backend, to rounding.

    Returns
    -------
    GradientTransform
        State: ``add_noise/stream``, the states of an MRG31k3p random stream, moved in phase 2.

    Raises
    ------
    HyperparameterError
        ``std`` or ``seed`` is out of range.

    References
    ----------
    Neelakantan et al. (2015), Adding gradient noise improves learning for very deep networks,
    arXiv:1511.06807. Their noise shrinks with the update's number; this one does not.
    """
    return AddNoise(std, seed)
