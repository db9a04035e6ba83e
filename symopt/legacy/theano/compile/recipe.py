"""What a function is compiled from, and by which backend."""

from __future__ import annotations

import copy
import warnings
from typing import Any, NamedTuple

import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.link.basic import Container

from symopt.backends import Backend, choose_backend, jax_backend
from symopt.function import CompiledFunction
from symopt.function import function as compile_function
from symopt.legacy.theano.compile.mode import mode_to_compile_with
from symopt.legacy.theano.compile.python_backend import PythonBackend, compiles_nothing


class Recipe(NamedTuple):
    """What a function is compiled from."""

    inputs: list[Any]
    outputs: list[Any]
    output_keys: list[str] | None
    unpack_single: bool
    updates: list[tuple[Variable, Any]]
    mode: Any
    name: str | None
    keywords: dict[str, Any]


def backend_of_functions(mode: Any = None) -> Backend:
    """The backend that compiles in a mode; jax with its way to run Python's Ops on the host."""
    if compiles_nothing(mode) or (mode is not None and not pytensor.config.cxx):
        return PythonBackend()
    backend = choose_backend()
    return jax_backend(fallback=True) if backend.name == "jax" else backend


def compile_recipe(recipe: Recipe, input_updates: list[Any]) -> CompiledFunction:
    """Compile, at once; the updates of inputs are further outputs, after the others."""
    inputs = [
        pytensor.In(
            spec.variable,
            mutable=bool(spec.mutable) and spec.update is None,
            borrow=bool(spec.borrow) and spec.update is None,
            strict=spec.strict,
            allow_downcast=spec.allow_downcast,
        )
        for spec in recipe.inputs
    ]
    mode = mode_to_compile_with(recipe.mode)
    with warnings.catch_warnings():
        # Theano's own ways, which PyTensor would have its users leave
        warnings.filterwarnings("ignore", message="The no_default_updates parameter")
        warnings.filterwarnings("ignore", message="Numba will use object mode")
        compiled = compile_function(
            inputs,
            [*recipe.outputs, *input_updates],
            mode=mode,
            updates=recipe.updates,
            name=recipe.name,
            backend=backend_of_functions(mode),
            **recipe.keywords,
        )
        return compiled.compile()


def is_held(spec: Any) -> bool:
    """Whether an input has a value that a call need not give."""
    return spec.value is not None or spec.update is not None


def container_of(spec: Any) -> Container:
    """What holds the value of an input: its own container, or that of a shared variable."""
    if isinstance(spec.value, SharedVariable):
        return spec.value.container
    if isinstance(spec.value, Container):
        return spec.value
    container = Container(
        spec.variable,
        [None],
        strict=spec.strict,
        allow_downcast=spec.allow_downcast,
        name=spec.name,
    )
    container.value = spec.value
    return container


def without_update(spec: Any) -> Any:
    """The same input without its update."""
    spec = copy.copy(spec)
    spec.update = None
    return spec
