"""Loops as inputs, outputs and values for the inputs."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.scan.utils import until

from symopt.random import first_states, uniform


def of_some_steps():
    """A running sum over as many steps as a call says."""
    x, n = pt.dmatrix("x"), pt.lscalar("n")
    h = pytensor.scan(
        lambda row, h: h + row,
        sequences=[x],
        outputs_info=[pt.zeros(3)],
        n_steps=n,
        return_updates=False,
    )
    return [x, n], [h], [np.arange(12.0).reshape(4, 3), 4]


def of_other_states():
    """Numbers as states, a loop that stops, a state that no trace keeps, random draws in a loop."""
    start = pt.dscalar("start")
    powers = pytensor.scan(
        lambda a, b: ([a * 2.0, a + b], until(a > 60.0)),
        outputs_info=[start, pt.constant(1.0, dtype="float64")],
        n_steps=50,
        return_updates=False,
    )

    def draw(h, states):
        draws, states = uniform(states, 3, "float64")
        return h * 0.5 + draws, states

    first = pt.constant(first_states(seed=1, streams=3))
    draws, states = pytensor.scan(
        draw, outputs_info=[pt.zeros(3), first], n_steps=6, return_updates=False
    )
    return [start], [*powers, powers[0][-1], draws[-1], states[-1]], [1.0]


def in_a_loop():
    """Loops in a loop, with gradients."""
    x, W = pt.dtensor3("x"), pt.dmatrix("W")

    def words(sentence, total, W):
        letters = pytensor.scan(
            lambda letter, h: pt.tanh(letter + h @ W),
            sequences=[sentence],
            outputs_info=[pt.zeros_like(total)],
            return_updates=False,
        )
        return total + letters[-1], letters.sum()

    total, sums = pytensor.scan(
        words,
        sequences=[x],
        outputs_info=[pt.zeros(4), None],
        non_sequences=[W],
        return_updates=False,
    )
    rng = np.random.default_rng(0)
    values = [rng.normal(size=(3, 5, 4)), rng.normal(size=(4, 4))]
    cost = pt.sqr(total[-1]).sum() + sums.sum()
    return [x, W], [total, sums, *pt.grad(cost, [x, W])], values


def that_change_places():
    """Two states; each is read for the other."""
    a, b = pt.dvector("a"), pt.dvector("b")
    swapped = pytensor.scan(
        lambda a, b: [b, a * 2.0 + b[::-1]],
        outputs_info=[a, b],
        n_steps=7,
        return_updates=False,
    )
    values = [np.arange(4.0), 10.0 + np.arange(4.0)]
    return [a, b], swapped, values
