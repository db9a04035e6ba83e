"""Loops with random bodies, for comparing a backend with PyTensor."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
from hypothesis import strategies as st
from pytensor.scan.utils import until

BATCH, WIDTH = 3, 4
STEPS = 6

UNARY = {
    "tanh": pt.tanh,
    "sigmoid": pt.sigmoid,
    "sqr": pt.sqr,
    "neg": pt.neg,
    "half": lambda x: 0.5 * x,
    "transposed": lambda x: (x.T @ x)[:BATCH],
    "reversed": lambda x: x[::-1, ::-1],
    "columns": lambda x: pt.concatenate([x[:, 2:], x[:, :2]], axis=1),
    "rows": lambda x: x - x.mean(axis=0),
    "row sums": lambda x: x / (1.0 + pt.sqr(x).sum(axis=1, keepdims=True)),
    "largest": lambda x: x - x.max(axis=1, keepdims=True),
    "softmax": lambda x: pt.special.softmax(x, axis=1),
    "scalar": lambda x: x * x[0, -1],
    "picked": lambda x: x[np.array([2, 0, 2])],
    "set": lambda x: pt.set_subtensor(x[:, 1], x[:, 0] * 2.0),
    "added": lambda x: pt.inc_subtensor(x[1:, ::2], x[:-1, 1::2]),
    "reshaped": lambda x: x.reshape((WIDTH, BATCH)).T,
    "chosen": lambda x: pt.switch(x > 0, x, 0.1 * x),
}
BINARY = {
    "add": pt.add,
    "mul": pt.mul,
    "maximum": pt.maximum,
    "row of": lambda x, y: x + y[0],
    "column of": lambda x, y: x * y[:, 1:2],
    "product": lambda x, y: x @ (y.T @ y) * 0.1,
}

bodies = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 99)),
        st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 99), st.integers(0, 99)),
        st.tuples(st.just("weights"), st.integers(0, 99)),
    ),
    min_size=1,
    max_size=8,
)
"""Operations by name, with the numbers of the values that they take."""

loops = st.fixed_dictionaries(
    {
        "body": bodies,
        "kept": st.lists(st.integers(0, 99), min_size=3, max_size=3),
        "taps": st.sampled_from([(-1,), (-2, -1), (-3,), (-1, -3)]),
        "sequence taps": st.sampled_from([(0,), (-1, 0), (0, 1)]),
        "last only": st.booleans(),
        "backwards": st.booleans(),
        "until": st.booleans(),
        "truncate": st.sampled_from([-1, -1, 3]),
        "gradient": st.booleans(),
        "seed": st.integers(0, 2**31),
    }
)


def build(spec, dtype="float64"):
    """Inputs, outputs and values for the inputs of a loop of ``loops``."""
    x = pt.tensor("x", dtype=dtype, shape=(None, None, None))
    W = pt.matrix("W", dtype=dtype)
    h0 = pt.tensor("h0", dtype=dtype, shape=(None, None, None))
    c0 = pt.matrix("c0", dtype=dtype)
    taps = spec["taps"]
    n_sequence = len(spec["sequence taps"])

    def step(*given):
        *values, W = given
        values = list(values)
        for name, *arguments in spec["body"]:
            taken = [values[i % len(values)] for i in arguments]
            operations = UNARY | BINARY | {"weights": lambda x: pt.tanh(x @ W)}
            new = operations[name](*taken)
            # Bounded, so that no value of a long loop is large; every dimension as it was declared.
            values.append(pt.clip(new, -3.0, 3.0))
        h, c, kept = (values[-1 - i % len(spec["body"])] for i in spec["kept"])
        results = [pt.tanh(h), pt.tanh(c + values[n_sequence]), kept.sum(axis=1)]
        if spec["until"]:
            return results, until(pt.sqr(kept).sum() > 20.0)
        return results

    out = pytensor.scan(
        step,
        sequences=[{"input": x, "taps": list(spec["sequence taps"])}],
        outputs_info=[
            {"initial": h0 if taps != (-1,) else h0[0], "taps": list(taps)},
            {"initial": c0, "taps": [-1]},
            None,
        ],
        non_sequences=[W],
        go_backwards=spec["backwards"],
        truncate_gradient=spec["truncate"] if spec["gradient"] else -1,
        strict=True,
        return_updates=False,
    )
    h, c, kept = out
    outputs = [h[-1], c[-1], kept[-1]] if spec["last only"] else [h, c, kept[1:], h[-2:]]
    if spec["gradient"]:
        cost = sum(pt.sqr(output).sum() for output in outputs)
        wrt = [x, W, h0, c0]
        outputs = [*outputs, *pt.grad(cost, wrt, disconnected_inputs="ignore")]
    rng = np.random.default_rng(spec["seed"])
    values = [
        rng.normal(size=(STEPS + n_sequence - 1, BATCH, WIDTH)),
        rng.normal(size=(WIDTH, WIDTH)),
        rng.normal(size=(-min(taps), BATCH, WIDTH)),
        rng.normal(size=(BATCH, WIDTH)),
    ]
    return [x, W, h0, c0], outputs, [value.astype(dtype) for value in values]
