"""Run with eight CPU devices by test_devices.py: batches split over them, the same numbers."""

import jax
import numpy as np
import pytensor.tensor as pt

import symopt
from symopt.pytensor_internals import cell
from tests.problems import lstm

AXES = {"x": 1, "mask": 1, "y": 0}


def run(backend, epochs=False):
    problem = lstm("float64")
    opt = symopt.adadelta(
        pt.scalar("lr"),
        problem.tparams,
        None,
        problem.inputs,
        problem.cost,
        transforms=[symopt.skip_nonfinite(0), symopt.clip_by_global_norm(0.1)],
        backend=backend,
    )
    batches = [problem.batches[k % len(problem.batches)] for k in range(4)]
    if epochs:
        costs = list(opt.f_epoch(batches, 1.0))
    else:
        costs = []
        for each in batches:
            costs.append(opt.f_grad_shared(*each))
            opt.f_update(1.0)
    return np.array(costs), opt


assert jax.device_count() == 8
alone, single = run("jax")
# A batch has six examples: eight devices cannot split it.
for count, epochs in ((2, False), (3, True), (8, False)):
    backend = symopt.jax_backend(devices=jax.devices()[:count], batch_axes=AXES)
    costs, opt = run(backend, epochs)
    np.testing.assert_allclose(costs, alone, 1e-12)
    for name, variable in opt.params.items():
        array = cell(variable)[0]
        assert len(array.sharding.device_set) == count
        assert array.sharding.is_fully_replicated
        expected = single.params[name].get_value()
        np.testing.assert_allclose(variable.get_value(), expected, 1e-10, 1e-12)
print("equal on 2, 3 and 8 devices")

# One device, then three, then one again, over the same variables.
x = pt.vector("x")
tparams = symopt.init_tparams({"w": np.ones(3)})
three = symopt.jax_backend(devices=jax.devices()[:3], batch_axes={"x": 0})
last = symopt.jax_backend(jax.devices()[-1])
for backend in ("jax", three, last, "jax", three, "c", three):
    opt = symopt.sgd(1.0, tparams, None, [x], (tparams["w"] * x).sum(), backend=backend)
    opt.f_step(np.ones(3))
np.testing.assert_array_equal(tparams["w"].get_value(), np.full(3, -6.0))
steps = [
    symopt.sgd(1.0, tparams, None, [x], (tparams["w"] * x).sum(), backend=b)
    for b in ("jax", three, last)
]
for _ in range(3):
    for opt in steps:
        opt.f_step(np.ones(3))
np.testing.assert_array_equal(tparams["w"].get_value(), np.full(3, -15.0))
print("the same variables on one device and on several")
