"""Checkpoints that survive: a folder of whole states of a run.

:class:`CheckpointStore` writes and finds them, :class:`Checkpoint` is one that was read.
"""

from symopt.training.checkpoint.checkpoint import Checkpoint as Checkpoint
from symopt.training.checkpoint.store import CheckpointStore as CheckpointStore
