"""``python -m benchmarks.conv.measure``: measures what ``algorithm="auto"`` goes by.

Times every algorithm of the c backend, with one thread, on a grid of convolutions and writes
``symopt/backends/c/nnet/convolution/measured.json``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from rich.progress import track

import symopt
from benchmarks.conv.layers import DIRECTIONS, Layer
from benchmarks.conv.systems import arrays, symopt_c
from benchmarks.machine import describe_machine

TARGET = Path(symopt.__file__).parent / "backends/c/nnet/convolution/measured.json"
MOST = 2e9
"""Multiplications and additions of a convolution that is measured."""


def grid() -> Iterator[Layer]:
    """Square images of all sizes, few and many channels, filters of 1 to 15."""
    sides = {1: (1, 2), 3: (1, 2), 5: (1,), 7: (1, 2), 11: (1,), 15: (1,)}
    channels = ((1, 16), (3, 32), (16, 16), (96, 24), (64, 64), (256, 96), (256, 256))
    for kernel, strides in sides.items():
        for stride, (c, m), side, batch in product(strides, channels, (5, 10, 20, 40, 80), (1, 8)):
            work = 2 * batch * c * m * kernel**2 * (side / stride) ** 2
            if work <= MOST and kernel <= side:
                yield Layer("", batch, c, side, side, m, kernel, stride)


def measure() -> None:
    """Measure the grid and write the table."""
    symopt.config.threads = 1
    rows = []
    for layer in track(list(grid()), "measuring"):
        given = arrays(layer)
        calls = {name: symopt_c(layer, name, given) for name in layer.algorithms()}
        for direction in DIRECTIONS:
            ms = _interleaved({name: steps[direction] for name, steps in calls.items()})
            rows.append(
                {
                    "direction": direction,
                    "batch": layer.batch,
                    "channels": layer.channels,
                    "results": layer.results,
                    "image": layer.rows,
                    "kernel": layer.kernel,
                    "stride": layer.stride,
                    "ms": ms,
                }
            )
    text = ",\n".join(json.dumps(row) for row in rows)
    machine = json.dumps(describe_machine())
    TARGET.write_text(f'{{"machine": {machine},\n"measurements": [\n{text}\n]}}\n')


def _interleaved(calls: dict, rounds: int = 5) -> dict[str, float]:
    """The least milliseconds of each call: what it takes when nobody disturbs it."""
    least = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            least[name] = min(least[name], time.perf_counter() - begin)
    return {name: round(1e3 * seconds, 4) for name, seconds in least.items()}


if __name__ == "__main__":
    measure()
