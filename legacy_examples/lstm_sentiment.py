"""The LSTM for sentiment analysis of Theano's deep-learning tutorial, ported to symopt.

Words are embedded, an LSTM reads them, its states are averaged over the sentence, and a softmax
tells praise from blame. Structure and names are those of the tutorial's ``lstm.py``; the data are
the movie review sentences of :func:`symopt.datasets.load_polarity`::

    python -m legacy_examples.lstm_sentiment --data FOLDER --out lstm_model.npz

Sequences are stored time first: ``x`` and ``mask`` have the shape (time steps, batch).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import pytensor
import pytensor.tensor as tensor
from pytensor.gradient import disconnected_grad
from pytensor.tensor.random import shared_rng
from rich.console import Console

import symopt
from symopt import stopping
from symopt.config import BACKENDS
from symopt.datasets import load_polarity
from symopt.errors import DatasetError, ParamsError, SymoptError
from symopt.training.display import choose_display

# Theano scripts took this from the configuration. Said here, the model is float32 whatever
# pytensor.config.floatX is, which is float64 by default.
FLOATX = "float32"

UNKNOWN = 1  # the number of words without one; 0 is the end of a sentence

# The optimizers by name, each with a rate that suits it (1.0 is adadelta as Zeiler defined it).
OPTIMIZERS: dict[str, tuple[Any, float]] = {
    "adadelta": (partial(symopt.adadelta, rho=0.95, epsilon=1e-6), 1.0),
    "rmsprop": (partial(symopt.rmsprop, rho=0.95, epsilon=1e-6), 1e-3),
    "sgd": (symopt.sgd, 1.0),
}


def numpy_floatX(data: Any) -> np.ndarray:  # noqa: N802, the tutorial's name
    """Return ``data`` as an array of the model's float type."""
    return np.asarray(data, dtype=FLOATX)


class Part(NamedTuple):
    """Sentences as lists of word numbers, and their labels."""

    x: list[list[int]]
    y: np.ndarray

    def batch(self, indices: np.ndarray, maxlen: int | None = None) -> Any:
        """Return some of the sentences as a matrix of word numbers, a mask, and their labels.

        Sentences of ``maxlen`` words or more are left out; all three are None if none is left.
        """
        seqs = [self.x[i] for i in indices]
        return symopt.prepare_data(seqs, self.y[indices], maxlen, dtype=FLOATX)

    def batches(self, batch_size: int, maxlen: int | None = None, shuffle: bool = True) -> Any:
        """Return batches of sentences of about equal length.

        A step of padding costs as much as one with a word, and random batches would be half
        padding.
        """
        return symopt.bucketed(
            [len(seq) for seq in self.x],
            partial(self.batch, maxlen=maxlen),
            batch_size=batch_size,
            shuffle=shuffle,
        )


def build_vocabulary(sentences: Sequence[Sequence[str]], n_words: int) -> dict[str, int]:
    """Number the most frequent words from 2 on, so that all numbers are below ``n_words``."""
    counts = Counter(word for sentence in sentences for word in sentence)
    frequent = counts.most_common(max(n_words - 2, 0))
    return {word: number for number, (word, _) in enumerate(frequent, start=2)}


def load_data(path: Any, n_words: int, seed: int) -> tuple[Part, Part, Part, dict[str, int]]:
    """Read the sentences and split them: 10% to test, 10% of the rest to validate.

    The vocabulary is that of the training part alone: words that only the other parts have are
    unknown, as new words would be in use.
    """
    sentences, labels = load_polarity(path)
    order = np.random.default_rng(seed).permutation(len(sentences))
    n_test = len(order) // 10
    n_valid = (len(order) - n_test) // 10
    test, valid, train = np.split(order, [n_test, n_test + n_valid])
    vocabulary = build_vocabulary([sentences[i] for i in train], n_words)

    def part(indices: np.ndarray) -> Part:
        x = [[vocabulary.get(word, UNKNOWN) for word in sentences[i]] for i in indices]
        return Part(x, labels[indices])

    return part(train), part(valid), part(test), vocabulary


def ortho_weight(ndim: int, rng: np.random.Generator) -> np.ndarray:
    """Draw an orthogonal matrix, which neither shrinks nor grows what passes through the steps."""
    u, _, _ = np.linalg.svd(rng.standard_normal((ndim, ndim)))
    return numpy_floatX(u)


def init_params(n_words: int, dim_proj: int, seed: int) -> dict[str, np.ndarray]:
    """Draw the parameters. The weights of the four gates lie side by side, for one product.

    The tutorial draws Wemb and U ten times smaller. With the short sentences here adadelta then
    rests on a plateau for some epochs, and may be stopped there.
    """
    rng = np.random.default_rng(seed)
    return {
        "Wemb": numpy_floatX(0.1 * rng.standard_normal((n_words, dim_proj))),
        "lstm_W": np.concatenate([ortho_weight(dim_proj, rng) for _ in range(4)], axis=1),
        "lstm_U": np.concatenate([ortho_weight(dim_proj, rng) for _ in range(4)], axis=1),
        "lstm_b": numpy_floatX(np.zeros(4 * dim_proj)),
        "U": numpy_floatX(0.1 * rng.standard_normal((dim_proj, 2))),
        "b": numpy_floatX(np.zeros(2)),
    }


