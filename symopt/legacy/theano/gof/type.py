"""Types: what values a variable may have. Classes written for Theano 1.0.5 work as they are."""

from __future__ import annotations

from typing import Any

import pytensor.graph.type
import pytensor.link.c.type
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.utils import MethodNotDefined
from pytensor.link.c.interface import CLinkerType as CLinkerType
from pytensor.link.c.type import CDataType as CDataType
from pytensor.link.c.type import CDataTypeConstant as CDataTypeConstant
from pytensor.link.c.type import CEnumType as CEnumType
from pytensor.link.c.type import EnumList as EnumList
from pytensor.link.c.type import EnumType as EnumType
from pytensor.link.c.type import Generic as Generic
from pytensor.link.c.type import generic as generic

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof._op_methods import hash_of_class
from symopt.legacy.theano.gof._stand_in import stand_in

__getattr__ = fallback(__name__, "pytensor.graph.type", "pytensor.link.c.type")


class _TheanoType:
    """Theano's methods and attributes, and PyTensor's in terms of them."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        for theano_name, name in (("Variable", "variable_type"), ("Constant", "constant_type")):
            if theano_name in cls.__dict__:
                setattr(cls, name, cls.__dict__[theano_name])
        if "__eq__" in cls.__dict__ and cls.__dict__.get("__hash__") is None:
            cls.__hash__ = hash_of_class  # type: ignore[method-assign, assignment]
        super().__init_subclass__(**keywords)

    Variable = Variable
    Constant = Constant

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """A value of this type made of ``data``, or a ``TypeError``. The default takes all."""
        return data

    def make_variable(self, name: str | None = None) -> Any:
        """A new variable of this type."""
        return self.variable_type(self, None, name=name)  # type: ignore[attr-defined]

    def __call__(self, name: str | None = None) -> Any:
        """A new variable of this type."""
        return self.make_variable(name)

    def is_valid_value(self, a: Any, strict: bool = True) -> bool:
        """Whether ``a`` may be the value of a variable of this type."""
        try:
            self.filter(a, strict=strict)
        except (TypeError, ValueError):
            return False
        return True

    def convert_variable(self, var: Any) -> Any:
        """``var`` as a variable of this type, or None where that cannot be."""
        return var if var.type == self else None

    def value_validity_msg(self, a: Any) -> str:
        """Why ``a`` is or is not a value of this type."""
        return "none"

    @classmethod
    def values_eq(cls, a: Any, b: Any) -> bool:
        """Whether two values are the same."""
        return bool(a == b)

    @classmethod
    def values_eq_approx(cls, a: Any, b: Any) -> bool:
        """Whether two values are close enough to come from the same computation."""
        return cls.values_eq(a, b)


class _Type(_TheanoType, pytensor.link.c.type.CType):
    """Base of types written for Theano 1.0.5; every type of PyTensor's is an instance of it too.

    A subclass defines ``filter(value, strict, allow_downcast)``, as it likes ``__eq__`` and
    ``__hash__``, ``values_eq``, ``convert_variable``, ``Variable`` (the class of its variables)
    and the methods for C code. Where these are missing, what handles its values runs in Python.
    """

    def c_declare(self, name: str, sub: Any, check_input: bool = True) -> str:
        """C code that declares a variable."""
        raise MethodNotDefined("c_declare", type(self), type(self).__name__)

    def c_init(self, name: str, sub: Any) -> str:
        """C code that gives a variable a first value."""
        raise MethodNotDefined("c_init", type(self), type(self).__name__)

    def c_extract(self, name: str, sub: Any, check_input: bool = True, **keywords: Any) -> str:
        """C code that makes a variable of a Python object."""
        raise MethodNotDefined("c_extract", type(self), type(self).__name__)

    def c_cleanup(self, name: str, sub: Any) -> str:
        """C code that frees a variable."""
        raise MethodNotDefined("c_cleanup", type(self), type(self).__name__)

    def c_sync(self, name: str, sub: Any) -> str:
        """C code that makes a Python object of a variable."""
        raise MethodNotDefined("c_sync", type(self), type(self).__name__)

    def c_code_cache_version(self) -> tuple[()]:
        """The code is compiled in every process."""
        return ()


class _PureType(_TheanoType, pytensor.graph.type.Type):
    """As :class:`Type`, without C code."""


Type = stand_in(_Type, stands_for=pytensor.graph.type.Type)
PureType = stand_in(_PureType, stands_for=pytensor.graph.type.Type)


class SingletonType(Type):  # type: ignore[misc, valid-type]
    """A type without parameters: all its instances are equal."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))
