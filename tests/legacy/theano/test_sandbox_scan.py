"""The older scan, whose states are buffers: the examples of its documentation, and GroundHog's."""

import numpy as np
import pytensor.tensor as pt
import pytest

from symopt.legacy.theano.sandbox.scan import scan
from tests.nnet.evaluate import compiled

ZERO = pt.constant(np.zeros(2))


def value(output):
    return compiled("python", [], [output])()[0]


def test_a_buffer_of_one_row_keeps_the_last_step():
    out, updates = scan(lambda x: x + 1, states=pt.shape_padleft(ZERO), n_steps=5)
    assert not updates
    np.testing.assert_array_equal(value(out), [[5, 5]])


def test_a_buffer_for_all_steps_begins_with_the_initial_state():
    state = pt.set_subtensor(pt.alloc(np.float64(0), 6, 2)[0], ZERO + 10)
    out, _ = scan(lambda x: x + 1, states=[state], n_steps=5)
    np.testing.assert_array_equal(value(out)[:, 0], [10, 11, 12, 13, 14, 15])


def test_a_sampler():
    """Samples in a buffer as long as the steps, beside a hidden state of one row."""
    n = pt.iscalar("n")
    (samples, hidden), _ = scan(
        lambda sample, h, scale: [pt.cast(h[0] * scale, "int64"), h + 1],
        states=[pt.alloc(np.int64(0), n), pt.alloc(np.float32(0), 1, 3)],
        params=[pt.constant(np.float32(2))],
        n_steps=n,
        name="sampler_scan",
    )
    drawn, last = compiled("python", [n], [samples, hidden])(4)
    np.testing.assert_array_equal(drawn, [0, 2, 4, 6])
    np.testing.assert_array_equal(last, np.full((1, 3), 4, "float32"))


def test_taps_sequences_and_outputs_without_a_state():
    buffer = pt.constant(np.array([1.0, 1.0, 0.0, 0.0]))
    (fibonacci, doubled, last), _ = scan(
        lambda s, a, b: [a + b + s, 2 * s, s],
        sequences=pt.constant(np.zeros(3)),
        states=[{"membuf": buffer, "taps": [-2, -1]}, None, {"steps": 1}],
        n_steps=3,
    )
    np.testing.assert_array_equal(value(fibonacci), [1, 2, 3, 5])
    assert value(doubled).shape == (3,)
    assert value(last).shape == (1,)


def test_gradient():
    w = pt.dscalar("w")
    out, _ = scan(lambda h: h * w, states=pt.alloc(np.float64(1), 4), n_steps=3)
    (slope,) = compiled("python", [w], [pt.grad(out[-1], w)])(2.0)
    np.testing.assert_allclose(slope, 3 * 2.0**2)


def test_errors():
    with pytest.raises(ValueError, match="n_steps"):
        scan(lambda x: x, states=pt.shape_padleft(ZERO))
    with pytest.raises(ValueError, match="no 'membuf'"):
        scan(lambda x: x, states={"taps": [-1]}, n_steps=2)
