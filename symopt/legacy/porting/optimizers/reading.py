"""Reads a hand-written optimizer off its code: which variables it updates, and with what.

The function is not run. Lists with an entry for each parameter are followed by what their entries
are, so that comprehensions, loops and helpers like ``itemlist`` come to the same. Anything that is
not understood makes the whole function unreadable.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from symopt.legacy.porting.optimizers.expressions import Expr, atom, const, operation
from symopt.legacy.porting.optimizers.values import (
    Compiled,
    Each,
    Entry,
    Key,
    Keyed,
    Listed,
    Local,
    Opaque,
    Param,
    Path,
    ReadOptimizer,
    State,
)

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_FUNCTIONS = {
    **{f"theano.tensor.{name}": name for name in ("sqrt", "sqr", "exp", "log")},
    "theano.tensor.square": "sqr",
    "theano.tensor.abs_": "abs",
}
_NUMBERS = ("float32", "float64", "asarray", "array", "cast", "_asarray", "constant")
_DEPTH = 4


class UnreadableError(Exception):
    """The code is not an optimizer of a form that can be followed."""


PARAMETER, GRADIENT = "p", "g"


class Reader:
    """Follows the code of one function.

    Parameters
    ----------
    paths
        What the names of the module stand for, as dotted paths.
    functions
        The module's own functions, which the optimizer may call.
    """

    def __init__(self, paths: Mapping[str, str], functions: Mapping[str, ast.FunctionDef]) -> None:
        self._paths, self._functions = paths, functions
        self._states: dict[str, State] = {}
        self._params: set[str] = set()
        self._grads: set[str] = set()
        self._loop: str | None = None  # "each", or the dict whose keys are looped over
        self._depth = 0

    def read(self, function: ast.FunctionDef) -> ReadOptimizer:
        """What the function does.

        Raises
        ------
        UnreadableError
            It is of no form that can be followed.
        """
        arguments = _arguments(function)
        env: dict[str, Any] = {name: Param(name) for name in arguments}
        result = self._body(function.body, env)
        functions = result if isinstance(result, tuple) else ()
        if len(functions) < 2 or not all(isinstance(f, Compiled) for f in functions):
            raise UnreadableError("it does not return two functions")
        if len(self._params) != 1 or len(self._grads) != 1:
            raise UnreadableError("its parameters or gradients are not one argument each")
        return ReadOptimizer(
            arguments, self._params.pop(), self._grads.pop(), self._states, functions
        )

    # statements

    def _body(self, body: list[ast.stmt], env: dict[str, Any]) -> Any:
        for statement in body:
            if isinstance(statement, ast.Return):
                return None if statement.value is None else self._eval(statement.value, env)
            self._statement(statement, env)
        return None

    def _statement(self, node: ast.stmt, env: dict[str, Any]) -> None:
        if isinstance(node, ast.Assign):
            value = self._eval(node.value, env)
            for target in node.targets:
                self._assign(target, value, env)
        elif isinstance(node, ast.AugAssign):
            self._augment(node, env)
        elif isinstance(node, ast.For):
            self._for(node, env)
        elif isinstance(node, ast.Expr):
            self._expression_statement(node.value, env)
        elif isinstance(node, ast.FunctionDef):
            env[node.name] = Local(node, env)
        elif not isinstance(node, ast.Pass):
            raise UnreadableError(f"line {node.lineno}: {type(node).__name__}")

    def _expression_statement(self, node: ast.expr, env: dict[str, Any]) -> None:
        if isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = self._eval(node.func.value, env)
            if isinstance(owner, Listed) and node.func.attr in ("append", "extend"):
                value = self._eval(node.args[0], env)
                self._add(owner, value, several=node.func.attr == "extend")
                return
        raise UnreadableError(f"line {node.lineno}: a statement that is not followed")

    def _assign(self, target: ast.expr, value: Any, env: dict[str, Any]) -> None:
        if isinstance(target, ast.Name):
            env[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, tuple):
            if len(target.elts) != len(value):
                raise UnreadableError("unpacking of another length")
            for one, part in zip(target.elts, value, strict=True):
                self._assign(one, part, env)
        elif isinstance(target, ast.Subscript):
            owner = self._eval(target.value, env)
            if not isinstance(owner, Listed):
                raise UnreadableError("an assignment to an element")
            self._add(owner, (self._eval(target.slice, env), value), several=False)
        else:
            raise UnreadableError("an assignment that is not followed")

    def _augment(self, node: ast.AugAssign, env: dict[str, Any]) -> None:
        if not isinstance(node.target, ast.Name) or not isinstance(node.op, ast.Add):
            raise UnreadableError("an assignment in place")
        owner, value = env.get(node.target.id), self._eval(node.value, env)
        if not isinstance(owner, Listed):
            raise UnreadableError("an assignment in place")
        self._add(owner, value, several=True)

    def _add(self, owner: Listed, value: Any, several: bool) -> None:
        parts = _parts(value) if several else [value]
        if self._loop == "each":
            parts = [Each(part) for part in parts]
        elif self._loop is not None:
            parts = [Keyed(self._loop, part) for part in parts]
        owner.parts += parts

    def _for(self, node: ast.For, env: dict[str, Any]) -> None:
        if self._loop is not None or node.orelse:
            raise UnreadableError("nested loops")
        entry, self._loop = self._entry_of(self._eval(node.iter, env))
        try:
            self._assign(node.target, entry, env)
            for statement in node.body:
                self._statement(statement, env)
        finally:
            self._loop = None

    # expressions

    def _eval(self, node: ast.expr, env: dict[str, Any]) -> Any:
        if isinstance(node, ast.Constant):
            number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
            return const(node.value) if number else Opaque()  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return self._name(node.id, env)
        if isinstance(node, ast.Tuple):
            return tuple(self._eval(e, env) for e in node.elts)
        if isinstance(node, ast.List):
            return Listed([self._eval(e, env) for e in node.elts])
        if isinstance(node, ast.Dict) and not node.keys:
            return Listed()
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self._comprehension(node, env)
        if isinstance(node, ast.Attribute):
            base = self._eval(node.value, env)
            return Path(f"{base.path}.{node.attr}") if isinstance(base, Path) else (base, node.attr)
        if isinstance(node, ast.Call):
            return self._call(node, env)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, env)
        if isinstance(node, ast.BinOp):
            return self._binary(node, env)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, env)
        if isinstance(node, ast.JoinedStr):
            return Opaque()
        raise UnreadableError(f"line {node.lineno}: {type(node).__name__}")

    def _name(self, name: str, env: dict[str, Any]) -> Any:
        if name in env:
            return env[name]
        if name in self._paths:
            return Path(self._paths[name])
        if name in self._functions:
            return Local(self._functions[name], {})
        return Path(f"builtins.{name}")

    def _unary(self, node: ast.UnaryOp, env: dict[str, Any]) -> Any:
        value = self._number(self._eval(node.operand, env))
        if isinstance(node.op, ast.USub):
            return operation("neg", value)
        if isinstance(node.op, ast.UAdd):
            return value
        raise UnreadableError("an operator that is not followed")

    def _binary(self, node: ast.BinOp, env: dict[str, Any]) -> Any:
        left, right = self._eval(node.left, env), self._eval(node.right, env)
        if isinstance(node.op, ast.Mod) and isinstance(left, Opaque):
            return Opaque()
        if isinstance(node.op, ast.Add) and any(
            isinstance(v, Listed | Each) for v in (left, right)
        ):
            return Listed([*_parts(left), *_parts(right)])
        op = _BINARY.get(type(node.op))
        if op is None:
            raise UnreadableError("an operator that is not followed")
        return operation(op, self._number(left), self._number(right))

    def _subscript(self, node: ast.Subscript, env: dict[str, Any]) -> Any:
        owner, key = self._eval(node.value, env), self._eval(node.slice, env)
        if isinstance(owner, tuple) and isinstance(key, Expr) and key.constant is not None:
            return owner[int(key.constant.real)]
        if isinstance(owner, Param) and isinstance(key, Key):
            return Entry(owner.name, key.of)
        raise UnreadableError("an element that is not followed")

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp, env: dict[str, Any]) -> Any:
        if len(node.generators) != 1 or node.generators[0].ifs:
            raise UnreadableError("a comprehension that is not followed")
        generator, before = node.generators[0], self._loop
        if before is not None:
            raise UnreadableError("nested loops")
        entry, self._loop = self._entry_of(self._eval(generator.iter, env))
        inner = dict(env)
        try:
            self._assign(generator.target, entry, inner)
            value = self._eval(node.elt, inner)
            return Each(value) if self._loop == "each" else Listed([Keyed(self._loop, value)])
        finally:
            self._loop = before

    def _entry_of(self, value: Any) -> tuple[Any, str]:
        """One entry of what is looped over, and what the loop goes by."""
        if isinstance(value, Param):  # a list of gradients, or a dict by its keys
            if value.name in self._params:
                return Opaque(), "each"
            if _is_statistics(value.name):
                return Key(value.name), value.name
            self._grads.add(value.name)
            return atom(GRADIENT), "each"
        if isinstance(value, Listed) and len(value.parts) == 1:
            value = value.parts[0]
        if isinstance(value, Each):
            return value.entry, "each"
        raise UnreadableError("a loop over something else than parameters")

    def _call(self, node: ast.Call, env: dict[str, Any]) -> Any:
        function = self._eval(node.func, env)
        if isinstance(function, tuple) and len(function) == 2 and isinstance(function[1], str):
            return self._method(function[0], function[1], node)
        if isinstance(function, Local):
            return self._own(function, [self._eval(arg, env) for arg in node.args])
        if not isinstance(function, Path):
            raise UnreadableError("a call that is not followed")
        path, last = function.path, function.path.rpartition(".")[2]
        if path == "theano.function":
            return self._compiled(node, env)
        if path == "theano.shared":
            values = [k.value for k in node.keywords if k.arg == "value"]
            return self._shared(self._eval([*node.args, *values][0], env))
        args = [self._eval(arg, env) for arg in node.args]
        if path in _FUNCTIONS:
            return operation(_FUNCTIONS[path], self._number(args[0]))
        if path in ("builtins.list", "builtins.tuple") and len(args) == 1:
            return args[0]
        if path == "builtins.zip":
            return self._zip(args)
        if last in ("itemlist", "values") and len(args) == 1:
            return self._values(args[0])
        if last in ("OrderedDict", "dict") and not args:
            return Listed()
        if last == "zeros_like":
            return const(0)
        if path == "builtins.float" or (
            path.startswith(("numpy.", "theano.")) and last in _NUMBERS and args
        ):
            return self._number(args[0])
        if path.startswith("theano.config"):
            return Opaque()
        raise UnreadableError(f"line {node.lineno}: {path} is not followed")

    def _method(self, owner: Any, name: str, node: ast.Call) -> Any:
        if isinstance(owner, Param):
            if name in ("values", "itervalues"):
                return self._values(owner)
            if name in ("items", "iteritems"):
                values = self._values(owner)
                return Each((Opaque(), values.entry))
            if name in ("keys", "iterkeys"):
                self._values(owner)
                return Each(Opaque())
        if isinstance(owner, Expr):
            if name == "get_value":
                return atom("value")
            if name in ("astype", "copy"):
                return owner
        raise UnreadableError(f"line {node.lineno}: .{name}() is not followed")

    def _values(self, owner: Any) -> Each:
        if not isinstance(owner, Param):
            raise UnreadableError("the values of something else than an argument")
        self._params.add(owner.name)
        return Each(atom(PARAMETER))

    def _zip(self, args: list[Any]) -> Each:
        entries = []
        for arg in args:
            entry, loop = self._entry_of(arg)
            if loop != "each":
                raise UnreadableError("zip of a dict")
            entries.append(entry)
        return Each(tuple(entries))

    def _own(self, function: Local, args: list[Any]) -> Any:
        names = list(_arguments(function.node))
        if len(names) != len(args) or self._depth >= _DEPTH:
            raise UnreadableError(f"{function.node.name} is not followed")
        self._depth += 1
        loop, self._loop = self._loop, None
        try:
            env = {**function.env, **dict(zip(names, args, strict=True))}
            return self._body(function.node.body, env)
        finally:
            self._depth -= 1
            self._loop = loop

    def _shared(self, value: Any) -> Expr:
        initial = self._number(value)
        if initial.constant != 0:
            raise UnreadableError("a variable that does not begin at zero")
        name = f"state{len(self._states)}"
        self._states[name] = State(name, self._loop == "each")
        return atom(name)

    def _compiled(self, node: ast.Call, env: dict[str, Any]) -> Compiled:
        given = dict(zip(("inputs", "outputs"), node.args[:2], strict=False))
        given |= {k.arg: k.value for k in node.keywords if k.arg in ("inputs", "outputs")}
        others = {k.arg for k in node.keywords}
        known = {"inputs", "outputs", "updates", "profile", "name", "on_unused_input", "mode"}
        if len(node.args) > 2 or not others <= known | {"allow_input_downcast"}:
            raise UnreadableError("theano.function with arguments that are not followed")
        updates = [k.value for k in node.keywords if k.arg == "updates"]
        values = {k: self._eval(v, env) for k, v in given.items()}
        parts = _parts(self._eval(updates[0], env)) if updates else []
        return Compiled(values.get("inputs"), values.get("outputs"), tuple(parts))

    def _number(self, value: Any) -> Expr:
        if isinstance(value, Param):
            return atom(f"argument {value.name}")
        if not isinstance(value, Expr):
            raise UnreadableError("arithmetic on something else than numbers")
        return value


def _parts(value: Any) -> list[Any]:
    if isinstance(value, Listed):
        return list(value.parts)
    if isinstance(value, Each | Keyed | Param):
        return [value]
    raise UnreadableError("a list that is not followed")


def _is_statistics(name: str) -> bool:
    """Whether an argument holds batch-normalisation statistics by name."""
    return name.startswith("bn_") or "stat" in name


def _arguments(function: ast.FunctionDef) -> dict[str, float | None]:
    spec = function.args
    if spec.vararg or spec.kwarg or spec.kwonlyargs or spec.posonlyargs:
        raise UnreadableError("arguments with stars")
    names = [arg.arg for arg in spec.args]
    found: dict[str, float | None] = dict.fromkeys(names)
    for name, default in zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True):
        if isinstance(default, ast.Constant) and isinstance(default.value, int | float):
            found[name] = float(default.value)
    return found
