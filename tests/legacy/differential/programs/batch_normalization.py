"""theano.tensor.nnet.bn: its functions, their axes and modes."""

from collections import OrderedDict

import theano.tensor as T
from theano.tensor.nnet import bn

from tests.legacy.differential.answers import compute, numbers, positive, raised, tolerance


@tolerance(2e-5, 1e-5)
def given_statistics():
    x, gamma, beta, mean, std = [T.matrix(name) for name in ("x", "gamma", "beta", "mean", "std")]
    v = [T.vector(name) for name in ("g", "b", "m", "s")]
    values = [
        (x, numbers(4, 3)),
        (gamma, numbers(4, 3, seed=2)),
        (beta, numbers(4, 3, seed=3)),
        (mean, numbers(4, 3, seed=4)),
        (std, positive(4, 3, seed=5)),
    ]
    values += [(variable, positive(3, seed=6 + i)) for i, variable in enumerate(v)]
    rows = [variable.dimshuffle("x", 0) for variable in v]
    low = bn.batch_normalization(x, gamma, beta, mean, std)
    return compute(
        values,
        OrderedDict(
            [
                ("low_mem", low),
                ("high_mem", bn.batch_normalization(x, gamma, beta, mean, std, mode="high_mem")),
                ("rows", bn.batch_normalization(x, *rows)),
                (
                    "keywords",
                    bn.batch_normalization(
                        inputs=x, gamma=rows[0], beta=rows[1], mean=rows[2], std=rows[3], mode="low_mem"
                    ),
                ),
                (
                    "own statistics",
                    bn.batch_normalization(
                        x,
                        rows[0],
                        rows[1],
                        x.mean(axis=0, keepdims=True),
                        T.sqrt(x.var(axis=0, keepdims=True) + 1e-4),
                    ),
                ),
                ("gradient", T.grad((low**2).sum(), x)),
                ("gradient of std", T.grad((low**2).sum(), std)),
            ]
        ),
    )


def _train(x, parameters, **keywords):
    return list(bn.batch_normalization_train(x, *parameters, **keywords))


@tolerance(3e-5, 2e-5)
def training():
    x, g, b = T.matrix("x"), T.vector("g"), T.vector("b")
    m, s = T.vector("m"), T.vector("s")
    parameters = [v.dimshuffle("x", 0) for v in (g, b)]
    running = {"running_mean": m.dimshuffle("x", 0), "running_var": s.dimshuffle("x", 0)}
    plain = _train(x, parameters)
    kept = _train(x, parameters, axes="per-activation", epsilon=1e-3, running_average_factor=0.25, **running)
    outputs = OrderedDict()
    for index, out in enumerate(plain):
        outputs["plain %d" % index] = out
    for index, out in enumerate(kept):
        outputs["running %d" % index] = out
    for wrt in (x, g, b):
        outputs["gradient " + wrt.name] = T.grad((plain[0] ** 3).sum(), wrt)
    return compute(
        [(x, numbers(5, 3))] + [(v, positive(3, seed=i)) for i, v in enumerate((g, b, m, s), 2)],
        outputs,
    )


@tolerance(3e-5, 2e-5)
def training_over_images():
    x, g, b = T.tensor4("x"), T.vector("g"), T.vector("b")
    parameters = [v.dimshuffle("x", 0, "x", "x") for v in (g, b)]
    spatial = _train(x, parameters, axes="spatial")
    axes = _train(x, parameters, axes=(0, 2, 3), epsilon=1e-2)
    tested = bn.batch_normalization_test(
        x, parameters[0], parameters[1], parameters[1], parameters[0], axes="spatial", epsilon=1e-3
    )
    outputs = OrderedDict([("test", tested), ("gradient of test", T.grad((tested**2).sum(), g))])
    for index, out in enumerate(spatial):
        outputs["spatial %d" % index] = out
    for index, out in enumerate(axes):
        outputs["axes %d" % index] = out
    outputs["gradient"] = T.grad((spatial[0] ** 3).sum(), x)
    return compute(
        [(x, numbers(3, 2, 2, 3)), (g, positive(2, seed=2)), (b, positive(2, seed=3))], outputs
    )


def wrong_arguments():
    x, g = T.matrix("x"), T.row("g")
    return {
        "mode": raised(bn.batch_normalization, x, g, g, g, g, mode="fast"),
        "axes": raised(bn.batch_normalization_train, x, g, g, axes="rows"),
        "spatial of a matrix": raised(bn.batch_normalization_train, x, g, g, axes="spatial"),
        "vector": raised(bn.batch_normalization_train, x, T.vector(), T.vector()),
        "running mean alone": raised(
            bn.batch_normalization_train, x, g, g, running_mean=g
        ),
        "types": [out for out in bn.batch_normalization_train(x, g, g)],
    }
