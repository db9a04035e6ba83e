"""A process that saves without end, to be killed: python -m ... FOLDER [background]."""

from __future__ import annotations

import sys

import numpy as np

from symopt.training.checkpoint import CheckpointStore


def big_state(update: int) -> dict[str, np.ndarray]:
    """Enough for a kill to hit a write, and told from the update alone."""
    return {"params/W": np.full((600, 500), update, "float32"), "count": np.array(update)}


def main(folder: str, *background: str) -> None:
    with CheckpointStore(folder, keep=2) as store:
        found = store.latest()
        update = found.update if found else 0
        while True:
            update += 1
            call = store.save_in_background if background else store.save
            call(update, big_state(update), {"update": update}, best=update % 7 == 0)
            print(update, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
