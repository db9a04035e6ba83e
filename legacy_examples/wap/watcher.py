"""The watchers: from the picture of a formula to a grid of annotations.

A layer is a convolution, a batch normalisation and a ReLU. The DenseNet halves the picture four
times (a convolution of stride 2 and three poolings), the VGG too; masks are subsampled along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytensor.tensor as pt

from legacy_examples.wap.layers import Noise, Parameters, batch_norm_layer, dropout_layer
from legacy_examples.wap.options import Options
from symopt.nnet import conv2d, relu
from symopt.nnet.pool import pool_2d


class Layer(NamedTuple):
    """Name of a convolution, its channels and its kernel."""

    name: str
    nin: int
    nout: int
    kernel: Sequence[int]


class Grid(NamedTuple):
    """Annotations (batch, channels, rows, columns), and their mask (batch, rows, columns)."""

    context: Any
    mask: Any


def watcher_layers(options: Options) -> list[Layer]:
    """The convolutions of a watcher, in the order of the original's parameters."""
    return _densenet_layers(options)[0] if "DenseBlock" in options else _vgg_layers(options)


def watcher_channels(options: Options) -> list[int]:
    """Channels of each grid that the watcher gives."""
    if "DenseBlock" in options:
        return _densenet_layers(options)[1]
    return [options["dim_ConvBlock"][-1]]


def watch(
    tparams: Parameters, bn_tparams: Parameters, x: Any, mask: Any, options: Options, noise: Noise
) -> list[Grid]:
    """Pictures (batch, 1, height, width) to one grid, or two with multi-scale attention.

    The second one has twice the resolution in either direction. ``mask`` (batch, height, width)
    may be None: pictures without padding.
    """
    watcher = _densenet if "DenseBlock" in options else _vgg
    return watcher(_Builder(tparams, bn_tparams, options, noise), x, mask)


class _Builder(NamedTuple):
    tparams: Parameters
    bn_tparams: Parameters
    options: Options
    noise: Noise

    def layer(self, x: Any, mask: Any, name: str, stride: Any = (1, 1), drop: bool = False) -> Any:
        filters = self.tparams[name]
        shape = filters.get_value(borrow=True).shape
        x = conv2d(x, filters, filter_shape=shape, border_mode="half", subsample=stride)
        bn_mask = mask if self.options["bn_mask"] else None
        x = relu(batch_norm_layer(self.tparams, self.bn_tparams, x, bn_mask, name, self.noise))
        return dropout_layer(x, self.noise) if drop and self.options["use_dropout"] else x


def halved(mask: Any) -> Any:
    """Every second row and column of a mask."""
    return None if mask is None else mask[:, ::2, ::2]


def pool(x: Any, mode: str) -> Any:
    """Halve images, rounding up."""
    return pool_2d(x, (2, 2), ignore_border=False, stride=(2, 2), mode=mode)


def _densenet_layers(options: Options) -> tuple[list[Layer], list[int]]:
    k, channels = options["GrowthRate"], options["channel_conv1"]
    blocks = options["DenseBlock"]
    layers = [Layer("dense_input", options["input_channels"], channels, options["kernel_conv1"])]

    def block(prefix: str, number: int, levels: int, channels: int) -> int:
        for level in range(levels):
            nin = channels
            if options["Bottleneck"]:
                layers.append(Layer(f"{prefix}_B_b{number}_l{level}", nin, 4 * k, [1, 1]))
                nin = 4 * k
            layers.append(Layer(f"{prefix}_b{number}_l{level}", nin, k, [3, 3]))
            channels += k
        return channels

    before = channels
    for number, levels in enumerate(blocks):
        before = channels
        channels = block("dense", number, levels, channels)
        if number < len(blocks) - 1:
            compressed = int(channels * options["Transition"])
            layers.append(Layer(f"dense_C_b{number}", channels, compressed, [1, 1]))
            channels = compressed
    if not options.get("MultiScaleBlock"):
        return layers, [channels]
    high = block("high", len(blocks) - 1, options["MultiScaleBlock"], before)
    return layers, [channels, high]


def _densenet(build: _Builder, x: Any, mask: Any) -> list[Grid]:
    options = build.options
    stride = tuple(options["stride_conv1"])
    if stride == (2, 2):
        mask = halved(mask)
    x = build.layer(x, mask, "dense_input", stride)
    x, mask = pool(x, "max"), halved(mask)

    def block(x: Any, mask: Any, prefix: str, number: int, levels: int) -> Any:
        for level in range(levels):
            new = x
            if options["Bottleneck"]:
                new = build.layer(new, mask, f"{prefix}_B_b{number}_l{level}", drop=True)
            new = build.layer(new, mask, f"{prefix}_b{number}_l{level}", drop=True)
            x = pt.concatenate([x, new], axis=1)
        return x

    grids = []
    last = len(options["DenseBlock"]) - 1
    for number, levels in enumerate(options["DenseBlock"]):
        x = block(x, mask, "dense", number, levels)
        if number < last:
            x = build.layer(x, mask, f"dense_C_b{number}", drop=True)
            if number == last - 1 and options.get("MultiScaleBlock"):
                high = block(x, mask, "high", last, options["MultiScaleBlock"])
                grids.append(Grid(high, mask))
            x, mask = pool(x, "average_exc_pad"), halved(mask)
    return [Grid(x, mask), *grids]


VGG_DROPPED = ("conv_b3_l0", "conv_b3_l1", "conv_b3_l2")
"""The layers that the original drops units of."""


def _vgg_layers(options: Options) -> list[Layer]:
    layers, channels = [], options["input_channels"]
    sizes = zip(options["dim_ConvBlock"], options["layersNum_block"], strict=True)
    for block, (nout, levels) in enumerate(sizes):
        for level in range(levels):
            name = f"conv_b{block}_l{level}"
            layers.append(Layer(name, channels, nout, options["kernel_Convenc"]))
            channels = nout
    return layers


def _vgg(build: _Builder, x: Any, mask: Any) -> list[Grid]:
    for block, levels in enumerate(build.options["layersNum_block"]):
        for level in range(levels):
            name = f"conv_b{block}_l{level}"
            x = build.layer(x, mask, name, drop=name in VGG_DROPPED)
        x, mask = pool(x, "max"), halved(mask)
    return [Grid(x, mask)]
