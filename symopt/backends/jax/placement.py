"""Where arrays live: on one device, or with their batches split over several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

BATCH = "batch"
"""The name of the mesh's one axis."""


@dataclass(frozen=True)
class Placement:
    """Where shared variables and arguments go.

    Attributes
    ----------
    shared
        Device or sharding of shared variables; None: JAX's default device.
    mesh
        The devices that batches are split over; None: they are not split.
    axes
        The batch axis of each argument that is split, by its position among all inputs.
    """

    shared: Any = None
    mesh: Mesh | None = None
    axes: Mapping[int, int] = field(default_factory=dict)

    @property
    def somewhere(self) -> Any:
        """The place of shared variables, JAX's default device where none was asked for."""
        return jax.devices()[0] if self.shared is None else self.shared

    def placed(self, i: int, value: Any, is_shared: bool) -> Any:
        """An input where it belongs; JAX moves it itself where that is its default device."""
        if is_shared or self.shared is None:
            return value
        return self._put(value, self.axes.get(i))

    def placed_many(self, i: int, stacked: Any) -> Any:
        """Arguments of several calls, stacked."""
        if self.shared is None:
            return stacked
        axis = self.axes.get(i)
        return self._put(stacked, None if axis is None else axis + 1)

    def whole(self, value: Any) -> Any:
        """A result, the same on all devices."""
        if self.mesh is None or not isinstance(value, jax.Array):
            return value
        return jax.lax.with_sharding_constraint(value, self.shared)

    def _put(self, value: Any, axis: int | None) -> Any:
        if self.mesh is None or axis is None:
            return jax.device_put(value, self.shared)
        split = NamedSharding(self.mesh, PartitionSpec(*[None] * axis, BATCH))
        if jax.process_count() > 1:  # each process has its part of the batch
            return jax.make_array_from_process_local_data(split, value)
        if value.shape[axis] % self.mesh.size:
            return jax.device_put(value, self.shared)  # every device takes the whole batch
        return jax.device_put(value, split)


def on(device: Any) -> Placement:
    """Everything on one device: "cpu", "gpu", or JAX's object."""
    return Placement(shared=jax.devices(device)[0] if isinstance(device, str) else device)


def split_over(devices: Any, axes: Mapping[int, int]) -> Placement:
    """Batches split over devices, shared variables on all of them."""
    mesh = Mesh(np.array(devices), (BATCH,))  # XLA finds the sharding of everything in between
    return Placement(NamedSharding(mesh, PartitionSpec()), mesh, dict(axes))
