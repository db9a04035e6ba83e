"""The picture of the algorithms' cost against the sizes of filter and image."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

from benchmarks.conv.layers import DIRECTIONS, Layer
from benchmarks.conv.systems import arrays, symopt_c
from benchmarks.interleave import interleave

KERNELS = (1, 3, 5, 7, 9, 11, 15, 21)
SIDES = (8, 14, 20, 28, 40, 56, 80)
COLORS = {"direct": "tab:blue", "im2col": "tab:orange", "fft": "tab:green", "winograd": "tab:red"}
SHAPES = {
    "by the side of the filter: 32 channels to 32, image 40x40, batch 2": (
        "side of the filter",
        [Layer("", 2, 32, 40, 40, 32, k) for k in KERNELS],
    ),
    "by the side of the image: 64 channels to 64, filter 3x3, batch 2": (
        "side of the image",
        [Layer("", 2, 64, n, n, 64, 3) for n in SIDES],
    ),
    "by the side of the image: 16 channels to 16, filter 11x11, batch 2": (
        "side of the image",
        [Layer("", 2, 16, n, n, 16, 11) for n in SIDES],
    ),
}


def draw(path: Path, *, rounds: int, threads: int, quick: bool) -> None:
    """Time the algorithms along both axes and save the figure."""
    figure, axes = plt.subplots(1, len(SHAPES), figsize=(15, 4.6), constrained_layout=True)
    for axis, (title, (label, layers)) in zip(axes, SHAPES.items(), strict=True):
        curves: dict[str, list[tuple[float, float]]] = {}
        for layer in layers[:2] if quick else layers:
            given = arrays(layer)
            systems = {name: symopt_c(layer, name, given) for name in layer.algorithms()}
            timings = interleave(systems, rounds, calls=2, settle=0.0)
            at = layer.kernel if label == "side of the filter" else layer.rows
            operations = 3 * layer.batch * layer.channels * layer.results
            operations *= (layer.kernel * layer.rows) ** 2
            for name, timing in timings.items():
                curves.setdefault(name, []).append((at, 1e9 * timing.median("total") / operations))
        for name, points in curves.items():
            axis.plot(*zip(*points, strict=True), "o-", label=name, color=COLORS[name])
        axis.set(title=title.replace(": ", ":\n"), xlabel=label, xscale="log", yscale="log")
        axis.set_xticks([point[0] for point in max(curves.values(), key=len)])
        axis.set_xticklabels([f"{point[0]}" for point in max(curves.values(), key=len)])
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(FormatStrFormatter("%g"))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_minor_locator(NullLocator())
        axis.grid(alpha=0.3)
    axes[0].set_ylabel(
        "ns for each multiply-add of the sums as they stand,\n" + " + ".join(DIRECTIONS)
    )
    axes[0].legend()
    figure.suptitle(f"Convolution on the c backend, float32, {threads} thread(s); lower is faster")
    figure.savefig(path, dpi=110)
    plt.close(figure)
