"""The benchmarks' own arithmetic: turns, medians and ratios on a made-up clock; no real times."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.agreement import DisagreementError, Evidence, check_agreement, run_steps
from benchmarks.interleave import Timing, interleave, ratios
from benchmarks.system import Built, Case, Peer, Timed, collect


class FakeClock:
    """A clock that stands still unless a call moves it, and a log of the calls."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def __call__(self) -> float:
        return self.now

    def takes(self, name: str, *seconds: float) -> Callable[[], None]:
        """A call that takes these seconds in turn, over and over."""
        count = 0

        def call() -> None:
            nonlocal count
            self.now += seconds[count % len(seconds)]
            count += 1
            self.log.append(name)

        return call


def turns(log: list[str]) -> list[str]:
    """The log with repetitions of a name drawn together."""
    return [name for name, before in zip(log, [None, *log], strict=False) if name != before]


def test_median_and_ratio_of_each_phase_and_of_the_step():
    clock = FakeClock()
    systems = {
        "fast": {"grad": clock.takes("fast", 2.0), "update": clock.takes("fast", 1.0)},
        "slow": {"grad": clock.takes("slow", 8.0), "update": clock.takes("slow", 1.0)},
    }
    timings = interleave(systems, rounds=3, calls=2, settle=0.0, clock=clock)
    assert timings["fast"].samples == {"grad": [2.0] * 6, "update": [1.0] * 6}
    assert timings["slow"].median("grad") == 8.0
    assert timings["slow"].median("total") == 9.0
    assert ratios(timings, "fast") == {"fast": 1.0, "slow": 3.0}
    assert ratios(timings, "fast", "grad") == {"fast": 1.0, "slow": 4.0}


def test_the_median_of_the_steps_is_not_the_sum_of_the_phases_medians():
    timing = Timing({"grad": [1.0, 2.0, 9.0], "update": [9.0, 2.0, 1.0]})
    assert timing.totals == [10.0, 4.0, 10.0]
    assert timing.median("total") == 10.0
    assert timing.median("grad") + timing.median("update") == 4.0


def test_one_slow_call_does_not_move_the_median():
    clock = FakeClock()
    systems = {"a": {"step": clock.takes("a", 1.0, 1.0, 50.0, 1.0, 1.0)}}
    timing = interleave(systems, rounds=1, calls=5, warmup=0, settle=0.0, clock=clock)["a"]
    assert sorted(timing.totals) == [1.0, 1.0, 1.0, 1.0, 50.0]
    assert timing.median("total") == 1.0
    assert timing.quartiles("total") == (1.0, 1.0)


def test_quartiles():
    timing = Timing({"step": [5.0, 1.0, 3.0, 2.0, 4.0]})
    assert timing.quartiles("total") == (2.0, 4.0)
    assert Timing({"step": [7.0]}).quartiles("total") == (7.0, 7.0)


def test_systems_take_turns_and_every_other_round_goes_backwards():
    clock = FakeClock()
    systems = {name: {"step": clock.takes(name, 1.0)} for name in "abc"}
    interleave(systems, rounds=2, calls=2, warmup=0, settle=0.0, clock=clock)
    # Each turn: one untimed step and two timed ones. c's two turns meet.
    assert clock.log == list("aaabbbccccccbbbaaa")


def test_warmup_rounds_run_and_do_not_count():
    clock = FakeClock()
    systems = {name: {"step": clock.takes(name, 1.0)} for name in "ab"}
    timings = interleave(systems, rounds=1, calls=3, warmup=2, settle=0.0, clock=clock)
    assert turns(clock.log) == ["a", "b", "a", "b"]
    assert all(len(timing.totals) == 3 for timing in timings.values())
    assert clock.log.count("a") == 3 + 1 + 2  # timed, before them, two rounds of warmup


def test_a_turn_begins_untimed_for_as_long_as_asked():
    clock = FakeClock()
    systems = {"a": {"step": clock.takes("a", 100.0, 1.0, 1.0, 1.0)}}
    timings = interleave(systems, rounds=1, calls=3, warmup=0, settle=50.0, clock=clock)
    assert timings["a"].totals == [1.0, 1.0, 1.0]  # the first step, of 100 s, was enough
    clock = FakeClock()
    systems = {"a": {"step": clock.takes("a", 1.0)}}
    interleave(systems, rounds=1, calls=3, warmup=0, settle=50.0, clock=clock)
    assert len(clock.log) == 50 + 3


