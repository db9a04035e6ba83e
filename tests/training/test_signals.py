"""Signals as requests, in this process and in one that is told to stop from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from symopt.training.signals import SIGNALS, stop_on_signals

SCRIPT = """
import sys
import numpy as np, pytensor.tensor as pt, symopt
from symopt.training import Callback
sys.path.insert(0, sys.argv[2])
from tests.conftest import PythonBackend

class Tell(Callback):
    def on_update(self, run):
        print("update", run.update, flush=True)

tparams = symopt.init_tparams({"p": np.zeros(2, "f")})
x = pt.fvector("x")
opt = symopt.sgd(0.1, tparams, None, [x], ((tparams["p"] - x) ** 2).sum(), backend=PythonBackend())
result = symopt.fit(
    opt, lambda: ((np.ones(2, "f"),) for _ in range(7)), rate=None, max_updates=10**9,
    checkpoint=sys.argv[1], checkpoint_every=10**9, callbacks=[Tell()],
)
print(result.ended, result.signal.name, result.updates, result.checkpoint.name, flush=True)
"""


@pytest.fixture(autouse=True)
def handlers():
    """As in a terminal; a job in the background ignores SIGINT."""
    before = [signal.getsignal(number) for number in SIGNALS]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_a_request(number):
    before = [signal.getsignal(each) for each in SIGNALS]
    with stop_on_signals() as request:
        assert not request
        signal.raise_signal(number)
        assert request
        assert request.signal is number
        # From here on signals act as ever.
        assert [signal.getsignal(each) for each in SIGNALS] == before
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_the_second_ctrl_c_interrupts():
    def press_twice():
        with stop_on_signals():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        press_twice()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_ignored_signal_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with stop_on_signals() as request:
        signal.raise_signal(signal.SIGINT)
        assert not request
        signal.raise_signal(signal.SIGTERM)
        assert request.signal is signal.SIGTERM
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_nothing_is_changed_in_another_thread():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work():
        with stop_on_signals() as request:
            seen.append((signal.getsignal(signal.SIGINT), bool(request)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_process_that_is_told_to_stop_saves_and_returns(tmp_path, number):
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), root]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root
    ) as process:
        for line in process.stdout:
            if line.startswith("update 3"):
                break
        process.send_signal(number)
        output = process.stdout.read()
    assert process.returncode == 0, output
    ended, name, updates, checkpoint = output.splitlines()[-1].split()
    assert (ended, name) == ("interrupted", number.name)
    assert checkpoint.startswith(f"update-{int(updates):09d}")
    assert f"{name} after update {int(updates):,}: saved as" in output
