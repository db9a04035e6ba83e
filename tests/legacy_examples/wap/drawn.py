"""Formulas composed of real handwritten digits, and of strokes between them."""

from __future__ import annotations

import numpy as np

from symopt.datasets import load_digits
from symopt.datasets.crohme import Formulas

DICTIONARY = {
    token: number
    for number, token in enumerate(["<eol>", *"0123456789", "+", "-", "\\frac", "^", "{", "}"])
}
HEIGHT = 24


def glyph(token, rng):
    """A picture of a digit or sign, uint8 (24, 24)."""
    if token.isdigit():
        images, labels = load_digits()
        image = images[rng.choice(np.flatnonzero(labels == int(token)))]
        return np.kron(image * 255, np.ones((3, 3))).astype("uint8")
    drawn = np.zeros((HEIGHT, HEIGHT), "uint8")
    drawn[11:14, 4:20] = 255
    if token == "+":
        drawn[4:20, 11:14] = 255
    return drawn


def row(tokens, rng):
    """Glyphs side by side."""
    return np.concatenate([glyph(token, rng) for token in tokens], axis=1)


def drawn_formulas(seed=0):
    """Eight formulas: rows, powers and a fraction."""
    rng = np.random.default_rng(seed)
    rows = ("7", "4 2", "3 + 5", "9 - 1 + 6", "0 8 2")
    pictures = {text: row(text.split(), rng) for text in rows}
    for base, power in ("25", "68"):
        picture = np.zeros((2 * HEIGHT, 2 * HEIGHT), "uint8")
        picture[HEIGHT:, :HEIGHT] = glyph(base, rng)
        picture[:HEIGHT, HEIGHT:] = glyph(power, rng)
        pictures[f"{base} ^ {{ {power} }}"] = picture
    bar = np.zeros((8, HEIGHT), "uint8")
    bar[3:5] = 255
    pictures["\\frac { 1 } { 3 }"] = np.concatenate([glyph("1", rng), bar, glyph("3", rng)])
    texts = sorted(pictures, key=lambda text: pictures[text].size)
    return Formulas(
        tuple(f"f{i}" for i in range(len(texts))),
        tuple(np.pad(pictures[text], 8)[None] for text in texts),
        tuple(np.array([DICTIONARY[token] for token in text.split()]) for text in texts),
        DICTIONARY,
    )
