"""Two processes with an all-reduce between the phases give the numbers of one."""

import subprocess
import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest

from symopt import load_params

ROOT = Path(__file__).parents[2]


def run(processes, out, backend):
    pytest.importorskip("mpi4py", reason="mpi4py is not installed (pip install symopt[mpi])")
    mpiexec = Path(sys.executable).with_name("mpiexec")
    mpiexec = mpiexec if mpiexec.exists() else which("mpiexec")
    if mpiexec is None:
        pytest.skip("no mpiexec")
    module = ["-m", "legacy_examples.data_parallel_mpi", "--epochs", "2", "--backend", backend]
    command = [mpiexec, "-n", str(processes), sys.executable, *module, "--out", out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "epoch 2: cost" in done.stdout
    return load_params(out)


@pytest.mark.parametrize("backend", ["c", "jax"])
def test_two_processes_equal_one(tmp_path, backend):
    alone = run(1, tmp_path / "alone.npz", backend)
    both = run(2, tmp_path / "both.npz", backend)
    assert alone["costs"][-1] < alone["costs"][0] < 2
    for name, value in alone.items():
        np.testing.assert_allclose(both[name], value, 1e-9, 1e-12, err_msg=name)
