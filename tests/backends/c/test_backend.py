"""The c backend: its BLAS, and that it leaves PyTensor's configuration alone."""

import logging
import subprocess
import sys
import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph import Apply, Op

import symopt
from symopt.backends import all_backends, choose_backend
from symopt.backends.c import blas
from symopt.errors import BackendUnavailableError

BLAS_FLAGS = pytensor.config._config_var_dict["blas__ldflags"]


@pytest.mark.parametrize("native", [True, False], ids=["programs", "nodes"])
def test_products_call_the_wheels_blas_without_a_warning(caplog, monkeypatch, native):
    """The compiled modules need libscipy_openblas, and nobody was told that there is no BLAS."""
    monkeypatch.setenv("SYMOPT_NATIVE", str(int(native)))
    was_read = hasattr(BLAS_FLAGS, "val")
    x, y = pt.matrix("x", dtype="float32"), pt.matrix("y", dtype="float32")
    v = pt.vector("v", dtype="float32")
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        f = symopt.function([x, y, v], [x @ y, x @ y + x, x @ v], backend="c")
        rng = np.random.default_rng(0)
        a, b = rng.normal(size=(2, 5, 5)).astype("float32")
        results = f(a, b, a[0])
    for result, expected in zip(results, [a @ b, a @ b + a, a @ a[0]], strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)
    assert caplog.text == ""
    names = {type(node.op).__name__ for node in f.maker.fgraph.apply_nodes}
    if native:
        assert names == {"Program"}
    else:
        assert names & {"Gemm", "Dot22"}
        assert "CGemv" in names  # PyTensor has it only where a BLAS is linked
    with open("/proc/self/maps", encoding="utf8") as maps:
        assert "libscipy_openblas" in maps.read()
    assert hasattr(BLAS_FLAGS, "val") == was_read


class Unlinkable(Op):
    """An operation that fails while it is compiled."""

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def make_thunk(self, *args, **kwargs):
        raise RuntimeError("unlinkable")

    def perform(self, node, inputs, outputs):
        raise NotImplementedError


def test_the_users_flags_are_untouched(monkeypatch):
    monkeypatch.setattr(BLAS_FLAGS, "val", "-lm", raising=False)
    x = pt.dscalar("x")
    symopt.function([x], x + 1, backend="c").compile()
    assert pytensor.config.blas__ldflags == "-lm"
    with pytest.raises(RuntimeError, match="unlinkable"):
        symopt.function([x], Unlinkable()(x), backend="c").compile()
    assert pytensor.config.blas__ldflags == "-lm"


def test_threads_of_the_blas_follow_the_setting():
    x = pt.dscalar("x")
    f = symopt.function([x], x + 1, backend="c").compile()
    try:
        for count in (1, 2):
            symopt.config.threads = count
            f(1.0)
            assert blas.threads() == count
    finally:
        symopt.config.threads = None
    f(1.0)
    assert blas.threads() == symopt.config.threads


@pytest.mark.core
def test_without_a_compiler():
    """A clear message, and numba takes over; asking for c by name is an error."""
    with pytensor.config.change_flags(cxx=""):
        with pytest.raises(BackendUnavailableError, match=r"no C\+\+ compiler.*g\+\+.*numba"):
            choose_backend("c")
        with pytest.warns(UserWarning, match=r"no C\+\+ compiler") as caught:
            assert choose_backend(None).name == "numba"
        assert len(caught) == 1
        diagnosis = all_backends()["c"].diagnose()
        assert not diagnosis.works
        assert "apt install g++" in diagnosis.remedy


@pytest.mark.core
def test_choice(monkeypatch):
    monkeypatch.delenv("SYMOPT_BACKEND", raising=False)
    assert choose_backend("numba").name == "numba"
    monkeypatch.setenv("SYMOPT_BACKEND", "numba")
    assert choose_backend(None).name == "numba"
    assert choose_backend(all_backends()["c"]).name == "c"


SOFTMAX = """
import sys, numpy, pytensor.tensor as pt, symopt
x = pt.fmatrix("x")
probabilities = symopt.function([x], pt.special.softmax(x, axis=1), backend="c")
assert (probabilities(numpy.zeros((2, 4), "float32")) == 0.25).all()
assert "numba" not in sys.modules
"""


@pytest.mark.core
def test_operations_with_a_graph_inside_are_compiled_to_c_too():
    subprocess.run([sys.executable, "-W", "error", "-c", SOFTMAX], check=True)


IMPORT = """
import sys, pytensor.tensor

def settings():
    variables = pytensor.config._config_var_dict.items()
    return {name: variable.val for name, variable in variables if hasattr(variable, "val")}

before, loaded = settings(), set(sys.modules)
import symopt
assert settings() == before, settings().keys() ^ before.keys()
assert "blas__ldflags" not in before
assert not {"numba", "jax", "torch", "matplotlib"} & (set(sys.modules) - loaded)
"""


@pytest.mark.core
def test_import_compiles_and_configures_nothing():
    subprocess.run([sys.executable, "-W", "error", "-c", IMPORT], check=True)
