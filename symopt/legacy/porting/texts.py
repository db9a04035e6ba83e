"""Names in text that is evaluated at run time: ``activ="lambda x: tensor.tanh(x)"``."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from symopt.legacy.porting.equivalents import equivalent, is_module, module_equivalent
from symopt.legacy.porting.equivalents_table import KNOWN_SETTINGS

if TYPE_CHECKING:
    import libcst as cst

USUAL_ROOTS = {
    "theano": "theano",
    "tensor": "theano.tensor",
    "T": "theano.tensor",
    "TT": "theano.tensor",
}
"""What such text calls Theano's modules, in the repositories that evaluate it."""

FLAGS = "THEANO_FLAGS"

_PYTENSOR_FLAGS = frozenset({*KNOWN_SETTINGS, "scan.allow_gc"}) - {"compiledir_format"}
_ONE_FLAG = re.compile(r"\s*([\w.]+)\s*=\s*([^,]*?)\s*")
_CHAIN = re.compile(r"(?<![\w.])([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)+)")
_LOOKS_LIKE_CODE = re.compile(r"^\s*(lambda\b|(theano\.)?(tensor|T|TT)\.[\w.]+\s*($|\())")


def rewritten_text(node: cst.SimpleString) -> str | None:
    """A string's text, if it is an expression with Theano's functions in it and changes."""
    return None if "b" in node.prefix.lower() else rewritten_expression(node.raw_value)


def rewritten_expression(text: str) -> str | None:
    """The text with the names of the ported modules; None if it is no such text, or stays.

    The modules keep the names that the text calls them by, but for ``theano``; what symopt has is
    called ``symopt.``... there: modules that evaluate text import it.
    """
    if not _LOOKS_LIKE_CODE.match(text) or "." not in text:
        return None
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return None
    new = _CHAIN.sub(_rewritten_chain, text)
    return None if new == text else new


def _rewritten_chain(match: re.Match[str]) -> str:
    root, rest = match.groups()
    home = USUAL_ROOTS.get(root)
    path = f"{home}{rest}"
    if home is None or is_module(path):
        return match.group()
    found = equivalent(path)
    if found is None or found[0].kind in ("value", "identity", "namespace") or found[0].form:
        return match.group()
    target = ".".join([found[0].target, *found[1]])
    module = module_equivalent(home)
    if module is not None and target.startswith(module + "."):
        local = "pytensor" if root == "theano" else root
        return local + target[len(module) :]
    return target


def rewritten_flags(text: str) -> str | None:
    """The value of THEANO_FLAGS as PYTENSOR_FLAGS takes it; None if it is not such a value.

    Settings that PyTensor does not have, ``device`` above all, are left out.
    """
    flags = [_ONE_FLAG.fullmatch(flag) for flag in text.split(",") if flag.strip()]
    if not flags or not all(flags):
        return None
    kept = [f"{m[1].replace('.', '__')}={m[2]}" for m in flags if m and m[1] in _PYTENSOR_FLAGS]
    return ",".join(kept)


def evaluated_names_symopt(text: str) -> bool:
    """Whether a text in a module is evaluated and names what symopt has."""
    if "theano" not in text and "tensor" not in text:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            new = rewritten_expression(node.value)
            if new is not None and "symopt." in new:
                return True
    return False
