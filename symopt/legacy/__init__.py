"""What legacy Theano code expects to find."""

from symopt.legacy.checkpoints.checkpoint import LegacyCheckpoint as LegacyCheckpoint
from symopt.legacy.checkpoints.checkpoint import load_checkpoint as load_checkpoint
from symopt.legacy.installing import install as install
