"""What an expression evidently is: an integer, a floating-point number, a tensor, a list.

It is read off the code alone: constants, well-known functions, ``.shape``, and the names that a
function or module assigns nothing else to. What is not evident is unknown; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import libcst as cst
from libcst import metadata as meta

from symopt.legacy.porting.bindings import ModuleNames
from symopt.legacy.porting.loop_steps import LoopSteps
from symopt.legacy.porting.returned_values import returned_values
from symopt.legacy.porting.words import words


class Kind(Enum):
    """INT and FLOAT hold for numbers, arrays and tensors of numbers alike."""

    INT = "int"
    FLOAT = "float"
    TENSOR = "tensor"
    LIST = "list"
    TEXT = "text"
    UNKNOWN = "unknown"


INT, FLOAT, TENSOR, UNKNOWN = Kind.INT, Kind.FLOAT, Kind.TENSOR, Kind.UNKNOWN

_FLOAT_FUNCTIONS = words(
    "exp expm1 log log2 log10 log1p sqrt sin cos tan tanh arcsin arccos arctan sinh cosh "
    "sigmoid softplus softmax relu hard_sigmoid categorical_crossentropy "
    "binary_crossentropy mean std var true_div erf randn rand random uniform normal inv "
    "reciprocal float32 float64 float16 fmatrix fvector fscalar ftensor3 ftensor4 frow fcol "
    "dmatrix dvector dscalar dtensor3 dtensor4 drow dcol matrix vector scalar tensor3 "
    "tensor4 row col"
)
_INT_FUNCTIONS = words(
    "arange argmax argmin argsort int8 int16 int32 int64 uint8 uint16 uint32 uint64 lscalar "
    "iscalar lvector ivector lmatrix imatrix ltensor3 itensor3 ceil_intdiv"
)
_SAME_AS_ARGUMENT = words(
    "sum prod max min abs abs_ sqr square neg dot maximum minimum clip reshape flatten "
    "concatenate cumsum repeat tile transpose squeeze zeros_like ones_like"
)
_FLOAT_METHODS = words("mean std var")
_SAME_METHODS = words(
    "sum prod max min copy reshape flatten dimshuffle transpose squeeze clip repeat"
)
_INT_ATTRIBUTES = words("shape ndim size")
_NUMERIC = ("theano.", "numpy.", "pytensor.", "math.")


Holds = Callable[[cst.CSTNode], bool]


class Kinds:
    """The kinds of the expressions of one module."""

    def __init__(self, names: ModuleNames) -> None:
        self.names = names
        self._known: dict[int, Kind] = {}
        self._running: set[tuple[int, str]] = set()
        self._step_names: frozenset[str] | None = None

    def of(self, node: cst.CSTNode) -> Kind:
        """The kind of an expression of the original module."""
        found = self._known.get(id(node))
        if found is None:
            found = self._known[id(node)] = self._compute(node)
        return found

    def is_tensor(self, node: cst.CSTNode) -> bool:
        """Whether an expression is evidently one of Theano's variables."""
        if isinstance(node, cst.Call):
            resolved = self.names.resolve(node.func)
            if resolved is not None:
                return resolved.path.startswith("theano.tensor.") or (
                    resolved.path == "theano.shared"
                )
            if isinstance(node.func, cst.Attribute):
                gives_numbers = node.func.attr.value in ("get_value", "eval")
                return not gives_numbers and self.is_tensor(node.func.value)
        if isinstance(node, cst.Subscript):
            return self.is_tensor(node.value)
        if isinstance(node, cst.BinaryOperation):
            return self.is_tensor(node.left) or self.is_tensor(node.right)
        if isinstance(node, cst.UnaryOperation):
            return self.is_tensor(node.expression)
        if isinstance(node, cst.Attribute):
            return node.attr.value in ("T", "shape") and self.is_tensor(node.value)
        if isinstance(node, cst.Name):
            return self._all_values(node, self.is_tensor)
        return False

    def is_shared(self, node: cst.CSTNode) -> bool:
        """Whether an expression is evidently a shared variable."""
        if isinstance(node, cst.Call):
            resolved = self.names.resolve(node.func)
            return resolved is not None and resolved.path == "theano.shared"
        return isinstance(node, cst.Name) and self._all_values(node, self.is_shared)

    def is_step_argument(self, node: cst.CSTNode) -> bool:
        """Whether an expression is an argument of a loop's step, or arithmetic with one."""
        if isinstance(node, cst.BinaryOperation):
            return self.is_step_argument(node.left) or self.is_step_argument(node.right)
        if not isinstance(node, cst.Name):
            return False
        scope = self.names.scopes.get(node)
        nodes = [] if scope is None else self.names.assignments(node.value, scope)
        return any(self._is_of_step(getattr(a, "node", None)) for a in nodes)

    def _is_of_step(self, param: cst.CSTNode | None) -> bool:
        if not isinstance(param, cst.Param | cst.Name):
            return False
        parent = self.names.parents.get(param)
        if isinstance(param, cst.Name) and isinstance(parent, cst.Param):
            parent = self.names.parents.get(parent)
        if not isinstance(parent, cst.Parameters):
            return False
        function = self.names.parents.get(parent)
        if isinstance(function, cst.FunctionDef):
            return function.name.value in self._steps()
        return False

    def _steps(self) -> frozenset[str]:
        """The names of the functions that loops go through."""
        if self._step_names is None:
            found = LoopSteps(self.names)
            self.names.module.visit(found)
            self._step_names = frozenset(found.steps)
        return self._step_names

    def _compute(self, node: cst.CSTNode) -> Kind:
        if isinstance(node, cst.Integer):
            return INT
        if isinstance(node, cst.Float):
            return FLOAT
        if isinstance(node, cst.SimpleString | cst.ConcatenatedString | cst.FormattedString):
            return Kind.TEXT
        if isinstance(node, cst.List | cst.ListComp | cst.Tuple):
            return Kind.LIST
        if isinstance(node, cst.UnaryOperation):
            return self.of(node.expression) if not isinstance(node.operator, cst.Not) else UNKNOWN
        if isinstance(node, cst.BinaryOperation):
            return self._operation(node)
        if isinstance(node, cst.IfExp):
            kinds = {self.of(node.body), self.of(node.orelse)}
            return kinds.pop() if len(kinds) == 1 else UNKNOWN
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.Subscript):
            return self._subscript(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, cst.Name):
            return self._name(node)
        return UNKNOWN

    def _operation(self, node: cst.BinaryOperation) -> Kind:
        left, right = self.of(node.left), self.of(node.right)
        arithmetic = isinstance(
            node.operator,
            cst.Add | cst.Subtract | cst.Multiply | cst.Divide | cst.FloorDivide | cst.Modulo,
        )
        if isinstance(node.operator, cst.Modulo) and left in (Kind.TEXT, UNKNOWN):
            return UNKNOWN  # may be a format
        if arithmetic or isinstance(node.operator, cst.Power):
            if FLOAT in (left, right):
                return FLOAT
            if left is INT and right is INT:
                if isinstance(node.operator, cst.Power):
                    return INT if isinstance(node.right, cst.Integer) else UNKNOWN
                return INT
        return UNKNOWN

    def _call(self, node: cst.Call) -> Kind:
        name = node.func.value if isinstance(node.func, cst.Name) else ""
        first = node.args[0].value if node.args else None
        if self._is_builtin(node.func):
            if name in ("len", "int", "long", "ord", "hash", "id"):
                return INT
            if name == "float":
                return FLOAT
            if name in ("range", "list", "tuple", "sorted", "zip", "map"):
                return Kind.LIST
            if name in ("abs", "max", "min", "sum", "round") and first is not None:
                kinds = {self.of(arg.value) for arg in node.args}
                return kinds.pop() if kinds in ({INT}, {FLOAT}) and name != "round" else UNKNOWN
            return UNKNOWN
        resolved = self.names.resolve(node.func)
        if resolved is None and isinstance(node.func, cst.Name):
            return self._own_function(node.func)
        if resolved is None:
            return self._method(node)
        last = resolved.path.rpartition(".")[2]
        if resolved.path in ("time.time", "time.clock", "random.random"):
            return FLOAT
        if not resolved.path.startswith(_NUMERIC):
            return UNKNOWN
        dtype = self._dtype(node)
        if dtype is not None:
            return dtype
        if resolved.path.startswith("numpy.random.") and last in ("randint", "permutation"):
            return INT
        if last == "cast" and len(node.args) > 1:
            return self._kind_of_dtype(node.args[1].value)
        if last in _FLOAT_FUNCTIONS:
            return FLOAT
        if last in _INT_FUNCTIONS:
            numbers = [self.of(arg.value) for arg in node.args if arg.keyword is None]
            return INT if last != "arange" or set(numbers) <= {INT} else UNKNOWN
        if resolved.path in ("numpy.zeros", "numpy.ones") or resolved.path in (
            "theano.tensor.zeros",
            "theano.tensor.ones",
        ):
            return FLOAT
        if last in _SAME_AS_ARGUMENT and first is not None:
            kinds = {self.of(first)}
            if last in ("dot", "maximum", "minimum"):
                kinds = {self.of(arg.value) for arg in node.args[:2]}
                return FLOAT if FLOAT in kinds else (INT if kinds == {INT} else UNKNOWN)
            kind = kinds.pop()
            return kind if kind in (INT, FLOAT) else UNKNOWN
        return UNKNOWN

    def _own_function(self, func: cst.Name) -> Kind:
        """What a function of the module returns, if all its returns say so."""
        scope = self.names.scopes.get(func)
        key = (id(scope), func.value)
        if scope is None or key in self._running:
            return UNKNOWN
        nodes = [getattr(a, "node", None) for a in self.names.assignments(func.value, scope)]
        if len(nodes) != 1 or not isinstance(nodes[0], cst.FunctionDef):
            return UNKNOWN
        self._running.add(key)
        try:
            kinds = {self.of(value) for value in returned_values(nodes[0])}
        finally:
            self._running.discard(key)
        return kinds.pop() if kinds in ({INT}, {FLOAT}) else UNKNOWN

    def _dtype(self, node: cst.Call) -> Kind | None:
        """What a ``dtype=`` says; None where there is none."""
        for arg in node.args:
            if arg.keyword is not None and arg.keyword.value == "dtype":
                return self._kind_of_dtype(arg.value)
        return None

    def _kind_of_dtype(self, node: cst.CSTNode) -> Kind:
        if isinstance(node, cst.SimpleString):
            text = node.raw_value
            if text.startswith("float"):
                return FLOAT
            return INT if text.startswith(("int", "uint", "bool")) else UNKNOWN
        if isinstance(node, cst.Attribute) and node.attr.value == "floatX":
            return FLOAT
        if isinstance(node, cst.Name | cst.Attribute):
            name = node.value if isinstance(node, cst.Name) else node.attr.value
            if isinstance(name, str) and name.startswith("float"):
                return FLOAT
            if isinstance(name, str) and name.startswith(("int", "uint")):
                return INT
        return UNKNOWN

    def _method(self, node: cst.Call) -> Kind:
        if not isinstance(node.func, cst.Attribute):
            return UNKNOWN
        method = node.func.attr.value
        if method == "astype" and node.args:
            return self._kind_of_dtype(node.args[0].value)
        dtype = self._dtype(node)
        if dtype is not None:
            return dtype
        if method in _FLOAT_METHODS:
            return FLOAT
        if method in ("argmax", "argmin"):
            return INT
        if method in _SAME_METHODS:
            kind = self.of(node.func.value)
            return kind if kind in (INT, FLOAT) else UNKNOWN
        if method == "total_seconds":
            return FLOAT
        return UNKNOWN

    def _subscript(self, node: cst.Subscript) -> Kind:
        kind = self.of(node.value)
        if kind in (INT, FLOAT):
            return kind
        if isinstance(node.value, cst.List | cst.Tuple):
            kinds = {self.of(e.value) for e in node.value.elements}
            if len(kinds) == 1:
                return kinds.pop()
        return UNKNOWN

    def _attribute(self, node: cst.Attribute) -> Kind:
        if node.attr.value in _INT_ATTRIBUTES:
            return INT
        if node.attr.value == "T":
            kind = self.of(node.value)
            return kind if kind in (INT, FLOAT) else UNKNOWN
        resolved = self.names.resolve(node)
        if resolved is not None and resolved.path in (
            *("numpy.pi", "numpy.e", "numpy.inf", "math.pi", "math.e", "numpy.nan"),
        ):
            return FLOAT
        return UNKNOWN

    def _name(self, node: cst.Name) -> Kind:
        kinds: set[Kind] = set()

        def add(value: cst.CSTNode) -> bool:
            kinds.add(self.of(value))
            return True

        if self._all_values(node, add) and len(kinds) == 1:
            return kinds.pop()
        return UNKNOWN

    def _all_values(self, node: cst.Name, holds: Holds) -> bool:
        """Whether something holds of all that a name is bound to, as far as the code shows it."""
        scope = self.names.scopes.get(node)
        key = (id(scope), node.value)
        if scope is None or key in self._running:
            return False
        assignments = self.names.assignments(node.value, scope)
        if not assignments:
            return False
        self._running.add(key)
        try:
            return all(self._assigned(a, holds) for a in assignments)
        finally:
            self._running.discard(key)

    def any_value(self, node: cst.Name, holds: Holds) -> bool:
        """Whether something holds of anything that a name is bound to."""
        found = False

        def look(value: cst.CSTNode) -> bool:
            nonlocal found
            found = found or holds(value)
            return True

        self._all_values(node, look)
        return found

    def _assigned(self, assignment: meta.BaseAssignment, holds: Holds) -> bool:
        if not isinstance(assignment, meta.Assignment):
            return False
        node = assignment.node
        parent = self.names.parents.get(node)
        if isinstance(parent, cst.AssignTarget):
            statement = self.names.parents[parent]
            assert isinstance(statement, cst.Assign)
            return bool(holds(statement.value))
        if isinstance(parent, cst.AugAssign):
            operation = type(parent.operator).__name__.removesuffix("Assign")
            operator = getattr(cst, operation, None)
            if operator is None or operation not in ("Add", "Subtract", "Multiply", "Divide"):
                return False
            # a number that numbers of one kind are added to stays of that kind
            return bool(holds(parent.value))
        if isinstance(parent, cst.Element) and isinstance(
            self.names.parents[parent], cst.Tuple | cst.List
        ):
            return self._unpacked(node, self.names.parents[parent], holds)
        if isinstance(parent, cst.For | cst.CompFor):
            return self._looped(parent.iter, None, holds)
        return False

    def _unpacked(self, node: cst.CSTNode, group: cst.CSTNode, holds: Holds) -> bool:
        assert isinstance(group, cst.Tuple | cst.List)
        position = [id(e.value) for e in group.elements].index(id(node))
        parent = self.names.parents[group]
        if isinstance(parent, cst.AssignTarget):
            statement = self.names.parents[parent]
            assert isinstance(statement, cst.Assign)
            value = statement.value
            if isinstance(value, cst.Tuple | cst.List):
                if len(value.elements) != len(group.elements):
                    return False
                return bool(holds(value.elements[position].value))
            if isinstance(value, cst.Attribute) and value.attr.value == "shape":
                return bool(holds(value))
            return False
        if isinstance(parent, cst.For | cst.CompFor):
            return self._looped(parent.iter, position, holds)
        return False

    def _looped(self, source: cst.CSTNode, position: int | None, holds: Holds) -> bool:
        if isinstance(source, cst.Call) and self._is_builtin(source.func):
            assert isinstance(source.func, cst.Name)
            name = source.func.value
            if name == "list" and len(source.args) == 1:
                return self._looped(source.args[0].value, position, holds)
            if name in ("range", "xrange") and position is None:
                return bool(holds(cst.Integer("0")))
            if name == "enumerate" and position == 0:
                return bool(holds(cst.Integer("0")))
        if position is None and isinstance(source, cst.List | cst.Tuple):
            return all(holds(e.value) for e in source.elements)
        return False

    def _is_builtin(self, func: cst.CSTNode) -> bool:
        if not isinstance(func, cst.Name):
            return False
        scope = self.names.scopes.get(func)
        return scope is not None and not self.names.assignments(func.value, scope)