def test_phases_keep_their_order_within_a_step():
    clock = FakeClock()
    systems = {"a": {"grad": clock.takes("grad", 1.0), "update": clock.takes("update", 1.0)}}
    interleave(systems, rounds=2, calls=2, warmup=1, settle=0.0, clock=clock)
    assert clock.log == ["grad", "update"] * (len(clock.log) // 2)


def test_ratios_without_the_baseline_or_without_the_phase():
    timings = {"a": Timing({"step": [1.0]}), "b": Timing({"grad": [2.0], "update": [2.0]})}
    assert ratios(timings, "absent") == {"a": None, "b": None}
    assert ratios(timings, "b", "grad") == {"a": None, "b": 1.0}
    assert ratios(timings, "a") == {"a": 1.0, "b": 4.0}


def test_the_garbage_collector_rests_meanwhile_and_is_back_afterwards():
    seen: list[bool] = []
    clock = FakeClock()

    def fails() -> None:
        seen.append(gc.isenabled())
        raise RuntimeError

    assert gc.isenabled()
    with pytest.raises(RuntimeError):
        interleave({"a": {"step": fails}}, rounds=1, clock=clock)
    assert seen == [False]
    assert gc.isenabled()


def test_peers_that_are_not_installed_are_skipped_with_the_reason():
    absent = Peer("torch", "benchmarks.no_such_module", ("no_such_package_a",))
    both = Peer("jax", "benchmarks.no_such_module", ("no_such_package_a", "no_such_package_b"))
    systems, skipped = collect(Case("case", "a case", None, [absent, both]))
    assert systems == []
    assert [(entry.name, entry.reason) for entry in skipped] == [
        ("torch", "no_such_package_a is not installed"),
        ("jax", "no_such_package_a, no_such_package_b are not installed"),
    ]


def test_a_peer_that_is_installed_but_broken_is_an_error():
    broken = Peer("numpy", "benchmarks.no_such_module", ("numpy",))
    with pytest.raises(ModuleNotFoundError):
        collect(Case("case", "a case", None, [broken]))


def test_no_thread_pool_is_loaded_before_the_options_are_read():
    # NumPy's BLAS takes its threads from the environment when it is imported, once and for all.
    code = "import sys, benchmarks.__main__; sys.exit('numpy' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_systems_that_compute_different_costs_are_named():
    same = {"a": Evidence((0.7, 0.6), {}), "b": Evidence((0.70001, 0.6), {})}
    check_agreement(same)
    with pytest.raises(DisagreementError, match=r"Costs of the first steps: b .*0\.700200.*, a "):
        check_agreement({**same, "b": Evidence((0.7002, 0.6), {})})
    with pytest.raises(DisagreementError, match="b"):
        check_agreement({**same, "b": Evidence((float("nan"), 0.6), {})})
    with pytest.raises(DisagreementError, match="same quantities"):
        check_agreement({**same, "b": Evidence((0.7,), {})})


def test_systems_whose_parameters_move_differently_are_named():
    moved = {"W": np.array([1e-3, -1e-3])}
    check_agreement({"a": Evidence((), moved), "b": Evidence((), {"W": moved["W"] * 1.00001})})
    with pytest.raises(DisagreementError, match="Parameter W of b"):
        check_agreement({"a": Evidence((), moved), "b": Evidence((), {"W": moved["W"] * 1.001})})


def test_what_another_process_measured_counts_and_not_the_way_to_it_and_back():
    clock = FakeClock()

    def call() -> Timed:
        clock.now += 3.0
        return Timed(cost=0.5, seconds=2.0)

    timing = interleave({"a": {"step": call}}, rounds=1, calls=2, settle=0.0, clock=clock)["a"]
    assert timing.samples == {"step": [2.0, 2.0]}
    assert run_steps(Built({"step": call}), 2) == [0.5, 0.5]
