"""Which operations a program can hold: one family a file, each op with the function that writes it."""

from symopt.backends.c.operations import (  # noqa: F401  # they register what they write
    advanced_indexing,
    along_axis,
    batches,
    checks,
    diagonals,
    elementwise,
    indexing,
    joining,
    loop,
    products,
    reductions,
    shapes,
    slices,
    softmax,
)
