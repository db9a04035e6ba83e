"""Theano's ``RandomStreams``: NumPy's ``RandomState`` behind the draws."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.random import RandomState
from numpy.typing import NDArray
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import StateDictError
from symopt.random import randomstate_draws as draws_of
from symopt.random.randomstate_type import LENGTH, RandomStateSharedVariable


class RandomStreamsBase:
    """The distributions, for classes that have a ``gen``."""

    def gen(self, op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Draws of ``op``, which is called with a state before ``args``."""
        raise NotImplementedError

    def uniform(
        self,
        size: Any = None,
        low: Any = 0.0,
        high: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
    ) -> TensorVariable:
        """Uniform draws; see :func:`symopt.random.randomstate_draws.uniform`."""
        return self.gen(draws_of.uniform, size, low, high, ndim=ndim, dtype=dtype)

    def normal(
        self,
        size: Any = None,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: int | None = None,
        dtype: str | None = None,
    ) -> TensorVariable:
        """Normal draws; see :func:`symopt.random.randomstate_draws.normal`."""
        return self.gen(draws_of.normal, size, avg, std, ndim=ndim, dtype=dtype)

    def binomial(
        self,
        size: Any = None,
        n: Any = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: str = "int64",
        prob: Any = None,
    ) -> TensorVariable:
        """Numbers of successes; see :func:`symopt.random.randomstate_draws.binomial`."""
        p = p if prob is None else prob
        return self.gen(draws_of.binomial, size, n, p, ndim=ndim, dtype=dtype)

    def random_integers(
        self,
        size: Any = None,
        low: Any = 0,
        high: Any = 1,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> TensorVariable:
        """Integers; see :func:`symopt.random.randomstate_draws.random_integers`."""
        return self.gen(draws_of.random_integers, size, low, high, ndim=ndim, dtype=dtype)

    def choice(
        self,
        size: Any = None,
        a: Any = 2,
        replace: Any = True,
        p: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> TensorVariable:
        """Elements of a vector; see :func:`symopt.random.randomstate_draws.choice`."""
        return self.gen(draws_of.choice, size, a, replace, p, ndim=ndim, dtype=dtype)

    def poisson(
        self,
        size: Any = None,
        lam: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> TensorVariable:
        """Counts; see :func:`symopt.random.randomstate_draws.poisson`."""
        lam = 1.0 if lam is None else lam
        return self.gen(draws_of.poisson, size, lam, ndim=ndim, dtype=dtype)

    def permutation(
        self,
        size: Any = None,
        n: Any = 1,
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> TensorVariable:
        """Permutations; see :func:`symopt.random.randomstate_draws.permutation`."""
        return self.gen(draws_of.permutation, size, n, ndim=ndim, dtype=dtype)

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = (0.5, 0.5),
        ndim: int | None = None,
        dtype: str = "int64",
    ) -> TensorVariable:
        """Counts of outcomes; see :func:`symopt.random.randomstate_draws.multinomial`."""
        return self.gen(draws_of.multinomial, size, n, pvals, ndim=ndim, dtype=dtype)

    def shuffle_row_elements(self, input: Any) -> TensorVariable:  # noqa: A002  # Theano's name
        """``input`` with the elements of each row (along its last axis) in random order.

        The result has an attribute ``permutation``: the indices that were drawn.
        """
        order = self.permutation(
            size=tuple(input.shape[axis] for axis in range(input.type.ndim - 1)),
            n=input.shape[-1],
        )
        shuffled = pt.take_along_axis(input, order, axis=-1)
        shuffled.permutation = order
        return shuffled


class RandomStreams(RandomStreamsBase):
    """A source of random variables, with the methods and the numbers of Theano 1.0.5's.

    Each call of a method makes a random variable with a ``numpy.random.RandomState`` of its own,
    in a shared variable whose default update moves it on: every compiled function that computes
    the draws draws new ones in each call, without being told of updates. (In the body of a scan,
    the updates that scan returns have to be given to the function.)

    Parameters
    ----------
    seed
        Of the generator that seeds those of the random variables; None takes one of the machine.
    name
        What the names of the states begin with; default "randomstate".

    Attributes
    ----------
    state_updates
        For each random variable its state and the state after a draw.
    gen_seedgen
        The ``RandomState`` that seeds the next random variables.
    default_instance_seed
        ``seed``.

    Notes
    -----
    The draws are NumPy's: on every backend they are made on the host, in Python. On jax the
    program calls back for them, and their shape has to follow from shapes and constants. For
    speed use :class:`~symopt.random.MRG_RandomStreams`.

    A random variable has the attributes ``rng`` (its state) and ``update``.

    Example
    -------
    >>> import symopt
    >>> from symopt.random import RandomStreams
    >>> streams = RandomStreams(234)
    >>> u = streams.uniform((2, 2))
    >>> f = symopt.function([], u)
    >>> first, second = f(), f()
    >>> state = u.rng.get_value()  # a numpy.random.RandomState
    >>> state.seed(89234)
    >>> u.rng.set_value(state)
    """

    def __init__(self, seed: Any = None, *, name: str = "randomstate") -> None:
        self.name = name
        self.state_updates: list[tuple[RandomStateSharedVariable, Variable]] = []
        self.default_instance_seed = seed
        self.gen_seedgen = RandomState(seed)

    def updates(self) -> list[tuple[RandomStateSharedVariable, Variable]]:
        """States and what follows them, of all random variables; the default updates."""
        return list(self.state_updates)

    def seed(self, seed: Any = None) -> None:
        """Start all random variables again, as if made from ``seed``; None is the first seed."""
        seeds = RandomState(self.default_instance_seed if seed is None else seed)
        for state, _ in self.state_updates:
            state.set_value(RandomState(int(seeds.randint(2**30))))

    def __getitem__(self, item: RandomStateSharedVariable) -> RandomState:
        """The value of a state (``item.get_value()`` is the same)."""
        return item.get_value(borrow=True)

    def __setitem__(self, item: RandomStateSharedVariable, val: RandomState) -> None:
        """Set the value of a state (``item.set_value(val)`` is the same)."""
        item.set_value(val, borrow=True)

    def gen(self, op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A new random variable.

        Parameters
        ----------
        op
            Gives the state after the draws, and the draws, when called with a state, ``args`` and
            ``kwargs``: a :class:`~symopt.random.randomstate_op.RandomFunction`, or a function of
            :mod:`symopt.random.randomstate_draws`.

        Returns
        -------
        The draws.
        """
        state = pytensor.shared(
            RandomState(int(self.gen_seedgen.randint(2**30))),
            name=f"{self.name}/{len(self.state_updates)}",
        )
        state.tag.is_rng = True  # how Theano marks them
        after, draws = op(state, *args, **kwargs)
        draws.rng, draws.update = state, (state, after)
        self.state_updates.append(draws.update)
        with warnings.catch_warnings():
            # PyTensor would rather have updates given by hand, which legacy code does not do.
            warnings.simplefilter("ignore", DeprecationWarning)
            state.default_update = after
        return draws

    def state_dict(self) -> dict[str, NDArray[np.uint32]]:
        """Copies of the states of all random variables, by name."""
        return {str(state.name): state.vector() for state, _ in self.state_updates}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Put back what :meth:`state_dict` gave, into streams made in the same way.

        Raises
        ------
        StateDictError
            Names are missing or unexpected, or an array is no state. Nothing was written.
        """
        states = {str(state.name): state for state, _ in self.state_updates}
        arrays = {name: np.asarray(value) for name, value in state_dict.items()}
        problems = [f"{name} is missing" for name in states if name not in arrays]
        problems += [f"{name} is unexpected" for name in arrays if name not in states]
        problems += [
            f"{name} is {array.dtype} of shape {array.shape}, expected uint32 of ({LENGTH},)"
            for name, array in arrays.items()
            if name in states and (array.dtype != "uint32" or array.shape != (LENGTH,))
        ]
        if problems:
            raise StateDictError(
                f"The state dict does not fit the random streams {self.name!r}: "
                f"{'; '.join(problems)}. Make the same random variables in the same order. "
                "Nothing was written."
            )
        for name, state in states.items():
            state.set_value(arrays[name])
