"""Operations that one of PyTensor's lines has (3.0, 3.3) and the other has not, or elsewhere.

One that is nowhere is a class without instances: what is registered for it is never asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pytensor.graph.op import Op


def _found(name: str, *modules: str) -> Any:
    """What the first of these modules that has it calls ``name``; None if none has."""
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    return None


def _operation(name: str, *modules: str) -> Any:
    """A class, or one without instances."""
    found = _found(name, *modules)
    if found is not None:
        return found
    return type(name, (Op,), {"__doc__": "An operation that this PyTensor does not have."})


IfElse = _operation("IfElse", "pytensor.conditional.op", "pytensor.ifelse")
Ger = _operation("Ger", "pytensor.tensor.blas")
FusibleSymbolicOp = _operation("FusibleSymbolicOp", "pytensor.tensor.symbolic")
FusibleSymbolicOpDerivative = _operation("FusibleSymbolicOpDerivative", "pytensor.tensor.symbolic")
ComplexFromPolar = _operation("ComplexFromPolar", "pytensor.scalar.basic")
GammaL = _operation("GammaL", "pytensor.scalar.math")
GammaU = _operation("GammaU", "pytensor.scalar.math")
AdvancedSubtensor1 = _operation("AdvancedSubtensor1", "pytensor.tensor.subtensor")
AdvancedIncSubtensor1 = _operation("AdvancedIncSubtensor1", "pytensor.tensor.subtensor")
inline_ofg_node = _found(
    "inline_ofg_node", "pytensor.compile.rewriting", "pytensor.tensor.rewriting.ofg"
)
