"""One system's memory, measured in this process, which does nothing else.

``python -m benchmarks.memory.process BENCHMARK PEER ROW THREADS [--quick] [--again]`` prints bytes
as JSON.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from benchmarks.agreement import run_steps
from benchmarks.memory.resident import PeakMemory
from benchmarks.system import System
from benchmarks.threads import set_threads

STEPS = {"lstm": 20, "gru": 20, "wap": 2}
"""How many warm steps are run of each benchmark."""

LOADED_LATER = {"torch": ("torch._dynamo",)}
"""What a peer's optimizer imports when it is made: 70 MB of code that are no part of a step."""


def measure(name: str, peer_name: str, row: str, threads: int, quick: bool) -> dict[str, int]:
    """Peak bytes above those after the imports: up to the first step's end, and of warm steps."""
    system = _system(name, peer_name, row, threads, quick)
    memory = PeakMemory()
    built = system.build()
    run_steps(built, 1)
    take = built.peak_memory or memory.take
    first = take()
    run_steps(built, STEPS[name])
    return {"first": first, "warm": take()}


def measure_again(name: str, peer_name: str, row: str, threads: int, quick: bool) -> dict[str, int]:
    """Peak bytes above those after a tiny problem: what the sizes cost, and not the machinery.

    Nothing for a system in another process, which ends with its problem.
    """
    tiny = _system(name, peer_name, row, threads, quick=True).build()
    run_steps(tiny, 2)
    if tiny.peak_memory:
        return {}
    del tiny
    system = _system(name, peer_name, row, threads, quick)
    memory = PeakMemory()
    run_steps(system.build(), 1 + STEPS[name])
    return {"again": memory.take()}


def _system(name: str, peer_name: str, row: str, threads: int, quick: bool) -> System:
    (case,) = import_module(f"benchmarks.{name}").cases(quick)
    (peer,) = [peer for peer in case.peers if peer.name == peer_name]
    (system,) = [s for s in import_module(peer.module).systems(case.problem) if s.name == row]
    for module in LOADED_LATER.get(peer_name, ()):
        import_module(module)
    set_threads(threads)
    return system


if __name__ == "__main__":
    name, peer_name, row, threads, *flags = sys.argv[1:]
    measured = measure_again if "--again" in flags else measure
    print(json.dumps(measured(name, peer_name, row, int(threads), "--quick" in flags)))
