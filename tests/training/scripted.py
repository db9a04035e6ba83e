"""Runs by a script, not by a loop: what callbacks see of one, with costs that are known."""

import math

import pytensor.tensor as pt

import symopt
from symopt.training.run import Run, Validation


def tiny_optimizer(backend):
    """Six parameters."""
    tparams = symopt.init_tparams({"W": [[1.0, 2.0], [3.0, 4.0]], "b": [0.0, 0.0]})
    cost = sum((variable**2).sum() for variable in tparams.values())
    return symopt.sgd(pt.scalar("lr"), tparams, None, [], cost, backend=backend)


def cost_of(update):
    return 2.0 * math.exp(-update / 400) + 0.01 * (update % 7)


class Script:
    """A run that validates every ``validate_every`` updates, ``per_epoch`` of them an epoch.

    ``spoilt`` names updates whose cost is NaN, which are skipped.
    """

    def __init__(self, opt, out=None, *, validate_every=50, per_epoch=50, spoilt=(), rate=0.1):
        self.run = Run(opt, out=out, max_epochs=40, updates_per_epoch=per_epoch)
        self.validate_every = validate_every
        self.spoilt = spoilt
        self.rate = rate

    def resumed_at(self, update):
        """The run as a checkpoint of that update has it."""
        script = Script(self.run.opt, self.run.out, validate_every=self.validate_every)
        script.spoilt, script.rate = self.spoilt, self.rate
        script.go_on([], update)
        script.run.resumed_at = update
        return script

    def start(self, callbacks):
        for callback in callbacks:
            callback.on_start(self.run)

    def go_on(self, callbacks, until):
        run = self.run
        while run.update < until:
            run.epoch = run.update // run.updates_per_epoch + 1
            run.update += 1
            bad = run.update in self.spoilt
            run.costs.append(math.nan if bad else cost_of(run.update))
            run.skipped += bad
            run.samples += 16
            run.rate = self.rate if run.update < 300 else self.rate / 10
            run.seconds += 0.01
            for callback in callbacks:
                callback.on_update(run)
            if run.update % self.validate_every == 0:
                self.validate(callbacks)

    def validate(self, callbacks):
        run = self.run
        error = cost_of(run.update) / 4
        metrics = {"error": error, "cost": 1.1 * cost_of(run.update)}
        mean = sum(run.costs[-5:]) / 5
        validation = Validation(run.update, run.epoch, mean, metrics, run.rate, run.seconds)
        run.validations.append(validation)
        if run.best is None or error < run.best.metric:
            run.best = validation
        for callback in callbacks:
            callback.on_validation(run)

    def end(self, callbacks, why="max updates"):
        self.run.ended = why
        for callback in callbacks:
            callback.on_end(self.run)

    def whole(self, callbacks, until):
        self.start(callbacks)
        self.go_on(callbacks, until)
        self.end(callbacks)
        return self.run
