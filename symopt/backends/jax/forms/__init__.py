"""How operations are computed with JAX, one family a file; importing it registers them.

What is not here has the form that PyTensor's JAX linker gives it.
"""

from symopt.backends.jax.forms import advanced_indexing as advanced_indexing
from symopt.backends.jax.forms import checks as checks
from symopt.backends.jax.forms import conditional as conditional
from symopt.backends.jax.forms import convolution as convolution
from symopt.backends.jax.forms import elementwise as elementwise
from symopt.backends.jax.forms import indexing as indexing
from symopt.backends.jax.forms import inner_graphs as inner_graphs
from symopt.backends.jax.forms import loop as loop
from symopt.backends.jax.forms import products as products
from symopt.backends.jax.forms import random as random
from symopt.backends.jax.forms import randomstate as randomstate
from symopt.backends.jax.forms import reductions as reductions
from symopt.backends.jax.forms import shapes as shapes
from symopt.backends.jax.forms import sorting as sorting
from symopt.backends.jax.forms import special_functions as special_functions
