"""Parameters of two models, and gradients for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.lstm.problem import Sizes, make_params

RULES = ("adadelta", "adam")

RHO, ADADELTA_EPSILON = 0.95, 1e-6
LR, BETA1, BETA2, ADAM_EPSILON = 1e-3, 0.9, 0.999, 1e-8

Arrays = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Problem:
    """The rule, the initial parameters and the gradients, the same at every step."""

    rule: str
    params: Arrays
    grads: Arrays


def tutorial_params(sizes: Sizes) -> Arrays:
    """Six tensors, those of the LSTM tutorial."""
    return make_params(sizes, np.random.default_rng(123))


def translator_params(words: int, dim: int, kernel: int) -> Arrays:
    """Sixty tensors in the shapes of an encoder and decoder with attention.

    Two embeddings and the output's matrix and bias; eight GRU layers of two matrices of gates, two
    of candidates and their biases; four matrices and a bias of attention; a convolution and its
    bias, and the bias of the readout.
    """
    shapes: dict[str, tuple[int, ...]] = {
        "Wemb": (words, dim),
        "Wemb_dec": (words, dim),
        "ff_logit_W": (dim, words),
        "ff_logit_b": (words,),
    }
    for i in range(8):
        shapes |= {
            f"layer{i}_W": (dim, 2 * dim),
            f"layer{i}_U": (dim, 2 * dim),
            f"layer{i}_b": (2 * dim,),
            f"layer{i}_Wx": (dim, dim),
            f"layer{i}_Ux": (dim, dim),
            f"layer{i}_bx": (dim,),
        }
    shapes |= {
        "Wc_att": (2 * dim, 2 * dim),
        "W_comb_att": (dim, 2 * dim),
        "b_att": (2 * dim,),
        "U_att": (2 * dim, 1),
        "Wc": (2 * dim, 2 * dim),
        "conv_W": (dim, dim, kernel, kernel),
        "conv_b": (dim,),
        "ff_logit_lstm_b": (dim,),
    }
    rng = np.random.default_rng(123)
    return {
        name: 0.01 * rng.standard_normal(shape, dtype=np.float32) for name, shape in shapes.items()
    }


def make_grads(params: Arrays) -> Arrays:
    """Of about 0.01: not so small that their squares come near the denormals."""
    rng = np.random.default_rng(321)
    return {
        name: 0.01 * rng.standard_normal(value.shape, dtype=np.float32)
        for name, value in params.items()
    }
