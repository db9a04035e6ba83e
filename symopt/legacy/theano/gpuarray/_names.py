"""Names of the GPU modules that can be imported, subclassed and tested for, but not used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.unavailable import unavailable_class, unavailable_function

INSTEAD = (
    "There are no CUDA kernels here. Write the plain operation of theano.tensor; on a machine with "
    "a GPU it runs there with backend jax (SYMOPT_BACKEND=jax)."
)


def gpu_names(module: str) -> Callable[[str], Any]:
    """A ``__getattr__``: a class or function that raises when used for each Gpu... or gpu_... name.

    Sub-modules come first; other names raise AttributeError.
    """
    submodules = fallback(module)
    name = module.removeprefix("symopt.legacy.")

    def __getattr__(attribute: str) -> Any:
        if attribute.startswith(("Gpu", "CGpu", "Cuda")):
            made: Any = unavailable_class(f"{name}.{attribute}", INSTEAD)
        elif attribute.startswith(("gpu_", "gpuarray_")):
            made = unavailable_function(f"{name}.{attribute}", INSTEAD)
        else:
            return submodules(attribute)
        setattr(sys.modules[module], attribute, made)
        return made

    return __getattr__
