"""Plain PyTensor in its own modes."""

from __future__ import annotations

from functools import partial

from benchmarks.gru.graph import build_model
from benchmarks.training_step import pytensor_peer

systems = partial(pytensor_peer.systems, build_model=build_model)
