"""Training runs: the loop, its stopping rules, checkpoints, and what a person sees of them.

:func:`fit` is the loop. What it is made of stands in files by name: ``loop`` makes the updates,
``data_source`` knows the place in the data, ``snapshot`` takes a run's whole state, ``resuming``
saves it and goes on from it, ``checkpoint`` is the folder on the disk, ``stopping`` has the rules.
"""

from symopt.training import stopping as stopping
from symopt.training.batches import Batches as Batches
from symopt.training.batches import bucketed as bucketed
from symopt.training.batches import minibatches as minibatches
from symopt.training.callback import Callback as Callback
from symopt.training.checkpoint import Checkpoint as Checkpoint
from symopt.training.checkpoint import CheckpointStore as CheckpointStore
from symopt.training.fit import fit as fit
from symopt.training.padding import pad_sequences as pad_sequences
from symopt.training.padding import prepare_data as prepare_data
from symopt.training.padding import prepare_images as prepare_images
from symopt.training.prefetch import prefetch as prefetch
from symopt.training.result import FitResult as FitResult
from symopt.training.run import Run as Run
from symopt.training.run import Validation as Validation
