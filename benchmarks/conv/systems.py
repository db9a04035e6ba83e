"""The three directions of a convolution, as calls, for symopt, PyTorch and JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt

import symopt
from benchmarks.conv.layers import DIRECTIONS, Layer
from benchmarks.system import Call
from symopt.nnet import conv2d

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def arrays(layer: Layer) -> Arrays:
    """Images, filters and a gradient of the result, float32."""
    rng = np.random.default_rng(0)
    lengths = [(n - 1) // layer.stride + 1 for n in (layer.rows, layer.columns)]
    shapes = layer.image_shape, layer.filter_shape, (layer.batch, layer.results, *lengths)
    x, w, y = (rng.standard_normal(shape).astype("float32") for shape in shapes)
    return x, w, y


def graph(stride: int, algorithm: str, shapes: tuple = ((None,) * 4,) * 3) -> tuple:
    """Inputs, and the outputs of the three directions."""
    x, w, above = (pt.tensor(dtype="float32", shape=shape) for shape in shapes)
    y = conv2d(
        x, w, border_mode="half", subsample=(stride, stride), filter_flip=False, algorithm=algorithm
    )
    gx, gw = pytensor.grad(None, [x, w], known_grads={y: above})
    return (x, w, above), (y, gx, gw)


@cache
def _functions(stride: int, algorithm: str) -> list[Callable]:
    inputs, outputs = graph(stride, algorithm)
    return [
        symopt.function(
            inputs, pytensor.Out(output, borrow=True), backend="c", on_unused_input="ignore"
        )
        for output in outputs
    ]


def symopt_c(layer: Layer, algorithm: str, given: Arrays) -> dict[str, Call]:
    """The c backend."""
    functions = _functions(layer.stride, algorithm)
    return {name: lambda f=f: f(*given) for name, f in zip(DIRECTIONS, functions, strict=True)}


def torch_cpu(layer: Layer, given: Arrays, threads: int) -> dict[str, Call]:
    """PyTorch's convolution and the two halves of its gradient."""
    import torch

    torch.set_num_threads(threads)
    x, w, y = map(torch.from_numpy, given)
    stride, pad = [layer.stride] * 2, [layer.kernel // 2] * 2
    settings = (None, stride, pad, [1, 1], False, [0, 0], 1)

    def backward(mask: list[bool]) -> Call:
        which = mask.index(True)
        return lambda: torch.ops.aten.convolution_backward(y, x, w, *settings, mask)[which]

    return {
        "forward": lambda: torch.nn.functional.conv2d(x, w, stride=stride, padding=pad),
        "by input": backward([True, False, False]),
        "by weights": backward([False, True, False]),
    }


def jax_plain(layer: Layer, given: Arrays) -> dict[str, Call]:
    """``lax.conv_general_dilated`` and its vector-Jacobian products, each under one jit."""
    import jax

    pad = [(layer.kernel // 2,) * 2] * 2

    def convolve(x: jax.Array, w: jax.Array) -> jax.Array:
        return jax.lax.conv_general_dilated(x, w, (layer.stride,) * 2, pad)

    x, w, y = map(jax.numpy.asarray, given)
    by_input = jax.jit(lambda x, w, y: jax.vjp(lambda x: convolve(x, w), x)[1](y)[0])
    by_weights = jax.jit(lambda x, w, y: jax.vjp(lambda w: convolve(x, w), w)[1](y)[0])
    forward = jax.jit(convolve)
    return {
        "forward": lambda: forward(x, w).block_until_ready(),
        "by input": lambda: by_input(x, w, y).block_until_ready(),
        "by weights": lambda: by_weights(x, w, y).block_until_ready(),
    }


def symopt_jax(layer: Layer, given: Arrays) -> dict[str, Call]:
    """The same graph through PyTensor's JAX linker, on arrays that are JAX's already."""
    import jax

    import symopt.backends.jax.nnet  # noqa: F401  # registers the operations

    inputs, outputs = graph(layer.stride, "auto", tuple(a.shape for a in given))
    ours = list(map(jax.numpy.asarray, given))
    calls = {}
    for name, output in zip(DIRECTIONS, outputs, strict=True):
        f = pytensor.function(
            inputs, output, mode="JAX", on_unused_input="ignore", trust_input=True
        )
        calls[name] = lambda f=f: f(*ours).block_until_ready()
    return calls
