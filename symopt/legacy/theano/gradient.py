"""``theano.gradient``: gradients with Theano's arguments, errors and defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.gradient as engine
from pytensor.compile.mode import Mode
from pytensor.gradient import DisconnectedGrad as DisconnectedGrad
from pytensor.gradient import DisconnectedInputError as DisconnectedInputError
from pytensor.gradient import DisconnectedType as DisconnectedType
from pytensor.gradient import GradClip as GradClip
from pytensor.gradient import GradientError as GradientError
from pytensor.gradient import GradScale as GradScale
from pytensor.gradient import NullTypeGradError as NullTypeGradError
from pytensor.gradient import UndefinedGrad as UndefinedGrad
from pytensor.gradient import ZeroGrad as ZeroGrad
from pytensor.gradient import disconnected_grad as disconnected_grad
from pytensor.gradient import disconnected_grad_ as disconnected_grad_
from pytensor.gradient import disconnected_type as disconnected_type
from pytensor.gradient import grad_clip as grad_clip
from pytensor.gradient import grad_not_implemented as grad_not_implemented
from pytensor.gradient import grad_scale as grad_scale
from pytensor.gradient import grad_undefined as grad_undefined
from pytensor.gradient import numeric_grad as numeric_grad
from pytensor.gradient import undefined_grad as undefined_grad
from pytensor.gradient import undefined_grad_ as undefined_grad_
from pytensor.gradient import zero_grad as zero_grad
from pytensor.gradient import zero_grad_ as zero_grad_
from pytensor.graph.basic import Variable

from symopt.errors import DTypeError
from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano._grad import Lop as Lop
from symopt.legacy.theano._grad import grad as grad
from symopt.legacy.theano._jacobian import hessian as hessian
from symopt.legacy.theano._jacobian import jacobian as jacobian
from symopt.legacy.theano._rop import Rop as Rop
from symopt.legacy.theano._wrt import UnfitArgumentError
from symopt.legacy.theano._wrt import format_as as format_as

_QUICK = Mode(linker="py", optimizer="fast_run")
"""How :func:`verify_grad` compiles what it evaluates a few times."""


def subgraph_grad(
    wrt: list[Variable],
    end: list[Variable],
    start: Mapping[Variable, Variable] | None = None,
    cost: Variable | None = None,
    details: bool = False,
) -> tuple[Any, ...]:
    """Gradients in a part of a graph, from ``cost`` and ``start`` back to ``end``.

    Parameters
    ----------
    wrt
        What to differentiate by.
    end
        Where to stop; gradients of these are returned, too.
    start
        Gradients of some variables that are known already, by variable.
    cost
        A scalar whose gradients are added.
    details
        Whether to return the parts of ``start`` and of ``cost`` besides.

    Returns
    -------
    The gradients of ``wrt`` and those of ``end``; with ``details``, those that come from ``start``
    and those that come from ``cost``, in the order of ``wrt + end``, None where there is none.

    Raises
    ------
    AssertionError
        Neither ``cost`` nor ``start``; ``wrt`` or ``end`` is no list; ``start`` is no dict.
    """
    if cost is None and start is None:
        raise UnfitArgumentError("subgraph_grad: cost and start are both None; give one of them.")
    for name, value, kind in (("wrt", wrt, list), ("end", end, list), ("start", start, Mapping)):
        if not isinstance(value, kind) and not (name == "start" and value is None):
            raise UnfitArgumentError(
                f"subgraph_grad: {name} is of type {type(value).__name__}; expected a "
                f"{'dict' if kind is Mapping else 'list'}."
            )
    variables = list(dict.fromkeys([*wrt, *end]))
    parts: list[list[Any] | None] = [
        None
        if given is None
        else grad(
            cost if given is cost else None,
            variables,
            consider_constant=end,
            disconnected_inputs="ignore",
            known_grads=start if given is start else None,
        )
        for given in (start, cost)
    ]
    of: dict[Variable, Any] = {}
    for part in parts:
        for variable, term in zip(variables, part or [], strict=part is not None):
            of[variable] = of[variable] + term if variable in of else term
    result = [of[v] for v in wrt], [of[v] for v in end]
    return (*result, *parts) if details else result


class ConsiderConstant(ZeroGrad):
    """The operation of :func:`consider_constant`."""


consider_constant_ = ConsiderConstant()


def consider_constant(x: Any) -> Any:
    """``x``, with a gradient of zero. :func:`zero_grad` is the newer name."""
    return consider_constant_(x)


def mode_not_slow(mode: Any) -> Any:
    """A mode for functions that only have to be evaluated: not one that checks each step."""
    return engine.mode_not_slow(mode)


def verify_grad(
    fun: Any,
    pt: Sequence[Any],
    n_tests: int = 2,
    rng: Any = None,
    eps: float | None = None,
    out_type: str | None = None,
    abs_tol: float | None = None,
    rel_tol: float | None = None,
    mode: Any = None,
    cast_to_output_type: bool = False,
    no_debug_ref: bool = True,
) -> None:
    """Compare a symbolic gradient with finite differences.

    Parameters
    ----------
    fun
        A function of variables, or an operation, with one output.
    pt
        Where to differentiate: a list of arrays of floating point.
    n_tests
        With how many random projections of the output.
    rng
        A ``numpy.random.RandomState`` (or a ``Generator``), for those.
    eps
        Step of the differences; None chooses by dtype.
    out_type
        dtype of the output, if it is not the widest of ``pt``.
    abs_tol, rel_tol
        Allowed error; it has to exceed both. None is 1e-4 for float64 and 1e-2 for float32.
    mode
        How to compile; None is quick.
    cast_to_output_type
        Whether projections take the dtype of the output where it is float32.
    no_debug_ref
        Whether the differences are computed without the checks of a debugging mode.

    Raises
    ------
    GradientError
        The two differ.
    TypeError
        There is no ``rng``, or ``pt`` is no list of arrays of floating point.
    """
    if rng is None:
        raise DTypeError(
            "verify_grad: rng is None; expected a numpy.random.RandomState "
            "(theano.tests.unittest_tools.verify_grad has one)."
        )
    if not isinstance(pt, list | tuple):
        raise UnfitArgumentError(
            f"verify_grad: pt is of type {type(pt).__name__}; expected a list of arrays."
        )
    engine.verify_grad(
        fun,
        [np.array(point) for point in pt],
        n_tests=n_tests,
        rng=rng,
        eps=eps,
        out_type=out_type,
        abs_tol=abs_tol,
        rel_tol=rel_tol,
        mode=_QUICK if mode is None else mode,
        cast_to_output_type=cast_to_output_type,
        no_debug_ref=no_debug_ref,
    )


__getattr__ = fallback(__name__, "pytensor.gradient")
