"""``symopt inspect``: checkpoints, files of arrays and pickles, whole and damaged."""

from __future__ import annotations

import gzip
import json
import math
import os
import pickle
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from symopt.cli import main
from symopt.cli.array_statistics import array_statistics
from symopt.cli.inspection import inspect_path
from symopt.cli.inspection_table import as_text
from symopt.datasets.pickles import Global
from symopt.training.checkpoint import CheckpointStore
from tests.legacy.checkpoints.pickled_models import dumps, shared

pytestmark = pytest.mark.core

ARRAYS = {
    "params/W": np.array([[3.0, -4.0], [np.nan, np.inf]], "float32"),
    "params/b": np.zeros(3),
    "history/none": np.zeros((0, 2)),
}


def run(*arguments):
    return CliRunner().invoke(main, ["inspect", *map(str, arguments)])


def rows(output: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in output.splitlines() if line.split()}


@pytest.fixture
def folder(tmp_path):
    """The folder of a run with three checkpoints, the first of them the best."""
    with CheckpointStore(tmp_path / "out" / "checkpoints") as store:
        for update in (10, 20, 30):
            store.save(update, ARRAYS, {"epoch": update // 10, "cost": math.nan}, best=update == 10)
    return tmp_path / "out"


def newest(folder: Path) -> Path:
    return CheckpointStore(folder / "checkpoints").paths()[0]


def test_a_checkpoint(folder):
    path = newest(folder)
    for given in (path, path / "arrays.npz", path / "manifest.json"):
        result = run(given)
        assert result.exit_code == 0, result.output
        assert result.output.startswith(f"{path}: checkpoint of update 30\n")
        found = rows(result.output)
        assert found["name"] == ["value"]  # the headings of the second table
        assert found["params/W"] == ["2x2", "float32", "5", "-4", "3", "1", "1"]
        assert found["params/b"] == ["3", "float64", "0", "0", "0", "0", "0"]
        assert found["history/none"] == ["0x2", "float64", "0", "0", "0"]
        assert found["3"] == ["arrays", "7", "0.0", "MB", "1", "1"]
        assert found["epoch"] == ["3"]
        assert found["cost"] == ["nan"]


def test_a_folder_of_checkpoints_and_that_of_a_run(folder):
    for given in (folder, folder / "checkpoints"):
        result = run(given)
        assert result.exit_code == 0
        found = rows(result.output.replace("update-000000030-3\n", "of:\n"))
        assert found["update-000000030-3"] == ["30", "0.0", "whole"]
        assert found["of:"] == []  # what follows is of this one
        assert found["update-000000010-1-best"] == ["10", "0.0", "best", "whole"]
        assert found["epoch"] == ["3"]


def test_a_damaged_checkpoint(folder):
    path = newest(folder) / "arrays.npz"
    data = bytearray(path.read_bytes())
    data[data.index(ARRAYS["params/W"].tobytes()) + 3] ^= 4
    path.write_bytes(data)
    result = run(newest(folder))
    assert result.exit_code == 1
    assert "damaged checkpoint" in result.output
    assert f"{path}: not a whole checkpoint: Bad CRC-32 for file 'params/W.npy'." in result.output
    assert rows(result.output)["params/b"][0] == "3"  # what can be read is shown

    result = run(folder)
    assert result.exit_code == 1
    found = rows(result.output)
    assert "damaged" in result.output
    assert found["epoch"] == ["2"]  # of the newest whole one
    assert "params/W" in found

    (newest(folder) / "manifest.json").unlink()
    path.unlink()
    result = run(newest(folder))
    assert result.exit_code == 1
    assert result.output.count("No such file") == 1
    assert "no such file, or no regular one" in result.output


def test_all_checkpoints_are_damaged(folder):
    for path in CheckpointStore(folder / "checkpoints").paths():
        (path / "manifest.json").write_text("{}")
    result = run("--json", folder)
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)
    assert found["shown"] == ""
    assert found["arrays"] == {}
    assert len(found["faults"]) == 3
    assert all("not the manifest" in checkpoint["fault"] for checkpoint in found["checkpoints"])


def test_files_of_arrays(tmp_path):
    np.savez(tmp_path / "a.npz", **{"W": np.ones((2, 3)), "names": np.array(["x", "yy"])})
    np.save(tmp_path / "b.npy", np.arange(4, dtype=">i2"))
    result = run(tmp_path / "a.npz", tmp_path / "b.npy")
    assert result.exit_code == 0
    found = rows(result.output)
    assert found["W"] == ["2x3", "float64", "2.449", "1", "1", "0", "0"]
    assert found["names"] == ["2", "<U2", "0", "0"]
    assert "(the array)  4" in result.output
    assert ">i2" in result.output


def test_a_legacy_pickle(tmp_path):
    path = tmp_path / "model.pkl.gz"
    W = np.full((2, 2), 2.0, "float32")
    options = OrderedDict(optimizer=os.mkdir, lrate=0.5, dims=[1, 2], name="caf\xe9")
    plain = pickle.dumps(options, 0)
    path.write_bytes(gzip.compress(plain + dumps([shared(W, "W"), shared(W[0], None)], 2)))
    result = run(path)
    assert result.exit_code == 0
    assert "gzipped pickle of 2 objects" in result.output
    found = rows(result.output)
    assert found["[1][0]"] == ["W", "2x2", "float32", "4", "2", "2", "0", "0"]
    assert found["[1][1]"] == ["2", "float32", "2.828", "2", "2", "0", "0"]
    assert found["[0]/optimizer"] in (["posix.mkdir"], ["nt.mkdir"])
    assert found["[0]/dims"] == ["[1,", "2]"]
    assert found["[0]/name"] == ["'caf\\xe9'"]


@pytest.mark.parametrize(
    ("name", "kind", "array"),
    [
        ("blocks_py2.tar", "tar archive of Blocks", "/mlp/linear_0.W"),
        ("joblib_1.6.0_zlib.pkl", "zlib-packed pickle of joblib", "W"),
        ("scipy_py3.mat", "MATLAB file", "params/conv1f/value"),
        ("keras_1.2.2_weights.h5", "HDF5 file of Keras", "hidden_W"),
    ],
)
def test_files_of_other_programs(name, kind, array):
    if name.endswith(".h5"):
        pytest.importorskip("h5py")
    result = run(Path(__file__).parents[1] / "legacy" / "checkpoints" / "files" / name)
    assert result.exit_code == 0
    assert f"{name}: {kind}\n" in result.output
    assert rows(result.output)[array][:2] == ["2x3", "float32"]


def test_a_pickle_is_never_executed(tmp_path):
    class Call:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    (tmp_path / "bad.pkl").write_bytes(pickle.dumps({"x": Call()}))
    result = run(tmp_path / "bad.pkl")
    assert result.exit_code == 0
    assert "x.args[0]" in result.output
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_what_cannot_be_read(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    (tmp_path / "good.npy").write_bytes(b"")
    np.save(tmp_path / "good.npy", np.ones(1))
    result = run(tmp_path / "x", tmp_path / "good.npy")
    assert result.exit_code == 1
    assert f"{tmp_path / 'x'}: unreadable" in result.output
    assert "good.npy: npy file" in result.output  # the others are shown all the same


def test_what_is_not_there(tmp_path):
    for path, words in ((tmp_path / "no", "no such file"), (tmp_path, "no folder of checkpoints")):
        result = run(path)
        assert result.exit_code == 1
        assert words in result.output


def test_no_file_is_an_error():
    result = run()
    assert result.exit_code == 2
    assert "Missing argument 'FILE...'" in result.output


def test_json(folder, tmp_path):
    (tmp_path / "options.pkl").write_bytes(
        pickle.dumps({"f": math.inf, "s": {1}, "big": 10**400, "none": None, "t": (1, 2.5, "x")})
    )
    result = run("--json", newest(folder), tmp_path / "options.pkl", tmp_path / "missing")
    assert result.exit_code == 1
    checkpoint, options, missing = json.loads(
        result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON")
    )
    assert checkpoint["kind"] == "checkpoint of update 30"
    assert checkpoint["arrays"]["params/W"] == {
        "shape": [2, 2],
        "dtype": "float32",
        "numbers": 4,
        "bytes": 16,
        "norm": 5.0,
        "min": -4.0,
        "max": 3.0,
        "nan": 1,
        "inf": 1,
    }
    assert checkpoint["values"] == {"epoch": 3, "cost": None}
    assert options["values"]["t"] == [1, 2.5, "x"]
    assert options["values"]["f"] is None
    assert options["values"]["s"] == "{1}"
    assert options["values"]["big"].startswith("1000")
    assert missing["faults"]


def test_many_values_are_cut_and_json_has_them_all(tmp_path):
    (tmp_path / "words.pkl").write_bytes(pickle.dumps({f"word{i}": i for i in range(100)}))
    result = run(tmp_path / "words.pkl")
    assert "and 60 more  (--json shows all)" in result.output
    (found,) = json.loads(run("--json", tmp_path / "words.pkl").stdout)
    assert len(found["values"]) == 100


def test_a_terminal_gets_colours(folder, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    assert re.search(r"\x1b\[31m *1", run(newest(folder)).output)  # the NaN, in red


# Statistics


@pytest.mark.parametrize(
    ("array", "norm", "low", "high", "nan", "infinite"),
    [
        (np.array([3.0, 4.0]), 5.0, 3.0, 4.0, 0, 0),
        (np.array([3, 4], "float16") * 8000, 40000.0, 24000.0, 32000.0, 0, 0),
        (np.array([3e200, -4e200]), 5e200, -4e200, 3e200, 0, 0),
        (np.array([3e-200, 4e-200]), 5e-200, 3e-200, 4e-200, 0, 0),
        (np.array([np.nan, np.inf, -np.inf]), 0.0, None, None, 1, 2),
        (np.array([3 + 4j, complex(np.nan, np.inf), complex(0, np.inf)]), 5.0, None, None, 1, 1),
        (np.array([2**63, 1], "uint64"), 2.0**63, 1, 2**63, 0, 0),
        (np.array([True, False]), 1.0, 0, 1, 0, 0),
        (np.array([-128, 0], "int8"), 128.0, -128, 0, 0, 0),
        (np.array([3, 4], np.longdouble), 5.0, 3.0, 4.0, 0, 0),
        (np.array(7.0), 7.0, 7.0, 7.0, 0, 0),
        (np.zeros((0, 3)), 0.0, None, None, 0, 0),
        (np.array(["a"]), None, None, None, 0, 0),
        (np.array(["NaT"], "M8[s]"), None, None, None, 0, 0),
    ],
)
def test_statistics(array, norm, low, high, nan, infinite):
    found = array_statistics(array)
    assert found.norm == (norm if norm is None else pytest.approx(norm, rel=1e-12))
    assert (found.low, found.high) == (low, high)
    assert (found.nan, found.infinite) == (nan, infinite)
    assert type(found.low) in (int, float, type(None))
    assert (found.shape, found.numbers) == (array.shape, array.size)


def test_statistics_of_many_pieces():
    array = np.asfortranarray(np.ones((1500, 1500), "float32"))
    array[3, 7], array[1400, 2] = np.nan, -5
    found = array_statistics(array)
    assert found.nan == 1
    assert (found.low, found.high) == (-5, 1)
    assert found.norm == pytest.approx(math.sqrt(1500**2 - 2 + 25), rel=1e-9)


def test_values_in_a_line():
    assert as_text(Global("a.b", "C")) == "a.b.C"
    assert as_text(list(range(100))) == "list of 100"
    assert as_text("x" * 100) == "'" + "x" * 56 + "..."
    assert as_text(10**5000) == "a very long integer"
    assert as_text(0.1) == "0.1"


def test_faults_name_the_file(tmp_path):
    path = tmp_path / "two.pkl"
    path.write_bytes(pickle.dumps(1) + b"garbage")
    found = inspect_path(path)
    assert found.values == {"": 1}
    (fault,) = found.faults
    assert fault.startswith(f"{path}: behind object 1, at byte ")
