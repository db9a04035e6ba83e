"""Backends: each lowers a graph to a compiled function; all give the same numbers."""

from symopt.backends.backend import Backend as Backend
from symopt.backends.backend import Diagnosis as Diagnosis
from symopt.backends.backend import to_host as to_host
from symopt.backends.choose import all_backends as all_backends
from symopt.backends.choose import choose_backend as choose_backend
from symopt.backends.explain import explain as explain
from symopt.backends.jax.backend import JaxBackend as JaxBackend
from symopt.backends.jax.backend import jax_backend as jax_backend