def dropout_layer(state: Any, use_noise: Any, trng: Any) -> tuple[Any, Any]:
    """Drop half of the units while ``use_noise`` is 1; else halve them all, to the same mean.

    ``use_noise`` is a shared variable, so that one graph serves both purposes. The second result
    is the update that moves the random stream on. Theano hid it in the shared variable; PyTensor
    now wants it among the updates of the function that draws.
    """
    next_trng, kept = trng.binomial(1, 0.5, size=state.shape)
    dropped = tensor.switch(use_noise, state * kept.astype(FLOATX), state * numpy_floatX(0.5))
    return dropped, (trng, next_trng)


def lstm_layer(tparams: Mapping[str, Any], state_below: Any, mask: Any) -> Any:
    """Run the LSTM over (time, batch, dim) and return its outputs, of the same shape.

    Where the mask is 0 a sentence has ended, and its state is carried along unchanged.
    """
    W, U, b = (tparams[f"lstm_{name}"] for name in "WUb")
    n_samples, dim = state_below.shape[1], U.shape[0]

    def _step(m_: Any, x_: Any, h_: Any, c_: Any, U_: Any) -> tuple[Any, Any]:
        preact = x_ + tensor.dot(h_, U_)
        i, f, o, g = (preact[:, k * dim : (k + 1) * dim] for k in range(4))
        c = tensor.sigmoid(f) * c_ + tensor.sigmoid(i) * tensor.tanh(g)
        c = m_[:, None] * c + (1 - m_)[:, None] * c_
        h = tensor.sigmoid(o) * tensor.tanh(c)
        h = m_[:, None] * h + (1 - m_)[:, None] * h_
        return h, c

    zeros = tensor.zeros((n_samples, dim), dtype=FLOATX)
    # The inputs' share of all gates is one large product, taken before the loop.
    h, _c = pytensor.scan(
        _step,
        sequences=[mask, tensor.dot(state_below, W) + b],
        outputs_info=[zeros, zeros],
        non_sequences=[U],
        strict=True,
        return_updates=False,  # PyTensor is changing what scan returns; said here, it is one list
    )
    return h


def softmax(scores: Any) -> Any:
    """Turn each row of scores into probabilities.

    Written out, because PyTensor's own compiles by the default linker (Numba) on every backend.
    """
    weights = tensor.exp(scores - disconnected_grad(scores.max(axis=1, keepdims=True)))
    return weights / weights.sum(axis=1, keepdims=True)


def build_model(
    tparams: Mapping[str, Any],
    *,
    decay_c: float = 0.0,
    use_dropout: bool = True,
    seed: int = 123,
    backend: Any = None,
) -> tuple[Any, ...]:
    """Build the graph of the cost, and the functions that predict.

    Returns ``use_noise, x, mask, y, f_pred_prob, f_pred, cost``, as in the tutorial, and the
    updates of the random stream, which the function that trains has to run.

    A sentence whose mask is zero throughout has no states to average. Their average counts as 0
    (not as 0 / 0), so the sentence gets the probabilities that the bias ``b`` alone gives.
    """
    use_noise = pytensor.shared(numpy_floatX(0), name="use_noise")
    x = tensor.matrix("x", dtype="int64")
    mask = tensor.matrix("mask", dtype=FLOATX)
    y = tensor.vector("y", dtype="int64")

    Wemb = tparams["Wemb"]
    # Rows taken by a vector, not a matrix: PyTensor has C code for that.
    emb = Wemb[x.flatten()].reshape((x.shape[0], x.shape[1], Wemb.shape[1]))
    proj = lstm_layer(tparams, emb, mask)
    length = tensor.maximum(mask.sum(axis=0), 1)
    proj = (proj * mask[:, :, None]).sum(axis=0) / length[:, None]
    updates = []
    if use_dropout:
        proj, update = dropout_layer(proj, use_noise, shared_rng(seed=seed))
        updates.append(update)
    pred = softmax(tensor.dot(proj, tparams["U"]) + tparams["b"])

    f_pred_prob = symopt.function([x, mask], pred, name="f_pred_prob", backend=backend)
    f_pred = symopt.function([x, mask], pred.argmax(axis=1), name="f_pred", backend=backend)
    off = numpy_floatX(1e-8)  # the logarithm stays finite where a probability rounds to 0
    cost = -tensor.log(pred[tensor.arange(x.shape[1]), y] + off).mean()
    if decay_c > 0:
        cost += numpy_floatX(decay_c) * (tparams["U"] ** 2).sum()
    return use_noise, x, mask, y, f_pred_prob, f_pred, cost, updates


