"""Names that outlived a statement in Python 2, and do not in Python 3.

The variable of a list comprehension, the exception of ``except E, e``, and what ``exec`` assigned
in a function. Only what the scope uses later is kept alive.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from symopt.legacy.python2.names import support

_SCOPES = ast.FunctionDef | ast.ClassDef | ast.Lambda
_EXECUTED = support("executed")


def keep_names(scope: ast.FunctionDef | ast.Module) -> None:
    """Change the body of a function or module so that these names stay."""
    _keep_exceptions(scope.body)
    _keep_comprehension_variables(scope)
    if isinstance(scope, ast.FunctionDef):
        _keep_executed(scope)


def _keep_exceptions(body: list[ast.stmt]) -> None:
    for handler in [n for n in _nodes(body) if isinstance(n, ast.ExceptHandler) and n.name]:
        inside = {id(n) for n in ast.walk(handler)}
        name = handler.name or ""
        if any(_loads(n, name) and id(n) not in inside for n in _nodes(body, inner=True)):
            hidden = support(f"caught_{name}")
            first = handler.body[0]
            handler.body.insert(0, _assign(name, _name(hidden, first), first))
            handler.name = hidden


def _keep_comprehension_variables(scope: ast.FunctionDef | ast.Module) -> None:
    comprehensions = [n for n in _nodes(scope.body) if isinstance(n, ast.ListComp)]
    if not comprehensions:
        return
    inside = {
        id(n): c
        for c in _nodes(scope.body)
        if isinstance(c, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp)
        for n in ast.walk(c)
    }
    outside = [n for n in _nodes(scope.body) if isinstance(n, ast.Name) and id(n) not in inside]
    used = {n.id for n in outside if isinstance(n.ctx, ast.Load)}
    for comprehension in comprehensions:
        for generator in comprehension.generators:
            _leak(comprehension, generator, used)


def _leak(comprehension: ast.ListComp, generator: ast.comprehension, used: set[str]) -> None:
    """Assign the generator's variables to those of the scope, in a condition that is true."""
    targets = [n for n in ast.walk(generator.target) if isinstance(n, ast.Name) and n.id in used]
    for target in targets:
        name, hidden = target.id, support(f"item_{target.id}")
        target.id = hidden
        assigned = ast.NamedExpr(ast.Name(name, ast.Store()), ast.Name(hidden, ast.Load()))
        pair = ast.Tuple([assigned, ast.Constant(True)], ast.Load())
        true = ast.Subscript(pair, ast.Constant(1), ast.Load())
        for node in ast.walk(true):
            ast.copy_location(node, target)
        generator.ifs.insert(0, true)


def see_class_names(scope: ast.ClassDef) -> None:
    """A list comprehension in a class's body saw the names of that body."""
    for statement in scope.body:
        before = _bound(ast.Module(scope.body[: scope.body.index(statement)], []))
        for node in list(_nodes([statement])):
            for field, value in ast.iter_fields(node):
                if isinstance(value, ast.ListComp):
                    setattr(node, field, _with_names(value, before))


