"""symopt on each backend."""

from __future__ import annotations

from functools import partial

from benchmarks.gru.graph import build_model
from benchmarks.training_step import symopt_peer

systems = partial(symopt_peer.systems, build_model=build_model)
