"""Parameters in dicts, in shared variables and in files."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import symopt
from symopt.errors import ParamsError

pytestmark = pytest.mark.core


def arrays():
    return {"W": np.arange(6, dtype="float32").reshape(2, 3), "b": np.zeros(3), "s": np.float32(2)}


def test_init_tparams_keeps_names_order_and_dtypes_and_copies():
    params = arrays()
    tparams = symopt.init_tparams(params)
    assert list(tparams) == ["W", "b", "s"]
    assert [v.name for v in tparams.values()] == ["W", "b", "s"]
    assert [v.type.dtype for v in tparams.values()] == ["float32", "float64", "float32"]
    params["W"][...] = 9
    value = tparams["W"].get_value()
    np.testing.assert_array_equal(value, np.arange(6).reshape(2, 3))
    value[...] = 7  # fresh and writable
    assert tparams["W"].get_value()[0, 0] == 0


def test_zipp_and_unzip():
    tparams = symopt.init_tparams(arrays())
    symopt.zipp({"b": np.ones(3, "float32"), "s": 5.0}, tparams)
    values = symopt.unzip(tparams)
    assert list(values) == ["W", "b", "s"]
    assert [v.dtype for v in values.values()] == ["float32", "float64", "float32"]
    np.testing.assert_array_equal(values["b"], 1)
    values["b"][...] = 3
    np.testing.assert_array_equal(tparams["b"].get_value(), 1)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"c": np.zeros(3)}, "'c' not in tparams, which has 'W', 'b', 's'"),
        ({"b": np.zeros(4)}, r"'b' has shape \(4,\); expected \(3,\)"),
        ({"b": np.zeros(3, complex)}, "'b' is complex128"),
        ({"b": ["x"]}, "'b' is of dtype"),
        ({"b": [[1], [2, 3]]}, "'b' is not an array"),
    ],
)
def test_zipp_refuses_what_does_not_fit_and_writes_nothing(bad, words):
    tparams = symopt.init_tparams(arrays())
    with pytest.raises(ParamsError, match=words):
        symopt.zipp({"W": np.ones((2, 3)), **bad}, tparams)
    np.testing.assert_array_equal(tparams["W"].get_value(), arrays()["W"])


@pytest.mark.parametrize("bad", [{"": 1.0}, {3: 1.0}, {"o": object()}, {"t": "text"}])
def test_init_tparams_refuses_what_is_no_parameter(bad):
    with pytest.raises(ParamsError):
        symopt.init_tparams(bad)


NAMES = st.text(
    st.characters(exclude_characters="\\\0:", exclude_categories=["Cs"]), min_size=1
).filter(lambda name: not name.startswith("/") and ".." not in name)


@given(
    params=st.dictionaries(
        NAMES,
        hnp.arrays(
            st.sampled_from(["float32", "float64", "int64", "bool"]),
            hnp.array_shapes(min_dims=0, min_side=0),
        ),
        max_size=4,
    )
)
def test_files_give_back_what_was_saved(tmp_path_factory, params):
    path = symopt.save_params(tmp_path_factory.mktemp("p") / "model.npz", params)
    loaded = symopt.load_params(path)
    assert list(loaded) == list(params)
    for name, value in params.items():
        assert loaded[name].dtype == value.dtype
        np.testing.assert_array_equal(loaded[name], value)


def test_extra_arrays_the_suffix_and_a_name_that_savez_cannot_store(tmp_path):
    path = symopt.save_params(
        tmp_path / "model", {"file": np.ones(2)}, history_errs=[[0.1, 0.2]], tag="run"
    )
    assert path == tmp_path / "model.npz"
    with np.load(path, allow_pickle=False) as archive:
        assert archive.files == ["file", "history_errs", "tag"]
        assert archive["history_errs"].shape == (1, 2)
        assert str(archive["tag"]) == "run"
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def test_saving_is_refused_before_anything_is_written(tmp_path):
    path = symopt.save_params(tmp_path / "p.npz", {"W": np.ones(2)})
    with pytest.raises(ParamsError, match="'W' given both"):
        symopt.save_params(path, {"W": np.zeros(2)}, W=1)
    with pytest.raises(ParamsError, match="'o' is of dtype object"):
        symopt.save_params(path, {"o": np.array([{}])})
    with pytest.raises(ParamsError, match="unzip"):
        symopt.save_params(path, symopt.init_tparams({"W": np.zeros(2)}))
    np.testing.assert_array_equal(symopt.load_params(path)["W"], 1)


def test_a_failed_write_leaves_the_old_file_and_no_scratch(tmp_path, monkeypatch):
    path = symopt.save_params(tmp_path / "p.npz", {"W": np.ones(2)})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        symopt.save_params(path, {"W": np.zeros(2)})
    assert [p.name for p in tmp_path.iterdir()] == ["p.npz"]
    np.testing.assert_array_equal(symopt.load_params(path)["W"], 1)


def test_load_params_fills_by_name(tmp_path):
    path = symopt.save_params(
        tmp_path / "p.npz", {"W": np.ones((2, 3)), "b": np.ones(3)}, errs=[1.0]
    )
    params = {"b": np.zeros(3, "float32"), "W": np.zeros((2, 3))}
    assert symopt.load_params(path, params) is params
    assert list(params) == ["b", "W"]
    assert params["b"].dtype == "float32"
    np.testing.assert_array_equal(params["b"], 1)


def test_load_params_says_what_is_missing_or_differs_and_fills_nothing(tmp_path):
    path = symopt.save_params(tmp_path / "p.npz", {"W": np.ones((2, 3)), "b": np.ones(3)})
    params = {"W": np.zeros((2, 3)), "U": np.zeros(1), "c": np.zeros(1)}
    with pytest.raises(ParamsError, match="'U', 'c' not in the archive"):
        symopt.load_params(path, params)
    assert not params["W"].any()
    params = {"W": np.zeros((2, 3)), "b": np.zeros(4)}
    with pytest.raises(ParamsError, match=r"'b' has shape \(3,\); expected \(4,\)"):
        symopt.load_params(path, params)
    assert not params["W"].any()
    with pytest.raises(ParamsError, match="zipp"):
        symopt.load_params(path, symopt.init_tparams({"W": np.zeros((2, 3))}))


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ParamsError, match="absent.npz: no such file"):
        symopt.load_params(tmp_path / "absent.npz")
    good = symopt.save_params(tmp_path / "p.npz", {"W": np.random.default_rng(0).normal(size=999)})
    data = good.read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 255
    for name, damaged in {
        "cut": data[:-30],
        "empty": b"",
        "text": b"hello",
        "flip": bytes(flipped),
    }.items():
        path = tmp_path / f"{name}.npz"
        path.write_bytes(damaged)
        with pytest.raises(ParamsError, match=f"{name}.npz"):
            symopt.load_params(path)
    np.save(tmp_path / "one.npy", np.zeros(2))
    with pytest.raises(ParamsError, match="single array"):
        symopt.load_params(tmp_path / "one.npy")
    np.savez(tmp_path / "pickled.npz", o=np.array([{}], dtype=object))
    with pytest.raises(ParamsError, match="pickled"):
        symopt.load_params(tmp_path / "pickled.npz")