def _with_names(comprehension: ast.ListComp, bound: set[str]) -> ast.expr:
    """``(lambda x: [... x ...])(x)``."""
    used = {n.id for n in ast.walk(comprehension) if isinstance(n, ast.Name)} & bound
    targets = {
        n.id
        for n in ast.walk(comprehension)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    names = sorted(used - targets)
    if not names:
        return comprehension
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    call = ast.Call(
        ast.Lambda(arguments, comprehension), [ast.Name(name, ast.Load()) for name in names], []
    )
    inside = {id(n) for n in ast.walk(comprehension)}
    for node in ast.walk(call):
        if id(node) not in inside:
            ast.copy_location(node, comprehension)
    return call


def _keep_executed(function: ast.FunctionDef) -> None:
    """``exec code`` in a function assigned to its variables, known and new ones."""
    calls = [n for n in _nodes(function.body) if isinstance(n, ast.Call) and _executes_here(n)]
    if not calls:
        return
    bound = _bound(function)
    for node in list(_nodes(function.body)):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                for i, item in enumerate(value):
                    if _is_new(item, bound):
                        value[i] = _looked_up(item)
            elif _is_new(value, bound):
                setattr(node, field, _looked_up(value))
    for call in calls:
        call.args += [
            ast.copy_location(ast.Call(_name("globals", call), [], []), call),
            ast.copy_location(ast.Call(_name("locals", call), [], []), call),
            _name(_EXECUTED, call),
        ]
        call.func = _name(support("execute_in"), call)
    _assign_after(function.body, calls, sorted(bound))
    first = function.body[0]
    start = 1 if ast.get_docstring(function, clean=False) is not None else 0
    function.body.insert(
        start, _assign(_EXECUTED, ast.copy_location(ast.Dict([], []), first), first)
    )


def _assign_after(body: list[ast.stmt], calls: list[ast.Call], bound: list[str]) -> None:
    """After each ``exec`` statement, give the function's own variables their new values."""
    for statement in list(body):
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list) and not isinstance(statement, _SCOPES):
                _assign_after(inner, calls, bound)
        for handler in getattr(statement, "handlers", []):
            _assign_after(handler.body, calls, bound)
        if isinstance(statement, ast.Expr) and any(statement.value is call for call in calls):
            place = body.index(statement) + 1
            for name in bound:
                test = ast.Compare(
                    ast.Constant(name), [ast.In()], [ast.Name(_EXECUTED, ast.Load())]
                )
                value = ast.Subscript(
                    ast.Name(_EXECUTED, ast.Load()), ast.Constant(name), ast.Load()
                )
                update = ast.If(test, [ast.Assign([ast.Name(name, ast.Store())], value)], [])
                for node in ast.walk(update):
                    ast.copy_location(node, statement)
                body.insert(place, update)


def _executes_here(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Name)
        and node.func.id == "exec"
        and len(node.args) == 1
        and not node.keywords
        and not isinstance(node.args[0], ast.Tuple)
    )


def _is_new(node: object, bound: set[str]) -> bool:
    return (
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.id not in bound
        and node.id not in ("exec", _EXECUTED)
    )


def _looked_up(node: ast.Name) -> ast.expr:
    """``executed["x"] if "x" in executed else x``."""
    new = ast.IfExp(
        ast.Compare(ast.Constant(node.id), [ast.In()], [ast.Name(_EXECUTED, ast.Load())]),
        ast.Subscript(ast.Name(_EXECUTED, ast.Load()), ast.Constant(node.id), ast.Load()),
        node,
    )
    for part in ast.walk(new):
        if part is not node:
            ast.copy_location(part, node)
    return new


def _bound(scope: ast.FunctionDef | ast.Module) -> set[str]:
    """The names that a scope binds itself, other than in comprehensions."""
    bound: set[str] = set()
    if isinstance(scope, ast.FunctionDef):
        arguments = scope.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        bound.update(a.arg for a in every)
        bound.update(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)
    pending: list[ast.AST] = list(scope.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Global):
            bound.update(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        if not isinstance(node, _SCOPES):
            pending.extend(ast.iter_child_nodes(node))
    return bound


def _nodes(body: list[ast.stmt], inner: bool = False) -> Iterator[ast.AST]:
    """The nodes of a scope; ``inner``: those of functions and classes inside it too."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        yield node
        if inner or not isinstance(node, _SCOPES):
            pending.extend(ast.iter_child_nodes(node))


def _loads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _name(name: str, where: ast.AST) -> ast.Name:
    return ast.copy_location(ast.Name(name, ast.Load()), where)


def _assign(name: str, value: ast.expr, where: ast.AST) -> ast.Assign:
    target = ast.copy_location(ast.Name(name, ast.Store()), where)
    return ast.copy_location(ast.Assign([target], value), where)
