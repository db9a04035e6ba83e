"""accumulate(k): one update for k micro-batches."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError, RuleError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


@pytest.mark.parametrize("merged", [False, True])
def test_the_kth_call_moves_by_the_mean(python_backend, merged):
    start = arrays()
    opt = around_sgd([symopt.accumulate(3)], start, python_backend, rule=symopt.momentum)
    batches = [arrays(seed=seed) for seed in range(1, 7)]
    expected, velocity = dict(start), dict.fromkeys(start, 0)
    for t, grads in enumerate(batches):
        if merged:
            opt.f_step(*grads.values())
        else:
            opt.f_grad_shared(*grads.values())
            opt.f_update()
        if t % 3 == 2:
            for name in start:
                mean = sum(batch[name] for batch in batches[t - 2 : t + 1]) / 3
                velocity[name] = 0.9 * velocity[name] - mean
                expected[name] = expected[name] + velocity[name]
        assert opt.state["accumulate/count"].get_value() == (t + 1) % 3
        for name, value in values(opt).items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-12)
            if t % 3 == 2:
                assert not opt.state[f"{name}/accumulate/sum"].get_value().any()


def test_what_stands_after_it_waits_and_sees_the_mean(python_backend):
    """Clipping after it clips the mean; the rule's count and the average move with the k-th."""
    average = symopt.ema(0.5)
    transforms = [symopt.accumulate(2), symopt.clip_by_value(1.0), average]
    start = {"b": np.zeros(2)}
    opt = around_sgd(transforms, start, python_backend, rule=symopt.adam)
    opt.f_step(np.array([3.0, 1.0]))
    assert opt.state["adam/step"].get_value() == 0
    np.testing.assert_array_equal(opt.state["b/ema/average"].get_value(), 0)
    opt.f_step(np.array([-3.0, 3.0]))
    assert opt.state["adam/step"].get_value() == 1
    np.testing.assert_allclose(opt.state["b/adam/mean_grad"].get_value(), [0, 0.1])
    assert opt.state["b/ema/average"].get_value()[1] < 0


def test_a_skipped_micro_batch_does_not_count(python_backend):
    transforms = [symopt.skip_nonfinite(), symopt.accumulate(2)]
    opt = around_sgd(transforms, {"b": np.zeros(2)}, python_backend)
    for grad in ([1.0, 2.0], [np.nan, 1.0], [3.0, 4.0]):
        opt.f_grad_shared(np.array(grad))
        opt.f_update()
    np.testing.assert_array_equal(opt.params["b"].get_value(), [-2.0, -3.0])


def test_clipping_before_it_sees_each_micro_batch(python_backend):
    transforms = [symopt.clip_by_value(1.0), symopt.accumulate(2)]
    opt = around_sgd(transforms, {"b": np.zeros(1)}, python_backend)
    for grad in (5.0, 0.5):
        opt.f_step(np.array([grad]))
    np.testing.assert_array_equal(opt.params["b"].get_value(), [-0.75])


def test_refusals(python_backend):
    for k in (0, -1, 2.0, True):
        with pytest.raises(HyperparameterError, match="accumulate: k="):
            symopt.accumulate(k)
    with pytest.raises(RuleError, match=r"accumulate.*statistics='phase2'"):
        around_sgd(
            [symopt.accumulate(2)],
            {"b": np.zeros(1)},
            python_backend,
            rule=symopt.adadelta,
            statistics="phase1",
        )
