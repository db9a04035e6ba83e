"""Tools of the tests of Ops: seeds, gradients by finite differences, shapes."""

from __future__ import annotations

import contextlib
import re
import sys
import unittest
from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from functools import wraps
from typing import Any, ClassVar
from unittest import SkipTest as SkipTest

import numpy as np

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.configparser import config

__getattr__ = fallback(__name__)


with contextlib.suppress(ImportError):  # only tests that are written with it need it
    from parameterized import parameterized as parameterized


def attr(*tags: str) -> Callable[[Any], Any]:
    """A decorator that marks a test; it changes nothing."""
    return lambda function: function


def custom_name_func(testcase_func: Callable[..., Any], param_num: Any, param: Any) -> str:
    """The name of a test with its parameters."""
    parameters = "_".join(map(str, param.args))
    return f"{testcase_func.__name__}_{re.sub('[^a-zA-Z0-9_]+', '_', parameters)}"


def fetch_seed(pseed: Any = None) -> int | None:
    """A seed for tests: the one given, or that of ``theano.config.unittests.rseed``.

    None stands for "random", and for what is no number.
    """
    seed = pseed or config.unittests.rseed
    try:
        return int(seed) if seed and seed != "random" else None
    except ValueError:
        print("Error: config.unittests.rseed contains invalid seed, using None", file=sys.stderr)
        return None


def seed_rng(pseed: Any = None) -> int | None:
    """Seed NumPy's global generator with :func:`fetch_seed`'s seed, and return it."""
    seed = fetch_seed(pseed)
    np.random.seed(seed)  # Theano's tests draw from it
    return seed


def verify_grad(
    op: Callable[..., Any],
    pt: Sequence[Any],
    n_tests: int = 2,
    rng: Any = None,
    *args: Any,
    **kwargs: Any,
) -> None:
    """Compare a gradient with finite differences; see :func:`theano.gradient.verify_grad`."""
    from symopt.legacy.theano.gradient import verify_grad as verify

    if rng is None:
        seed_rng()
        rng = np.random
    verify(op, pt, n_tests, rng, *args, **kwargs)


class MockRandomState:
    """Draws nothing but one value."""

    def __init__(self, val: float) -> None:
        self.val = val

    def rand(self, *shape: int) -> np.ndarray:
        """An array of the value."""
        return np.zeros(shape, dtype="float64") + self.val

    def randint(self, minval: int, maxval: int | None = None, size: Any = 1) -> np.ndarray:
        """An array of the least integer, or of the greatest where the value is not 0."""
        low, high = (0, minval) if maxval is None else (minval, maxval)
        return np.zeros(size, dtype="int64") + (low if self.val == 0 else high - 1)


class TestOptimizationMixin:
    """Assertions about the graph of a compiled function."""

    __test__ = False

    def assertFunctionContains(self, f: Any, op: Any, min: int = 1, max: int = sys.maxsize) -> None:
        """``op`` occurs at least ``min`` and at most ``max`` times."""
        matches = [node for node in f.maker.fgraph.toposort() if node.op == op]
        assert min <= len(matches) <= max, (op, len(matches), min, max)

    def assertFunctionContains0(self, f: Any, op: Any) -> None:
        """``op`` does not occur."""
        self.assertFunctionContains(f, op, min=0, max=0)

    def assertFunctionContains1(self, f: Any, op: Any) -> None:
        """``op`` occurs once."""
        self.assertFunctionContains(f, op, min=1, max=1)

    def assertFunctionContainsN(self, f: Any, op: Any, N: int) -> None:
        """``op`` occurs ``N`` times."""
        self.assertFunctionContains(f, op, min=N, max=N)

    def assertFunctionContainsClass(
        self, f: Any, op: type, min: int = 1, max: int = sys.maxsize
    ) -> None:
        """Ops of a class occur at least ``min`` and at most ``max`` times."""
        matches = [node for node in f.maker.fgraph.toposort() if isinstance(node.op, op)]
        assert min <= len(matches) <= max, (op, len(matches), min, max)

    def assertFunctionContainsClassN(self, f: Any, op: type, N: int) -> None:
        """Ops of a class occur ``N`` times."""
        self.assertFunctionContainsClass(f, op, min=N, max=N)

    def SkipTest(self, msg: str = "Skip this test") -> None:
        """Skip the test."""
        raise SkipTest(msg)


class T_OpContractMixin:
    """Tests that Ops in ``self.ops`` are equal to their copies, and to nothing else."""

    ops: ClassVar[list[Any]] = []
    other_op: Any = None

    def copy(self, x: Any) -> Any:
        return copy(x)

    def deepcopy(self, x: Any) -> Any:
        return deepcopy(x)

    def clone(self, op: Any) -> Any:
        raise NotImplementedError("return new instance like `op`")

    def test_eq(self) -> None:
        for i, op in enumerate(self.ops):
            assert op == self.copy(op)
            assert op == self.deepcopy(op)
            assert op == self.clone(op)
            assert op != self.other_op
            assert all(op != other for j, other in enumerate(self.ops) if i != j)

    def test_hash(self) -> None:
        for op in self.ops:
            assert hash(op) == hash(self.copy(op)) == hash(self.clone(op))

    def test_name(self) -> None:
        assert all(str(op) for op in self.ops)


