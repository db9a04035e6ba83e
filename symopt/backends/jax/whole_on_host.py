"""A whole function on the host: ``fallback`` where shapes depend on the device's values."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import numpy as np
from pytensor.graph.basic import Variable, clone_get_equiv
from pytensor.graph.fg import FunctionGraph

from symopt.errors import NotOnDeviceError


class WholeOnHost:
    """A graph compiled by the best backend of the host. Its state goes there and back in each call.

    Parameters
    ----------
    fgraph
        The graph.
    name
        Of the function, for the warning.
    why
        Why XLA cannot compile it.
    """

    def __init__(self, fgraph: FunctionGraph, name: str, why: NotOnDeviceError) -> None:
        from symopt.backends.choose import all_backends  # which imports the jax backend

        hosts = (backend for key, backend in all_backends().items() if key != "jax")
        self._backend = next(backend for backend in hosts if backend.diagnose().works)
        warnings.warn(
            f"{name} runs on the host from here on, by the {self._backend.name} backend: {why}",
            stacklevel=2,
        )
        inputs: list[Variable] = [variable.type() for variable in fgraph.inputs]
        memo: dict[Any, Any] = dict(zip(fgraph.inputs, inputs, strict=True))
        copies: dict[Any, Any] = clone_get_equiv(
            fgraph.inputs, fgraph.outputs, copy_inputs=False, copy_orphans=False, memo=memo
        )
        outputs = [copies[variable] for variable in fgraph.outputs]
        self._function = self._backend.compile(
            inputs, outputs, name=name, on_unused_input="ignore", accept_inplace=True
        )

    def __call__(self, values: list[Any]) -> list[Any]:
        """All outputs, updates among them, as NumPy arrays."""
        self._backend.before_call()
        given = [np.array(v) if isinstance(v, jax.Array) else v for v in values]
        with self._backend.first_call():
            return list(self._function(*given))
