"""MRG31k3p, the generator of Theano, whose state is an ordinary matrix in the graph.

Two recurrences of order three are combined::

    x[n] = (2**22 x[n-2] + (2**7 + 1) x[n-3])   mod M1      M1 = 2**31 - 1
    y[n] = (2**15 y[n-1] + (2**15 + 1) y[n-3])  mod M2      M2 = 2**31 - 21069
    z[n] = (x[n] - y[n]) mod M1, with M1 in place of 0

A state is the row ``(x[n], x[n-1], x[n-2], y[n], y[n-1], y[n-2])``. One sequence of period
2**185 is cut into as many streams as are drawn from side by side: 2**72 steps lie between the
streams of one random variable, 2**134 between two variables.

All is int32, as JAX has no other integers unless it is asked for them, and nothing wraps around,
which backends would do differently. PyTensor takes sums apart and adds them up in another order,
so that every sum here fits in any order; what it must not see through is behind a bitwise
operation or a ``switch``.

References
----------
- P. L'Ecuyer and R. Touzin, Fast combined multiple recursive generators with multipliers of the
  form a = ±2^q ± 2^r, Proceedings of the 2000 Winter Simulation Conference,
  https://doi.org/10.1109/WSC.2000.899005
- Theano 1.0.5, ``theano/sandbox/rng_mrg.py``
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.hyperparameters import check_integer
from symopt.random.known_shapes import KnownShapes
from symopt.random.size import check_integer_scalar

M1 = 2**31 - 1
M2 = 2**31 - 21069
MAX_STREAMS = 60 * 256
"""What Theano takes when it does not know the number of draws."""

BETWEEN_STREAMS = 2**72
BETWEEN_VARIABLES = 2**134

# One step of each recurrence, as a matrix that acts on its half of a state.
STEP1 = [[0, 2**22, 2**7 + 1], [1, 0, 0], [0, 1, 0]]
STEP2 = [[2**15, 0, 2**15 + 1], [1, 0, 0], [0, 1, 0]]


def first_states(seed: int | Sequence[int], streams: int, offset: int = 0) -> NDArray[np.int32]:
    """The states that Theano's ``MRG_RandomStreams(seed)`` gives to a random variable.

    Parameters
    ----------
    seed
        An integer in [1, M2), which stands for six times itself; or six integers, the first
        three in [0, M1) and not all 0, the last three in [0, M2) and not all 0.
    streams
        How many streams to draw from side by side, at least 1; see :func:`stream_count`.
    offset
        Number of random variables that were made of this seed before; default 0, at least 0.

    Returns
    -------
    int32 array of shape (streams, 6).

    Raises
    ------
    HyperparameterError
        An argument is out of range. (Theano accepts negative seeds, and draws from a sequence
        that is not MRG31k3p's.)
    """
    start = _seed_words(seed)
    streams = check_integer("first_states", "streams", streams, low=1)
    offset = check_integer("first_states", "offset", offset)
    halves = []
    for step, modulus, half in ((STEP1, M1, start[:3]), (STEP2, M2, start[3:])):
        first = matrix_power(step, offset * BETWEEN_VARIABLES, modulus) @ half % modulus
        states = first.astype("int64")[None]
        jump = matrix_power(step, BETWEEN_STREAMS, modulus)
        while len(states) < streams:  # the second half of the streams is the first one, shifted
            products = states[:, None, :] * jump.astype("int64") % modulus
            states = np.concatenate([states, products.sum(axis=2) % modulus])
            jump = jump @ jump % modulus
        halves.append(states[:streams])
    return np.concatenate(halves, axis=1).astype("int32")


def stream_count(size: int) -> int:
    """The number of streams that Theano takes for ``size`` draws of known number.

    A sixth of the draws, if there are more than six, and at most ``MAX_STREAMS``. Draws that
    need not be Theano's are faster with as many streams as draws.
    """
    size = check_integer("stream_count", "size", size)
    return min(size // 6 if size > 6 else max(size, 1), MAX_STREAMS)


def integers(
    states: TensorVariable, size: int | TensorVariable, used: TensorVariable | None = None
) -> tuple[TensorVariable, TensorVariable]:
    """Draw ``size`` integers of [1, M1]: draw i is the next one of stream ``i % streams``.

    Parameters
    ----------
    states
        int32 matrix of shape (streams, 6): a shared variable, or a variable whose number of rows
        is known (``pytensor.tensor.specify_shape``).
    size
        Number of draws, at least 0; or a symbolic integer scalar. With more draws than streams,
        and with a symbolic number, the graph has a loop.
    used
        How many of the draws count, as a symbolic integer scalar of at most ``size``: the states
        are those after that many. None (default): all.

    Returns
    -------
    The draws, an int32 vector, and the states after them, of the shape and dtype of ``states``.
    A stream that is not drawn from in the last round is not advanced in it either.

    Raises
    ------
    HyperparameterError
        ``size`` is not an integer of at least 0.
    DTypeError, ShapeError
        ``states`` is not an int32 matrix of known shape, or ``size`` not an integer scalar.
    """
    streams = _known_streams(states)
    known = not isinstance(size, Variable)
    if known:
        size = check_integer("symopt.random", "size", size)
        width, rounds = min(size, streams), max(-(-size // streams), 1)
    else:
        check_integer_scalar("size", size)
        size = pt.cast(KnownShapes().simplified(size), "int64")
        width = pt.minimum(size, streams)
        rounds = pt.maximum((size + (streams - 1)) // streams, 1)
    # Of a shared variable the shape may change later.
    columns = pt.specify_shape(states, (streams, 6))[:width].T
    x, y = columns[2::-1], columns[:2:-1]  # the oldest first
    if known and rounds == 1:
        more_x, more_y = _next_x(x[0], x[1])[None], _next_y(y[0], y[2])[None]
        z = _difference(more_x[0], more_y[0])
    else:
        more_x, more_y, z = pytensor.scan(
            _next,
            outputs_info=[
                {"initial": x, "taps": [-3, -2]},
                {"initial": y, "taps": [-3, -1]},
                None,
            ],
            n_steps=rounds,
            name="mrg31k3p",
            return_updates=False,
        )
        z = z.flatten()[:size]
        z = pt.specify_shape(z, (size,)) if known else z
    rows_of_both = [pt.concatenate([x, more_x]), pt.concatenate([y, more_y])]
    if used is None:
        last = size - (rounds - 1) * width  # how many are drawn in the last round
        halves = [_after_rounds(rows, rounds, last) for rows in rows_of_both]
    else:
        steps = (pt.cast(used, "int64") + (streams - 1) - pt.arange(width)) // streams
        halves = [_after_steps(rows, steps, width) for rows in rows_of_both]
    # Of the type of ``states``: to PyTensor a length known to be 1 is another one, which it
    # refuses as an update.
    new_states = pt.concatenate([pt.concatenate(halves).T, states[width:]])
    return z, pt.specify_shape(new_states, states.type.shape)


def _after_rounds(
    rows: TensorVariable, rounds: int | TensorVariable, last: int | TensorVariable
) -> TensorVariable:
    """The three newest of all rows, newest first; ``last`` streams are drawn from to the end."""
    drawn = rows[rounds : rounds + 3, :last]
    idle = rows[rounds - 1 : rounds + 2, last:]
    return pt.concatenate([drawn, idle], axis=1)[::-1]


def _after_steps(
    rows: TensorVariable, steps: TensorVariable, width: int | TensorVariable
) -> TensorVariable:
    """The three newest rows, newest first, where each stream has gone its number of steps."""
    newest = (steps + 2) * width + pt.arange(width)
    flat = rows.flatten()
    return pt.stack([flat[newest - back * width] for back in range(3)])


def _next(
    x3: TensorVariable, x2: TensorVariable, y3: TensorVariable, y1: TensorVariable
) -> list[TensorVariable]:
    """One step of both recurrences and the draw of it."""
    x, y = _next_x(x3, x2), _next_y(y3, y1)
    return [x, y, _difference(x, y)]


def _next_x(x3: TensorVariable, x2: TensorVariable) -> TensorVariable:
    """The first recurrence, of the values three and two steps ago."""
    return _sum(_sum(_rotated(x2, 22), _rotated(x3, 7), M1), x3, M1)


def _next_y(y3: TensorVariable, y1: TensorVariable) -> TensorVariable:
    """The second recurrence, of the values three steps and one step ago."""
    both = _sum(y1, y3, M2)
    # 2**15 (2**16 h + l) = 2**31 h + 2**15 l, and 2**31 = 21069 modulo M2.
    product = _sum(
        _shifted_right(both, 16) * np.int32(2**31 - M2),
        (both & np.int32(2**16 - 1)) * np.int32(2**15),
        M2,
    )
    return _sum(product, y3, M2)


def _rotated(x: TensorVariable, bits: int) -> TensorVariable:
    """``2**bits x`` modulo M1 for x in [0, M1): its 31 bits rotated, since 2**31 = 1."""
    low = (x & np.int32(2 ** (31 - bits) - 1)) * np.int32(2**bits)
    return low | _shifted_right(x, 31 - bits)


def _shifted_right(x: TensorVariable, bits: int) -> TensorVariable:
    """``x // 2**bits`` for x in [0, 2**31), 7 <= bits.

    At most 24 bits are left, so that float32 is exact. PyTensor has no shifts, and its integer
    division checks for zeros, which keeps the c backend from vectorising.
    """
    high = pt.cast(x & np.int32(-(2**bits)), "float32")
    return pt.cast(high * np.float32(2.0**-bits), "int32")


def _sum(a: TensorVariable, b: TensorVariable, modulus: int) -> TensorVariable:
    """``a + b`` modulo M1 or M2, for a and b in [0, modulus)."""
    gap = 2**31 - modulus
    excess = a - (b ^ np.int32(M1))  # a + b - M1, as b ^ M1 is M1 - b
    if gap > 1:
        excess = excess + np.int32(gap - 1)  # a + b - modulus, in [-modulus, modulus)
    # Of a negative number, & M1 is a sum with 2**31.
    return pt.switch(pt.lt(excess, 0), (excess & np.int32(M1)) - np.int32(gap), excess)


def _difference(x: TensorVariable, y: TensorVariable) -> TensorVariable:
    """``x - y`` modulo M1, in [1, M1]."""
    less_one = x - y - np.int32(1)
    return pt.switch(pt.lt(less_one, 0), less_one & np.int32(M1), x - y)


def matrix_power(step: list[list[int]], exponent: int, modulus: int) -> NDArray[Any]:
    """``step ** exponent`` modulo ``modulus``, in Python's integers."""
    result, square = np.eye(3, dtype=int).astype(object), np.array(step, dtype=object)
    while exponent:
        if exponent % 2:
            result = result @ square % modulus
        square = square @ square % modulus
        exponent //= 2
    return result


def _seed_words(seed: object) -> NDArray[Any]:
    """The six integers of a seed, checked as Theano checks them."""
    words = [seed] * 6 if isinstance(seed, Integral) else seed
    if (
        isinstance(words, Sequence | np.ndarray)
        and len(words) == 6
        and all(isinstance(word, Integral) and not isinstance(word, bool) for word in words)
        and all(0 <= word < M1 for word in words[:3])
        and all(0 <= word < M2 for word in words[3:])
        and any(words[:3])
        and any(words[3:])
    ):
        return np.array([int(word) for word in words], dtype=object)
    raise HyperparameterError(
        f"first_states: seed={seed!r} is not a seed of MRG31k3p; expected an integer in [1, {M2}), "
        f"or six: three in [0, {M1}) and three in [0, {M2}), not all 0 in either three."
    )


def _known_streams(states: TensorVariable) -> int:
    """The number of rows of ``states``, which has to be an int32 matrix of six columns."""
    if getattr(states, "dtype", None) != "int32" or states.ndim != 2:
        raise DTypeError(
            f"The random states {states} are of type {getattr(states, 'type', type(states))}; "
            "expected a symbolic int32 matrix, such as pytensor.shared(first_states(seed, 100))."
        )
    shape = states.type.shape
    if isinstance(states, SharedVariable):
        shape = states.get_value(borrow=True).shape
    if not shape[0] or shape[1] not in (6, None):
        raise ShapeError(
            f"The random states {states} have shape {shape}; expected (streams, 6) with the number "
            "of streams known, as in pytensor.tensor.specify_shape(states, (100, 6))."
        )
    return int(shape[0])
