"""A graph as a backend runs it beside the same graph as PyTensor's Python code runs it."""

import numpy as np
import pytest
from pytensor import scan
from pytensor.graph.replace import clone_replace

import symopt
from tests.backends.graphs.python_mode import unrewritten


class Pair:
    """A graph on a backend and in Python.

    ``looped``: in the body of a loop over one step, whose sequences are the inputs. ``same`` are
    other graphs of the same values for PyTensor, which has operations that Python cannot run.
    """

    def __init__(self, inputs, outputs, backend, looped=False, same=None):
        self.plain = unrewritten(inputs, outputs if same is None else same)
        if looped:
            rows = [x.type.clone(shape=(None, *x.type.shape))() for x in inputs]
            outputs = in_loop(inputs, outputs, rows)
            inputs = rows
        self.looped = looped
        self.native = symopt.function(inputs, outputs, backend=backend, on_unused_input="ignore")

    def __call__(self, *values):
        if not self.looped:
            return self.native(*values)
        return [row[0] for row in self.native(*(np.asarray(value)[None] for value in values))]

    def agree(self, *values, rtol=0.0, atol=0.0):
        ours, theirs = self(*values), self.plain(*values)
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            a, b = np.asarray(a), np.asarray(b)
            assert (a.dtype, a.shape) == (b.dtype, b.shape), k
            np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, err_msg=f"output {k}")

    def both_raise(self, error, *values):
        for function in (self, self.plain):
            with pytest.raises(error):
                function(*values)


def in_loop(inputs, outputs, rows):
    """``outputs`` for each row of ``rows``, which stand for ``inputs``."""

    def step(*values):
        return clone_replace(outputs, dict(zip(inputs, values, strict=True)))

    found = scan(step, sequences=rows, return_updates=False)
    return found if isinstance(found, list) else [found]


def layouts(array):
    """The same elements in other strides: backwards, transposed in memory, with gaps."""
    array = np.asarray(array)
    yield array
    yield np.ascontiguousarray(array[::-1])[::-1]
    yield np.asfortranarray(array)
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1] + 1), array.dtype)
    wide[..., 1::2] = array
    yield wide[..., 1::2]
