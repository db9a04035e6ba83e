"""Which imports the ported module has, and how its names are written with them.

The local names of modules are kept (``T`` stays ``T``), so that the code around them and text that
is evaluated at run time still find them; only ``theano`` becomes ``pytensor``. What no import of
the original reaches is imported anew, under the usual name (``import pytensor.tensor as pt``).
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from symopt.legacy.porting.bindings import Binding, ModuleNames, Resolved
from symopt.legacy.porting.equivalents import (
    NAMESPACE,
    equivalent,
    is_module,
    module_equivalent,
)

USUAL_NAMES = {
    "pytensor": "pytensor",
    "pytensor.tensor": "pt",
    "symopt": "symopt",
    "numpy": "np",
    "collections": "collections",
    NAMESPACE: "theano",
}
"""Modules whose names are written with the module, and the name that it is imported by."""

_APART = (
    "pytensor.scan",
    "pytensor.compile",
    "pytensor.graph",
    "symopt.legacy.python2",
    "symopt.legacy.optimizers",
    "symopt.legacy.truth",
    "symopt.legacy.default_updates",
    "symopt.nnet.unbroadcast",
    "builtins",
)
"""Modules that an attribute of their parent does not reach: names come out of them by ``from``."""


class ImportPlan:
    """Writes paths as expressions, and remembers what has to be imported for them."""

    def __init__(self, names: ModuleNames) -> None:
        self.names = names
        self.added: dict[str, None] = {}
        self._local_names: dict[str, str] = {}
        self._taken = set(names.taken)
        for binding in names.bindings:
            if binding.is_theano and binding.local != "theano":
                self._taken.add(binding.local)
        self._own = self._names_of_modules()

    def expression(self, target: str, resolved: Resolved | None = None) -> str:
        """``target``, a dotted path, as this module writes it.

        Through the import that the original went through where that leads there, else through
        another one, else through a new one.
        """
        if resolved is not None:
            for module, local in self._ways(resolved):
                rest = target.removeprefix(module + ".")
                if target == module:
                    self._use(resolved)
                    return local
                if rest != target and not self._apart(target):
                    self._use(resolved)
                    return f"{local}.{rest}"
        home, _, name = target.rpartition(".")
        for module in _and_parents(target):
            if module in USUAL_NAMES and not self._apart(target):
                local = self._module(module)
                return local if module == target else f"{local}{target[len(module) :]}"
        return self._from(home, name)

    def new_local(self, binding: Binding) -> str:
        """The local name of an import of a module, in the ported code."""
        if binding.local == "theano":
            return self._free("pytensor") if _new_module(binding) == "pytensor" else "theano"
        return binding.local

    def use(self, resolved: Resolved) -> None:
        """The ported code still goes through the imports of a name."""
        self._use(resolved)

    def _ways(self, resolved: Resolved) -> list[tuple[str, str]]:
        """The modules that a name's first part will be, and what it will be called."""
        if resolved.assigned:
            home = module_equivalent(resolved.root)
            if not is_module(resolved.root):
                return []
            return [(home or _on_namespace(resolved.root), resolved.local)]
        if not resolved.bindings:
            return []
        binding = resolved.bindings[0]
        if not is_module(resolved.root):
            found = equivalent(resolved.root)
            if found is None or found[0].kind in ("value", "identity"):
                return []
            if found[0].kind == "namespace":
                return [(_on_namespace(resolved.root), binding.local)]
            return [(".".join([found[0].target, *found[1]]), binding.local)]
        return [(_new_module(binding), self.new_local(binding))]

    def _use(self, resolved: Resolved) -> None:
        for binding in resolved.bindings:
            binding.uses += 1

    def _apart(self, target: str) -> bool:
        return any(target.startswith(module + ".") for module in _APART)

    def _names_of_modules(self) -> dict[str, Binding]:
        """Imports of the original that reach a module from anywhere in the file."""
        found: dict[str, Binding] = {}
        for binding in [*self.names.bindings, *self.names.starred()]:
            if not binding.in_module or binding.local in self.names.taken:
                continue
            if not is_module(binding.path) and binding.path not in USUAL_NAMES:
                continue
            found.setdefault(_new_module(binding), binding)
        for binding in self.names.bindings:  # numpy and the like, which stay as they are
            stays = binding.in_module and not binding.is_theano and binding.path in USUAL_NAMES
            if stays and self._only_binding(binding):
                found.setdefault(binding.path, binding)
        return found

    def _only_binding(self, binding: Binding) -> bool:
        """Whether nothing else in the file binds the local name."""
        return sum(b.local == binding.local for b in self.names.bindings) == 1

    def _module(self, module: str) -> str:
        binding = self._own.get(module)
        if binding is not None:
            binding.uses += 1
            return self.new_local(binding)
        local = self._free(USUAL_NAMES[module])
        home, _, last = module.rpartition(".")
        if module == NAMESPACE:
            self.added[f"from {home} import {last}{_as(local, last)}"] = None
        else:
            self.added[f"import {module}{_as(local, module)}"] = None
        return local

    def _from(self, home: str, name: str) -> str:
        local = self._free(name, key=f"{home}.{name}")
        self.added[f"from {home} import {name}{_as(local, name)}"] = None
        return local

    def _free(self, wanted: str, key: str = "") -> str:
        """A local name that nothing else in the module has."""
        key = key or wanted
        if key not in self._local_names:
            local = wanted
            while local in self._taken:
                local += "_"
            self._taken.add(local)
            self._local_names[key] = local
        return self._local_names[key]


def import_of(binding: Binding, local: str) -> str:
    """The statement that takes the place of one import of Theano's."""
    if is_module(binding.path):
        module = _new_module(binding)
        home, _, last = module.rpartition(".")
        if home and (isinstance(binding.statement, cst.ImportFrom) or module.startswith(NAMESPACE)):
            return f"from {home} import {last}{_as(local, last)}"
        return f"import {module}{_as(local, module)}"
    found = equivalent(binding.path)
    assert found is not None
    target = ".".join([found[0].target, *found[1]])
    if found[0].kind == "namespace":
        target = _on_namespace(binding.path)
    home, _, last = target.rpartition(".")
    return f"from {home} import {last}{_as(local, last)}"


def _new_module(binding: Binding) -> str:
    if not binding.is_theano:
        return binding.path
    return module_equivalent(binding.path) or _on_namespace(binding.path)


def _on_namespace(path: str) -> str:
    return path.replace("theano", NAMESPACE, 1)


def _as(local: str, name: str) -> str:
    return "" if local == name else f" as {local}"


def _and_parents(path: str) -> Iterable[str]:
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])
