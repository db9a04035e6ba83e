"""``theano.sandbox.multinomial``: outcomes of uniform draws."""

from __future__ import annotations

import warnings
from typing import Any

import pytensor.tensor as pt
from pytensor.gradient import undefined_grad
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.random.categorical import counts_of, outcomes_of


class WrongDimensionsError(ShapeError, NotImplementedError):
    """Probabilities that are no matrix, or draws that are no vector."""


class MultinomialFromUniform:
    """Counts of the outcomes of uniform draws: ``op(pvals, unis, n)``.

    Parameters
    ----------
    odtype
        dtype of the counts; "auto" is that of ``pvals``.

    Notes
    -----
    In Theano it is an operation. Here a call gives an expression of PyTensor's operations, which
    every backend compiles.
    """

    def __init__(self, odtype: str) -> None:
        self.odtype = odtype

    def __str__(self) -> str:
        return f"{type(self).__name__}{{{self.odtype}}}"

    def __call__(self, pvals: Any, unis: Any, n: Any = 1) -> TensorVariable:
        """Counts of the shape of ``pvals``.

        Parameters
        ----------
        pvals
            Probabilities, (distributions, outcomes).
        unis
            Uniform draws, a vector of ``n`` times the number of distributions.
        n
            Draws from each distribution: an int or a symbolic integer.
        """
        pvals, draws = self._checked(pvals, unis, n)
        dtype = pvals.dtype if self.odtype == "auto" else self.odtype
        return pt.cast(counts_of(draws, pvals), dtype)

    def _checked(self, pvals: Any, unis: Any, n: Any) -> tuple[Any, Any]:
        pvals, unis = pt.as_tensor_variable(pvals), pt.as_tensor_variable(unis)
        for name, variable, ndim in (("pvals", pvals, 2), ("unis", unis, 1)):
            if variable.type.ndim != ndim:
                raise WrongDimensionsError(
                    f"{self}: {name} has {variable.type.ndim} dimensions; expected {ndim}."
                )
        if not isinstance(n, Variable):
            n = int(n)
        pvals = undefined_grad(pvals)
        return pvals, undefined_grad(unis).reshape((n, pvals.shape[0]))


class ChoiceFromUniform(MultinomialFromUniform):
    """Outcomes of uniform draws: ``op(pvals, unis, n)`` of shape (distributions, n).

    Parameters
    ----------
    odtype
        dtype of the outcomes; "auto" is int64.
    replace
        Whether an outcome may be drawn again.
    """

    def __init__(self, odtype: str, replace: bool = False, *args: Any, **kwargs: Any) -> None:
        super().__init__(odtype, *args, **kwargs)
        self.replace = replace

    def __call__(self, pvals: Any, unis: Any, n: Any = 1) -> TensorVariable:
        """Outcomes of ``n`` draws from each row of ``pvals``; -1 where there is none."""
        pvals, draws = self._checked(pvals, unis, n)
        dtype = "int64" if self.odtype == "auto" else self.odtype
        return pt.cast(outcomes_of(draws, pvals, self.replace).T, dtype)


class MultinomialWOReplacementFromUniform(ChoiceFromUniform):
    """:class:`ChoiceFromUniform`, under its old name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            "MultinomialWOReplacementFromUniform is now named ChoiceFromUniform.",
            DeprecationWarning,
            stacklevel=2,
        )
        super().__init__(*args, **kwargs)
