"""Which Python a source was written for, by what only one of them reads or has.

A file that Python 3 does not parse is Python 2's. Otherwise names decide: a name that only Python 2
has (``xrange``, ``cPickle``, ``d.iteritems()``, ``sys.maxint``), used without a way round it for
Python 3, makes it Python 2's; syntax that only Python 3 has (f-strings, ``nonlocal``, annotations)
makes it Python 3's. Files that name both worlds (``six``, ``sys.version_info``, ``try: import
cPickle``) and files that do not touch either read as both.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

from symopt.legacy.python2.renamed import PYTHON2_MODULES
from symopt.legacy.python2.source import tidy
from symopt.legacy.python2.syntax import is_print_statement

NAMES = frozenset(
    [
        "apply",
        "basestring",
        "buffer",
        "cmp",
        "coerce",
        "execfile",
        "file",
        "intern",
        "long",
        "raw_input",
        "reduce",
        "reload",
        "unichr",
        "unicode",
        "xrange",
        "StandardError",
    ]
)
"""Builtins that only Python 2 has."""
METHODS = frozenset(
    [
        "iteritems",
        "iterkeys",
        "itervalues",
        "has_key",
        "viewitems",
        "viewkeys",
        "viewvalues",
        "next",
        "getcwdu",
        "func_name",
        "func_code",
        "func_globals",
        "func_defaults",
        "im_func",
        "im_self",
        "im_class",
    ]
)
"""Attributes that only Python 2's objects have. A class may define them for itself."""
ATTRIBUTES = frozenset(
    [
        ("itertools", "izip"),
        ("itertools", "imap"),
        ("itertools", "ifilter"),
        ("itertools", "izip_longest"),
        ("itertools", "ifilterfalse"),
        ("sys", "maxint"),
        ("sys", "setdefaultencoding"),
        ("os", "getcwdu"),
        ("string", "letters"),
        ("string", "join"),
        ("string", "maketrans"),
        ("string", "uppercase"),
        ("string", "lowercase"),
        ("string", "atoi"),
        ("string", "atof"),
        ("string", "replace"),
        ("string", "split"),
        ("string", "strip"),
        ("operator", "div"),
        ("operator", "isCallable"),
        ("urllib", "urlopen"),
        ("urllib", "urlretrieve"),
        ("urllib", "urlencode"),
        ("urllib", "quote"),
        ("types", "StringType"),
        ("types", "ListType"),
        ("types", "TupleType"),
        ("types", "DictType"),
        ("types", "IntType"),
        ("types", "FloatType"),
        ("types", "NoneType"),
        ("types", "StringTypes"),
        ("types", "ClassType"),
        ("types", "InstanceType"),
    ]
)
"""Attributes of modules that only Python 2's have."""
_BOTH = re.compile(r"\bsix\b|\bPY[23]\b|version_info|python_version|\bhexversion\b")
_SHEBANG = re.compile(r"#!.*\bpython([23])")


@lru_cache(maxsize=256)
def is_python2(source: str) -> bool | None:
    """Whether a source was written for Python 2.

    Parameters
    ----------
    source
        The text of a module.

    Returns
    -------
    bool or None
        True: for Python 2. False: for Python 3. None: it reads as both.
    """
    tree = _tree(source)
    if tree is None:
        return True
    if any(map(is_print_statement, ast.walk(tree))):
        return True
    shebang = _SHEBANG.match(source)
    if shebang:
        return shebang.group(1) == "2"
    if any(_is_python3_syntax(node) for node in ast.walk(tree)):
        return False
    if _BOTH.search(source):
        return None
    guarded = set(_guarded(tree))
    bound = _bound_names(tree)
    whole = "division" not in bound  # quotients of integers are whole numbers
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if _is_python2(node, bound) or (whole and _counts_a_quotient(node)):
            return True
    return None


def _tree(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(tidy(source))
    except (SyntaxError, ValueError):
        return None


def _is_python3_syntax(node: ast.AST) -> bool:
    if isinstance(
        node,
        ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await | ast.Nonlocal
        | ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.YieldFrom | ast.MatMult | ast.Match,
    ):  # fmt: skip
        return True
    if isinstance(node, ast.FunctionDef):
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        annotated = any(argument.annotation for argument in every)
        return bool(node.returns or node.args.kwonlyargs or node.args.posonlyargs or annotated)
    if isinstance(node, ast.Raise):
        return node.cause is not None
    if isinstance(node, ast.ClassDef):
        return bool(node.keywords)
    if isinstance(node, ast.Assign):
        return any(
            isinstance(part, ast.Starred) for target in node.targets for part in ast.walk(target)
        )
    if isinstance(node, ast.Call):  # super() without arguments
        return isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args
    return False


def _is_python2(node: ast.AST, bound: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in NAMES and node.id not in bound
    if isinstance(node, ast.Attribute):
        if node.attr in METHODS and node.attr not in bound:
            return True
        return isinstance(node.value, ast.Name) and (node.value.id, node.attr) in ATTRIBUTES
    if isinstance(node, ast.Import):
        return any(_is_renamed(alias.name) for alias in node.names)
    if isinstance(node, ast.ImportFrom) and not node.level:
        names = {(node.module, alias.name) for alias in node.names}
        return _is_renamed(node.module or "") or bool(names & ATTRIBUTES)
    if isinstance(node, ast.ClassDef):
        return any(
            isinstance(item, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == "__metaclass__" for t in item.targets)
            for item in node.body
        )
    if isinstance(node, ast.Call):
        return any(keyword.arg == "cmp" for keyword in node.keywords) and _sorts(node.func)
    return False


def _is_renamed(name: str) -> bool:
    return name.partition(".")[0] in PYTHON2_MODULES


def _sorts(function: ast.AST) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("sort", "sorted")


def _counts_a_quotient(call: ast.AST) -> bool:
    """``range(n / 2)``: a quotient that is a number of things has to be whole."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return False
    if call.func.id not in ("range", "xrange"):
        return False
    return any(isinstance(a, ast.BinOp) and isinstance(a.op, ast.Div) for a in call.args)


def _bound_names(tree: ast.Module) -> set[str]:
    """What the module itself defines: its own ``def next``, its own ``unicode = str``."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return bound


def _guarded(tree: ast.Module) -> Iterator[int]:
    """The nodes inside ``try: ... except ImportError`` (or NameError, AttributeError...)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.handlers:
            for part in [*node.body, *(s for h in node.handlers for s in h.body)]:
                yield from (id(inner) for inner in ast.walk(part))
