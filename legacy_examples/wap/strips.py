"""Where the parser looked: a strip of small pictures for a formula, one for each token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legacy_examples.wap.search import Hypothesis

COLUMNS = 6
WIDTH = 2.6  # inches of a small picture


def draw_strip(
    path: Path,
    picture: NDArray[np.uint8],
    hypothesis: Hypothesis,
    tokens: tuple[str, ...],
    title: str,
) -> None:
    """Write a PNG: the formula once for each token, with the attention over it in red.

    Parameters
    ----------
    picture
        uint8 (1, height, width), 255 for ink.
    hypothesis
        What was read, with where the parser looked.
    tokens
        The token of each number.
    title
        Above the strip: the key, and what was read.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height, width = picture.shape[1:]
    shown = list(zip(hypothesis.tokens, hypothesis.looks, strict=True))
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    tall = WIDTH * min(height / width, 1.2) + 0.35
    figure = Figure(figsize=(columns * WIDTH, rows * tall + 0.45), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=9)
    for place in range(rows * columns):
        axes = figure.add_subplot(rows, columns, place + 1)
        axes.set_axis_off()
        if place >= len(shown):
            continue
        number, looks = shown[place]
        axes.imshow(255 - picture[0], cmap="gray", vmin=0, vmax=255)
        axes.imshow(_over(looks[0], height, width), extent=(0, width, height, 0))
        axes.set_title(_plain(tokens[number]), fontsize=9, fontfamily="monospace")
    figure.savefig(path, dpi=110)


def _over(look: NDArray[np.float32], height: int, width: int) -> Any:
    """Attention as a red film: as opaque as it is strong, the strongest place wholly."""
    rows = np.minimum(np.arange(height) * look.shape[0] // height, look.shape[0] - 1)
    columns = np.minimum(np.arange(width) * look.shape[1] // width, look.shape[1] - 1)
    strength = look[np.ix_(rows, columns)] / look.max()
    film = np.zeros((height, width, 4))
    film[..., 0], film[..., 3] = 0.9, 0.75 * strength
    return film


def _plain(token: str) -> str:
    """Matplotlib would take $ and ^ for mathematics."""
    return token.replace("$", r"\$").replace("_", r"\_") if "$" in token else token
