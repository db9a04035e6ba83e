"""``TensorVariable`` as a class whose instances are Theano's: no shared variables, no constants.

In PyTensor both of these derive from it; in Theano they only had its operators, and legacy code
tells by ``isinstance`` what has been computed from what was given.
"""

from __future__ import annotations

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.tensor import variable as _variable


class _ComputedOrInput(type(_variable.TensorVariable)):  # type: ignore[misc]
    """Instances are PyTensor's tensor variables that are neither shared nor constant."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return cls.__subclasscheck__(type(instance))

    def __subclasscheck__(cls, subclass: type) -> bool:
        # By the list of bases: issubclass would ask PyTensor's class, which asks this one.
        bases = subclass.__mro__
        if cls is not TensorVariable:
            return cls in bases
        return _variable.TensorVariable in bases and not (
            SharedVariable in bases or Constant in bases
        )

    def __call__(cls, type: Any, owner: Any = None, index: Any = None, name: Any = None) -> Any:
        made: Any = _variable.TensorVariable if cls is TensorVariable else super().__call__
        return made(type, owner, index, name)


class TensorVariable(_variable.TensorVariable, metaclass=_ComputedOrInput):
    """A tensor that is an input or computed: ``TensorVariable(type, owner, index, name)``."""
