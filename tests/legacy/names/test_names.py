"""The table of Theano's names: made of the code, complete, and as it is committed."""

from __future__ import annotations

from pathlib import Path

import pytensor
import pytest

from symopt.legacy.names import status, usage
from symopt.legacy.names.page import COMMAND, page
from symopt.legacy.names.status import (
    ADAPTER,
    CONSTANT,
    KINDS,
    MESSAGE,
    MISSING,
    MODULE,
    OWN,
    SETTING,
    SYMOPT,
    resolve,
)

PAGE = Path(__file__).parents[3] / "docs" / "theano_names.md"


def test_every_name_that_legacy_code_uses_is_there():
    found = {used.name: status(used.name).kind for used in usage()}
    assert len(found) == 313
    assert [name for name, kind in found.items() if kind == MISSING] == []
    assert set(found.values()) <= set(KINDS)


@pytest.mark.parametrize(
    ("name", "kind", "here"),
    [
        ("theano.tensor.exp", OWN, "`pytensor.tensor.exp`"),
        ("theano.tensor.inv", OWN, "`pytensor.tensor.reciprocal`"),
        ("theano.tensor.signal", MODULE, None),
        ("theano.config.floatX", SETTING, ""),
        ("theano.sandbox.cuda.cuda_enabled", CONSTANT, "`False`"),
        ("theano.gpuarray.basic_ops.GpuKernelBase", MESSAGE, None),
        ("theano.scan", ADAPTER, None),
        ("theano.tensor.no_such_name", MISSING, None),
    ],
)
def test_status(name, kind, here):
    found = status(name)
    assert found.kind == kind
    if here is not None:
        assert found.here == here
    elif kind != MISSING:
        assert found.here
        assert not found.here.startswith("Not available")


def test_what_is_called_anothers_is_that_object():
    found = [status(used.name) for used in usage()]
    others = [each for each in found if each.kind in (OWN, SYMOPT)]
    assert len(others) > 50
    for each in others:
        here = resolve(f"symopt.legacy.{each.name}")
        assert resolve(each.here.strip("`")) is here, each.name


def test_what_the_porter_writes():
    assert status("theano.tensor.nnet.softmax").instead == "symopt.nnet.softmax"
    assert status("theano.tensor").instead == "pytensor.tensor"
    assert status("theano.gpuarray.basic_ops.GpuKernelBase").instead == ""


@pytest.mark.skipif(
    not pytensor.__version__.startswith("3.0."), reason="the page is made with PyTensor 3.0"
)
def test_the_page_is_current():
    assert PAGE.read_text("utf-8") == page(), f"out of date; run: {COMMAND}"
