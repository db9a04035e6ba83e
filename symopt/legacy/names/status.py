"""What a name of Theano's is in symopt's form of it, found by looking."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import warnings
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from symopt.legacy.porting.equivalents import Equivalent, equivalent, module_equivalent

HOME = "symopt.legacy.theano"
PYTENSOR_HOMES = (
    "pytensor",
    "pytensor.tensor",
    "pytensor.compile",
    "pytensor.gradient",
    "pytensor.graph.basic",
    "pytensor.scalar",
    "pytensor.sparse",
    "pytensor.tensor.nlinalg",
    "pytensor.tensor.extra_ops",
    "pytensor.tensor.special",
    "pytensor.tensor.subtensor",
    "pytensor.tensor.sharedvar",
    "pytensor.scan.op",
    "pytensor.scan.utils",
)
"""Where an object that is PyTensor's own may be had under a public path."""

SYMOPT_HOMES = ("symopt.nnet", "symopt.random", "symopt")
NOT_AVAILABLE = "Not available."
ROLE = re.compile(r":[a-z]+:`~?([^`]*)`")

OWN, SYMOPT, ADAPTER, MODULE = "PyTensor's", "symopt's", "own form", "module"
SETTING, CONSTANT, MESSAGE, MISSING = "setting", "constant", "message", "missing"
KINDS = {
    OWN: "the very object that PyTensor has",
    SYMOPT: "the very object that symopt has",
    ADAPTER: "made for this layer: Theano's arguments and meaning on PyTensor's graphs",
    MODULE: "a module of the namespace",
    SETTING: "a setting, readable and writable",
    CONSTANT: "a plain value",
    MESSAGE: "can be imported and named; using it says what to write instead",
    MISSING: "not there",
}


@dataclass(frozen=True)
class Status:
    """What became of a name.

    Attributes
    ----------
    name
        Theano's, with its module.
    kind
        One of :data:`KINDS`.
    here
        What it is: the path of the object, or the first line of its description.
    instead
        What ``symopt port`` writes for it: a path of PyTensor's or symopt's, or "" where it stays
        on the namespace.
    note
        What differs there.
    """

    name: str
    kind: str
    here: str
    instead: str
    note: str


def status(name: str) -> Status:
    """Look the name up in the namespace and in the porter's table."""
    path = name.removesuffix(".*")
    try:
        found = resolve(HOME + path.removeprefix("theano"))
    except AttributeError as error:
        return Status(name, MISSING, str(error), *_instead(path))
    kind, here = _what(path, found)
    return Status(name, kind, here, *_instead(path))


def resolve(path: str) -> Any:
    """The object that a dotted path leads to: modules as far as there are, then attributes.

    Raises
    ------
    AttributeError
        There is none.
    """
    parts = path.split(".")
    found: Any = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], 2):
        if isinstance(found, ModuleType) and part not in vars(found):
            module = ".".join(parts[:i])
            if hasattr(found, "__path__") and importlib.util.find_spec(module) is not None:
                importlib.import_module(module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = getattr(found, part)
    return found


def _what(path: str, found: Any) -> tuple[str, str]:
    if isinstance(found, ModuleType):
        return MODULE, _first_line(found)
    if path.startswith("theano.config."):
        return SETTING, ""
    doc = inspect.getdoc(found) or ""
    if doc.startswith(NOT_AVAILABLE):
        return MESSAGE, _first_line(found).removeprefix(NOT_AVAILABLE).strip()
    home = _public_path(path, found, PYTENSOR_HOMES, "pytensor")
    if home is not None:
        return OWN, f"`{home}`"
    home = _public_path(path, found, SYMOPT_HOMES, "symopt.nnet")
    if home is not None:
        return SYMOPT, f"`{home}`"
    if isinstance(found, bool | int | float | str | list | tuple | dict | set | frozenset):
        return CONSTANT, f"`{found!r}`" if len(repr(found)) < 80 else ""
    return ADAPTER, _first_line(found)


def _public_path(path: str, found: Any, homes: tuple[str, ...], root: str) -> str | None:
    """A public path of the very same object, that of the same name if there is one."""
    name = path.rpartition(".")[2]
    candidates = [root + path.removeprefix("theano")]
    candidates += [f"{home}.{name}" for home in homes]
    named = getattr(found, "__name__", None)
    if isinstance(named, str):
        candidates += [f"{home}.{named}" for home in homes]
    told = equivalent(path)
    if told is not None and not told[1]:
        candidates.insert(1, told[0].target)
    for candidate in candidates:
        outside = candidate.startswith("symopt.legacy.")
        if outside or not candidate.startswith(root.partition(".")[0] + "."):
            continue
        try:
            if resolve(candidate) is found:
                return candidate
        except (AttributeError, ImportError):
            continue
    return None


def _first_line(found: Any) -> str:
    """The first sentence of what an object says about itself, not of what its class says."""
    doc = getattr(found, "__doc__", None)
    if not isinstance(found, type | ModuleType) and doc == getattr(type(found), "__doc__", None):
        doc = type(found).__doc__ if not callable(found) or doc is None else doc
    lines = inspect.cleandoc(doc or "").split("\n\n")[0].splitlines()
    return ROLE.sub(r"`\1`", " ".join(line.strip() for line in lines)).replace("``", "`")


def _instead(path: str) -> tuple[str, str]:
    module = module_equivalent(path)
    if module is not None:
        return module, ""
    found = equivalent(path)
    if found is None:
        return "", ""
    entry, rest = found
    if entry.kind == "namespace":
        return "", entry.note
    return _shown(entry, rest), entry.note


def _shown(entry: Equivalent, rest: tuple[str, ...]) -> str:
    if entry.kind == "identity":
        return "its argument"
    return ".".join((entry.target, *rest))
