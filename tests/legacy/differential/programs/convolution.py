"""conv2d in its old and new interfaces, their gradients' Ops, and pooling."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.nnet import abstract_conv, conv
from theano.tensor.signal import pool

from tests.legacy.differential.answers import build, compute, numbers, raised, tolerance, warns


def _with_gradients(inputs, costs, wrt):
    outputs = OrderedDict()
    for label, cost in costs.items():
        outputs[label] = cost
        gradients = T.grad((cost**2).sum(), wrt, disconnected_inputs="ignore")
        for variable, gradient in zip(wrt, gradients):
            outputs[label + " gradient " + variable.name] = gradient
    return compute(inputs, outputs)


@tolerance(2e-5, 1e-4)
def conv2d_forms():
    x, w = T.tensor4("x"), T.tensor4("w")
    return _with_gradients(
        [(x, numbers(2, 2, 6, 5)), (w, numbers(3, 2, 3, 3, seed=2))],
        OrderedDict(
            [
                ("plain", T.nnet.conv2d(x, w)),
                ("valid", T.nnet.conv2d(x, w, border_mode="valid")),
                ("full", T.nnet.conv2d(input=x, filters=w, border_mode="full")),
                ("half", T.nnet.conv2d(x, w, border_mode="half", subsample=(2, 1))),
                ("int", T.nnet.conv2d(x, w, border_mode=1)),
                ("pair", T.nnet.conv2d(x, w, border_mode=(2, 0))),
                (
                    "shapes",
                    T.nnet.conv2d(
                        x,
                        w,
                        input_shape=(2, 2, 6, 5),
                        filter_shape=(3, 2, 3, 3),
                        filter_flip=False,
                    ),
                ),
                ("positional shapes", T.nnet.conv2d(x, w, (2, 2, 6, 5), (3, 2, 3, 3))),
                ("none in shapes", T.nnet.conv2d(x, w, (None, 2, None, None), (3, 2, 3, 3))),
                ("dilated", T.nnet.conv2d(x, w, filter_dilation=(2, 1))),
                ("groups", T.nnet.conv2d(x, w[:2, :1], num_groups=2)),
            ]
        ),
        [x, w],
    )


@warns
@tolerance(2e-5, 1e-4)
def conv2d_old_names():
    x, w = T.tensor4("x"), T.tensor4("w")
    return compute(
        [(x, numbers(2, 2, 6, 5)), (w, numbers(3, 2, 3, 3, seed=2))],
        OrderedDict(
            [
                (
                    "image_shape",
                    T.nnet.conv2d(x, w, image_shape=(2, 2, 6, 5), filter_shape=(3, 2, 3, 3)),
                ),
                ("unknown keyword", T.nnet.conv2d(x, w, border_mode="valid", unroll_batch=2)),
            ]
        ),
    )


@warns
@tolerance(2e-5, 1e-4)
def old_interface():
    x, w = T.tensor4("x"), T.tensor4("w")
    return _with_gradients(
        [(x, numbers(2, 2, 6, 5)), (w, numbers(3, 2, 3, 3, seed=2))],
        OrderedDict(
            [
                ("plain", conv.conv2d(x, w)),
                ("keywords", conv.conv2d(input=x, filters=w, border_mode="full")),
                (
                    "shapes",
                    conv.conv2d(
                        x, w, image_shape=(2, 2, 6, 5), filter_shape=(3, 2, 3, 3)
                    ),
                ),
            ]
        ),
        [x, w],
    )


@warns
@tolerance(2e-5, 1e-4)
def old_interface_with_steps():
    x, w = T.tensor4("x"), T.tensor4("w")
    return compute(
        [(x, numbers(2, 2, 6, 5)), (w, numbers(3, 2, 3, 3, seed=2))],
        {"subsample": conv.conv2d(x, w, subsample=(2, 2), border_mode="valid")},
    )


@tolerance(2e-5, 1e-4)
def gradient_operations():
    y, w, x = T.tensor4("y"), T.tensor4("w"), T.tensor4("x")
    to_inputs = abstract_conv.AbstractConv2d_gradInputs(
        imshp=None, kshp=None, border_mode="valid", subsample=(2, 2), filter_flip=False
    )
    to_weights = abstract_conv.AbstractConv2d_gradWeights(subsample=(1, 1), border_mode="half")
    plain = abstract_conv.AbstractConv2d(border_mode="half", subsample=(1, 1))
    return compute(
        [
            (y, numbers(2, 3, 3, 3)),
            (w, numbers(3, 2, 3, 3, seed=2)),
            (x, numbers(2, 2, 3, 3, seed=3)),
        ],
        OrderedDict(
            [
                ("inputs", to_inputs(w, y, T.constant([7, 7]))),
                ("inputs symbolic", to_inputs(w, y, y.shape[2:] * 2 + 1)),
                ("weights", to_weights(x, y, T.constant([3, 3]))),
                ("plain", plain(x, w)),
                (
                    "function",
                    abstract_conv.conv2d_grad_wrt_inputs(
                        y, w, input_shape=(2, 2, 5, 5), border_mode="valid"
                    ),
                ),
                (
                    "function weights",
                    abstract_conv.conv2d_grad_wrt_weights(x, y[:, :, :2, :2], (3, 2, 2, 2)),
                ),
                (
                    "transposed",
                    T.nnet.conv2d_transpose(
                        y, w, output_shape=(2, 2, 7, 7), input_dilation=(2, 2)
                    ),
                ),
                (
                    "upsampling",
                    abstract_conv.bilinear_upsampling(x, ratio=2),
                ),
                (
                    "upsampling keywords",
                    abstract_conv.bilinear_upsampling(
                        input=x, ratio=2, batch_size=2, num_input_channels=2, use_1D_kernel=False
                    ),
                ),
            ]
        ),
    )


def _ints(shape):
    return [None if length is None else int(length) for length in shape]


def output_shapes():
    shape = abstract_conv.get_conv_output_shape
    return {
        "valid": _ints(shape((2, 3, 7, 6), (4, 3, 3, 2), "valid", (1, 1))),
        "half": _ints(shape((2, 3, 7, 6), (4, 3, 3, 2), "half", (2, 2))),
        "full": _ints(shape((2, 3, 7, 6), (4, 3, 3, 2), "full", (1, 2))),
        "int": _ints(shape((2, 3, 7, 6), (4, 3, 3, 2), 2, (1, 1))),
        "pair": _ints(shape((2, 3, 7, 6), (4, 3, 3, 2), (1, 0), (1, 1), (2, 1))),
        "none": _ints(shape((None, 3, None, 6), (4, 3, 3, 2), "valid", (1, 1))),
        "keywords": _ints(
            shape(
                image_shape=(2, 3, 7, 6),
                kernel_shape=(4, 3, 3, 2),
                border_mode="half",
                subsample=(1, 1),
                filter_dilation=(2, 2),
            )
        ),
        "axis": int(abstract_conv.get_conv_shape_1axis(7, 3, "half", 2)),
        "pool": _ints(pool.Pool.out_shape((2, 3, 7, 6), (2, 2), ignore_border=True)),
        "pool border": _ints(pool.Pool.out_shape((2, 3, 7, 6), (2, 2), False, (1, 2), (0, 0))),
    }


@warns
@tolerance(2e-5, 1e-5)
def pooling_forms():
    x = T.tensor4("x")
    return _with_gradients(
        [(x, numbers(2, 1, 5, 6))],
        OrderedDict(
            [
                ("max", pool.pool_2d(input=x, ws=(2, 2), ignore_border=True)),
                ("keep border", pool.pool_2d(x, ws=(2, 2), ignore_border=False)),
                ("stride", pool.pool_2d(x, ws=(3, 2), ignore_border=True, stride=(1, 2))),
                (
                    "pad",
                    pool.pool_2d(
                        x, ws=(3, 3), ignore_border=True, stride=(2, 2), pad=(1, 1), mode="max"
                    ),
                ),
                ("sum", pool.pool_2d(x, (2, 3), ignore_border=True, mode="sum")),
                (
                    "average_inc_pad",
                    pool.pool_2d(
                        x, (3, 3), ignore_border=True, stride=(2, 2), pad=(1, 1), mode="average_inc_pad"
                    ),
                ),
                (
                    "average_exc_pad",
                    pool.pool_2d(x, (3, 3), True, stride=(2, 2), mode="average_exc_pad"),
                ),
                (
                    "average keep border",
                    pool.pool_2d(x, (2, 4), ignore_border=False, mode="average_exc_pad"),
                ),
                ("old names", pool.pool_2d(x, ds=(2, 2), ignore_border=True, st=(1, 1))),
                ("padding", pool.pool_2d(x, ds=(2, 2), ignore_border=True, padding=(1, 0))),
                ("no ignore_border", pool.pool_2d(x, (2, 2))),
                ("Pool", pool.Pool(ignore_border=True, mode="max", ndim=2)(x, (2, 2))),
                ("same input", pool.max_pool_2d_same_size(x, (2, 2))),
            ]
        ),
        [x],
    )


@tolerance(2e-5, 1e-5)
def pooling_of_other_ranks():
    m, t, v = T.matrix("m"), T.tensor3("t"), T.tensor5("v")
    return compute(
        [(m, numbers(4, 6)), (t, numbers(2, 4, 6)), (v, numbers(1, 1, 4, 4, 4))],
        OrderedDict(
            [
                ("matrix", pool.pool_2d(m, (2, 2), ignore_border=True)),
                ("tensor3", pool.pool_2d(t, (2, 3), ignore_border=True)),
                ("3d", pool.pool_3d(v, (2, 2, 2), ignore_border=True)),
                (
                    "3d keywords",
                    pool.pool_3d(
                        v,
                        ws=(2, 2, 2),
                        ignore_border=True,
                        stride=(1, 2, 2),
                        pad=(0, 0, 0),
                        mode="average_exc_pad",
                    ),
                ),
                ("3d sum", pool.pool_3d(v, (2, 1, 2), ignore_border=False, mode="sum")),
            ]
        ),
    )


@tolerance(2e-5, 1e-4)
def conv3d_forms():
    x, w = T.tensor5("x"), T.tensor5("w")
    return _with_gradients(
        [(x, numbers(1, 2, 4, 4, 3)), (w, numbers(2, 2, 2, 2, 2, seed=2))],
        OrderedDict(
            [
                ("plain", T.nnet.conv3d(x, w)),
                (
                    "keywords",
                    T.nnet.conv3d(
                        x,
                        w,
                        input_shape=(1, 2, 4, 4, 3),
                        filter_shape=(2, 2, 2, 2, 2),
                        border_mode="full",
                        subsample=(1, 1, 1),
                        filter_flip=True,
                        filter_dilation=(1, 1, 1),
                    ),
                ),
                ("half", T.nnet.conv3d(x, w, border_mode="half", subsample=(2, 2, 1))),
            ]
        ),
        [x, w],
    )


@tolerance(2e-5, 1e-4)
def conv3d_gradient_operation():
    y, w = T.tensor5("y"), T.tensor5("w")
    to_inputs = abstract_conv.AbstractConv3d_gradInputs(
        border_mode="valid", subsample=(1, 1, 1), filter_flip=False
    )
    return compute(
        [(y, numbers(1, 2, 3, 3, 2)), (w, numbers(2, 2, 2, 2, 2, seed=2))],
        {"inputs": to_inputs(w, y, T.constant([4, 4, 3]))},
    )


@tolerance(2e-5, 1e-4)
def signal_convolution():
    from theano.tensor.signal.conv import conv2d

    x, t, w = T.matrix("x"), T.tensor3("t"), T.matrix("w")
    return compute(
        [(x, numbers(5, 6)), (t, numbers(2, 5, 6)), (w, numbers(2, 3, seed=2))],
        OrderedDict(
            [
                ("matrix", conv2d(x, w)),
                ("full", conv2d(x, w, border_mode="full")),
                ("batch", conv2d(t, w)),
                ("keywords", conv2d(input=x, filters=w, image_shape=(5, 6), filter_shape=(2, 3))),
            ]
        ),
    )


def wrong_arguments():
    x, w = T.tensor4("x"), T.tensor4("w")
    return {
        "border": raised(T.nnet.conv2d, x, w, border_mode="same"),
        "rank": raised(T.nnet.conv2d, T.matrix(), w),
        "channels": raised(
            theano.function([x, w], T.nnet.conv2d(x, w)), numbers(1, 2, 4, 4), numbers(1, 3, 2, 2)
        ),
        "pool mode": raised(pool.pool_2d, x, (2, 2), ignore_border=True, mode="median"),
        "pool rank": raised(pool.pool_2d, T.vector(), (2, 2), ignore_border=True),
        "pool pad": raised(pool.pool_2d, x, (2, 2), ignore_border=False, pad=(1, 1)),
        "pool pad larger": raised(pool.pool_2d, x, (2, 2), ignore_border=True, pad=(2, 2)),
        "subsample": raised(T.nnet.conv2d, x, w, subsample=(1, 1, 1)),
        "dilation": raised(T.nnet.conv2d, x, w, filter_dilation=(1,)),
    }


def types():
    x, w = T.tensor4("x"), T.tensor4("w")
    return build(
        {
            "conv": lambda: T.nnet.conv2d(x, w),
            "conv shapes": lambda: T.nnet.conv2d(x, w, (1, 2, 5, 5), (1, 2, 3, 3)),
            "conv mixed": lambda: T.nnet.conv2d(T.ftensor4(), T.dtensor4()),
            "pool": lambda: pool.pool_2d(x, (2, 2), ignore_border=True),
            "pool row": lambda: pool.pool_2d(T.row(), (1, 2), ignore_border=True),
            "old conv": lambda: conv.conv2d(x, w),
        }
    )
