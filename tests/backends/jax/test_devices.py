"""Data-parallel training: several devices in one process, and two processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def start(script, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, HERE / script, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(process):
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, err
    return out


def test_eight_devices_equal_one():
    flags = "--xla_force_host_platform_device_count=8"
    out = output_of(start("in_eight_devices.py", XLA_FLAGS=flags))
    assert out.splitlines() == [
        "equal on 2, 3 and 8 devices",
        "the same variables on one device and on several",
    ]


def test_two_processes_equal_one():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    processes = [start("in_two_processes.py", str(rank), port, XLA_FLAGS="") for rank in range(2)]
    try:
        outputs = [output_of(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [out.splitlines()[-1] for out in outputs] == ["process 0 agrees", "process 1 agrees"]
