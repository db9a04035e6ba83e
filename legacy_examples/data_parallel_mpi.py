"""Training in several processes, with an all-reduce of one's own between the two phases.

Each process computes the gradients of its part of every minibatch. Between ``f_grad_shared`` and
``f_update`` the parked gradients are averaged over all processes, and every process makes the same
update: what Platoon and many a Theano user did by hand::

    pip install "symopt[mpi]"
    mpiexec -n 2 python -m legacy_examples.data_parallel_mpi
    mpiexec -n 1 python -m legacy_examples.data_parallel_mpi   # the same numbers

The model is a softmax over the pixels of the digits that come with symopt. On one machine with
several devices, or with ``jax.distributed`` on several machines, the jax backend splits batches by
itself: ``symopt.jax_backend(devices=..., batch_axes=...)``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import pytensor.tensor as tensor

import symopt
from symopt.config import BACKENDS
from symopt.datasets import load_digits

BATCH_SIZE = 64
FLOATX = "float64"


def build_model(tparams: Any) -> tuple[Any, Any, Any]:
    """Symbolic images, labels, and the mean negative log-likelihood."""
    x = tensor.matrix("x", dtype=FLOATX)
    y = tensor.vector("y", dtype="int64")
    p = tensor.special.softmax(tensor.dot(x, tparams["W"]) + tparams["b"], axis=1)
    return x, y, -tensor.log(p[tensor.arange(y.shape[0]), y]).mean()


def all_reduce(comm: Any, grads: Any) -> None:
    """Replace every parked gradient by its mean over all processes."""
    from mpi4py import MPI

    for buffer in grads.values():
        grad = buffer.get_value()
        comm.Allreduce(MPI.IN_PLACE, grad, op=MPI.SUM)
        buffer.set_value(grad / comm.size)


def train(comm: Any, epochs: int, backend: str | None) -> tuple[dict[str, Any], list[float]]:
    """The parameters after some epochs, and the mean cost of each."""
    images, labels = load_digits()
    x_all, y_all = images.reshape(len(labels), -1).astype(FLOATX), labels
    tparams = symopt.init_tparams(
        {"W": np.zeros((x_all.shape[1], 10), FLOATX), "b": np.zeros(10, FLOATX)}
    )
    x, y, cost = build_model(tparams)
    opt = symopt.adam(0.01, tparams, None, [x, y], cost, backend=backend)
    f_grad_shared, f_update = opt
    rng = np.random.default_rng(1)  # the same in every process
    history = []
    for _ in range(epochs):
        costs = []
        order = rng.permutation(len(y_all))
        # Parts of equal size, so that the mean of their means is the mean of the minibatch.
        for start in range(0, len(y_all) - BATCH_SIZE + 1, BATCH_SIZE):
            mine = order[start : start + BATCH_SIZE][comm.rank :: comm.size]
            own = float(f_grad_shared(x_all[mine], y_all[mine]))
            costs.append(comm.allreduce(own) / comm.size)
            all_reduce(comm, opt.grads)
            f_update()
        history.append(float(np.mean(costs)))
    return symopt.unzip(tparams), history


@click.command(help=__doc__.splitlines()[0])
@click.option("--epochs", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--backend", type=click.Choice(BACKENDS), help="[default: the best one here]")
@click.option("--out", type=click.Path(path_type=Path), help="Where to save the parameters.")
def main(epochs: int, backend: str | None, out: Path | None) -> None:
    """Train and let the first process report."""
    try:
        from mpi4py import MPI
    except ImportError as error:
        raise click.ClickException(
            "mpi4py is missing: pip install 'symopt[mpi]', which brings an MPI too."
        ) from error
    comm = MPI.COMM_WORLD
    if BATCH_SIZE % comm.size:
        raise click.ClickException(
            f"{comm.size} processes cannot share minibatches of {BATCH_SIZE}; take a divisor of it."
        )
    params, history = train(comm, epochs, backend)
    if comm.rank == 0:
        for epoch, cost in enumerate(history, 1):
            click.echo(f"epoch {epoch}: cost {cost:.6f}")
        if out is not None:
            click.echo(f"wrote {symopt.save_params(out, params, costs=history)}")


if __name__ == "__main__":
    main()
