"""PyTorch: nn.LSTM, and the same cell written out step by step, with torch.optim.Adadelta."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812 (what everybody calls it)
from torch import Tensor, nn

from benchmarks.lstm.problem import LOG_OFFSET
from benchmarks.system import Built, System
from benchmarks.training_step.problem import Problem
from benchmarks.training_step.torch_peer import build

Forward = Callable[[Tensor, Tensor], Tensor]
"""Word numbers and mask, (time, batch), to hidden states, (time, batch, dim)."""


def systems(problem: Problem) -> Iterator[System]:
    """Two rows: the library's LSTM and the written-out one."""
    yield System("torch nn.LSTM", partial(_build, problem, _nn_lstm))
    yield System("torch, cell written out", partial(_build, problem, _written_out))


def _build(
    problem: Problem, layer: Callable[[dict[str, Tensor]], tuple[Forward, list[Tensor]]]
) -> Built:
    def model(params: dict[str, Tensor]) -> tuple[Callable[..., Tensor], list[Tensor]]:
        forward, trained = layer(params)
        U, b = params["U"].requires_grad_(), params["b"].requires_grad_()

        def cost(x: Tensor, mask: Tensor, y: Tensor) -> Tensor:
            proj = (forward(x, mask) * mask[:, :, None]).sum(0) / mask.sum(0)[:, None]
            pred = torch.softmax(proj @ U + b, dim=-1)
            return -torch.log(pred[torch.arange(len(y)), y] + LOG_OFFSET).mean()

        return cost, [*trained, U, b]

    return build(problem, model)


def _nn_lstm(params: dict[str, Tensor]) -> tuple[Forward, list[Tensor]]:
    """The library's LSTM, which knows no mask.

    It needs none: the padding stands behind the words, so no state that the pooling keeps has
    seen it. Of its two biases the second stays zero and fixed.
    """
    emb = nn.Embedding.from_pretrained(params["Wemb"], freeze=False)
    words_dim = params["Wemb"].shape[1]
    lstm = nn.LSTM(words_dim, params["lstm_U"].shape[0])

    def their_gates(value: Tensor) -> Tensor:
        """From input, forget, output, candidate in columns to i, f, candidate, o in rows."""
        i, f, o, candidate = value.chunk(4, dim=-1)
        return torch.cat([i, f, candidate, o], dim=-1).t()

    with torch.no_grad():
        lstm.weight_ih_l0.copy_(their_gates(params["lstm_W"]))
        lstm.weight_hh_l0.copy_(their_gates(params["lstm_U"]))
        lstm.bias_ih_l0.copy_(their_gates(params["lstm_b"]))
        lstm.bias_hh_l0.zero_()
    lstm.bias_hh_l0.requires_grad_(False)
    trained = [emb.weight, lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0]
    return lambda x, mask: lstm(emb(x))[0], trained


def _written_out(params: dict[str, Tensor]) -> tuple[Forward, list[Tensor]]:
    """What a model that is not exactly nn.LSTM has to do in PyTorch: a Python loop."""
    Wemb, W, U, b = (params[n].requires_grad_() for n in ("Wemb", "lstm_W", "lstm_U", "lstm_b"))

    def forward(x: Tensor, mask: Tensor) -> Tensor:
        below = F.embedding(x, Wemb) @ W + b
        h = c = below.new_zeros(x.shape[1], U.shape[0])
        hidden = []
        for x_, m in zip(below.unbind(0), mask[:, :, None].unbind(0), strict=True):
            i, f, o, candidate = (h @ U + x_).chunk(4, dim=-1)
            c_next = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(candidate)
            c_next = m * c_next + (1.0 - m) * c
            h_next = torch.sigmoid(o) * torch.tanh(c_next)
            h, c = m * h_next + (1.0 - m) * h, c_next
            hidden.append(h)
        return torch.stack(hidden)

    return forward, [Wemb, W, U, b]
