"""Training: eight formulas are learned by heart, and what was learned is what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from legacy_examples.wap import data
from legacy_examples.wap.initial import init_params
from legacy_examples.wap.options import DENSENET
from legacy_examples.wap.saved import load_model
from legacy_examples.wap.score import score
from legacy_examples.wap.train import Trainer, decode, train
from symopt.legacy.theano.compile.python_backend import PythonBackend
from tests.legacy_examples.wap.drawn import DICTIONARY, drawn_formulas
from tests.legacy_examples.wap.tiny import TINY, formulas

OPTIONS = {
    **DENSENET,
    "channel_conv1": 8,
    "kernel_conv1": [5, 5],
    "GrowthRate": 8,
    "DenseBlock": [2, 2],
    "dim_target": len(DICTIONARY),
    "dim_word": 32,
    "dim_dec": 32,
    "dim_attention": 32,
    "dim_coverage": 8,
    "kernel_coverage": [3, 3],
    "use_dropout": False,
    "maxlen": 10,
}


def test_eight_formulas_are_learned_by_heart(tmp_path):
    drawn = drawn_formulas()
    assert len(drawn) == 8
    reached = train(
        OPTIONS,
        drawn,
        drawn,
        tmp_path,
        max_epochs=600,
        validate_every=25,
        progress=False,
    )
    assert reached.wer == 0
    assert reached.exp_rate == 1

    saved = load_model(tmp_path)  # the best, not the last
    sampler = Trainer(saved.options, saved).sampler
    found = decode([sampler], drawn, 1, saved.options["maxlen"])
    assert score(found, data.captions_of(drawn)).wer == 0


@pytest.mark.parametrize(("name", "optimizer"), [("vgg", "adam"), ("multiscale", "adadelta")])
def test_the_other_models_train(name, optimizer, tmp_path):
    options = {**TINY[name], "optimizer": optimizer, "alpha_c": 0.1}
    reached = train(
        options,
        formulas(),
        formulas(),
        tmp_path,
        max_epochs=2,
        backend=PythonBackend(),
        progress=False,
    )
    assert reached.formulas == 3
    saved, first = load_model(tmp_path), init_params(options)
    assert saved.options["optimizer"] == optimizer
    assert all(np.isfinite(value).all() for value in saved.params.values())
    moved = [name for name, value in saved.params.items() if (value != first[name]).any()]
    assert len(moved) >= len(first) - 2  # c_tt's gradient is nothing
    assert any((value != 0).all() for key, value in saved.statistics.items() if "mean" in key)