class InferShapeTester(unittest.TestCase):
    """Base of tests of ``infer_shape``: see :meth:`_compile_and_check`."""

    def setUp(self) -> None:
        seed_rng()
        self.mode = getattr(self, "mode", None)

    def _compile_and_check(
        self,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        numeric_inputs: Sequence[Any],
        cls: Any,
        excluding: Sequence[str] | None = None,
        warn: bool = True,
        check_topo: bool = True,
    ) -> None:
        """Compare inferred shapes with those of computed outputs.

        Parameters
        ----------
        inputs, outputs
            The graph.
        numeric_inputs
            Values of the inputs; lengths should differ, so that none is mistaken for another.
        cls
            The class of the Op, or a tuple of classes.
        excluding
            Tags of rewrites that are not done.
        warn
            Accepted for Theano's sake.
        check_topo
            Whether the shapes have to be computed without the Op.
        """
        from symopt.legacy.theano.compile.function import function
        from symopt.legacy.theano.compile.mode import Mode

        # rewritten without symopt's own compilation, so that nodes can be looked at
        mode = (self.mode or Mode("vm", "fast_run")).including("canonicalize")
        if excluding:
            mode = mode.excluding(*excluding)
        compute = function(inputs, outputs, mode=mode)
        shapes = function(inputs, [output.shape for output in outputs], mode=mode)
        if check_topo:
            assert not any(isinstance(n.op, cls) for n in shapes.maker.fgraph.toposort())
        assert any(isinstance(n.op, cls) for n in compute.maker.fgraph.toposort())
        for output, shape in zip(compute(*numeric_inputs), shapes(*numeric_inputs), strict=True):
            assert np.all(output.shape == shape), (output.shape, shape)


class WrongValue(Exception):
    """Two values differ by more than the tolerance."""

    def __init__(self, expected_val: Any, val: Any, rtol: Any, atol: Any) -> None:
        super().__init__(expected_val, val, rtol, atol)
        self.val1, self.val2, self.rtol, self.atol = expected_val, val, rtol, atol

    def __str__(self) -> str:
        return "WrongValue\n" + str_diagnostic(self.val1, self.val2, self.rtol, self.atol)


def str_diagnostic(expected: Any, value: Any, rtol: float | None, atol: float | None) -> str:
    """How two arrays differ, in some lines."""
    lines = []
    for name, array in (("expected", np.asarray(expected)), ("value", np.asarray(value))):
        lines.append(f"  {name}: shape {array.shape}, dtype {array.dtype}, {array}")
    try:
        difference = np.absolute(np.asarray(expected) - np.asarray(value))
        lines.append(f"  largest difference: {difference.max()}, mean: {difference.mean()}")
    except (ValueError, TypeError) as error:
        lines.append(f"  they cannot be subtracted: {error}")
    return "\n".join([*lines, f"  rtol {rtol}, atol {atol}"])


def assert_allclose(
    expected: Any, value: Any, rtol: float | None = None, atol: float | None = None
) -> None:
    """Raise :class:`WrongValue` unless two arrays are close, for their dtypes."""
    from symopt.legacy.theano.tensor.basic import _allclose

    if not _allclose(expected, value, rtol, atol):
        raise WrongValue(expected, value, rtol, atol)


class AttemptManyTimes:
    """A decorator: a test passes if enough of some attempts, with other seeds, do.

    Parameters
    ----------
    n_attempts
        How many attempts at most.
    n_req_successes
        How many have to pass.
    """

    def __init__(self, n_attempts: int, n_req_successes: int = 1) -> None:
        assert n_attempts >= n_req_successes
        self.n_attempts = n_attempts
        self.n_req_successes = n_req_successes

    def __call__(self, fct: Callable[..., Any]) -> Callable[..., None]:
        @wraps(fct)
        def attempt(*args: Any, **kwargs: Any) -> None:
            before = config.unittests.rseed
            failed = passed = 0
            try:
                for i in range(self.n_attempts):
                    config.unittests.rseed = before if before == "random" else str(int(before) + i)
                    try:
                        fct(*args, **kwargs)
                        passed += 1
                    except Exception:
                        failed += 1
                        if failed + self.n_req_successes > self.n_attempts:
                            raise
                    if passed == self.n_req_successes:
                        break
            finally:
                config.unittests.rseed = before

        return attempt


def assertFailure_fast(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself: cycles are found in one way only."""
    return f
