"""The tutorial's model as a PyTensor graph, for symopt and for plain PyTensor alike."""

from __future__ import annotations

from collections.abc import Mapping

import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable

from benchmarks.lstm.problem import LOG_OFFSET


def build_model(
    tparams: Mapping[str, SharedVariable],
) -> tuple[list[TensorVariable], TensorVariable]:
    """Inputs ``[x, mask, y]`` and cost, written as the tutorial's ``build_model`` writes them."""
    x, mask, y = pt.lmatrix("x"), pt.fmatrix("mask"), pt.lvector("y")
    steps, batch = x.shape
    emb = tparams["Wemb"][x.flatten()].reshape((steps, batch, -1))
    proj = lstm_layer(tparams, emb, mask)
    proj = (proj * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
    pred = pt.special.softmax(pt.dot(proj, tparams["U"]) + tparams["b"], axis=-1)
    cost = -pt.log(pred[pt.arange(batch), y] + LOG_OFFSET).mean()
    return [x, mask, y], cost


def lstm_layer(
    tparams: Mapping[str, SharedVariable], emb: TensorVariable, mask: TensorVariable
) -> TensorVariable:
    """The hidden states, (time, batch, dim), of a scan over the time steps."""
    dim = tparams["lstm_U"].get_value(borrow=True).shape[0]

    def gate(preact: TensorVariable, n: int) -> TensorVariable:
        return preact[:, n * dim : (n + 1) * dim]

    def step(
        m_: TensorVariable,
        x_: TensorVariable,
        h_: TensorVariable,
        c_: TensorVariable,
        U: TensorVariable,
    ) -> tuple[TensorVariable, TensorVariable]:
        preact = pt.dot(h_, U) + x_
        i, f, o = (pt.sigmoid(gate(preact, n)) for n in range(3))
        c = f * c_ + i * pt.tanh(gate(preact, 3))
        c = m_[:, None] * c + (1.0 - m_)[:, None] * c_
        h = o * pt.tanh(c)
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h, c

    state_below = pt.dot(emb, tparams["lstm_W"]) + tparams["lstm_b"]
    start = pt.zeros((emb.shape[1], dim), dtype="float32")
    hidden, _ = pytensor.scan(
        step,
        sequences=[mask, state_below],
        outputs_info=[start, start],
        non_sequences=[tparams["lstm_U"]],
        name="lstm_layers",
        return_updates=False,
    )
    return hidden
