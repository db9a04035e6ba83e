"""The tables of ``python -m benchmarks compile``."""

from __future__ import annotations

from typing import Any

from benchmarks.compile import first_step, rules
from benchmarks.compile.problem import LAYERS
from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.run import wide_console
from benchmarks.selection import check_backends
from symopt.backends import all_backends

ROUNDS = 5


def run(options: Options) -> dict[str, Any]:
    """Time the LSTM's first step and the rules on every backend."""
    check_backends(options)
    console, machine, rounds = wide_console(), describe_machine(), options.rounds_or(ROUNDS)
    quick, layers = options.quick, 1 if options.quick else LAYERS
    console.print(heading(machine, options.threads, rounds), highlight=False)
    report = {"benchmark": "compile", "quick": quick, "machine": machine, "backends": {}}
    for name, backend in all_backends().items():
        if (options.backends and name not in options.backends) or not backend.diagnose().works:
            continue
        found: dict[str, Any] = {"first_step": first_step.measure(name, rounds, quick)}
        console.print(f"\n{name}, LSTM tutorial to the end of the first step\n", highlight=False)
        console.print(first_step.make_table(found["first_step"]), highlight=False)
        cold, warm = rules.measure(name, rounds, quick)
        console.print(f"\n{name}, {5 * layers} parameters\n", highlight=False)
        console.print(rules.make_table(cold, warm), highlight=False)
        report["backends"][name] = found | {"rules": rules.as_data(cold, warm)}
    return report
