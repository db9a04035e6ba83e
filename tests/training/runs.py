"""Small runs whose whole state can be compared to the bit."""

from __future__ import annotations

import signal

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.tensor.random import shared_rng

import symopt
from symopt.random import MRG_RandomStreams
from symopt.training import Callback
from symopt.training.variables import RunVariables


class Problem:
    """A logistic regression with everything that a checkpoint has to hold.

    Dropout from two kinds of random streams, running statistics as extra updates, and what the
    optimizer keeps.
    """

    def __init__(self, make, backend, **keywords):
        rng = np.random.default_rng(1)
        self.x = rng.normal(size=(23, 4)).astype("f")
        self.y = rng.integers(0, 3, size=23)
        self.tparams = symopt.init_tparams(
            {"W": 0.1 * rng.normal(size=(4, 3)).astype("f"), "b": np.zeros(3, "f")}
        )
        x, y = pt.fmatrix("x"), pt.lvector("y")
        streams = MRG_RandomStreams(7)
        next_rng, drawn = shared_rng(seed=3, name="dropout").uniform(size=x.shape)
        kept = drawn < 0.8
        noise = streams.normal(size=(x.shape[0], 3), dtype="float32")
        self.mean = pytensor.shared(np.zeros(4, "f"), name="mean")
        scores = (x * kept.astype("float32")) @ self.tparams["W"] + self.tparams["b"]
        log_p = pt.special.log_softmax(scores + np.float32(0.01) * noise, axis=1)
        cost = -log_p[pt.arange(y.shape[0]), y].mean()
        extra = [
            (self.mean, np.float32(0.9) * self.mean + np.float32(0.1) * x.mean(axis=0)),
            (drawn.owner.inputs[0], next_rng),
        ]
        keywords.setdefault("rate", pt.scalar("lr"))
        self.opt = make(
            keywords.pop("rate"),
            self.tparams,
            None,
            [x, y],
            cost,
            extra_updates=extra,
            backend=backend,
            **keywords,
        )
        self.variables = RunVariables(self.opt.guarded().graph)
        self.start = self.now()

    def now(self):
        """Copies of everything, by group and name."""
        return {
            group: {name: variable.get_value() for name, variable in variables.items()}
            for group, variables in self.variables.groups.items()
        }

    def set(self, values):
        """Put everything back."""
        for group, variables in self.variables.groups.items():
            for name, variable in variables.items():
                variable.set_value(values[group][name])

    def spoil(self):
        """Overwrite everything, so that what a resumed run does not restore is seen."""
        for variables in self.variables.groups.values():
            for variable in variables.values():
                value = variable.get_value()
                if isinstance(value, np.random.Generator):
                    variable.set_value(np.random.default_rng(99))
                else:
                    variable.set_value(np.ones_like(value) * 3)

    def validate(self):
        """A metric of the parameters that needs no compiled function."""
        w, b = self.tparams["W"].get_value(), self.tparams["b"].get_value()
        scores = self.x @ w + b + self.mean.get_value().sum()
        scores = scores - scores.max(axis=1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = (log_p.argmax(axis=1) != self.y).mean()
        return {"cost": -log_p[np.arange(23), self.y].mean(), "error": wrong}


class InterruptAt(Callback):
    """Has the process interrupted after some update, or raises there."""

    def __init__(self, update, error=None):
        self.update = update
        self.error = error

    def on_update(self, run):
        if run.update == self.update:
            if self.error is not None:
                raise self.error
            signal.raise_signal(signal.SIGTERM)  # a job in the background ignores SIGINT


class Recorder(Callback):
    """Notes every call, by name and update."""

    def __init__(self):
        self.calls = []
        self.messages = []

    def __getattribute__(self, name):
        calls = object.__getattribute__(self, "calls") if name.startswith("on_") else None
        method = object.__getattribute__(self, name)
        if calls is None:
            return method

        def call(run, *rest):
            calls.append((name.removeprefix("on_"), run.update))
            if name == "on_message":
                self.messages.append(rest[0])
            return method(run, *rest)

        return call

    # Overridden, or they would not be called.
    def on_update(self, run):
        """Noted."""

    def on_gradients(self, run):
        """Noted."""


def bits(value):
    """A value as something that is equal only if every bit is."""
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    array = np.asarray(value)
    return array.dtype.str, array.shape, array.tobytes()


def outcome(problem, result):
    """All that two runs with the same end have in common."""
    return {
        "costs": bits(result.costs),
        "validations": [
            (v.update, v.epoch, repr(v.cost), dict(v.metrics), v.rate) for v in result.validations
        ],
        "best": None if result.best is None else result.best.update,
        "best_params": {k: bits(v) for k, v in (result.best_params or {}).items()},
        "best_statistics": {k: bits(v) for k, v in result.best_statistics.items()},
        "ended": (result.ended, result.updates, result.epochs, result.skipped),
        "variables": {
            f"{group}/{name}": bits(value)
            for group, values in problem.now().items()
            for name, value in values.items()
        },
    }
