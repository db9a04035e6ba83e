"""Ops: what a node computes. Classes written for Theano 1.0.5 work as they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import pytensor.graph.op
import pytensor.link.c.op
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.utils import MethodNotDefined
from pytensor.link.c.exceptions import CompileError, MissingGXX
from pytensor.link.c.interface import CLinkerObject as CLinkerObject
from pytensor.link.c.interface import CLinkerOp as CLinkerOp

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.configparser import config
from symopt.legacy.theano.gof import graph as graph
from symopt.legacy.theano.gof import utils as utils
from symopt.legacy.theano.gof._op_methods import adapt_methods
from symopt.legacy.theano.gof._stand_in import stand_in
from symopt.legacy.theano.gof._subclasses import pushforward_by_R_op, watch_subclasses

__getattr__ = fallback(__name__, "pytensor.graph.op", "pytensor.link.c.op")

ops_with_inner_function: dict[type, str] = {}


class _TheanoMethods:
    """Theano's methods, and PyTensor's in terms of them."""

    params_type: Any = None
    c_code: Any

    def __init_subclass__(cls, **keywords: Any) -> None:
        adapt_methods(cls)
        super().__init_subclass__(**keywords)

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """Apply to ``inputs``: one output variable, or all of them.

        ``return_list=True`` gives a list always; other keywords go to ``make_node``.
        """
        return_list = keywords.pop("return_list", False)
        node = self.make_node(*inputs, **keywords)  # type: ignore[attr-defined]
        if self.default_output is not None:  # type: ignore[attr-defined]
            output = node.outputs[self.default_output]  # type: ignore[attr-defined]
            return [output] if return_list else output
        if return_list or len(node.outputs) != 1:
            return list(node.outputs)
        return node.outputs[0]

    def perform(self, node: Apply, inputs: Any, output_storage: Any, params: Any = None) -> None:
        """Compute the outputs from the inputs and put them into ``output_storage``."""
        raise MethodNotDefined(
            "perform", type(self), type(self).__name__, "It has no form in Python."
        )

    def grad(self, inputs: Sequence[Variable], output_grads: Sequence[Variable]) -> list[Variable]:
        """The gradient by each input, from the gradients by the outputs."""
        raise NotImplementedError(f"{self} has no gradient: define grad or L_op.")

    def L_op(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        output_grads: Sequence[Variable],
    ) -> list[Variable]:
        """As :meth:`grad`, with the outputs at hand."""
        return self.grad(inputs, output_grads)

    def R_op(self, inputs: Any, eval_points: Any) -> Any:
        """The directional derivative of each output at ``inputs`` along ``eval_points``."""
        raise NotImplementedError(f"{self} of class {type(self).__name__} does not implement R_op.")

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """What PyTensor calls for the gradient: Theano's ``L_op``, which falls back on ``grad``."""
        return self.L_op(inputs, outputs, cotangents)

    def pushforward(
        self, inputs: Sequence[Variable], outputs: Sequence[Variable], tangents: Sequence[Variable]
    ) -> list[Variable]:
        """What PyTensor calls for the directional derivative: Theano's ``R_op``."""
        return pushforward_by_R_op(self, inputs, outputs, tangents)

    def make_c_thunk(
        self, node: Apply, storage_map: Any, compute_map: Any, no_recycling: Any
    ) -> Any:
        """Compile ``c_code``; what no longer compiles runs by ``perform`` where there is one."""
        if type(self).c_code is CLinkerOp.c_code:
            raise NotImplementedError(f"{self} has no C code.")
        try:
            return super().make_c_thunk(  # type: ignore[misc]
                node, storage_map, compute_map, no_recycling
            )
        except (CompileError, MissingGXX) as error:
            if type(self).perform is _TheanoMethods.perform:
                raise
            _notice_python(type(self), error)
            raise NotImplementedError(f"{self}: its C code does not compile here.") from error

    @classmethod
    def _get_test_value(cls, v: Variable) -> Any:
        from pytensor.compile.sharedvalue import SharedVariable

        if isinstance(v, Constant):
            return v.data
        if isinstance(v, SharedVariable):
            return v.get_value(borrow=True, return_internal_type=True)
        if isinstance(v, Variable) and hasattr(v.tag, "test_value"):
            return v.type.filter(v.tag.test_value)
        raise AttributeError(f"{v} has no test value")


def _no_version(op: Any) -> tuple[()]:
    """The code is compiled in every process, as Theano did for an Op that gives no version."""
    return ()


