"""NumPy's ``RandomState`` as a value in a graph.

The state of NumPy's Mersenne twister is 624 words, a position, and maybe a normal draw that was
made and not used. In a graph it is one uint32 vector of all that, so that every backend can hold
it, pass it through loops and hand it to the operation that draws. Outside of a graph it is a
``numpy.random.RandomState``, as in Theano.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import shared_constructor
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.type import TensorType

from symopt.errors import DTypeError

_WORDS = 624
LENGTH = _WORDS + 4
"""The words, the position, whether there is a normal draw, and that (float64, in two words)."""


def to_vector(state: RandomState) -> NDArray[np.uint32]:
    """A ``RandomState`` as a uint32 vector of ``LENGTH``."""
    name, words, position, has_normal, normal = state.get_state()
    if name != "MT19937":
        raise DTypeError(
            f"A RandomState with the generator {name}; expected MT19937, the one of "
            "numpy.random.RandomState(seed)."
        )
    vector = np.empty(LENGTH, "uint32")
    vector[:_WORDS], vector[_WORDS], vector[_WORDS + 1] = words, position, has_normal
    vector[_WORDS + 2 :] = np.array([normal], "float64").view("uint32")
    return vector


def from_vector(vector: Any) -> RandomState:
    """The ``RandomState`` that :func:`to_vector` made ``vector`` of."""
    vector = np.ascontiguousarray(vector, "uint32")
    state = RandomState(0)
    normal = float(vector[_WORDS + 2 :].view("float64")[0])
    state.set_state(
        ("MT19937", vector[:_WORDS], int(vector[_WORDS]), int(vector[_WORDS + 1]), normal)
    )
    return state


VECTOR = TensorType("uint32", shape=(LENGTH,))
"""The type that a state has within a graph."""


class RandomStateType(TensorType):
    """The type of an input that is a ``RandomState``, which it takes as its value.

    It equals ``VECTOR``, so that the state after a draw can be its update.
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**{"dtype": VECTOR.dtype, "shape": VECTOR.shape, **keywords})

    def filter(self, data: Any, strict: bool = False, allow_downcast: Any = None) -> Any:
        if isinstance(data, RandomState):
            data = to_vector(data)
        return super().filter(data, strict, allow_downcast)

    def clone(
        self, dtype: Any = None, shape: Any = None, broadcastable: Any = None, **kwargs: Any
    ) -> TensorType:
        # Of another shape (a state for each step of a loop) it is an ordinary array.
        return TensorType(dtype or self.dtype, shape=self.shape if shape is None else shape)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorType):
            return NotImplemented
        return (other.dtype, other.shape) == (self.dtype, self.shape)

    def is_super(self, otype: Any) -> bool:
        return VECTOR.is_super(otype)

    def __hash__(self) -> int:
        return hash(VECTOR)


random_state_type = RandomStateType()


class RandomStateSharedVariable(TensorSharedVariable):
    """A shared variable whose value is a ``RandomState``."""

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """A ``RandomState``.

        It is a copy, whatever ``borrow`` is: after drawing from it, give it back to
        :meth:`set_value`.
        """
        return from_vector(self.vector())

    def vector(self) -> NDArray[np.uint32]:
        """The state as an array; see :func:`to_vector`."""
        return np.array(self.container.value, "uint32")

    def set_value(self, new_value: Any, borrow: bool = False) -> None:
        """Take over the state of a ``RandomState``, or a vector of one."""
        if isinstance(new_value, RandomState):
            new_value = to_vector(new_value)
        super().set_value(new_value, borrow=borrow)


@shared_constructor.register(RandomState)
def randomstate_constructor(
    value: RandomState,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: Any = None,
    borrow: bool = False,
) -> RandomStateSharedVariable:
    """``pytensor.shared(numpy.random.RandomState(seed))``."""
    return RandomStateSharedVariable(
        type=VECTOR,
        value=to_vector(value),
        name=name,
        strict=strict,
        allow_downcast=allow_downcast,
    )
