"""What is said to run a node is what runs it."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.ops import DeepCopyOp
from pytensor.graph import Apply, Op
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import DimShuffle

import symopt
from symopt.backends.c.explain import sources
from symopt.backends.c.program.op import Program
from symopt.backends.explain import node_rows
from symopt.nnet import conv2d

try:
    from pytensor.conditional.op import ifelse  # PyTensor 3.3
except ImportError:
    from pytensor.ifelse import ifelse


class PythonTwice(Op):
    """An operation that nobody has C code for."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = 2 * inputs[0]


def matrices(*names):
    return [pt.matrix(name, dtype="float32") for name in names]


def loop(step, x, n_steps=2):
    return pytensor.scan(step, outputs_info=[x], n_steps=n_steps, return_updates=False)


def ops(rows):
    return [type(row.node.op).__name__ for row in rows]


def of(rows, kind):
    return [row for row in rows if isinstance(row.node.op, kind)]


def thunks_in_c(function):
    """Whether each node of a compiled function has a thunk in C, as PyTensor's loop has it."""
    vm = function.compiled.vm
    return {node: hasattr(thunk, "cthunk") for node, thunk in zip(vm.nodes, vm.thunks, strict=True)}


def test_a_loop_in_a_program():
    (x,) = matrices("x")
    inner = lambda h: loop(lambda g: pt.tanh(g * h), h)[-1]  # noqa: E731
    f = symopt.function([x], loop(inner, x)[-1].sum(), name="f", backend="c")
    rows = node_rows(f.compiled)
    assert {row.where for row in rows} == {"native"}
    assert [row.program for row in rows if row.is_program] == [1]
    assert {row.program for row in rows} == {1}
    outer, nested = of(rows, Scan)
    assert (outer.depth, outer.level, nested.depth, nested.level) == (0, 1, 1, 2)
    assert max(row.depth for row in rows) == 2
    body = rows[rows.index(nested) + 1]
    assert (body.depth, body.level) == (2, 3)
    text = f.explain()
    assert text.startswith("f, backend c: ")
    assert f"{len(rows) - 1} native, 1 program\n" in text
    assert "symopt_run" in sources(rows)[1]


def test_graphs_inside_are_listed_where_they_are_what_runs():
    (x,) = matrices("x")
    twice = OpFromGraph([x], [pt.tanh(x) + pt.tanh(2 * x)], name="twice")
    f = symopt.function([x], [twice(x), pt.special.softmax(x, axis=1)], backend="c")
    rows = node_rows(f.compiled)
    (outer,) = (row for row in rows if type(row.node.op) is OpFromGraph)
    inner = [row for row in rows if row.level == 2]
    assert len(inner) >= 1
    assert rows[rows.index(outer) + 1] is inner[0]
    assert {row.depth for row in rows} == {0}
    assert any("Softmax" in op for op in ops(rows))
    assert not any("Max" in op for op in ops(rows))  # which its definition has


def test_what_falls_back_says_why():
    x, y = matrices("x", "y")
    f = symopt.function(
        [x, y],
        [
            loop(lambda h: PythonTwice()(pt.tanh(h) + 1), x)[-1].sum(),
            ifelse(pt.gt(x.sum(), 0), pt.exp(y).sum(), pt.log(y).sum()),
            y.T,
            pt.cast(y, "float16") * np.float16(2),
        ],
        backend="c",
    )
    rows = node_rows(f.compiled)
    (scan,) = of(rows, Scan)
    assert scan.where == "C"
    assert scan.reason == "what is inside: PythonTwice (symopt has no native form of it)"
    (twice,) = of(rows, PythonTwice)
    assert (twice.where, twice.depth, twice.program) == ("Python", 1, 0)
    assert twice.reason == "symopt has no native form of it"
    in_body = [row for row in rows if row.program and row.depth == 1]
    assert ops(in_body)[0] == "Program"  # what the loop runs natively
    assert len(in_body) > 1
    branches = {row.program for row in rows if row.is_program and row.depth == 0}
    assert len(branches) >= 2  # one program could not leave a branch out
    choice = next(row for row in rows if type(row.node.op).__name__ == "IfElse")
    assert choice.where == "Python"
    assert "only one is computed" in choice.reason
    view = next(row for row in rows if isinstance(row.node.op, DimShuffle) and not row.program)
    assert "view" in view.reason
    assert all("copy" in row.reason for row in of(rows, DeepCopyOp))
    half = next(row for row in rows if row.node.outputs[0].type.dtype == "float16")
    assert "float16" in half.reason
    for row in rows:
        assert row.reason or row.where == "native"
        assert isinstance(row.node.op, Program) == row.is_program
    text = f.explain()
    assert "\n    Pyt" in text.replace("│", " ")
    assert text.count("symopt has no native form of it") >= 2


def test_a_convolution_in_a_loop():
    image, kernel = (pt.tensor4(name, dtype="float32") for name in ("image", "kernel"))
    step = lambda h: conv2d(h, kernel, border_mode="half")  # noqa: E731
    f = symopt.function([image, kernel], loop(step, image)[-1], backend="c")
    rows = node_rows(f.compiled)
    convolution = next(row for row in rows if "Convolution" in str(row.node.op))
    assert (convolution.where, convolution.depth) == ("native", 1)
    (scan,) = of(rows, Scan)
    assert scan.program or "Convolution" in scan.reason


@pytest.mark.parametrize("native", [True, False])
def test_c_and_python_are_what_pytensor_made(native, monkeypatch):
    """It is told from the node, without compiling; the thunks know."""
    monkeypatch.setenv("SYMOPT_NATIVE", str(int(native)))
    x, y = matrices("x", "y")
    f = symopt.function(
        [x, y],
        [
            PythonTwice()(pt.tanh(x @ y)),
            pt.sort(y, axis=0).T,
            pt.cast(y, "float16") + np.float16(1),
            pt.linalg.cholesky(x @ x.T + pt.eye(3)),
            ifelse(pt.gt(x.sum(), 0), x, y),
        ],
        backend="c",
    )
    rows = {row.node: row for row in node_rows(f.compiled)}
    made = thunks_in_c(f)
    assert set(made) <= set(rows)
    assert {row.where for node, row in rows.items() if not made.get(node, True)} == {"Python"}
    for node, in_c in made.items():
        assert rows[node].where in (("C", "native") if in_c else ("Python",)), node
    assert any(made.values())
    assert not all(made.values())
    assert any(row.is_program for row in rows.values()) == native
    assert any(row.reason for row in rows.values()) == native
    assert ("no programs" in f.explain()) != native


@pytest.mark.parametrize("backend", ["numba", "python"])
def test_other_backends(backend, python_backend):
    (x,) = matrices("x")
    chosen = python_backend if backend == "python" else backend
    f = symopt.function([x], loop(lambda h: pt.tanh(h), x), name="f", backend=chosen)
    rows = node_rows(f.compiled)
    assert {row.where for row in rows} == {"numba" if backend == "numba" else "Python"}
    assert {row.depth for row in rows} == {0, 1}
    counts = (
        f"{len(rows)} by numba" if backend == "numba" else f"{len(rows)} in Python, no programs"
    )
    assert f.explain().startswith(f"f, backend {backend}: {counts}\n")
    assert sources(rows) == {}


def test_of_pytensors_own_functions():
    (x,) = matrices("x")
    rows = node_rows(pytensor.function([x], pt.tanh(x) * 2, mode="FAST_COMPILE"))
    assert {(row.where, row.reason) for row in rows} == {("Python", "")}
