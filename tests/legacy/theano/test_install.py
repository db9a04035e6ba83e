"""``import theano`` is symopt's while it is installed, and nobody's after it."""

import importlib
import subprocess
import sys
import types

import pytest

import symopt.legacy
import symopt.legacy.theano


@pytest.fixture(autouse=True)
def no_flags(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "")
    monkeypatch.setenv("THEANORC", "")


@pytest.mark.core
def test_modules_are_the_same_objects():
    with symopt.legacy.install():
        import theano
        import theano.tensor as T
        from theano import gof, ifelse  # noqa: F401
        from theano.compile.function import function
        from theano.tensor.nnet import softmax  # noqa: F401

        assert theano is symopt.legacy.theano
        assert sys.modules["theano.tensor"] is symopt.legacy.theano.tensor is T
        assert theano.__spec__.name == theano.__name__ == "symopt.legacy.theano"
        assert theano.__version__ == "1.0.5"
        assert theano.compile.function is function is theano.function
        for name in ("theano.tensor.var", "theano.tensor.sort", "theano.scan_module.scan"):
            importlib.import_module(name)
        assert callable(T.var)
        assert callable(T.sort)
        assert callable(theano.scan)
    with pytest.raises(ImportError):
        importlib.import_module("theano")
    assert not [name for name in sys.modules if name.partition(".")[0] == "theano"]


def test_a_real_theano_is_back_afterwards(monkeypatch):
    real = types.ModuleType("theano")
    monkeypatch.setitem(sys.modules, "theano", real)
    installation = symopt.legacy.install()
    assert importlib.import_module("theano") is symopt.legacy.theano
    installation.uninstall()
    installation.uninstall()
    assert sys.modules["theano"] is real


def test_two_installations_may_end_in_any_order():
    first, second = symopt.legacy.install(), symopt.legacy.install()
    importlib.import_module("theano.tensor")
    first.uninstall()
    assert importlib.import_module("theano") is symopt.legacy.theano
    second.uninstall()
    assert "theano" not in sys.modules


@pytest.mark.core
def test_what_there_is_not_is_an_import_or_attribute_error():
    with symopt.legacy.install():
        import theano

        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("theano.nothing")
        with pytest.raises(AttributeError, match="theano has no 'nothing'"):
            theano.nothing  # noqa: B018
        with pytest.raises(AttributeError, match=r"theano\.gof has no 'nothing'"):
            theano.gof.nothing  # noqa: B018
        assert not hasattr(theano.compile, "nothing")
        with pytest.raises(ImportError):
            exec("from theano.tensor import nothing")


def test_every_module_can_be_imported():
    import pkgutil

    names = [
        module.name
        for module in pkgutil.walk_packages(symopt.legacy.theano.__path__, "symopt.legacy.theano.")
    ]
    assert len(names) > 80
    for name in names:
        importlib.import_module(name)


def test_nothing_heavy_is_imported_and_no_warning_given():
    code = (
        "import sys, warnings; warnings.simplefilter('error'); import symopt.legacy;"
        "symopt.legacy.install(); import theano, theano.tensor.nnet, theano.sandbox.rng_mrg;"
        "print([m for m in ('jax', 'numba', 'matplotlib', 'h5py', 'libcst') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_star_import_gives_theanos_names():
    with symopt.legacy.install():
        names: dict = {}
        exec("from theano import *", names)
        assert {"function", "shared", "tensor", "config", "scan", "grad"} <= set(names)
        names = {}
        exec("from theano.sparse import *", names)
        assert {"csr_matrix", "structured_dot", "mul_s_d", "sgn"} <= set(names)
