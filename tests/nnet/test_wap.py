"""WAP (handwritten mathematics): its masked batch normalisation and its attention decoder.

The decoder is a conditional GRU. Its attention sees a coverage vector, a convolution of the
attention given so far, inside the loop. Written anew after DenseNet/nmt.py of JianshuZhang/WAP;
the numbers are those of the original under Theano 1.0.5.

- J. Zhang, J. Du, L. Dai, Multi-scale attention with dense encoder for handwritten mathematical
  expression recognition, ICPR 2018, https://arxiv.org/abs/1801.03530
"""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt.nnet import conv2d
from tests.nnet.evaluate import ALL, BACKENDS, GOLDEN, compiled, symbols

WEIGHTS_OF_A_STEP = [
    "decoder_U",
    "decoder_Ux",
    "decoder_U_nl",
    "decoder_b_nl",
    "decoder_Ux_nl",
    "decoder_bx_nl",
    "decoder_Wc",
    "decoder_Wcx",
    "decoder_W_comb_att",
    "decoder_U_att",
    "decoder_c_tt",
    "decoder_conv_Q",
    "decoder_conv_Uf",
    "decoder_conv_b",
]


def arrays_of(file):
    with np.load(GOLDEN / "wap" / f"{file}.f64.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def check(found, arrays, names):
    assert len(found) == len(names)
    for value, name in zip(found, names, strict=True):
        expected = arrays[name]
        assert (value.shape, value.dtype) == (expected.shape, expected.dtype), name
        # A value that WAP casts to float32 may round to its neighbour.
        rtol = 1e-10 if expected.dtype == "float64" else 1e-7
        np.testing.assert_allclose(value, expected, rtol, 1e-10, err_msg=name)


def masked_batch_normalization(x, mask, training, gamma, beta, running_mean, running_var):
    """WAP's: statistics of the pixels under the mask, and zero elsewhere.

    Returns the images, the mean, and the variance with m / (m - 1), in float32 as there.
    """

    def channels(v):
        return v.dimshuffle("x", 0, "x", "x")

    mask = mask.dimshuffle(0, "x", 1, 2)
    count = mask.sum()
    mean = pt.switch(training, (x * mask).sum((0, 2, 3)) / count, running_mean)
    squares = pt.sqr((x - channels(mean)) * mask).sum((0, 2, 3))
    variance = pt.switch(training, squares / count, running_var)
    scale = channels(gamma) / pt.sqrt(channels(variance) + 1e-6)
    y = ((x - channels(mean)) * scale + channels(beta)) * mask
    return y, mean, (count / (count - 1) * variance).astype("float32")


@pytest.mark.parametrize("backend", ALL)
def test_masked_batch_normalization(backend):
    """Outputs and gradients, in training and in use; its statistics are differentiated through."""
    arrays = arrays_of("wap_bn_mask")
    given = {
        "x": arrays["x"],
        "mask": arrays["mask"],
        "training": np.array(1.0),
        **{name: arrays[name] for name in ("gamma", "beta", "run_mean", "run_var")},
    }
    inputs = symbols(given)
    outputs = masked_batch_normalization(*inputs.values())
    wrt = ["x", "gamma", "beta"]
    gradients = pytensor.grad((outputs[0] * arrays["R"]).sum(), [inputs[name] for name in wrt])
    f = compiled(backend, list(inputs.values()), [*outputs, *gradients])
    for training in (1, 0):
        given["training"] = np.array(float(training))
        found = [np.asarray(value) for value in f(*given.values())]
        names = ["out0", "out1", "out2", *(f"grad.{name}" for name in wrt)]
        check(found, arrays, [f"noise{training}.{name}" for name in names])


def halves(x):
    size = x.shape[-1] // 2
    return x[:, :size], x[:, size:]


def decoder_step(mask, gates, candidate, h, coverage, projected, context, context_mask, weights):
    """A step from state h: the new state, what is attended to, the attention, its sum so far."""
    (U, Ux, U_nl, b_nl, Ux_nl, bx_nl, Wc, Wcx, W_comb_att, U_att, c_tt, conv_Q, conv_Uf, conv_b) = (
        weights
    )
    kept = mask.dimshuffle(0, "x")
    reset, update = halves(pt.sigmoid(pt.dot(h, U) + gates))
    proposed = pt.tanh(pt.dot(h, Ux) * reset + candidate)
    h1 = update * h + (1 - update) * proposed
    h1 = kept * h1 + (1 - kept) * h

    # (rows, columns, batch, attention)
    seen = conv2d(coverage.dimshuffle(0, "x", 1, 2), conv_Q, border_mode="half")
    seen = pt.dot(seen.dimshuffle(2, 3, 0, 1), conv_Uf) + conv_b
    energy = pt.tanh(projected + pt.dot(h1, W_comb_att).dimshuffle("x", "x", 0, 1) + seen)
    weight = pt.exp(pt.dot(energy, U_att)[..., 0] + c_tt[0])
    if context_mask is not None:
        weight = weight * context_mask.dimshuffle(1, 2, 0)
    attention = (weight / weight.sum((0, 1), keepdims=True)).dimshuffle(2, 0, 1)
    attended = (context * attention.dimshuffle(0, "x", 1, 2)).sum((2, 3))

    reset, update = halves(pt.sigmoid(pt.dot(h1, U_nl) + b_nl + pt.dot(attended, Wc)))
    proposed = pt.tanh((pt.dot(h1, Ux_nl) + bx_nl) * reset + pt.dot(attended, Wcx))
    h2 = update * h1 + (1 - update) * proposed
    h2 = kept * h2 + (1 - kept) * h1
    return h2, attended, attention, coverage + attention


def gru_cond_layer(
    params,
    state_below,
    context,
    init_state,
    mask=None,
    context_mask=None,
    alpha_past=None,
    one_step=False,
):
    """States, attended contexts, attention and its sums, for all steps or for one."""
    projected = conv2d(context, params["decoder_Wc_att"])
    projected = projected.dimshuffle(2, 3, 0, 1) + params["decoder_b_att"]
    gates = pt.dot(state_below, params["decoder_W"]) + params["decoder_b"]
    candidate = pt.dot(state_below, params["decoder_Wx"]) + params["decoder_bx"]
    weights = [params[name] for name in WEIGHTS_OF_A_STEP]
    if one_step:
        mask = pt.ones_like(state_below[:, 0])
        fixed = (projected, context, context_mask, weights)
        return decoder_step(mask, gates, candidate, init_state, alpha_past, *fixed)
    masks = [] if context_mask is None else [context_mask]

    def step(mask, gates, candidate, h, coverage, projected, context, *others):
        context_mask = others[0] if masks else None
        weights = others[len(masks) :]
        return decoder_step(
            mask, gates, candidate, h, coverage, projected, context, context_mask, weights
        )

    nothing = pt.zeros_like(context[:, 0])
    return pytensor.scan(
        step,
        sequences=[mask, gates, candidate],
        outputs_info=[init_state, None, None, nothing],
        non_sequences=[projected, context, *masks, *weights],
        strict=True,
        return_updates=False,
    )


MASKED, UNMASKED = "wap_decoder_k3_mask", "wap_decoder_k3_nomask"
EACH = [(backend, file) for backend in BACKENDS for file in (MASKED, UNMASKED)]
LONG = [pytest.param(*case, marks=pytest.mark.long) for case in EACH[1:]]  # a minute or two each


@pytest.mark.parametrize(("backend", "file"), [EACH[0], *LONG])
def test_decoder(backend, file):
    """All outputs, the cost and its gradients by all weights and inputs, and a single step.

    PyTensor rewrites the loop and its gradient for half a minute to two minutes.
    """
    arrays = arrays_of(file)
    given = {k: v for k, v in arrays.items() if k.startswith(("param.", "in.", "in1."))}
    given["in1.state_below"] = arrays["in.state_below"][0]
    inputs = symbols(given)
    params = {k.removeprefix("param."): v for k, v in inputs.items() if k.startswith("param.")}
    context, init_state = inputs["in.context"], inputs["in.init_state"]
    context_mask = inputs["in.context_mask"] if file == "wap_decoder_k3_mask" else None
    h, attended, attention, coverage = outputs = gru_cond_layer(
        params, inputs["in.state_below"], context, init_state, inputs["in.mask"], context_mask
    )
    cost = (
        (h * arrays["R.h"]).sum()
        + (attended * arrays["R.ctx"]).sum()
        + (attention * arrays["R.alpha"]).sum()
        + (coverage**2 * arrays["R.alpha_past"]).sum()
    )
    wrt = [k.removeprefix("grad.") for k in arrays if k.startswith("grad.")]
    assert len(wrt) == 23
    gradients = pytensor.grad(cost, [params[k] if k in params else inputs[f"in.{k}"] for k in wrt])
    single = gru_cond_layer(
        params,
        inputs["in1.state_below"],
        context,
        init_state,
        context_mask=context_mask,
        alpha_past=inputs["in1.alpha_past"],
        one_step=True,
    )
    f = compiled(backend, list(inputs.values()), [*outputs, cost, *gradients, *single])
    found = [np.asarray(value) for value in f(*given.values())]
    names = ["h", "ctx", "alpha", "alpha_past"]
    wanted = [f"out.{name}" for name in [*names, "cost"]]
    wanted += [f"grad.{name}" for name in wrt] + [f"out1.{name}" for name in names]
    check(found, arrays, wanted)
