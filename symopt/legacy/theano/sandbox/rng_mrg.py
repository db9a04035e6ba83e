"""``theano.sandbox.rng_mrg``: streams of MRG31k3p, on :mod:`symopt.random`."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray

import symopt.random
from symopt.errors import HyperparameterError
from symopt.legacy.theano._fallback import fallback
from symopt.nnet.unbroadcast import forget_shape
from symopt.random import guess_n_streams as guess_n_streams
from symopt.random.mrg31k3p import BETWEEN_STREAMS, BETWEEN_VARIABLES, STEP1, STEP2, matrix_power
from symopt.random.mrg31k3p import M1 as _M1
from symopt.random.mrg31k3p import M2 as _M2

M1 = np.asarray(np.int32(_M1))
M2 = np.asarray(np.int32(_M2))
MASK12 = np.int32(2**9 - 1)
MASK13 = np.int32(2**24 - 1)
MASK2 = np.int32(2**16 - 1)
MULT2 = np.int32(2**31 - _M2)
NORM = 4.656612873077392578125e-10  # 2**-31
A1p0 = np.asarray(STEP1)
A2p0 = np.asarray(STEP2)
A1p72 = matrix_power(STEP1, BETWEEN_STREAMS, _M1).astype("int64")
A2p72 = matrix_power(STEP2, BETWEEN_STREAMS, _M2).astype("int64")
A1p134 = matrix_power(STEP1, BETWEEN_VARIABLES, _M1).astype("int64")
A2p134 = matrix_power(STEP2, BETWEEN_VARIABLES, _M2).astype("int64")


class SeedTypeError(HyperparameterError, TypeError):
    """A seed is neither an integer nor six of them."""


class NotDrawnError(HyperparameterError, NotImplementedError):
    """A distribution that the generator does not have."""


class MRG_RandomStreams(symopt.random.MRG_RandomStreams):  # Theano's name
    """:class:`symopt.random.MRG_RandomStreams` with Theano's arguments and errors.

    Parameters
    ----------
    seed
        An integer in [1, 2147462579), or six integers.
    use_cuda
        Without effect; Theano before 0.9 had it.

    Notes
    -----
    The methods take ``target=`` as Theano's do, without effect.

    Raises
    ------
    ValueError
        The seed is out of range. Negative ones are, which Theano took for a sequence that is not
        MRG31k3p's.
    TypeError
        The seed is neither an integer nor six of them.
    """

    def __init__(self, seed: int | Sequence[int] = 12345, use_cuda: Any = None) -> None:
        super().__init__(seed)

    def set_rstate(self, seed: Any) -> None:
        """Have the next random variable start at ``seed``."""
        integer = isinstance(seed, Integral)
        if not integer and not (isinstance(seed, Sequence | np.ndarray) and len(seed) == 6):
            raise SeedTypeError(
                f"MRG_RandomStreams: seed={seed!r} of type {type(seed).__name__}; expected an "
                "integer or six."
            )
        super().set_rstate(seed)

    def uniform(self, *args: Any, target: Any = None, **kwargs: Any) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.uniform`."""
        return super().uniform(*args, **kwargs)

    def normal(self, *args: Any, target: Any = None, **kwargs: Any) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.normal`."""
        return super().normal(*args, **kwargs)

    def truncated_normal(self, *args: Any, target: Any = None, **kwargs: Any) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.truncated_normal`."""
        return super().truncated_normal(*args, **kwargs)

    def binomial(
        self,
        size: Any = None,
        n: int = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        target: Any = None,
    ) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.binomial`."""
        if n != 1:
            raise NotDrawnError(
                f"MRG_RandomStreams.binomial: n={n!r}; expected 1. Add up n draws instead."
            )
        return super().binomial(size, n, p, ndim, dtype, nstreams)

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        target: Any = None,
    ) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.multinomial`."""
        _check_probabilities("multinomial", "pvals", pvals)
        return super().multinomial(size, n, pvals, ndim, dtype, nstreams)

    def choice(
        self,
        size: Any = 1,
        a: Any = None,
        replace: bool = True,
        p: Any = None,
        ndim: int | None = None,
        dtype: str = "int64",
        nstreams: int | None = None,
        target: Any = None,
    ) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.choice`."""
        _check_probabilities("choice", "p", p)
        return super().choice(size, a, replace, p, ndim, dtype, nstreams)

    def multinomial_wo_replacement(self, *args: Any, target: Any = None, **kwargs: Any) -> Any:
        """See :meth:`symopt.random.MRG_RandomStreams.multinomial_wo_replacement`."""
        return super().multinomial_wo_replacement(*args, **kwargs)


class MissingProbabilitiesError(HyperparameterError, TypeError):
    """A method was called without the probabilities of its outcomes."""


def _check_probabilities(method: str, name: str, given: Any) -> None:
    """Errors of the types that Theano raises."""
    expected = f"MRG_RandomStreams.{method}: {name} has to be a matrix, a distribution a row;"
    if given is None:
        raise MissingProbabilitiesError(f"{expected} it is missing.")
    ndim = pt.as_tensor_variable(given).type.ndim
    if ndim != 2:
        raise NotDrawnError(f"{expected} it has {ndim} dimensions.")


class mrg_uniform:  # Theano's name
    """Uniform draws from explicit states; in Theano an operation."""

    @classmethod
    def new(cls, rstate: Any, ndim: int | None, dtype: str, size: Any) -> tuple[Any, Any]:
        """The states after a draw of shape ``size``, and the draws: in this order."""
        draws, states = symopt.random.uniform(rstate, size, dtype, ndim=ndim)
        unknown = [axis for axis, length in enumerate(rstate.type.shape) if length is None]
        return forget_shape(states, unknown), draws


mrg_uniform_base = mrg_uniform


class DotModulo:
    """``A s`` modulo ``m``, then ``A2 s2`` modulo ``m2``; in Theano an operation."""

    def __call__(self, A: Any, s: Any, m: Any, A2: Any, s2: Any, m2: Any) -> Any:
        """An int32 vector of six elements, of int64 matrices and int32 vectors and scalars."""

        def product(matrix: Any, vector: Any, modulus: Any) -> Any:
            wide = pt.cast(matrix, "int64") * pt.cast(vector, "int64") % modulus
            return wide.sum(axis=1) % modulus

        return pt.cast(pt.concatenate([product(A, s, m), product(A2, s2, m2)]), "int32")


def matVecModM(A: Any, s: Any, m: Any) -> NDArray[np.int32]:  # Theano's
    """``A s`` modulo ``m``, without overflow."""
    product = np.asarray(A).astype("int64") * np.asarray(s).astype("int64") % int(m)
    return (product.sum(axis=1) % int(m)).astype("int32")


def multMatVect(  # Theano's name
    v: Any,
    A: Any,
    m1: Any,
    B: Any,
    m2: Any,
) -> NDArray[np.int32]:
    """The first three of ``v`` times ``A`` modulo ``m1``, the others times ``B`` modulo ``m2``."""
    return np.concatenate([matVecModM(A, v[:3], m1), matVecModM(B, v[3:], m2)])


def ff_2p134(rstate: Any) -> NDArray[np.int32]:
    """A state 2**134 steps on: from one random variable to the next."""
    return multMatVect(rstate, A1p134, M1, A2p134, M2)


def ff_2p72(rstate: Any) -> NDArray[np.int32]:
    """A state 2**72 steps on: from one stream to the next."""
    return multMatVect(rstate, A1p72, M1, A2p72, M2)


__getattr__ = fallback(__name__, "symopt.random")
