"""``symopt convert``: legacy checkpoints into npz files that need no pickle."""

from __future__ import annotations

import json
import pickle
import shutil
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from symopt.cli import main
from symopt.legacy import load_checkpoint
from symopt.legacy.checkpoints.conversion import as_json, target_for
from symopt.legacy.checkpoints.npz_writing import entry_name

pytestmark = pytest.mark.core

FILES = Path(__file__).parents[1] / "legacy" / "checkpoints" / "files"


def run(*arguments):
    return CliRunner().invoke(main, ["convert", *map(str, arguments)])


def read(path):
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.mark.parametrize(
    "name",
    [
        "theano_py2_model.pkl.gz",
        "theano_py3_function.pkl",
        "blocks_py2.tar",
        "scipy_py3_packed.mat",
        "joblib_0.8.4.pkl",
        "lasagne_py2_values.npz",
    ],
)
def test_the_exact_bits(tmp_path, name):
    out = tmp_path / "out.npz"
    result = run(FILES / name, "-o", out)
    assert result.exit_code == 0, result.output
    source = load_checkpoint(FILES / name)
    found = read(out)
    assert list(found) == list(source.arrays)
    for key, array in source.arrays.items():
        assert found[key].tobytes() == array.tobytes()
        assert (found[key].dtype, found[key].shape) == (array.dtype, array.shape)
    again = load_checkpoint(out)
    assert list(again) == list(source)
    assert again.options == as_json(source.options)  # from the file beside it


def test_history_and_options(tmp_path):
    out = tmp_path / "out.npz"
    result = run(FILES / "tutorial_py2.npz", "-o", out)
    assert result.exit_code == 0, result.output
    assert sorted(read(out)) == ["U", "Wemb", "b", "history_errs", "train_err"]
    options = json.loads((tmp_path / "out.npz.json").read_text())
    assert options["optimizer"] == "__main__.adadelta"
    assert options["maxlen"] is None
    row = next(line for line in result.output.splitlines() if "tutorial" in line)
    assert "npz file" in row
    assert row.split()[-3:] == ["5", "20", str(out)]


def test_several_files_and_what_cannot_be_converted(tmp_path):
    (tmp_path / "text").write_text("hello")
    (tmp_path / "cut.save").write_bytes((FILES / "dumps_py2.save").read_bytes()[:-40])
    out = tmp_path / "out"
    result = run(
        FILES / "theano_py2_shared.pkl", tmp_path / "text", tmp_path / "cut.save", "-o", out
    )
    assert result.exit_code == 1
    assert sorted(path.name for path in out.iterdir()) == ["cut.npz", "theano_py2_shared.npz"]
    assert f"{tmp_path / 'text'}: no pickle, or a damaged one" in result.output
    assert f"{tmp_path / 'cut.save'}: behind object 2" in result.output
    assert "nothing" in result.output
    assert list(read(out / "cut.npz")) == ["arr_0", "arr_1"]


def test_nothing_is_written_over(tmp_path):
    source = tmp_path / "model.npz"
    shutil.copy(FILES / "lasagne_py2_values.npz", source)
    before = source.read_bytes()
    for extra in ((), ("--force",), ("-o", tmp_path), ("-o", source, "--force")):
        result = run(source, *extra)
        assert result.exit_code == 1
        assert f"{source}: is the file to be converted" in result.output
    (tmp_path / "link.npz").symlink_to(source)
    assert run(source, "-o", tmp_path / "link.npz", "--force").exit_code == 1
    other = tmp_path / "other.npz"
    other.write_text("mine")
    result = run(source, "-o", other)
    assert result.exit_code == 1
    assert f"{other}: exists, and nothing was written" in result.output
    assert other.read_text() == "mine"
    assert run(source, "-o", other, "--force").exit_code == 0
    assert len(read(other)) == 4
    assert source.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.npz", "model.npz", "other.npz"]


