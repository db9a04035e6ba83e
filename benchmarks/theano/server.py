"""Answers questions, a line of JSON each: runs a phase and says what it took.

Runs under Python 3.7: ``python -m benchmarks.theano.server MODEL PROBLEM.npz``.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from importlib import import_module
from itertools import cycle

import numpy as np
import theano  # noqa: F401 (before memory is counted)

from benchmarks.memory.resident import PeakMemory


def main(model, data):
    # What Theano prints must not come between the answers.
    answers, sys.stdout = os.fdopen(os.dup(1), "w"), sys.stderr
    params, batches = _read(data)
    module = import_module("benchmarks.theano." + model)
    memory = PeakMemory()
    functions = {}

    def reply(question):
        if question == "ready":
            return {}
        if question == "memory":
            return {"bytes": memory.take()}
        if not functions:  # compiled at the first step, as everywhere else
            f_grad_shared, f_update = module.build(params)
            functions["grad"] = lambda: f_grad_shared(*next(batches))
            functions["update"] = f_update
            gc.collect()
            gc.disable()
        call = functions[question]
        begin = time.perf_counter()
        result = call()
        seconds = time.perf_counter() - begin
        return {"seconds": seconds, "cost": float(result) if question == "grad" else None}

    for line in sys.stdin:
        answers.write(json.dumps(reply(line.strip())) + "\n")
        answers.flush()


def _read(path):
    with np.load(path) as data:
        params = {n[len("param_") :]: data[n] for n in data.files if n.startswith("param_")}
        found = {}
        for name in data.files:
            if name.startswith("batch"):
                number, position = map(int, name[len("batch") :].split("_"))
                found.setdefault(number, {})[position] = data[name]
    batches = [[found[i][j] for j in sorted(found[i])] for i in sorted(found)]
    return params, cycle(batches)


if __name__ == "__main__":
    main(*sys.argv[1:])
