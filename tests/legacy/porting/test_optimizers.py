"""Hand-written optimizers: recognised by what they compute, and replaced by nothing else."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt.backends import Backend
from symopt.legacy.porting import port_source
from symopt.legacy.porting.changes import HINT, LEFT
from tests.legacy.porting.handwritten import HEAD, RECOGNISED, VARIANTS


def changes(code: str, *, optimizers: bool) -> tuple[str, list[Any]]:
    done = port_source(HEAD + code, python2=False, optimizers=optimizers)
    return done.text, [c for c in done.changes if c.kind in ("optimizer", HINT, LEFT)]


@pytest.mark.parametrize("form", RECOGNISED)
def test_recognised(form: str) -> None:
    path = form if form.startswith("symopt.") else f"symopt.legacy.optimizers.{form}"
    text, (change,) = changes(RECOGNISED[form], optimizers=True)
    assert change.kind == "optimizer"
    assert change.reason == f"the same as {path}"
    assert f"    return {form}(" in text
    assert "function(" not in text
    assert "theano" not in text.replace("Theano", "")


@pytest.mark.parametrize("form", RECOGNISED)
def test_pointed_out_but_left_unless_asked(form: str) -> None:
    text, (change,) = changes(RECOGNISED[form], optimizers=False)
    assert change.kind == HINT
    assert "--optimizers" in change.reason
    assert "symopt.function(" in text


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_are_left_and_reported(variant: str) -> None:
    text, (change,) = changes(VARIANTS[variant], optimizers=True)
    assert change.kind == LEFT
    assert "symopt has not" in change.reason
    assert "symopt.function(" in text


def test_signature_docstring_and_layout_stay() -> None:
    text, _ = changes(RECOGNISED["lstm_tutorial.adadelta"], optimizers=True)
    assert text.endswith(
        "def adadelta(lr, tparams, grads, x, mask, y, cost):\n"
        "    '''Zeiler 2012.'''\n"
        "    return lstm_tutorial.adadelta(lr, tparams, grads, x, mask, y, cost)\n"
    )
    text, _ = changes(RECOGNISED["dl4mt.adam"], optimizers=True)
    assert text.endswith("grads, inp, cost, beta1=beta1, beta2=beta2, e=e)\n")


def test_statistics_and_extra_updates_go_along() -> None:
    code = RECOGNISED["dl4mt.adadelta"].replace("inp, cost)", "inp, cost, hard_attn_up)", 1)
    code = code.replace("updates=zgup + rg2up", "updates=zgup + rg2up + hard_attn_up")
    text, _ = changes(code, optimizers=True)
    assert "dl4mt.adadelta(lr, tparams, grads, inp, cost, extra_updates=[*hard_attn_up])" in text
    text, _ = changes(
        RECOGNISED["wap_densenet.adadelta"].replace("+ lr)", "+ 1e-6)"), optimizers=True
    )
    assert "extra_updates=[*((bn_tparams[k], opt_ret[k]) for k in bn_tparams)]" in text


def test_no_optimizer_is_not_reported() -> None:
    code = "def train(lr, tparams, grads, cost):\n    return theano.function([lr], cost)\n"
    assert changes(code, optimizers=True)[1] == []


def trained(source: str, name: str) -> list[np.ndarray]:
    """The parameters after three steps of a ported optimizer, and then the cost."""
    rng = np.random.default_rng(3)
    names: dict[str, Any] = {}
    exec(source, names)
    tparams = OrderedDict(
        (key, pytensor.shared(rng.normal(size=shape), name=key))
        for key, shape in (("W", (3, 2)), ("b", (2,)))
    )
    x, mask, y, lr = pt.matrix("x"), pt.vector("mask"), pt.matrix("y"), pt.scalar("lr")
    cost = (mask[:, None] * (pt.tanh(x @ tparams["W"] + tparams["b"]) - y) ** 2).sum()
    grads = pt.grad(cost, list(tparams.values()))
    statistic = pytensor.shared(np.zeros(3), name="mean")
    arguments = {"grads": grads, "cost": cost, "inp": [x, mask, y], "x": x, "mask": mask, "y": y}
    arguments |= {"bn_tparams": {"m": statistic}, "opt_ret": {"m": 0.9 * statistic + x.mean(0)}}
    code = names[name].__code__
    given = [arguments[k] for k in code.co_varnames[2 : code.co_argcount] if k in arguments]
    f_grad_shared, f_update = names[name](lr, tparams, *given)
    for _ in range(3):
        cost_now = f_grad_shared(rng.normal(size=(4, 3)), np.ones(4), rng.normal(size=(4, 2)))
        f_update(0.01)
    return [*(p.get_value() for p in tparams.values()), statistic.get_value(), cost_now]


@pytest.mark.parametrize("form", RECOGNISED)
def test_the_numbers_stay(
    form: str, monkeypatch: pytest.MonkeyPatch, python_backend: Backend
) -> None:
    for module in ("symopt.function", "symopt.optimizer"):
        monkeypatch.setattr(sys.modules[module], "choose_backend", lambda _: python_backend)
    name = form.rpartition(".")[2].removesuffix("_session0").removesuffix("_session1")
    before, _ = changes(RECOGNISED[form], optimizers=False)
    after, _ = changes(RECOGNISED[form], optimizers=True)
    for a, b in zip(trained(before, name), trained(after, name), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