def test_two_files_of_one_name(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(FILES / "theano_py2_shared.pkl", tmp_path / folder / "x.pkl")
    result = run(tmp_path / "a/x.pkl", tmp_path / "b/x.pkl", "-o", tmp_path, "--force")
    assert result.exit_code == 1
    assert f"{tmp_path / 'x.npz'}: exists, and nothing was written" in result.output


def test_names_renames_and_dtypes(tmp_path):
    path = tmp_path / "m.pkl"
    arrays = OrderedDict(enc_W=np.full(2, 1e300), enc_n=np.arange(2), dec_W=np.ones(2))
    path.write_bytes(pickle.dumps(arrays, 2))
    out = tmp_path / "o.npz"
    result = run(path, "-o", out, "--names", "enc_*", "--rename", "enc_*=encoder/*")
    assert result.exit_code == 0, result.output
    assert list(read(out)) == ["encoder/W", "encoder/n"]

    (tmp_path / "map.json").write_text('{"dec_W": "out"}')
    result = run(
        path, "-o", out, "--force", "--rename", f"@{tmp_path}/map.json", "--dtype", "float32"
    )
    assert result.exit_code == 1
    assert "enc_W: numbers too large for float32 became infinite" in result.output
    found = read(out)
    assert {name: array.dtype.name for name, array in found.items()} == {
        "enc_W": "float32",
        "enc_n": "int64",
        "out": "float32",
    }
    assert (
        "without arrays that match x*"
        in run(path, "-o", tmp_path / "p.npz", "--names", "x*").output
    )
    assert (
        "would be called 'z'"
        in run(path, "-o", tmp_path / "p.npz", "--rename", "enc_W=z", "--rename", "dec_W=z").output
    )
    for wrong in ("a", "=b", "a*=b", f"@{tmp_path}/no.json", f"@{path}"):
        assert run(path, "--rename", wrong).exit_code == 2


def test_options_alone_and_elsewhere(tmp_path):
    result = run(FILES / "tutorial_py3.npz.pkl", "-o", tmp_path)
    assert result.exit_code == 0, result.output
    assert [p.name for p in tmp_path.iterdir()] == ["tutorial_py3.npz.json"]
    out, options = tmp_path / "o.npz", tmp_path / "options.json"
    assert run(FILES / "tutorial_py3.npz", "-o", out, "--options", options).exit_code == 0
    assert json.loads(options.read_text())["dim_proj"] == 2
    assert run(out, options, "--options", options).exit_code == 2
    assert run(out, options, "-o", tmp_path / "both.npz").exit_code == 2


def test_a_folder_that_cannot_be_written(tmp_path):
    result = run(FILES / "theano_py2_shared.pkl", "-o", tmp_path / "no" / "x.npz")
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory" in result.output
    (tmp_path / "file").write_text("")
    result = run(FILES / "theano_py2_shared.pkl", "-o", tmp_path / "file" / "x")
    assert result.exit_code == 1


def test_names_that_archives_cannot_keep(tmp_path):
    names = ["a\0b", "tab\t", "caf\xe9", "\ud800", "../up", "a/b"]
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({n: np.ones(1) for n in names}, 2))
    assert run(tmp_path / "x.pkl").exit_code == 0
    assert list(read(tmp_path / "x.npz")) == [
        "a%00b",
        "tab%09",
        "caf\xe9",
        "%5Cud800",
        "../up",
        "a/b",
    ]
    assert entry_name("") == "arr_0"


def test_options_that_hold_the_same_many_times(tmp_path):
    many: list = [1]
    for _ in range(22):
        many = [many, many]
    options = {f"o{i}": many for i in range(100)}
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"W": np.ones(1), **options}, 2))
    result = run(tmp_path / "x.pkl")
    assert result.exit_code == 1
    assert "the options, which would take far more room than the file" in result.output
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".pkl"] == ["x.npz"]


def test_where_it_goes():
    for name, stem in (
        ("m.pkl.gz", "m"),
        ("m.npz.pkl", "m"),
        ("model.iter100.npz", "model.iter100"),
        ("mlp.best.tar", "mlp.best"),
        (".pkl", ".pkl"),
        ("weights", "weights"),
    ):
        assert target_for(Path("d") / name, None) == Path("d") / f"{stem}.npz"


def test_json_of_anything():
    value = {1: (1.5, float("nan"), 10**400), "c": 1j, "s": {"a"}, "a": np.arange(2), "n": None}
    assert as_json(value) == {
        "1": [1.5, None, hex(10**400)],
        "c": [0.0, 1.0],
        "s": ["a"],
        "a": [0, 1],
        "n": None,
    }
    json.dumps(as_json(value), allow_nan=False)
