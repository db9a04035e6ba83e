"""Run twice by test_devices.py: two processes with half of each batch compute what one does."""

import sys

import jax
import numpy as np
import pytensor.tensor as pt

import symopt
from tests.problems import lstm

rank, port = int(sys.argv[1]), sys.argv[2]
jax.distributed.initialize(f"127.0.0.1:{port}", num_processes=2, process_id=rank)
assert jax.process_count() == 2
assert len(jax.devices()) == 2


def run(backend, mine):
    problem = lstm("float64")
    opt = symopt.adadelta(
        pt.scalar("lr"),
        problem.tparams,
        None,
        problem.inputs,
        problem.cost,
        transforms=[symopt.clip_by_global_norm(0.1)],
        backend=backend,
    )
    costs = []
    for x, mask, y in (problem.batches * 2)[:4]:
        costs.append(opt.f_grad_shared(x[:, mine], mask[:, mine], y[mine]))
        opt.f_update(1.0)
    return np.array(costs), {name: v.get_value() for name, v in opt.params.items()}


alone, expected = run(symopt.jax_backend(jax.local_devices()[0]), slice(None))
both = symopt.jax_backend(devices=jax.devices(), batch_axes={"x": 1, "mask": 1, "y": 0})
costs, params = run(both, slice(3 * rank, 3 * rank + 3))
np.testing.assert_allclose(costs, alone, 1e-12)
for name, value in params.items():
    np.testing.assert_allclose(value, expected[name], 1e-10, 1e-12)
print(f"process {rank} agrees")
