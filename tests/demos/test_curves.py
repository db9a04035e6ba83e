"""The picture of a run."""

import sys

import numpy as np
import pytest

from symopt.demos import curves
from symopt.demos.training import Epoch, History, Validation


def a_history(epochs):
    costs = np.geomspace(2.3, 0.1, 20 * max(epochs, 1)).tolist()
    history = History({}, costs=costs)
    for number in range(1, epochs + 1):
        validation = Validation(2 / number, 0.5 / number)
        history.epochs.append(Epoch(number, 20 * number, 2.5 / number, validation, number * 1.0))
    history.best = history.epochs[-1] if epochs else None
    return history


@pytest.mark.parametrize("epochs", [1, 12])
def test_write_curves(tmp_path, epochs):
    image = pytest.importorskip("matplotlib.image")
    path = curves.write_curves(tmp_path / "curves.png", a_history(epochs), "a run")
    pixels = image.imread(path)
    assert pixels.shape == (672, 960, 4)
    assert pixels[..., :3].min() < 0.5 < pixels[..., :3].max()  # something is drawn, on white


def test_drawing_leaves_the_global_state_of_matplotlib_alone(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # importing it now fails
    curves.write_curves(tmp_path / "curves.png", a_history(2), "a run")


@pytest.mark.parametrize("installed", [True, False])
def test_can_draw(monkeypatch, installed):
    monkeypatch.setattr(curves, "find_spec", lambda name: object() if installed else None)
    assert curves.can_draw() is installed
