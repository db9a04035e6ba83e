"""Layers that the watchers and the parser are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from symopt.nnet.bn import batch_normalization_test, batch_normalization_train
from symopt.random import MRG_RandomStreams

RETAINED = np.float32(0.8)
"""Probability that dropout keeps a unit. (A plain 0.8 would make float64 of float32.)"""

MOVED = np.float32(0.1)
"""How far running statistics move to those of a minibatch."""

STREAMS = "mrg"
"""What the names of the random states begin with."""

Parameters = Mapping[str, SharedVariable]


class Noise:
    """What differs between training and use: dropout, and whose statistics normalise.

    Parameters
    ----------
    use_noise
        A shared scalar that switches dropout on and off in the graph that trains, whose batch
        normalisations take their own batch's statistics. None: the graph that decodes.
    """

    def __init__(self, use_noise: SharedVariable | None = None, seed: int = 1234) -> None:
        self.use_noise = use_noise
        self.trng = MRG_RandomStreams(seed, name=STREAMS)
        self.statistics: dict[str, Any] = {}
        """Name of a running statistic to what phase 1 moves it to."""

    @property
    def training(self) -> bool:
        return self.use_noise is not None


def dropout_layer(state: Any, noise: Noise) -> Any:
    """Drop a fifth of the units while noise is used; else scale them all, to the same mean."""
    if noise.use_noise is None:
        return state * RETAINED
    with pytensor.config.change_flags(floatX="float32"):  # what is drawn behind it
        kept = noise.trng.binomial(state.shape, p=RETAINED, n=1, dtype=state.dtype)
    return pt.switch(noise.use_noise, state * kept, state * RETAINED)


def fflayer(tparams: Parameters, state_below: Any, prefix: str) -> Any:
    """An affine layer."""
    return pt.dot(state_below, tparams[f"{prefix}_W"]) + tparams[f"{prefix}_b"]


def batch_norm_layer(
    tparams: Parameters,
    bn_tparams: Parameters,
    x: Any,
    mask: Any,
    name: str,
    noise: Noise,
) -> Any:
    """Normalise images (batch, channels, rows, columns); see the original's cuDNN calls.

    With a mask, statistics are those of the pixels under it. Without, padding counts as picture.
    """
    gamma, beta = tparams[f"{name}_bn_gamma"], tparams[f"{name}_bn_beta"]
    mean, var = bn_tparams[f"{name}_bn_mean"], bn_tparams[f"{name}_bn_var"]
    if mask is not None:
        y, *moved = masked_batch_normalization(x, mask, noise.training, gamma, beta, mean, var)
        if noise.training:
            pairs = zip((mean, var), moved, strict=True)
            moved = [(1 - MOVED) * old + MOVED * new for old, new in pairs]
    elif noise.training:
        y, _, _, *moved = batch_normalization_train(
            x, gamma, beta, axes="spatial", running_mean=mean, running_var=var
        )
    else:
        y = batch_normalization_test(x, gamma, beta, mean, var, axes="spatial")
    if noise.training:
        noise.statistics[f"{name}_bn_mean"], noise.statistics[f"{name}_bn_var"] = moved
    return y


def masked_batch_normalization(
    x: Any,
    mask: Any,
    training: Any,
    gamma: Any,
    beta: Any,
    running_mean: Any,
    running_var: Any,
    epsilon: float = 1e-6,
) -> tuple[Any, Any, Any]:
    """Normalise by the statistics of the pixels under the mask; 0 elsewhere.

    Parameters
    ----------
    x
        (batch, channels, rows, columns).
    mask
        (batch, rows, columns), 1 where there is a picture.
    training
        1 or True: the batch's own statistics; 0 or False: the running ones. May be symbolic.
    gamma, beta, running_mean, running_var
        (1, channels, 1, 1).

    Returns
    -------
    The images, the mean, and the variance times m / (m - 1), m being the pixels under the mask.
    """
    mask = mask.dimshuffle(0, "x", 1, 2)
    count = mask.sum()
    gamma, beta, running_mean, running_var = (
        pt.specify_broadcastable(v, 0, 2, 3) for v in (gamma, beta, running_mean, running_var)
    )
    mean, var = running_mean, running_var
    if training is not False:
        mean = (x * mask).sum((0, 2, 3), keepdims=True) / count
        if training is not True:
            mean = pt.switch(training, mean, running_mean)
        var = pt.sqr((x - mean) * mask).sum((0, 2, 3), keepdims=True) / count
        if training is not True:
            var = pt.switch(training, var, running_var)
    y = ((x - mean) * (gamma / pt.sqrt(var + np.asarray(epsilon, x.dtype))) + beta) * mask
    return y, mean, count / (count - 1) * var
