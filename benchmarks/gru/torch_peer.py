"""PyTorch: the same model, with a Python loop over the time steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from benchmarks.system import System
from benchmarks.training_step.problem import Problem
from benchmarks.training_step.torch_peer import build


def systems(problem: Problem) -> Iterator[System]:
    """One row."""
    yield System("torch, step by step", partial(build, problem, model))


def model(params: dict[str, Tensor]) -> tuple[Callable[..., Tensor], list[Tensor]]:
    """The cost, and all parameters."""
    trained = [value.requires_grad_() for value in params.values()]

    def cost(source: Tensor, x_mask: Tensor, target: Tensor, y_mask: Tensor) -> Tensor:
        p = params
        ctx = torch.tanh(source @ p["encoder_W"] + p["encoder_b"])
        ctx_mean = (ctx * x_mask[:, :, None]).sum(0) / x_mask.sum(0)[:, None]
        state = torch.tanh(ctx_mean @ p["ff_state_W"] + p["ff_state_b"])
        shifted = torch.cat([torch.zeros_like(target[:1]), target[:-1]])
        states, contexts = _gru_cond(p, shifted, y_mask, ctx, state, x_mask)
        logit = states @ p["ff_logit_lstm_W"] + p["ff_logit_lstm_b"]
        logit = logit + contexts @ p["ff_logit_ctx_W"] + p["ff_logit_ctx_b"]
        return (((logit - target) ** 2).mean(2) * y_mask).sum() / y_mask.sum()

    return cost, trained


def _gru_cond(
    params: dict[str, Tensor],
    below: Tensor,
    mask: Tensor,
    context: Tensor,
    h: Tensor,
    context_mask: Tensor,
) -> tuple[Tensor, Tensor]:
    p = {name.removeprefix("decoder_"): value for name, value in params.items()}
    projected = context @ p["Wc_att"] + p["b_att"]
    below_gates, below_x = below @ p["W"] + p["b"], below @ p["Wx"] + p["bx"]
    states, contexts = [], []
    for m, x_, xx_ in zip(
        mask[:, :, None].unbind(0), below_gates.unbind(0), below_x.unbind(0), strict=True
    ):
        h1 = before_looking(p, m, x_, xx_, h)

        found = torch.tanh(projected + h1 @ p["W_comb_att"])
        alpha = torch.exp((found @ p["U_att"] + p["c_tt"]).squeeze(-1)) * context_mask
        alpha = alpha / alpha.sum(0, keepdim=True)
        ctx = (context * alpha[:, :, None]).sum(0)

        h = having_looked(p, m, ctx, h1)
        states.append(h)
        contexts.append(ctx)
    return torch.stack(states), torch.stack(contexts)


def before_looking(p: dict[str, Tensor], m: Tensor, x_: Tensor, xx_: Tensor, h: Tensor) -> Tensor:
    """The first transition of gru_cond: from the token's shares of gates and candidate."""
    r1, u1 = torch.sigmoid(h @ p["U"] + x_).chunk(2, dim=-1)
    h1 = torch.tanh((h @ p["Ux"]) * r1 + xx_)
    h1 = u1 * h + (1.0 - u1) * h1
    return m * h1 + (1.0 - m) * h


def having_looked(p: dict[str, Tensor], m: Tensor, ctx: Tensor, h1: Tensor) -> Tensor:
    """The second one: from what the attention has found."""
    r2, u2 = torch.sigmoid(h1 @ p["U_nl"] + p["b_nl"] + ctx @ p["Wc"]).chunk(2, dim=-1)
    h2 = torch.tanh((h1 @ p["Ux_nl"] + p["bx_nl"]) * r2 + ctx @ p["Wcx"])
    h2 = u2 * h1 + (1.0 - u2) * h2
    return m * h2 + (1.0 - m) * h1
