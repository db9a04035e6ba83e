"""What to write in place of each of Theano's names: the one table that the porter goes by."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from symopt.legacy.porting import equivalents_table as table

NAMESPACE = "symopt.legacy.theano"


@dataclass(frozen=True)
class Equivalent:
    """What stands for one of Theano's names.

    Attributes
    ----------
    theano
        The name, with its module: ``theano.tensor.abs_``.
    target
        What to write instead, with its module; for a value or an expression that itself.
    kind
        "pytensor" (the same path there), "renamed" (PyTensor has it elsewhere or under another
        name), "symopt" (symopt has it), "python" (Python or NumPy has it), "value" (a constant
        now), "identity" (its argument), "namespace" (only :mod:`symopt.legacy.theano` has it).
    note
        What differs, or why there is nothing better; "" if there is nothing to say.
    form
        How calls are rewritten, a function of :mod:`symopt.legacy.porting.calls`; "" if they
        stay as they are.
    """

    theano: str
    target: str
    kind: str
    note: str = ""
    form: str = ""


def equivalent(path: str) -> tuple[Equivalent, tuple[str, ...]] | None:
    """The equivalent of a dotted path of Theano's, and the attributes that are left of it.

    ``theano.config.floatX.lower`` is ``theano.config.floatX`` and ``("lower",)``. A name that the
    table does not hold stands on the namespace. None if the path is one of Theano's modules.
    """
    names = _names()
    if path in names:
        return names[path], ()
    parts = canonical(path).split(".")
    for length in range(len(parts), 1, -1):
        found = names.get(".".join(parts[:length]))
        if found is not None:
            rest = tuple(parts[length:])
            if found.theano == "theano.config" and rest and rest[0] not in table.KNOWN_SETTINGS:
                break
            return found, rest
    if is_module(path):
        return None
    return _on_namespace(path), ()


def canonical(path: str) -> str:
    """The path under which the table has a name that Theano offered under several."""
    for alias, home in table.SAME_PLACE:
        if path == alias or path.startswith(alias + "."):
            return canonical(home + path[len(alias) :])
    return path


def is_known(path: str) -> bool:
    """Whether the table has a name, under this path or another one."""
    return path in _names() or canonical(path) in _names()


def is_module(path: str) -> bool:
    """Whether a path names one of Theano's modules, and not a function that hides it."""
    if path in _names():  # theano.tensor.sort, theano.tensor.var
        return False
    return path in table.MODULES or any(m.startswith(path + ".") for m in table.MODULES)


def module_equivalent(path: str) -> str | None:
    """The module that takes the place of one of Theano's, or None if no single one does."""
    return table.MODULES.get(path)


def names_table() -> list[Equivalent]:
    """Every name of Theano's that the porter knows, by its path: what documentation is made of."""
    return sorted(_names().values(), key=lambda e: e.theano)


@functools.cache
def _names() -> dict[str, Equivalent]:
    return {e.theano: e for e in _entries()}


def _entries() -> Iterator[Equivalent]:
    for module, (home, names) in table.SAME.items():
        for name in names.split():
            form = "constructor" if name in table.CONSTRUCTORS else ""
            yield Equivalent(f"{module}.{name}", f"{home}.{name}", "pytensor", form=form)
    for path, (target, *rest) in table.RENAMED.items():
        yield Equivalent(path, target, _kind_of(path, target), *rest)
    for path, (value, *rest) in table.VALUES.items():
        yield Equivalent(path, value, "value", *rest)
    for path, note in table.IDENTITIES.items():
        yield Equivalent(path, "", "identity", note, "identity")
    for path, note in table.ON_NAMESPACE.items():
        yield Equivalent(path, path.replace("theano", NAMESPACE, 1), "namespace", note)


def _kind_of(path: str, target: str) -> str:
    root = target.partition(".")[0]
    if root == "symopt":
        return "symopt"
    if root == "pytensor":
        return "pytensor" if target.removeprefix("py") == path else "renamed"
    return "python"


def _on_namespace(path: str) -> Equivalent:
    reasons = (
        note
        for prefix, note in table.WITHOUT_EQUIVALENT.items()
        if path == prefix or path.startswith(prefix + ".")
    )
    note = next(reasons, "no direct equivalent")
    return Equivalent(path, path.replace("theano", NAMESPACE, 1), "namespace", note)
