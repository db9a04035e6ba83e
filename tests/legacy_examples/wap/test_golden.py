"""WAP's decoder and masked batch normalisation, held to real Theano's numbers of the original."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from legacy_examples.wap.layers import masked_batch_normalization
from legacy_examples.wap.parser import (
    gru_cond_layer,
    gru_cond_step,
    gru_cond_weights,
    remember,
    token_shares,
)
from legacy_examples.wap.watcher import Grid
from tests.nnet.evaluate import ALL, BACKENDS, GOLDEN, compiled, symbols


def arrays_of(file):
    with np.load(GOLDEN / "wap" / f"{file}.f64.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def check(found, arrays, names):
    assert len(found) == len(names)
    for value, name in zip(found, names, strict=True):
        expected = arrays[name]
        assert value.shape == expected.shape, name
        # The original casts its variance to float32, whatever floatX is.
        rtol = 1e-10 if expected.dtype == "float64" else 1e-7
        np.testing.assert_allclose(value, expected, rtol, 1e-10, err_msg=name)


@pytest.mark.parametrize("backend", ALL)
def test_masked_batch_normalization(backend):
    """Outputs and gradients, in training and in use; its statistics are differentiated through."""
    arrays = arrays_of("wap_bn_mask")
    channels = ("gamma", "beta", "run_mean", "run_var")
    given = {
        "x": arrays["x"],
        "mask": arrays["mask"],
        "training": np.array(1.0),
        **{name: arrays[name][:, None, None][None] for name in channels},
    }
    inputs = symbols(given)
    y, mean, variance = masked_batch_normalization(*inputs.values())
    gradients = pytensor.grad((y * arrays["R"]).sum(), [inputs[k] for k in ("x", "gamma", "beta")])
    outputs = [y, mean.flatten(), variance.flatten(), gradients[0]]
    outputs += [gradient.flatten() for gradient in gradients[1:]]
    f = compiled(backend, list(inputs.values()), outputs)
    for training in (1, 0):
        given["training"] = np.array(float(training))
        found = [np.asarray(value) for value in f(*given.values())]
        names = ["out0", "out1", "out2", "grad.x", "grad.gamma", "grad.beta"]
        check(found, arrays, [f"noise{training}.{name}" for name in names])


MASKED, UNMASKED = "wap_decoder_k3_mask", "wap_decoder_k3_nomask"
EACH = [(backend, file) for backend in BACKENDS for file in (MASKED, UNMASKED)]
LONG = [pytest.param(*case, marks=pytest.mark.long) for case in EACH[1:]]  # a minute or two each


@pytest.mark.parametrize(("backend", "file"), [EACH[0], *LONG])
def test_decoder(backend, file):
    """All outputs, the cost and its gradients by all weights and inputs, and a single step."""
    arrays = arrays_of(file)
    given = {k: v for k, v in arrays.items() if k.startswith(("param.", "in.", "in1."))}
    given["in1.state_below"] = arrays["in.state_below"][0]
    inputs = symbols(given)
    params = {k.removeprefix("param."): v for k, v in inputs.items() if k.startswith("param.")}
    mask = inputs["in.context_mask"] if file == MASKED else None
    memories = remember(params, [Grid(inputs["in.context"], mask)])
    parsed = gru_cond_layer(
        params, inputs["in.state_below"], inputs["in.mask"], memories, inputs["in.init_state"]
    )
    outputs = [parsed.h, parsed.seen, parsed.alphas[0], parsed.pasts[0]]
    weights = ("R.h", "R.ctx", "R.alpha", "R.alpha_past")
    squares = [*outputs[:3], outputs[3] ** 2]
    cost = pt.add(*((v * arrays[R]).sum() for v, R in zip(squares, weights, strict=True)))
    wrt = [k.removeprefix("grad.") for k in arrays if k.startswith("grad.")]
    assert len(wrt) == 23
    gradients = pytensor.grad(cost, [params[k] if k in params else inputs[f"in.{k}"] for k in wrt])
    single = gru_cond_step(
        None,
        *token_shares(params, inputs["in1.state_below"]),
        inputs["in.init_state"],
        [inputs["in1.alpha_past"]],
        memories,
        gru_cond_weights(params, 1),
    )
    step = [single.h, single.seen, single.alphas[0], single.pasts[0]]
    f = compiled(backend, list(inputs.values()), [*outputs, cost, *gradients, *step])
    found = [np.asarray(value) for value in f(*given.values())]
    names = ["h", "ctx", "alpha", "alpha_past"]
    wanted = [f"out.{name}" for name in [*names, "cost"]]
    wanted += [f"grad.{name}" for name in wrt] + [f"out1.{name}" for name in names]
    check(found, arrays, wanted)
