"""PyTorch: the same model, with a Python loop over the tokens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count, cycle

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor

from benchmarks.gru.torch_peer import before_looking, having_looked
from benchmarks.system import Built, System
from benchmarks.wap.problem import COMPARED, WapProblem

RETAINED, EPSILON = 0.8, 1e-4


def systems(problem: WapProblem) -> Iterator[System]:
    """A row for either layout of images in memory."""
    yield System("torch", partial(_build, problem, torch.contiguous_format))
    yield System("torch, channels last", partial(_build, problem, torch.channels_last))


def _build(problem: WapProblem, layout: torch.memory_format) -> Built:
    model = Model(problem, layout)
    trained = list(model.params.values())
    rate, clip = problem.options["lrate"], problem.options["clip_c"]
    optimizer = torch.optim.Adadelta(trained, lr=1.0, rho=0.95, eps=rate)
    batches = cycle([tuple(map(torch.from_numpy, batch)) for batch in problem.batches])
    steps = count()

    def grad() -> float:
        model.noise = next(steps) >= COMPARED
        optimizer.zero_grad()
        cost = model.cost(*next(batches))
        cost.backward()
        torch.nn.utils.clip_grad_norm_(trained, clip)
        return cost.item()

    return Built({"grad": grad, "update": lambda: optimizer.step()})


class Model:
    """The DenseNet watcher and the parser.

    Theano's convolutions turn the filters around, PyTorch's do not: they are turned at the start.
    The coverage convolution and the weights behind it are one convolution, as in symopt's model.
    """

    def __init__(self, problem: WapProblem, layout: torch.memory_format) -> None:
        self.options, self.layout, self.noise = problem.options, layout, False
        self.params = {name: self._parameter(value) for name, value in problem.params.items()}
        self.statistics = {
            name: torch.from_numpy(value.reshape(-1).copy())
            for name, value in problem.statistics.items()
        }

    def _parameter(self, value: np.ndarray) -> Tensor:
        if value.ndim != 4:
            return torch.from_numpy(value.copy()).requires_grad_()
        if value.shape[0] == 1:  # gamma and beta of a batch normalisation
            return torch.from_numpy(value.reshape(-1).copy()).requires_grad_()
        filters = torch.from_numpy(value[:, :, ::-1, ::-1].copy())
        return filters.to(memory_format=self.layout).requires_grad_()

    def cost(self, x: Tensor, x_mask: Tensor, y: Tensor, y_mask: Tensor) -> Tensor:
        p = self.params
        context, mask = self._watch(x.to(memory_format=self.layout), x_mask)
        pixels = mask.sum((1, 2))[:, None]
        average = (context * mask[:, None]).sum((2, 3)) / pixels
        h = torch.tanh(average @ p["ff_state_W"] + p["ff_state_b"])
        emb = F.embedding(y, p["Wemb_dec"])
        emb = torch.cat([torch.zeros_like(emb[:1]), emb[:-1]])
        states, seen = self._parse(emb, y_mask, context, mask, h)
        logit = states @ p["ff_logit_gru_W"] + p["ff_logit_gru_b"]
        logit = logit + emb @ p["ff_logit_prev_W"] + p["ff_logit_prev_b"]
        logit = logit + seen @ p["ff_logit_ctx_W"] + p["ff_logit_ctx_b"]
        logit = self._drop(logit.unflatten(-1, (-1, 2)).amax(-1))
        scores = logit @ p["ff_logit_W"] + p["ff_logit_b"]
        costs = F.cross_entropy(scores.flatten(0, 1), y.flatten(), reduction="none")
        cost = (costs.view_as(y_mask) * y_mask).sum(0).mean()
        filters = [value for value in p.values() if value.ndim == 4]
        return cost + self.options["decay_c"] * sum((value**2).sum() for value in filters)

    def _drop(self, x: Tensor) -> Tensor:
        # PyTorch scales what it keeps, and the original what it uses: the same work.
        return F.dropout(x, 1 - RETAINED) if self.noise else x * RETAINED

    def _layer(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        p, filters = self.params, self.params[name]
        x = F.conv2d(x, filters, stride=stride, padding=filters.shape[-1] // 2)
        mean, var = (self.statistics[f"{name}_bn_{kind}"] for kind in ("mean", "var"))
        gamma, beta = p[f"{name}_bn_gamma"], p[f"{name}_bn_beta"]
        return F.relu(F.batch_norm(x, mean, var, gamma, beta, True, 0.1, EPSILON))

    def _watch(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        blocks = self.options["DenseBlock"]
        x = F.max_pool2d(self._layer(x, "dense_input", 2), 2, ceil_mode=True)
        mask = mask[:, ::2, ::2][:, ::2, ::2]
        for number, levels in enumerate(blocks):
            for level in range(levels):
                new = self._drop(self._layer(x, f"dense_B_b{number}_l{level}"))
                new = self._drop(self._layer(new, f"dense_b{number}_l{level}"))
                x = torch.cat([x, new], 1)
            if number < len(blocks) - 1:
                x = self._drop(self._layer(x, f"dense_C_b{number}"))
                x = F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)
                mask = mask[:, ::2, ::2]
        return x, mask

    def _parse(
        self, emb: Tensor, y_mask: Tensor, context: Tensor, mask: Tensor, h: Tensor
    ) -> tuple[Tensor, Tensor]:
        p = {k.removeprefix("decoder_"): v for k, v in self.params.items()}
        projected = F.conv2d(context, p["Wc_att"], p["b_att"] + p["conv_b"])
        coverage = torch.einsum("qa,qchw->achw", p["conv_Uf"], p["conv_Q"])
        half = coverage.shape[-1] // 2
        gates, candidate = emb @ p["W"] + p["b"], emb @ p["Wx"] + p["bx"]
        past = torch.zeros_like(mask)
        states, seen = [], []
        for m, token, more in zip(
            y_mask[:, :, None].unbind(0), gates.unbind(0), candidate.unbind(0), strict=True
        ):
            h1 = before_looking(p, m, token, more, h)
            covered = F.conv2d(past[:, None], coverage, padding=half)
            energy = torch.tanh(projected + (h1 @ p["W_comb_att"])[:, :, None, None] + covered)
            energy = (energy * p["U_att"][:, 0, None, None]).sum(1) + p["c_tt"]
            alpha = torch.exp(energy) * mask
            alpha = alpha / alpha.sum((1, 2), keepdim=True)
            past = past + alpha
            found = (context * alpha[:, None]).sum((2, 3))

            h = having_looked(p, m, found, h1)
            states.append(h)
            seen.append(found)
        return torch.stack(states), torch.stack(seen)
