"""The table of names."""

from __future__ import annotations

import importlib
import warnings

import pytest

from symopt.legacy.porting import Equivalent, equivalent, names_table
from symopt.legacy.porting.calls import FORMS
from symopt.legacy.porting.equivalents import NAMESPACE, is_module, module_equivalent
from symopt.legacy.porting.equivalents_table import MODULES, SAME_PLACE

TABLE = names_table()
FOUND = [e for e in TABLE if e.kind in ("pytensor", "renamed", "symopt", "python")]


def read(path: str) -> object:
    """What a dotted path leads to, as ``from home import name`` finds it."""
    home, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(home), name)
    except ModuleNotFoundError:
        return getattr(read(home), name)


@pytest.mark.core
def test_every_target_is_there_and_gives_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        missing = []
        for entry in FOUND:
            try:
                read(entry.target)
            except (AttributeError, ImportError) as error:
                missing.append((entry.theano, entry.target, error))
    assert not missing
    assert len(FOUND) > 500


def test_every_module_that_takes_a_place_is_there() -> None:
    for module in filter(None, MODULES.values()):
        importlib.import_module(module)


def test_each_name_stands_once_and_every_form_exists() -> None:
    names = [entry.theano for entry in TABLE]
    assert len(set(names)) == len(names)
    assert {entry.form for entry in TABLE} - {""} <= FORMS.keys()
    assert all(entry.theano.startswith("theano.") for entry in TABLE)


def test_no_alias_hides_an_entry() -> None:
    for entry in TABLE:
        found = equivalent(entry.theano)
        assert found is not None
        assert found == (entry, ()), entry.theano
    for alias, home in SAME_PLACE:
        assert equivalent(f"{alias}.x") is not None or is_module(home)


@pytest.mark.parametrize(
    ("path", "target", "rest"),
    [
        ("theano.tensor.abs_", "pytensor.tensor.abs", ()),
        ("theano.tensor.basic.abs_", "pytensor.tensor.abs", ()),
        ("theano.tensor.nnet.nnet.softmax", "symopt.nnet.softmax", ()),
        (
            "theano.tensor.TensorVariable.dimshuffle",
            "pytensor.tensor.TensorVariable",
            ("dimshuffle",),
        ),
        ("theano.config.floatX.lower", "pytensor.config", ("floatX", "lower")),
        ("theano.config.gpuarray.preallocate", f"{NAMESPACE}.config.gpuarray.preallocate", ()),
        ("theano.gof.toolbox.Feature", f"{NAMESPACE}.gof.toolbox.Feature", ()),
    ],
)
def test_equivalent_of_a_path(path: str, target: str, rest: tuple[str, ...]) -> None:
    found = equivalent(path)
    assert found is not None
    assert (found[0].target, found[1]) == (target, rest)


def test_modules_are_no_names() -> None:
    assert equivalent("theano.tensor.nnet") is None
    assert module_equivalent("theano.tensor") == "pytensor.tensor"
    assert module_equivalent("theano.gof") is None


def test_what_stays_says_why() -> None:
    assert all(entry.note for entry in TABLE if entry.kind == "namespace")
    unknown = equivalent("theano.gpuarray.subtensor.GpuSubtensor")
    assert unknown is not None
    assert isinstance(unknown[0], Equivalent)
    assert "CUDA" in unknown[0].note
