"""Theano's ``MRG_RandomStreams``: states that are made and advanced behind the draws."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.scalar import upcast
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, StateDictError
from symopt.hyperparameters import check_integer
from symopt.random import categorical, distributions
from symopt.random.known_shapes import KnownShapes
from symopt.random.mrg31k3p import M1, M2, MAX_STREAMS, first_states, stream_count
from symopt.random.size import all_integers

TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of a standard normal distribution between -2 and 2, as in Theano."""

Drawn = tuple[TensorVariable, TensorVariable]


class MRG_RandomStreams:  # noqa: N801 (Theano's name)
    """A source of random variables, with the methods and the numbers of Theano 1.0.5's.

    Each call of a method makes a random variable with states of its own, 2**134 steps after those
    of the one before. Its states are a shared variable, named ``{name}/{number}``, whose default
    update moves them on: every compiled function that computes the draws draws new ones in each
    call, without being told of updates. (In the body of a scan, the updates that scan returns
    have to be given to the function, as ever.)

    Parameters
    ----------
    seed
        An integer in [1, 2147462579), or six integers; see
        :func:`~symopt.random.first_states`. Default 12345.
    name
        What the names of the states begin with; default "mrg". Give different names to streams
        that are kept in one checkpoint.

    Attributes
    ----------
    rstate
        int32 vector of 6: where the next random variable will start.
    state_updates
        For each random variable its states, the states after a draw, the size and ``nstreams``
        that were asked for.

    Notes
    -----
    The arguments that the methods share:

    size
        Shape of the draws: a tuple of integers of at least 1 and symbolic integer scalars, or a
        symbolic vector such as ``x.shape``; also an integer, for a vector.
    ndim
        Number of dimensions, for a symbolic size of unknown length.
    dtype
        Of the draws. For ``uniform`` and the normal distributions "float32" or "float64"; None
        (default) is the widest of ``floatX`` and the parameters.
    nstreams
        Number of streams that are drawn from side by side; the numbers depend on it. None
        (default) is :func:`guess_n_streams` of the size.

    Differences from Theano: no float16, no negative seeds, no ``target``; ``choice`` works with
    replacement too; ``updates()`` returns pairs, which a function accepts.

    Example
    -------
    >>> import numpy as np, pytensor.tensor as pt, symopt
    >>> streams = symopt.random.MRG_RandomStreams(1234)
    >>> x = pt.matrix("x")
    >>> mask = streams.binomial(x.shape, p=0.8, n=1, dtype=x.dtype)
    >>> dropout = symopt.function([x], x * mask)
    >>> saved = streams.state_dict()
    >>> first = dropout(np.ones((2, 3)))
    >>> bool(np.all(dropout(np.ones((200, 300))) == 1))
    False
    >>> streams.load_state_dict(saved)
    >>> bool(np.all(dropout(np.ones((2, 3))) == first))
    True
    """

    def __init__(self, seed: int | Sequence[int] = 12345, *, name: str = "mrg") -> None:
        self.name = name
        self.default_instance_seed = seed
        self.state_updates: list[tuple[SharedVariable, TensorVariable, Any, int | None]] = []
        self._shapes = KnownShapes()
        self.rstate: NDArray[np.int32]
        self.set_rstate(seed)

    def uniform(
        self,
        size: Any,
        low: Any = 0.0,
        high: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
        nstreams: int | None = None,
    ) -> TensorVariable:
        """Uniform draws between ``low`` and ``high``; see :func:`symopt.random.uniform`."""
        _check_positive("uniform", size)
        size = self._shapes.simplified(size)
        dtype = dtype or _widest(low, high)
        return self._draw(
            size,
            nstreams,
            lambda states: distributions.uniform(
                states, size, dtype, low=low, high=high, ndim=ndim
            ),
        )

    def binomial(
        self,
        size: Any = None,
        n: int = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
    ) -> TensorVariable:
        """1 with probability ``p``, else 0; see :func:`symopt.random.binomial`. n has to be 1."""
        _check_positive("binomial", size)
        size = self._shapes.simplified(size)
        if n != 1:
            raise HyperparameterError(
                f"binomial: n={n!r}; expected 1 (Theano has no other). Add up n draws instead."
            )
        return self._draw(
            size,
            nstreams,
            lambda states: distributions.binomial(states, size, dtype, p=p, ndim=ndim),
        )

    def multinomial(
        self,
        size: Any = None,
        n: int | TensorVariable = 1,
        pvals: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
    ) -> TensorVariable:
        """Counts of the outcomes of ``n`` draws from each row of the matrix ``pvals``.

        See :func:`symopt.random.multinomial`. ``size`` and ``ndim`` have to be None; ``dtype``
        "auto" is that of ``pvals``.
        """
        _check_none("multinomial", size=size, ndim=ndim)
        _check_given("multinomial", pvals=pvals)
        return self._draw(
            None,
            nstreams,
            lambda states: categorical.multinomial(states, pvals, dtype, n=n),
        )

    def choice(
        self,
        size: int | TensorVariable = 1,
        a: None = None,
        replace: bool = True,
        p: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
    ) -> TensorVariable:
        """Indices of ``size`` outcomes of each row of the matrix ``p``.

        See :func:`symopt.random.choice`. ``a`` and ``ndim`` have to be None.
        """
        _check_none("choice", a=a, ndim=ndim)
        _check_given("choice", p=p)
        return self._draw(
            None,
            nstreams,
            lambda states: categorical.choice(states, p, size, dtype, replace=replace),
        )

    def multinomial_wo_replacement(
        self,
        size: None = None,
        n: int | TensorVariable = 1,
        pvals: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
    ) -> TensorVariable:
        """``choice(size=n, replace=False, p=pvals)``, under its old name."""
        _check_none("multinomial_wo_replacement", size=size)
        return self.choice(n, None, False, pvals, ndim, dtype, nstreams)

    def normal(
        self,
        size: Any,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
        nstreams: int | None = None,
        truncate: bool = False,
    ) -> TensorVariable:
        """Normal draws; see :func:`symopt.random.normal`.

        With ``truncate``, those within two ``std`` of ``avg``; see
        :func:`symopt.random.truncated_normal`. These take two sets of states.
        """
        _check_positive("normal", size)
        size = self._shapes.simplified(size)
        dtype = dtype or _widest(avg, std)
        settings: dict[str, Any] = {"avg": avg, "std": std, "ndim": ndim}
        # In Theano the number of draws is a symbolic expression of any size.
        if not truncate:
            return self._draw(
                None, nstreams, lambda states: distributions.normal(states, size, dtype, **settings)
            )
        states, second_states = self._new_states(None, nstreams), self._new_states(None, nstreams)
        draws, after, second_after = distributions.truncated_normal(
            states, second_states, size, dtype, **settings
        )
        self._record(states, after, None, nstreams)
        self._record(second_states, second_after, None, nstreams)
        return draws

    def truncated_normal(
        self,
        size: Any,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
        nstreams: int | None = None,
    ) -> TensorVariable:
        """Normal draws cut off at 2.2737 ``std`` from ``avg``, whose standard deviation is ``std``.

        ``normal(..., std=std / 0.8796, truncate=True)``.
        """
        # Theano divides symbolically, which matters to the dtype.
        std = pt.as_tensor_variable(std) / pt.constant(TRUNCATED_STD)
        return self.normal(size, avg, std, ndim, dtype, nstreams, truncate=True)

    def updates(self) -> list[tuple[SharedVariable, TensorVariable]]:
        """States and what follows them, of all random variables; the default updates."""
        return [(states, after) for states, after, _, _ in self.state_updates]

    def seed(self, seed: int | Sequence[int] | None = None) -> None:
        """Start all random variables again, as if made from ``seed``; None is the first seed."""
        self.set_rstate(self.default_instance_seed if seed is None else seed)
        for states, _, _, _ in self.state_updates:
            count = len(states.get_value(borrow=True))
            states.set_value(self.get_substream_rstates(count, "float32"))

    def set_rstate(self, seed: int | Sequence[int]) -> None:
        """Have the next random variable start at ``seed``."""
        self.rstate = first_states(seed, 1)[0]

    def inc_rstate(self) -> None:
        """Move ``rstate`` on by 2**134 steps, to where the next random variable starts."""
        self.rstate = first_states(list(self.rstate), 1, offset=1)[0]

    def get_substream_rstates(
        self, n_streams: int, dtype: str, inc_rstate: bool = True
    ) -> NDArray[np.int32]:
        """States of ``n_streams`` streams from ``rstate`` on; ``dtype`` makes no difference."""
        states = first_states(list(self.rstate), n_streams)
        if inc_rstate:
            self.inc_rstate()
        return states

    def n_streams(self, size: Any) -> int:
        """:func:`guess_n_streams` of ``size``."""
        return guess_n_streams(size)

    def state_dict(self) -> dict[str, NDArray[np.int32]]:
        """Copies of the states of all random variables, by name."""
        return {str(v.name): np.array(v.get_value()) for v, *_ in self.state_updates}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Put back what :meth:`state_dict` gave, into streams made in the same way.

        Raises
        ------
        StateDictError
            Names are missing or unexpected, or an array is not one of states of the same shape.
            Nothing was written.
        """
        variables = {str(v.name): v for v, *_ in self.state_updates}
        problems = [f"{name} is missing" for name in variables if name not in state_dict]
        problems += [f"{name} is unexpected" for name in state_dict if name not in variables]
        for name, variable in variables.items():
            if name in state_dict:
                problems += _problems(name, state_dict[name], variable)
        if problems:
            raise StateDictError(
                f"The state dict does not fit the random streams {self.name!r}: "
                f"{'; '.join(problems)}. Make the same random variables in the same order. "
                "Nothing was written."
            )
        for name, variable in variables.items():
            variable.set_value(np.array(state_dict[name], "int32"))

    def _draw(
        self, size: Any, nstreams: int | None, sample: Callable[[Any], Drawn]
    ) -> TensorVariable:
        """A new random variable; ``size`` None stands for one that Theano does not know."""
        rstate = self.rstate
        states = self._new_states(size, nstreams)
        try:
            draws, after = sample(states)
        except Exception:
            self.rstate = rstate  # no random variable was made
            raise
        self._record(states, after, size, nstreams)
        return draws

    def _new_states(self, size: Any, nstreams: int | None) -> Any:
        if nstreams is None:
            nstreams = self.n_streams(size)
        check_integer("MRG_RandomStreams", "nstreams", nstreams, low=1)
        rstates = self.get_substream_rstates(nstreams, "float32")
        states = pytensor.shared(rstates, shape=rstates.shape)
        states.tag.is_rng = True  # how Theano marks them
        return states

    def _record(
        self, states: SharedVariable, after: TensorVariable, size: Any, nstreams: int | None
    ) -> None:
        states.name = f"{self.name}/{len(self.state_updates)}"
        self.state_updates.append((states, after, size, nstreams))
        with warnings.catch_warnings():
            # PyTensor would rather have updates given by hand, which legacy code does not do.
            warnings.simplefilter("ignore", DeprecationWarning)
            states.default_update = after


def guess_n_streams(size: Any, warn: bool = False) -> int:
    """The number of streams that Theano takes for draws of shape ``size``.

    :func:`~symopt.random.stream_count` of the number of draws if ``size`` is a tuple of integers,
    else ``MAX_STREAMS``, with a warning if ``warn``.
    """
    if all_integers(size):
        return stream_count(int(np.prod([int(part) for part in size])))
    if warn:
        warnings.warn(
            f"The number of draws of size={size} is not known; taking {MAX_STREAMS} streams.",
            stacklevel=2,
        )
    return MAX_STREAMS


def _widest(*parameters: Any) -> str:
    """The dtype of draws with these parameters where none is asked for."""
    dtypes = [pt.as_tensor_variable(parameter).dtype for parameter in parameters]
    return str(upcast(pytensor.config.floatX, *dtypes))


def _problems(name: str, value: Any, variable: SharedVariable) -> list[str]:
    """What keeps an array from being the states of a random variable."""
    array, expected = np.asarray(value), variable.get_value(borrow=True).shape
    if array.dtype.kind not in "iu":
        return [f"{name} is of dtype {array.dtype}, expected int32"]
    if array.shape != expected:
        return [f"{name} has shape {array.shape}, expected {expected}"]
    halves = ((array[:, :3], M1), (array[:, 3:], M2))
    if all(half.min() >= 0 and half.max() < m and half.any(axis=1).all() for half, m in halves):
        return []
    return [f"{name} holds numbers that are no states of MRG31k3p"]


def _check_positive(method: str, size: Any) -> None:
    """Theano refuses a size of zero where it sees one."""
    for part in size if isinstance(size, tuple | list) else [size]:
        if isinstance(part, Integral) and part < 1:
            raise HyperparameterError(
                f"MRG_RandomStreams.{method}: size={size} has a dimension of {part}; expected at "
                "least 1."
            )


def _check_none(method: str, **arguments: Any) -> None:
    for name, value in arguments.items():
        if value is not None:
            raise HyperparameterError(
                f"MRG_RandomStreams.{method}: {name}={value!r} is not used; leave it out."
            )


def _check_given(method: str, **arguments: Any) -> None:
    for name, value in arguments.items():
        if value is None:
            raise HyperparameterError(
                f"MRG_RandomStreams.{method}: {name} is missing; expected a matrix of "
                "probabilities, a distribution a row."
            )
