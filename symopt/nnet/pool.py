"""Pooling: the maximum, sum or average of windows of images, with Theano 1.0.5's arguments.

Unpooling is the gradient: ``pytensor.grad(None, wrt=x, known_grads={pool_2d(x, ...): y})`` puts
``y`` where the maxima of ``x`` were.
"""

from __future__ import annotations

from typing import Any, cast

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.nnet.pool_ops import MaxPoolGrad, Pool
from symopt.nnet.pool_shapes import pool_settings


def pool_2d(
    input: Any,
    ws: Any = None,
    ignore_border: bool | None = None,
    stride: Any = None,
    pad: Any = (0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> TensorVariable:
    """The maximum, sum or average of each window of the last two axes.

    Window (i, j) holds the rows from ``i * stride[0] - pad[0]`` and the columns from
    ``j * stride[1] - pad[1]``, ``ws[0]`` by ``ws[1]`` of them, as far as they lie in the image.

    Parameters
    ----------
    input
        Images, of shape (..., rows, columns): a tensor of at least two dimensions, of real
        numbers. Any size may be zero.
    ws
        Window size (rows, columns): two integers of at least 1.
    ignore_border
        Whether windows that reach over the lower or right border are left out. With
        ``ws=(2, 2)`` five rows give two if True, three if False. Default None, which is False.
    stride
        Distance between windows (rows, columns), integers of at least 1; default None: ``ws``.
    pad
        Rows added above and below and columns added left and right: integers smaller than
        ``ws``, and 0 unless ``ignore_border`` is True. Default (0, 0).
    mode
        "max" (default) and "sum" leave the padding out. "average_exc_pad" divides by the number
        of elements of the window that lie in the image; "average_inc_pad" by the size of the
        window, padding included, which is the same for ``ignore_border=False``.
        "max_deterministic" is "max".
    ds, st, padding
        Old names of ``ws``, ``stride`` and ``pad``.

    Returns
    -------
    Tensor of shape (..., windows along the rows, windows along the columns) and the dtype of
    ``input``; averages of integers are of dtype ``floatX``.

    Raises
    ------
    HyperparameterError
        A setting is out of range, symbolic, given by both of its names, or not at all.
    ShapeError
        ``input`` has fewer than two dimensions.
    DTypeError
        ``input`` is boolean or complex.

    Notes
    -----
    The gradient of a maximum goes to every element that is equal to it, as in Theano.

    Differences from Theano: windows are fixed when the graph is built (it took symbolic sizes);
    no warning for ``ignore_border=None``; "average_exc_pad" with padding has a gradient;
    averages of integers are not cut to integers; a maximum is NaN wherever in the window the NaN
    is; an image of size zero has no windows.
    """
    ws, stride, pad = _by_either_name("pool_2d", ws, stride, pad, ds, st, padding)
    return _pool("pool_2d", 2, input, ws, ignore_border, stride, pad, mode)


def pool_3d(
    input: Any,
    ws: Any = None,
    ignore_border: bool | None = None,
    stride: Any = None,
    pad: Any = (0, 0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> TensorVariable:
    """The maximum, sum or average of each window of the last three axes.

    As :func:`pool_2d`, with three integers where that has two.

    Parameters
    ----------
    input
        Volumes, of shape (..., depth, rows, columns): a tensor of at least three dimensions.
    ws, ignore_border, stride, pad, mode, ds, st, padding
        See :func:`pool_2d`; three integers each.

    Returns
    -------
    Tensor of shape (..., windows along each of the three axes) and the dtype of ``input``;
    averages of integers are of dtype ``floatX``.

    Raises
    ------
    HyperparameterError, ShapeError, DTypeError
        See :func:`pool_2d`.
    """
    ws, stride, pad = _by_either_name("pool_3d", ws, stride, pad, ds, st, padding)
    return _pool("pool_3d", 3, input, ws, ignore_border, stride, pad, mode)


def max_pool_2d_same_size(input: Any, patch_size: Any) -> TensorVariable:
    """Keep the maxima of patches that do not overlap, and set everything else to zero.

    Parameters
    ----------
    input
        Images, of shape (..., rows, columns).
    patch_size
        Rows and columns of a patch: two integers of at least 1. Rows and columns left over at
        the lower and right border are set to zero.

    Returns
    -------
    Tensor of the shape and dtype of ``input``. Of equal maxima in a patch all are kept.

    Raises
    ------
    HyperparameterError, ShapeError, DTypeError
        See :func:`pool_2d`.
    """
    x = _images("max_pool_2d_same_size", 2, input)
    windows, _ = pool_settings(
        "max_pool_2d_same_size", 2, patch_size, True, None, None, "max", size_name="patch_size"
    )
    maxima = cast(TensorVariable, Pool(windows, "max")(x))
    return cast(TensorVariable, MaxPoolGrad(windows)(x, maxima, maxima))


def _pool(
    owner: str,
    ndim: int,
    input: Any,
    ws: Any,
    ignore_border: bool | None,
    stride: Any,
    pad: Any,
    mode: str,
) -> TensorVariable:
    x = _images(owner, ndim, input)
    windows, mode = pool_settings(owner, ndim, ws, ignore_border, stride, pad, mode)
    if mode.startswith("average") and x.type.numpy_dtype.kind in "iu":
        x = pt.cast(x, "floatX")
    return cast(TensorVariable, Pool(windows, mode)(x))


def _images(owner: str, ndim: int, input: Any) -> TensorVariable:
    x = pt.as_tensor_variable(input)
    if x.type.ndim < ndim:
        raise ShapeError(
            f"{owner}: input={x} has {x.type.ndim} dimensions; expected at least {ndim}, the last "
            "of which are pooled over."
        )
    return x


def _by_either_name(
    owner: str, ws: Any, stride: Any, pad: Any, ds: Any, st: Any, padding: Any
) -> tuple[Any, Any, Any]:
    """Window, stride and padding, each under its new or its old name."""
    if padding is not None and isinstance(pad, tuple) and not any(pad):
        pad = None  # the default
    chosen = []
    for name, new, old_name, old in (
        ("ws", ws, "ds", ds),
        ("stride", stride, "st", st),
        ("pad", pad, "padding", padding),
    ):
        if new is not None and old is not None:
            raise HyperparameterError(
                f"{owner}: {name}={new!r} and {old_name}={old!r} are two names of one argument; "
                f"expected {name} alone."
            )
        chosen.append(new if old is None else old)
    if chosen[0] is None:
        raise HyperparameterError(f"{owner}: ws is missing; expected the size of the window.")
    return chosen[0], chosen[1], chosen[2]
