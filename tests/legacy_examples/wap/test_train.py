"""Training: eight formulas are learned by heart, and what was learned is what is kept."""

from __future__ import annotations

from legacy_examples.wap import data
from legacy_examples.wap.options import DENSENET
from legacy_examples.wap.saved import load_model
from legacy_examples.wap.score import score
from legacy_examples.wap.train import Trainer, decode, train
from tests.legacy_examples.wap.drawn import DICTIONARY, drawn_formulas

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
    formulas = drawn_formulas()
    assert len(formulas) == 8
    reached = train(
        OPTIONS,
        formulas,
        formulas,
        tmp_path,
        max_epochs=600,
        validate_every=25,
        progress=False,
    )
    assert reached.wer == 0
    assert reached.exp_rate == 1

    saved = load_model(tmp_path)  # the best, not the last
    sampler = Trainer(saved.options, saved).sampler
    found = decode([sampler], formulas, 1, saved.options["maxlen"])
    assert score(found, data.captions_of(formulas)).wer == 0