def pred_error(f_pred: Any, part: Part, batch_size: int = 128) -> float:
    """Return the share of wrong predictions; NaN where there is nothing to predict."""
    if not part.x:
        return float("nan")
    batches = part.batches(batch_size, shuffle=False)
    return sum(int((f_pred(x, mask) != y).sum()) for x, mask, y in batches) / len(part.x)


def train_lstm(
    data: str | Path | None = None,
    *,
    dim_proj: int = 64,  # units of the embedding and of the LSTM
    n_words: int = 10000,  # size of the vocabulary
    optimizer: str = "adadelta",
    decay_c: float = 1e-4,  # weight decay on the classifier's U
    use_dropout: bool = True,
    batch_size: int = 32,
    maxlen: int | None = 100,  # sentences of so many words or more are not trained on
    max_epochs: int = 20,
    patience: int = 5,  # stop after so many epochs without a better validation error
    saveto: str | Path | None = None,
    checkpoints: str | Path | None = None,  # a folder; a run that was killed goes on from it
    reload_model: str | Path | None = None,
    backend: Any = None,
    seed: int = 123,  # of the split, the parameters, the batches and the dropout
    console: Console | None = None,
) -> tuple[float, float, float]:
    """Train with early stopping; return train, validation and test error of the best parameters.

    The best are those of the epoch with the lowest validation error. ``saveto`` gets them, with
    ``history_errs`` (validation and test error of each epoch) and the ``words`` of Wemb's rows.
    """
    console = console or Console()
    train, valid, test, vocabulary = load_data(data, n_words, seed)
    words = np.array(["", "", *vocabulary])
    console.print(f"{len(train.x)} sentences to train, {len(valid.x)} valid, {len(test.x)} test")

    params = init_params(n_words, dim_proj, seed)
    if reload_model is not None:
        symopt.load_params(reload_model, params)
        if list(symopt.load_params(reload_model).get("words", [])) != list(words):
            raise ParamsError(f"{reload_model} has other words: train with its data and seed.")
    tparams = symopt.init_tparams(params)
    use_noise, x, mask, y, _, f_pred, cost, updates = build_model(
        tparams, decay_c=decay_c, use_dropout=use_dropout, seed=seed, backend=backend
    )

    lr = tensor.scalar("lr")
    grads = pytensor.grad(cost, list(tparams.values()))
    factory, lrate = OPTIMIZERS[optimizer]
    opt = factory(lr, tparams, grads, [x, mask, y], cost, extra_updates=updates, backend=backend)

    def errors() -> dict[str, float]:
        use_noise.set_value(numpy_floatX(0))
        found = {"valid": pred_error(f_pred, valid), "test": pred_error(f_pred, test)}
        found["train"] = pred_error(f_pred, train)
        use_noise.set_value(numpy_floatX(1))
        return found

    use_noise.set_value(numpy_floatX(1))
    console.print("The first epoch compiles too: minutes, or seconds if a run before did so")
    result = symopt.fit(
        opt,
        train.batches(batch_size, maxlen),
        rate=lrate,
        max_epochs=max_epochs,
        validate=errors,
        stop=stopping.no_better(patience),  # the validation error: the first one
        restore_best=True,
        checkpoint=checkpoints,
        seed=seed,
        progress=choose_display(console),
    )
    if saveto is not None:
        history_errs = [(v.metrics["valid"], v.metrics["test"]) for v in result.validations]
        symopt.save_params(saveto, symopt.unzip(tparams), history_errs=history_errs, words=words)
    best = result.best.metrics if result.best else errors()
    console.print("Best: " + ", ".join(f"{name} {error:.4f}" for name, error in best.items()))
    return best["train"], best["valid"], best["test"]


@click.command(context_settings={"show_default": True})
@click.option("--data", help="Folder of the sentences.", show_default="SYMOPT_DATA")
@click.option("--backend", type=click.Choice(BACKENDS), show_default="the best one here")
@click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), default="adadelta")
@click.option("--dim-proj", type=click.IntRange(1), default=64, help="Size of the LSTM.")
@click.option("--max-epochs", type=click.IntRange(0), default=20)
@click.option("--out", "saveto", help="The .npz file to write the parameters to.")
@click.option("--checkpoints", help="A folder; a run that was killed goes on from it.")
@click.option("--reload", "reload_model", help="Such a file, to start from.")
@click.option("--seed", type=click.IntRange(0), default=123)
def main(**options: Any) -> None:
    """Train the LSTM on sentence polarity and print its errors."""
    try:
        train_lstm(**options)
    except SymoptError as error:
        hint = " (--data is the path.)" if isinstance(error, DatasetError) else ""
        raise click.ClickException(f"{error}{hint}") from error


if __name__ == "__main__":
    main()
