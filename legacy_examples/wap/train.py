"""Training: adadelta in two phases, validated by what is read, the best model kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytensor.tensor as pt

import symopt
from legacy_examples.wap import data
from legacy_examples.wap.initial import init_bn_params, init_params
from legacy_examples.wap.model import Sampler, build_model, build_sampler, regularised
from legacy_examples.wap.options import Options
from legacy_examples.wap.saved import Saved, save_options
from legacy_examples.wap.score import Score, score
from legacy_examples.wap.search import beam_search
from symopt import stopping
from symopt.datasets.crohme import Formulas
from symopt.legacy.optimizers import wap_densenet, wap_vgg

OPTIMIZERS: dict[str, Any] = {
    "densenet": {"adadelta": wap_densenet.adadelta, "adam": wap_densenet.adam},
    "vgg": {"adadelta": wap_vgg.adadelta, "adam": wap_vgg.adam},
}


class Trainer:
    """The graphs of a model over one set of parameters.

    Attributes
    ----------
    opt
        The optimizer: ``f_grad_shared, f_update = trainer.opt``.
    sampler
        The functions that decode with the parameters as they are.
    """

    def __init__(
        self, options: Options, start: Saved | None = None, seed: int = 0, backend: Any = None
    ) -> None:
        self.options = options
        params = init_params(options, seed) if start is None else dict(start.params)
        statistics = init_bn_params(options) if start is None else dict(start.statistics)
        self.tparams = symopt.init_tparams(params)
        self.bn_tparams = symopt.init_tparams(statistics)
        self.model = build_model(self.tparams, self.bn_tparams, options)
        cost = regularised(self.model, self.tparams, options)
        self.f_log_probs = symopt.function(
            self.model.inputs, self.model.costs, name="f_log_probs", backend=backend
        )
        factory = OPTIMIZERS[options["watcher"]][options["optimizer"]]
        clip = options["clip_c"]
        self.opt = factory(
            pt.scalar("lr", dtype="float32"),
            self.tparams,
            self.bn_tparams,
            self.model.noise.statistics,
            None,
            self.model.inputs,
            cost,
            transforms=[symopt.clip_by_global_norm(clip)] if clip > 0 else [],
            extra_updates=self.model.noise.trng.updates(),
            backend=backend,
        )
        self.sampler = build_sampler(self.tparams, self.bn_tparams, options, backend)

    def noise(self, on: bool) -> None:
        """Switch dropout."""
        self.model.use_noise.set_value(np.float32(on))

    def validate(self, formulas: Formulas, k: int = 1) -> dict[str, float]:
        """Read formulas: WER, ExpRate, and the mean negative log probability of the captions."""
        self.noise(False)
        found = decode([self.sampler], formulas, k, self.options["maxlen"])
        costs = [self.f_log_probs(*b) for b in data.batches(formulas, self.options, shuffle=False)]
        self.noise(True)
        reached = score(found, data.captions_of(formulas))
        cost = float(np.concatenate(costs).mean())
        return {"wer": reached.wer, "exp_error": 1 - reached.exp_rate, "cost": cost}


def decode(
    samplers: list[Sampler],
    formulas: Formulas,
    k: int,
    maxlen: int,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, list[str]]:
    """Read formulas by beam search: key to tokens."""
    tokens, found = formulas.tokens, {}
    for done, (key, picture) in enumerate(zip(formulas.keys, formulas.pictures, strict=True), 1):
        best = beam_search(samplers, picture, k, 2 * maxlen)[0]
        found[key] = [tokens[number] for number in best.caption]
        progress(done)
    return found


def train(
    options: Options,
    formulas: Formulas,
    held_out: Formulas,
    out: Path,
    *,
    start: Saved | None = None,
    max_epochs: int = 5000,
    max_time: timedelta | None = None,
    validate_every: Any = "epoch",
    seed: int = 0,
    backend: Any = None,
    progress: Any = True,
) -> Score:
    """Train as WAP does, and keep the best model in ``out``.

    The best is the one with the lowest WER on ``held_out``, read greedily. After ``patience`` + 1
    validations without a better one the rate is divided by ten and the best parameters are put
    back; the third time it is over. For adadelta the rate is the epsilon, as in the original. A
    lesson is not validated: its last model is kept, to ``start`` the next one from.
    """
    trainer = Trainer(options, start, seed, backend)
    save_options(out, options)
    lesson = options["lesson"] is not None
    stop: list[Any] = [] if lesson else [stopping.decay_and_restart(options["patience"])]
    if max_time is not None:
        stop.append(stopping.max_time(max_time))
    trainer.noise(True)
    symopt.fit(
        trainer.opt,
        data.epochs(formulas, options),
        rate=options["lrate"],
        max_epochs=max_epochs,
        validate=None if lesson else lambda: trainer.validate(held_out),
        validate_every=validate_every,
        stop=stop,
        restore_best=not lesson,
        out=out,
        checkpoint_every=timedelta(minutes=5),
        seed=seed,
        progress=progress,
        settings={f"option {name}": str(value) for name, value in options.items()},
    )
    trainer.noise(False)
    found = decode([trainer.sampler], held_out, 10, options["maxlen"])
    return score(found, data.captions_of(held_out))
