"""Compiled functions: graphs compiled by a backend at their first call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
from pytensor.compile.executor import Function
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import explicit_graph_inputs, graph_inputs

from symopt.backends import Backend, choose_backend, explain
from symopt.errors import InputError
from symopt.pytensor_internals import cell, lengths_of_joins

_NO_DEFAULT = object()


class In(pytensor.In):
    """An input with a default value, as Theano's ``In(variable, value=...)``.

    Parameters
    ----------
    variable
        The symbolic input.
    value
        What the function takes when a call does not give this input. None: it has to be given.
    name, mutable, borrow, ...
        As for ``pytensor.In``, which refuses ``value``.
    """

    def __init__(
        self, variable: Variable, name: str | None = None, value: Any = None, **keywords: Any
    ) -> None:
        super().__init__(variable, name=name, **keywords)
        self.default = _NO_DEFAULT if value is None else value


class CompiledFunction:
    """A function of a graph. It is validated when it is made and compiled when it is first called.

    Attributes
    ----------
    name : str
        Its name.
    input_names : tuple of str
        Names of its arguments, in order, by which they may also be passed.
    backend : str
        Name of the backend that compiles it.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Any],
        outputs: Any,
        backend: Backend,
        **keywords: Any,
    ) -> None:
        self.name = name
        self.backend = backend.name
        self._backend = backend
        self._inputs = list(inputs)
        self._outputs = outputs
        self._output_names = list(outputs) if isinstance(outputs, Mapping) else None
        self._keywords = keywords
        self._function: Function | None = None
        self._called = False
        self._shared: list[tuple[list[Any], SharedVariable]] = []
        self.input_names = tuple(_name_of(spec, i) for i, spec in enumerate(self._inputs))
        self._defaults = [getattr(spec, "default", _NO_DEFAULT) for spec in self._inputs]

    def compile(self) -> CompiledFunction:
        """Compile now instead of at the first call; does nothing the second time."""
        if self._function is None:
            outputs = self._outputs
            if isinstance(outputs, Mapping):
                outputs = list(outputs.values())
            with lengths_of_joins():
                self._function = self._backend.compile(
                    self._inputs, outputs, name=self.name, **self._keywords
                )
            shared = _shared_variables(outputs, self._keywords)
            self._shared = [(cell(variable), variable) for variable in shared]
        return self

    @property
    def maker(self) -> Any:
        """The maker of the PyTensor function underneath (compiles it if need be)."""
        return self.compiled.maker

    @property
    def compiled(self) -> Function:
        """The PyTensor function underneath (compiles it if need be)."""
        self.compile()
        assert self._function is not None  # compile() has just set it
        return self._function

    def explain(self) -> str:
        """A table of what runs each node: symopt natively, PyTensor's C code, or Python, and why.

        It lists the nodes inside of programs, loops and functions too. Compiles the function if
        need be.
        """
        return explain(self.compiled, f"{self.name}, backend {self.backend}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(self._bind(args, kwargs))

    def _prepare(self) -> Function:
        """The function underneath, with all that it reads where its backend wants it."""
        function = self.compiled
        backend, native = self._backend, self._backend.native
        backend.before_call()
        for holder, variable in self._shared:  # a loop over hundreds, in every call
            if type(holder[0]) is not native:
                backend.bring_here(variable)
        return function

    def _run(self, values: Sequence[Any]) -> Any:
        function, backend = self._prepare(), self._backend
        if self._called:
            results = function(*values)
        else:
            with backend.first_call():
                results = function(*values)
            self._called = True
        if self._output_names is not None:
            return dict(zip(self._output_names, map(_as_array, results), strict=True))
        if isinstance(results, list | tuple):
            return [_as_array(result) for result in results]
        return _as_array(results)

    def _bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """The values of all inputs in order, from positions, names and defaults."""
        names = self.input_names
        if len(args) > len(names):
            raise TypeError(
                f"{self.name}: {len(args)} arguments given; expected at most {len(names)} "
                f"({', '.join(names) or 'none'})."
            )
        values = [*args, *self._defaults[len(args) :]]
        for name, value in kwargs.items():
            if name not in names:
                raise TypeError(
                    f"{self.name}: no input is called {name!r}; "
                    f"it has {', '.join(names) or 'none'}."
                )
            position = names.index(name)
            if position < len(args):
                raise TypeError(f"{self.name}: {name!r} is given twice.")
            values[position] = value
        missing = [n for n, value in zip(names, values, strict=True) if value is _NO_DEFAULT]
        if missing:
            raise TypeError(
                f"{self.name}: {', '.join(missing)} missing; it takes {', '.join(names)}."
            )
        return values

    def __repr__(self) -> str:
        state = "not compiled yet" if self._function is None else "compiled"
        return f"<{self.name}({', '.join(self.input_names)}), backend {self.backend}, {state}>"


def function(
    inputs: Sequence[Any],
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: bool | None = None,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    trust_input: bool = False,
    *,
    backend: str | Backend | None = None,
) -> CompiledFunction:
    """Compile any function of a model by symopt's backends.

    Parameters
    ----------
    inputs
        Symbolic variables, or :class:`In` objects, which may have default values.
    outputs
        A variable, a list of them, a dict of names to them (the function then returns a dict),
        or None.
    mode, updates, givens, no_default_updates, accept_inplace, name, rebuild_strict, \
    allow_input_downcast, profile, on_unused_input, trust_input
        As for ``pytensor.function``. A ``mode`` takes the place of the backend's own.
    backend
        "c", "numba", or None for the best one here.

    Returns
    -------
    CompiledFunction
        A callable with ``name``, ``input_names``, ``backend`` and ``maker``. It returns NumPy
        arrays: one, a list, or a dict, as ``outputs`` is given.

    Raises
    ------
    InputError
        An input is missing: an output or update depends on a variable that is not in ``inputs``.
    UnknownBackendError, BackendUnavailableError
        There is no such backend, or it cannot work here.
    """
    keywords = {
        "mode": mode,
        "updates": updates,
        "givens": givens,
        "accept_inplace": accept_inplace,
        "rebuild_strict": rebuild_strict,
        "allow_input_downcast": allow_input_downcast,
        "profile": profile,
        "on_unused_input": on_unused_input,
        "trust_input": trust_input,
    }
    if no_default_updates is not None:  # deprecated in PyTensor: passed on only when asked for
        keywords["no_default_updates"] = no_default_updates
    if isinstance(inputs, Variable) or not isinstance(inputs, Sequence):
        raise InputError(
            f"inputs is a {type(inputs).__name__}; expected a list of symbolic variables."
        )
    name = name or "function"
    _check_reachable(name, inputs, _variables_of(outputs, keywords), _pairs(givens))
    return CompiledFunction(name, inputs, outputs, choose_backend(backend), **keywords)


def _check_reachable(
    name: str, inputs: Sequence[Any], outputs: Sequence[Variable], givens: list[tuple[Any, Any]]
) -> None:
    reached = {getattr(spec, "variable", spec) for spec in inputs} | {old for old, _ in givens}
    missing = [
        variable
        for variable in explicit_graph_inputs(outputs)
        if variable not in reached and not _computed_from(variable, reached)
    ]
    if missing:
        raise InputError(
            f"{name} depends on {', '.join(map(str, dict.fromkeys(missing)))}, which inputs does "
            "not list. Add it to inputs, give it a value by givens, or make it shared."
        )


def _computed_from(variable: Variable, reached: set[Variable]) -> bool:
    """Whether a leaf is hidden behind an inner variable that is itself given."""
    inner = [given for given in reached if given.owner is not None]
    return any(variable in graph_inputs([given]) for given in inner)


def _variables_of(outputs: Any, keywords: Mapping[str, Any]) -> list[Variable]:
    """Every expression that a function computes: outputs, updates and givens."""
    if isinstance(outputs, Mapping):
        found = list(outputs.values())
    elif isinstance(outputs, Sequence):
        found = list(outputs)
    else:
        found = [] if outputs is None else [outputs]
    for pairs in ("updates", "givens"):
        found += [value for _, value in _pairs(keywords.get(pairs))]
    found = [getattr(output, "variable", output) for output in found]  # pytensor.Out
    return [output for output in found if isinstance(output, Variable)]


def _shared_variables(outputs: Any, keywords: Mapping[str, Any]) -> list[SharedVariable]:
    """The shared variables that a function reads or writes."""
    targets = [target for target, _ in _pairs(keywords.get("updates"))]
    leaves = [*targets, *graph_inputs(_variables_of(outputs, keywords))]
    return [v for v in dict.fromkeys(leaves) if isinstance(v, SharedVariable)]


def _pairs(pairs: Any) -> list[tuple[Any, Any]]:
    return list(pairs.items() if isinstance(pairs, Mapping) else pairs or ())


def _name_of(spec: Any, position: int) -> str:
    name = spec.name if isinstance(spec, pytensor.In) else None
    return name or getattr(spec, "variable", spec).name or f"input_{position}"


def _as_array(value: Any) -> Any:
    """A NumPy array of what a backend returned (a NumPy scalar, another library's array)."""
    if getattr(value, "stays_on_device", False):  # it is read when somebody asks for it
        return value
    return np.asarray(value) if hasattr(value, "__array__") else value
