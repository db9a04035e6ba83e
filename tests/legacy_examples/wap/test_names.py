"""Names and shapes are the original's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from legacy_examples.wap.initial import init_bn_params, init_params
from legacy_examples.wap.options import DENSENET, VGG, complete
from symopt.errors import ParamsError
from symopt.legacy import load_checkpoint

REAL = Path(__file__).parents[4] / "shared" / "data" / "crohme_wap"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/crohme_wap is absent")

MODELS = {"DenseNet": (DENSENET, 198), "VGG": (VGG, 32)}


@pytest.mark.parametrize("model", MODELS)
def test_how_many(model):
    options, count = MODELS[model]
    statistics = init_bn_params(options)
    assert len(statistics) == count
    params = init_params(options)
    assert all(array.dtype == "float32" for array in [*params.values(), *statistics.values()])
    # A filter, a scale and a shift for two statistics; and the parser's 32.
    assert len(params) == 3 * count // 2 + 31


@needs_real
@pytest.mark.parametrize("model", MODELS)
def test_statistics_of_the_original_fit(model):
    folder = REAL / model / "models"
    saved = load_checkpoint(folder / "bn_params.npz")
    options = load_checkpoint(next(folder.glob("*.npz.pkl"))).options
    expected = init_bn_params(complete(options))
    assert saved.arrays.keys() == expected.keys()
    for name, array in expected.items():
        assert saved.arrays[name].shape == array.shape, name
        assert np.isfinite(saved.arrays[name]).all()
    assert len(saved.history["history_errs"]) > 20


def test_options_of_no_model():
    with pytest.raises(ParamsError, match="of no WAP model"):
        complete({"dim_proj": 128})
