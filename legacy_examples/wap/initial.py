"""The initial parameters, by the original's names and in its order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from legacy_examples.wap.options import Options
from legacy_examples.wap.watcher import Layer, watcher_channels, watcher_layers

Params = dict[str, NDArray[np.float32]]


def _p(prefix: str, name: str) -> str:
    return f"{prefix}_{name}"


def uniform(
    rng: np.random.Generator, bound: float, shape: int | Sequence[int]
) -> NDArray[np.float32]:
    """Draw between -bound and bound."""
    return rng.uniform(-bound, bound, shape).astype("float32")


def norm_weight(rng: np.random.Generator, nin: int, nout: int) -> NDArray[np.float32]:
    """Glorot's uniform weights."""
    return uniform(rng, float(np.sqrt(6.0 / (nin + nout))), (nin, nout))


def conv_norm_weight(
    rng: np.random.Generator, nin: int, nout: int, kernel: Sequence[int]
) -> NDArray[np.float32]:
    """The same for filters (nout, nin, rows, columns)."""
    area = int(np.prod(kernel))
    return uniform(rng, float(np.sqrt(6.0 / ((nin + nout) * area))), (nout, nin, *kernel))


def ortho_weight(rng: np.random.Generator, n: int) -> NDArray[np.float32]:
    """Draw an orthogonal matrix."""
    u, _, _ = np.linalg.svd(rng.standard_normal((n, n)))
    return u.astype("float32")


def init_params(options: Options, seed: int = 0) -> Params:
    """Draw all parameters that are trained.

    The batch normalisation's gammas are drawn around 0, as in the original, unless the options
    say what they are.
    """
    rng = np.random.default_rng(seed)
    params: Params = {
        "Wemb_dec": norm_weight(rng, options["dim_target"], options["dim_word"]),
    }
    for layer in watcher_layers(options):
        params[layer.name] = conv_norm_weight(rng, layer.nin, layer.nout, layer.kernel)
        gamma = uniform(rng, 1 / float(np.sqrt(layer.nout)), (1, layer.nout, 1, 1))
        if options["gamma"] is not None:
            gamma = np.full_like(gamma, options["gamma"])
        params[_p(layer.name, "bn_gamma")] = gamma
        params[_p(layer.name, "bn_beta")] = np.zeros((1, layer.nout, 1, 1), "float32")
    channels = watcher_channels(options)
    dimctx, dim, word = sum(channels), options["dim_dec"], options["dim_word"]

    def affine(prefix: str, nin: int, nout: int) -> None:
        params[_p(prefix, "W")] = norm_weight(rng, nin, nout)
        params[_p(prefix, "b")] = np.zeros(nout, "float32")

    affine("ff_state", dimctx, dim)
    _init_parser(params, rng, options, channels)
    affine("ff_logit_gru", dim, word)
    affine("ff_logit_prev", word, word)
    affine("ff_logit_ctx", dimctx, word)
    affine("ff_logit", word // 2, options["dim_target"])
    return params


def _init_parser(
    params: Params, rng: np.random.Generator, options: Options, channels: Sequence[int]
) -> None:
    nin, dim, dimctx = options["dim_word"], options["dim_dec"], sum(channels)

    def two(draw: NDArray[np.float32], again: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([draw, again], axis=1)

    def zeros(n: int) -> NDArray[np.float32]:
        return np.zeros(n, "float32")

    params["decoder_W"] = two(norm_weight(rng, nin, dim), norm_weight(rng, nin, dim))
    params["decoder_b"] = zeros(2 * dim)
    params["decoder_U"] = two(ortho_weight(rng, dim), ortho_weight(rng, dim))
    params["decoder_Wx"] = norm_weight(rng, nin, dim)
    params["decoder_Ux"] = ortho_weight(rng, dim)
    params["decoder_bx"] = zeros(dim)
    params["decoder_U_nl"] = two(ortho_weight(rng, dim), ortho_weight(rng, dim))
    params["decoder_b_nl"] = zeros(2 * dim)
    params["decoder_Ux_nl"] = ortho_weight(rng, dim)
    params["decoder_bx_nl"] = zeros(dim)
    params["decoder_Wc"] = norm_weight(rng, dimctx, 2 * dim)
    params["decoder_Wcx"] = norm_weight(rng, dimctx, dim)
    for prefix, nctx in zip(("decoder", "decoder_high"), channels, strict=False):
        natt, ncover = options["dim_attention"], options["dim_coverage"]
        kernel = options["kernel_coverage"]
        params[_p(prefix, "W_comb_att")] = norm_weight(rng, dim, natt)
        params[_p(prefix, "Wc_att")] = conv_norm_weight(rng, nctx, natt, [1, 1])
        params[_p(prefix, "b_att")] = zeros(natt)
        params[_p(prefix, "U_att")] = norm_weight(rng, natt, 1)
        params[_p(prefix, "c_tt")] = zeros(1)
        params[_p(prefix, "conv_Q")] = conv_norm_weight(rng, 1, ncover, kernel)
        params[_p(prefix, "conv_Uf")] = norm_weight(rng, ncover, natt)
        params[_p(prefix, "conv_b")] = zeros(natt)


def init_bn_params(options: Options) -> Params:
    """The running statistics of the batch normalisations: means 0, variances 1."""
    statistics: Params = {}
    for layer in watcher_layers(options):
        statistics[_p(layer.name, "bn_mean")] = _channels(layer, 0)
        statistics[_p(layer.name, "bn_var")] = _channels(layer, 1)
    return statistics


def _channels(layer: Layer, value: float) -> NDArray[np.float32]:
    return np.full((1, layer.nout, 1, 1), value, "float32")
