"""PyTensor's C mode with symopt's rewrites, for functions and for the bodies of loops alike."""

from __future__ import annotations

from pytensor.compile.mode import Mode, get_mode

from symopt.backends.c.rewriting import definitions, products, slices, views
from symopt.backends.c.rewriting.definitions import TakeDefinitionsApart
from symopt.backends.c.rewriting.products import ProductsAfterLoops
from symopt.backends.c.rewriting.slices import GradientsOfSlices
from symopt.backends.rewriting import keep
from symopt.backends.rewriting.keep import KeepForwardValues


def rewriting_mode(keep_budget: float) -> Mode:
    """The mode; nothing in it knows of programs yet.

    ``keep_budget`` is what loops may keep for their gradients: see ``KeepForwardValues``.
    """
    rewrites = [
        (ProductsAfterLoops(), products.POSITION),
        (GradientsOfSlices(), slices.POSITION),
        (TakeDefinitionsApart(), definitions.POSITION),
        *((views.elementwise_before_views(), position) for position in views.POSITIONS),
    ]
    if keep_budget:
        rewrites.append((KeepForwardValues(keep_budget), keep.POSITION))
    return get_mode("CVM").excluding(*products.REPLACED, definitions.REPLACED).register(*rewrites)
