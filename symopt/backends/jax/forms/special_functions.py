"""Scalar functions that PyTensor's JAX linker has no form for, or one that needs more packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy import special
from pytensor.graph.basic import Apply
from pytensor.scalar import basic as scalars
from pytensor.scalar import math as functions
from pytensor.scalar.basic import ScalarOp

from symopt.backends.jax.forms.elementwise import scalar_form
from symopt.backends.pytensor_versions import ComplexFromPolar, GammaL, GammaU

_functions: Any = functions  # without types for these


@scalar_form.register(scalars.Complex)
def _complex(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    dtype = _part(node)
    return lax.complex(*jnp.broadcast_arrays(*(x.astype(dtype) for x in inputs)))


@scalar_form.register(ComplexFromPolar)
def _from_polar(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    radius, angle = (x.astype(_part(node)) for x in inputs)
    return lax.complex(*jnp.broadcast_arrays(radius * jnp.cos(angle), radius * jnp.sin(angle)))


def _part(node: Apply) -> str:
    """The dtype of a complex result's parts."""
    return "float32" if node.outputs[0].type.dtype == "complex64" else "float64"


@scalar_form.register(GammaU)
def _upper_gamma(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    k, x = _as_result(node, inputs)
    return special.gammaincc(k, x) * special.gamma(k)


@scalar_form.register(GammaL)
def _lower_gamma(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    k, x = _as_result(node, inputs)
    return special.gammainc(k, x) * special.gamma(k)


@scalar_form.register(_functions.PolyGamma)
def _polygamma(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    n, x = inputs
    return special.polygamma(n.astype("int64"), x.astype(node.outputs[0].type.dtype))


@scalar_form.register(_functions.Erfcinv)
def _erfcinv(op: ScalarOp, node: Apply, inputs: Sequence[Any]) -> Any:
    (x,) = _as_result(node, inputs)
    # There is none of float16.
    wide = x.astype(np.promote_types(x.dtype, "float32"))
    return -special.ndtri(wide / 2) / np.sqrt(2).astype(wide.dtype)


def _as_result(node: Apply, inputs: Sequence[Any]) -> list[Any]:
    return [x.astype(node.outputs[0].type.dtype) for x in inputs]