class _Op(_TheanoMethods, pytensor.link.c.op.COp):
    """Base of Ops written for Theano 1.0.5; every Op of PyTensor's is an instance of it too.

    A subclass defines ``make_node`` (or ``itypes`` and ``otypes``) and ``perform``, and as it
    likes ``grad`` or ``L_op``, ``R_op``, ``infer_shape``, ``connection_pattern``, ``__props__``
    or ``__eq__`` and ``__hash__``, ``view_map``, ``destroy_map``, ``params_type``, and the
    methods for C code. All have Theano's arguments: ``infer_shape(node, shapes)``,
    ``perform(node, inputs, output_storage[, params])``, ``c_code(node, name, inputs, outputs,
    sub)``.

    Where it differs: on the c backend ``c_code`` is compiled, and where it does not compile with
    today's NumPy and Python, ``perform`` runs, with one warning. The numba and jax backends call
    ``perform``. A static length other than 1 that ``make_node`` gives an output is ignored, as
    Theano knew none.
    """

    c_code_cache_version = _no_version


class _PureOp(_TheanoMethods, pytensor.graph.op.Op):
    """As :class:`Op`, without C code."""


class _OpenMPOp(_TheanoMethods, pytensor.link.c.op.OpenMPOp):
    """As :class:`Op`, with C code that uses OpenMP where the compiler has it."""

    c_code_cache_version = _no_version


class _COp(_TheanoMethods, pytensor.link.c.op.ExternalCOp):
    """As :class:`Op`, with its C code in files, by sections.

    Parameters
    ----------
    func_files
        A file or a list of them, relative to the file of the class.
    func_name
        The function that the code of each node calls; None: the files have a section of code.
    """


watch_subclasses()

Op = stand_in(_Op, stands_for=pytensor.graph.op.Op)
PureOp = stand_in(_PureOp, stands_for=pytensor.graph.op.Op)
OpenMPOp = stand_in(_OpenMPOp, stands_for=pytensor.link.c.op.OpenMPOp)
COp = stand_in(_COp, stands_for=pytensor.link.c.op.ExternalCOp)

_noticed: set[type] = set()


def _notice_python(cls: type, error: Exception) -> None:
    if cls not in _noticed:
        _noticed.add(cls)
        reason = str(error).strip().splitlines() or [type(error).__name__]
        warnings.warn(
            f"The C code of {cls.__name__} does not compile here; its perform runs instead. "
            f"The compiler's first line: {reason[0][:200]}",
            stacklevel=2,
        )


def get_test_value(v: Any) -> Any:
    """The value of a constant or a shared variable, else ``v.tag.test_value``.

    Raises
    ------
    AttributeError
        There is none.
    """
    if not isinstance(v, Variable):
        from pytensor.tensor import as_tensor_variable

        v = as_tensor_variable(v)
    return _TheanoMethods._get_test_value(v)


def missing_test_message(msg: str) -> None:
    """Say, as ``config.compute_test_value`` has it, that a test value is missing."""
    if config.compute_test_value == "raise":
        raise AttributeError(msg)
    if config.compute_test_value == "warn":
        warnings.warn(msg, stacklevel=2)


def debug_error_message(msg: str) -> None:
    """Say, as ``config.compute_test_value`` has it, that a test value shows an error."""
    if config.compute_test_value in ("raise", "ignore"):
        raise ValueError(msg)
    warnings.warn(msg, stacklevel=2)


def debug_assert(condition: bool, msg: str | None = None) -> None:
    """Assert, or warn where ``config.compute_test_value`` is "warn"."""
    if condition:
        return
    msg = msg or "debug_assert failed"
    if config.compute_test_value in ("raise", "ignore"):
        raise AssertionError(msg)
    warnings.warn(msg, stacklevel=2)


def get_debug_values(*args: Any) -> list[Any]:
    """Test values of all arguments, as a list of one item, or an empty list."""
    if config.compute_test_value == "off":
        return []
    values = []
    for i, argument in enumerate(args):
        try:
            values.append(get_test_value(argument))
        except AttributeError:
            name = getattr(argument, "name", None)
            missing_test_message(f"Argument {i}{f'({name!r})' if name else ''} has no test value")
            return []
    return values if len(values) == 1 else [tuple(values)]


def simple_meth(tag: str) -> Any:
    """A method ``c_<tag>`` that gives one section of the C files of a :class:`COp`."""

    def method(self: Any) -> Any:
        if tag in self.code_sections:
            return self.code_sections[tag]
        raise MethodNotDefined("c_" + tag, type(self), type(self).__name__)

    method.__name__ = "c_" + tag
    return method
