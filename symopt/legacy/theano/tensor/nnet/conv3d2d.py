"""Theano 1.0.5's ``theano.tensor.nnet.conv3d2d``: convolutions of films, time before channels."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.nnet import conv as _conv

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")

_ORDER = (0, 2, 1, 3, 4)


def conv3d(
    signals: Any,
    filters: Any,
    signals_shape: Any = None,
    filters_shape: Any = None,
    border_mode: Any = "valid",
) -> TensorVariable:
    """Convolve films with flipped filters.

    Parameters
    ----------
    signals, filters
        (batch, time, channels, rows, columns) and (results, time, channels, rows, columns).
    signals_shape, filters_shape
        What is known of the shapes.
    border_mode
        "valid", "full" or "half", or three of them: for time, rows and columns. If they differ,
        the filters' lengths have to be known. With filters of one frame, time is not padded.

    Returns
    -------
    (batch, time, results, rows, columns).

    Raises
    ------
    NotImplementedError
        The modes of rows and columns differ.
    ValueError
        A mode is another, or a length that is needed is not known.
    """
    signals, filters = as_tensor_variable(signals), as_tensor_variable(filters)
    modes = (border_mode,) * 3 if isinstance(border_mode, str) else tuple(border_mode)
    if modes[1] != modes[2]:
        raise NotImplementedError(
            f"conv3d: border_mode={modes}; expected the same for the last two."
        )
    for mode in modes:
        if mode not in ("valid", "full", "half"):
            raise ValueError(f"conv3d: border_mode={border_mode!r}; expected valid, full or half.")
    lengths = [
        known if known is not None or filters_shape is None else filters_shape[axis]
        for axis, known in enumerate(filters.type.shape)
    ]
    wanted: Any = modes[0]
    if len(set(modes)) > 1:
        wanted = tuple(
            _pad(mode, lengths[axis]) for mode, axis in zip(modes, (1, 3, 4), strict=True)
        )
    result = _conv.conv3d(
        signals.dimshuffle(_ORDER),
        filters.dimshuffle(_ORDER),
        _reordered(signals_shape),
        _reordered(filters_shape),
        border_mode=wanted,
    )
    return result.dimshuffle(_ORDER)


def _pad(mode: str, length: Any) -> int:
    if mode == "valid":
        return 0
    if not isinstance(length, int):
        raise ValueError(
            f'conv3d: border_mode="{mode}" along one axis needs the length of the filters. Give '
            "filters_shape."
        )
    return length - 1 if mode == "full" else length // 2


def _reordered(shape: Any) -> list[Any] | None:
    return None if shape is None else [shape[axis] for axis in _ORDER]
