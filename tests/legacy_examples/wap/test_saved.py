"""Models on disk, and the command that scores."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import symopt
from legacy_examples.wap.__main__ import main
from legacy_examples.wap.initial import init_bn_params, init_params
from legacy_examples.wap.saved import PARAMS, STATISTICS, load_model, save_options
from symopt.errors import ParamsError
from tests.legacy_examples.wap.tiny import TINY


@pytest.fixture(params=TINY)
def saved(request, tmp_path):
    options = TINY[request.param]
    save_options(tmp_path, options)
    symopt.save_params(tmp_path / PARAMS, init_params(options, seed=5))
    symopt.save_params(tmp_path / STATISTICS, init_bn_params(options))
    return tmp_path, options


def test_what_was_saved_is_loaded(saved):
    folder, options = saved
    model = load_model(folder)
    assert model.options == options
    expected = init_params(options, seed=5)
    assert list(model.params) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(model.params[name], array)


def test_the_originals_files_are_loaded_by_name(tmp_path):
    """Its npz beside the pickle of its options, and bn_params.npz."""
    import pickle

    options = TINY["vgg"]
    path = tmp_path / "attention_maxlen[200]_dimWord256_dim256.npz"
    np.savez(path, history_errs=[3.0, 2.0], **init_params(options, seed=2))
    np.savez(tmp_path / "bn_params.npz", zipped_params=None, **init_bn_params(options))
    path.with_name(path.name + ".pkl").write_bytes(pickle.dumps(options, 0))
    model = load_model(path)
    assert model.options["watcher"] == "vgg"
    assert model.params.keys() == init_params(options).keys()


def test_parameters_of_another_model(saved):
    folder, options = saved
    params = init_params({**options, "dim_dec": 7})
    del params["ff_logit_b"]
    symopt.save_params(folder / PARAMS, params)
    with pytest.raises(ParamsError, match=r"ff_logit_b is missing; .*shape"):
        load_model(folder)


def test_the_command_that_scores(tmp_path):
    (tmp_path / "decodes").write_text("a x y\nb 2\n")
    (tmp_path / "captions").write_text("a x + y\nb 2\nc z\n")
    shown = CliRunner().invoke(
        main, ["score", str(tmp_path / "decodes"), str(tmp_path / "captions")]
    )
    assert shown.exit_code == 0
    assert shown.output == "WER 0.25\nExpRate 0.5\n"
