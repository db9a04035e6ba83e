"""Which optimizer trains a perceptron on digits first? cutedl's comparison, as a Theano script.

cutedl's document on optimizers trains one model with each of them, and stops after 20 validations
in a row without a better validation error, or after 20 in a row with 91% of the digits right. This
is that comparison, each optimizer in the same training loop::

    python -m legacy_examples.mnist_optimizers --data FOLDER

FOLDER holds MNIST, or its t10k part; without it, the digits that come with symopt are used. With
pictures and faster, the same is ``symopt compare``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import click
import numpy as np
import pytensor
import pytensor.tensor as tensor
from pytensor.gradient import disconnected_grad
from rich.console import Console
from rich.table import Table

import symopt
from symopt import stopping
from symopt.config import BACKENDS
from symopt.datasets import load_digits, load_mnist
from symopt.errors import NonFiniteError, SymoptError

# Theano scripts took this from the configuration. Said here, the model is float32 whatever
# pytensor.config.floatX is, which is float64 by default.
FLOATX = "float32"

# What cutedl tries: the factory with its constants, and the rate (adadelta's is 1 by definition).
OPTIMIZERS: dict[str, tuple[Any, float]] = {
    "sgd 0.0001": (symopt.sgd, 0.0001),
    "sgd 0.2": (symopt.sgd, 0.2),
    "sgd 0.01": (symopt.sgd, 0.01),
    "momentum": (partial(symopt.momentum, momentum=0.9), 0.002),
    "adagrad": (symopt.adagrad, 0.001),
    "rmsprop": (partial(symopt.rmsprop, rho=0.99), 0.0001),
    "adadelta": (partial(symopt.adadelta, rho=0.99, epsilon_placement="outside"), 1.0),
    "adam": (partial(symopt.adam, beta1=0.9, beta2=0.99), 0.0001),
}


def load_data(path: Any = None, seed: int = 123) -> tuple[Any, Any]:
    """Read the digits as rows of pixels, and set a tenth of them aside to validate."""
    if path is None:
        images, labels = load_digits()
    else:
        parts = load_mnist(path)
        images, labels = parts["train"] if "train" in parts else parts["test"]
    order = np.random.default_rng(seed).permutation(len(labels))
    x, y = images.reshape(len(labels), -1)[order], labels[order]
    n_valid = len(labels) // 10
    return (x[n_valid:], y[n_valid:]), (x[:n_valid], y[:n_valid])


def init_params(n_in: int, n_hidden: int, seed: int) -> dict[str, np.ndarray]:
    """Draw the weights as Glorot and Bengio do; biases start at 0."""
    rng = np.random.default_rng(seed)

    def glorot(rows: int, columns: int) -> np.ndarray:
        limit = np.sqrt(6 / (rows + columns))
        return rng.uniform(-limit, limit, (rows, columns)).astype(FLOATX)

    return {
        "W1": glorot(n_in, n_hidden),
        "b1": np.zeros(n_hidden, FLOATX),
        "W2": glorot(n_hidden, 10),
        "b2": np.zeros(10, FLOATX),
    }


def build_model(tparams: dict[str, Any], backend: Any = None) -> tuple[Any, ...]:
    """Return ``x, y, cost`` and a function that gives the cost and the share of wrong predictions.

    The softmax is written out: PyTensor's own compiles by the default linker on every backend.
    """
    x = tensor.matrix("x", dtype=FLOATX)
    y = tensor.vector("y", dtype="int64")
    hidden = tensor.maximum(tensor.dot(x, tparams["W1"]) + tparams["b1"], 0)
    scores = tensor.dot(hidden, tparams["W2"]) + tparams["b2"]
    scores = scores - disconnected_grad(scores.max(axis=1, keepdims=True))
    log_p = scores - tensor.log(tensor.exp(scores).sum(axis=1, keepdims=True))
    cost = -log_p[tensor.arange(y.shape[0]), y].mean()
    error = tensor.neq(log_p.argmax(axis=1), y).mean()
    return x, y, cost, symopt.function([x, y], [cost, error], name="f_valid", backend=backend)


def train_mlp(
    optimizer: str,
    train: Any,
    valid: Any,
    *,
    n_hidden: int = 32,
    batch_size: int = 64,
    valid_freq: int = 938,  # updates: cutedl's epoch, 60,000 images in batches of 64
    patience: int = 20,  # validations that both rules ask for
    accuracy: float = 0.91,
    max_updates: int = 40000,
    backend: Any = None,
    seed: int = 123,  # of the parameters and the batches: the same for all optimizers
) -> tuple[int, list[float], str]:
    """Train with one optimizer; return updates, validation errors and the reason of the end."""
    x, y = train
    tparams = symopt.init_tparams(init_params(x.shape[1], n_hidden, seed))
    x_, y_, cost_, f_valid = build_model(tparams, backend)

    lr = tensor.scalar("lr")
    grads = pytensor.grad(cost_, list(tparams.values()))
    factory, lrate = OPTIMIZERS[optimizer]
    opt = factory(lr, tparams, grads, [x_, y_], cost_, backend=backend)

    errors: list[float] = []

    def validate() -> dict[str, float]:
        cost, error = map(float, f_valid(*valid))
        errors.append(error)
        return {"cost": cost, "error": error}

    try:
        result = symopt.fit(
            opt,
            symopt.minibatches(x, y, batch_size=batch_size),
            rate=lrate,
            max_updates=max_updates,
            validate=validate,
            validate_every=valid_freq,
            stop=[
                stopping.no_better(patience),  # the validation cost: the first one
                stopping.held(1 - accuracy, patience, "error"),
            ],
            seed=seed,
            progress=False,
        )
    except NonFiniteError:  # seen in time: the parameters are those of the last good update
        return len(errors) * valid_freq, errors, "diverged"
    return result.updates, errors, result.ended


@click.command(context_settings={"show_default": True})
@click.option("--data", help="Folder of MNIST.", show_default="the digits of symopt")
@click.option("--backend", type=click.Choice(BACKENDS), show_default="the best one here")
@click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), multiple=True, show_default="all")
@click.option("--max-updates", type=click.IntRange(1), default=40000)
@click.option("--seed", type=click.IntRange(0), default=123)
def main(data: str | None, optimizer: tuple[str, ...], seed: int, **options: Any) -> None:
    """Train a perceptron with each optimizer and print how far it came."""
    console = Console()
    table = Table("optimizer", "updates", "best accuracy", "last accuracy", "ended by")
    try:
        train, valid = load_data(data, seed)
        for name in optimizer or OPTIMIZERS:
            with console.status(name):
                updates, errors, reason = train_mlp(name, train, valid, seed=seed, **options)
            numbers = [f"{1 - e:.1%}" for e in (min(errors), errors[-1])] if errors else ["-", "-"]
            table.add_row(name, f"{updates:,}", *numbers, reason)
    except SymoptError as error:
        raise click.ClickException(str(error)) from error
    console.print(table)


if __name__ == "__main__":
    main()
