"""str(opt.graph): a table of every update."""

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt

pytestmark = pytest.mark.core


def test_table_names_phases_targets_slots_shapes_dtypes_bytes_and_expressions(python_backend):
    tparams = symopt.init_tparams({"W": np.ones((30, 20), "float32"), "b": np.zeros((), "float32")})
    x = pt.fvector("x")
    cost = ((x @ tparams["W"]).sum() + tparams["b"]) ** 2
    opt = symopt.adam(0.1, tparams, None, [x], cost, backend=python_backend, name="model")
    lines = str(opt.graph).splitlines()
    (gradient,) = [line for line in lines if " W/grad " in line]
    for word in ("model_f_grad_shared", "W_grad", "30x20", "float32", "2.4 kB", "d cost / d W"):
        assert word in gradient
    (moment,) = [line for line in lines if line.split()[:1] == ["W/adam/mean_square_grad"]]
    assert "model_f_update" not in moment  # the phase stands on its first line only
    assert "4.8 kB" in moment  # the average and the gradient are read
    assert "(0.999 * W/adam/mean_square_grad) + (0.001 * (W_grad**2))" in moment
    (step,) = [line for line in lines if "adam/step + 1" in line and "adam/step " in line[:70]]
    assert "int64" in step
    assert "scalar" in step
    assert sum("model_f_update" in line for line in lines) == 1
    assert any(line.strip().startswith("total") for line in lines)
    assert max(map(len, lines)) < 260


def test_casts_are_listed(python_backend):
    tparams = symopt.init_tparams({"W": np.ones(3, "float32")})
    running = symopt.init_tparams({"mean": np.zeros(3, "float32")})["mean"]
    x = pt.dvector("x")
    cost = (x * tparams["W"]).sum()
    opt = symopt.sgd(
        0.1,
        tparams,
        [pt.cast(x, "float64")],
        [x],
        cost,
        extra_updates=[(running, x * 0.5)],
        backend=python_backend,
    )
    text = str(opt.graph)
    assert text.count("[cast from float64]") == 2
    opt.f_step(np.arange(3.0))
    assert running.get_value().dtype == tparams["W"].get_value().dtype == "float32"
    np.testing.assert_allclose(running.get_value(), [0, 0.5, 1])


def test_a_large_shared_expression_is_cut_short(python_backend):
    """A graph whose written-out form doubles at each level prints in no time."""
    tparams = symopt.init_tparams({"W": np.ones(3)})
    total = pt.dvector("x")
    inputs = [total]
    for _ in range(200):
        total = total * total + total
    state = symopt.init_tparams({"s": np.zeros(3)})["s"]
    opt = symopt.sgd(
        0.1,
        tparams,
        None,
        inputs,
        (total * tparams["W"]).sum(),
        extra_updates=[(state, total)],
        backend=python_backend,
    )
    assert "…" in str(opt.graph)
