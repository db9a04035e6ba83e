"""MRG_RandomStreams against Theano 1.0.5's, on every backend (tests/golden/rng)."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt.random import MRG_RandomStreams
from tests.nnet.evaluate import compiled
from tests.problems import golden

SEED_LIST = [1, 2, 3, 4, 5, 6]


def dtypes_file(floatX, more=True):
    return f"rng/rng{'_more' * more}.{'f32' if floatX == 'float32' else 'f64'}.npz"


# Case: what legacy code writes, given streams s, arrays a of the case by name, an input x.
SIMPLE = {
    "mrg_uniform_1234": lambda s, a: s.uniform((4, 5)),
    "mrg_uniform_nstreams": lambda s, a: s.uniform((20,), nstreams=7),
    "mrg_uniform_range": lambda s, a: s.uniform((5,), low=-2.0, high=3.0),
    "mrg_two_streams": lambda s, a: [s.uniform((3,)), s.uniform((3,))],
    "mrg_binomial": lambda s, a: s.binomial((6, 7), p=0.5, n=1, dtype=pytensor.config.floatX),
    "mrg_binomial_p8": lambda s, a: s.binomial((6, 7), p=0.8, dtype=pytensor.config.floatX),
    "mrg_normal_even": lambda s, a: s.normal((4, 6)),
    "mrg_normal_odd": lambda s, a: s.normal((3, 5), avg=1.0, std=2.0),
    "mrg_multinomial": lambda s, a: s.multinomial(pvals=a["P"]),
    "mrg_choice": lambda s, a: s.choice(size=2, replace=False, p=a["PC"]),
}
MORE = {
    "mrg_uniform_ends": lambda s, a: s.uniform((3, 4), low=a["low"], high=3.7),
    "mrg_uniform_high": lambda s, a: s.uniform((50,), high=0.3),
    "mrg_binomial_p": lambda s, a: s.binomial((3, 4), p=a["P"]),
    "mrg_multinomial_more": lambda s, a: s.multinomial(
        pvals=a["pvals"], dtype=pytensor.config.floatX
    ),
    "mrg_normal_avg": lambda s, a: s.normal((3, 4), avg=a["avg"], std=0.5),
    "mrg_normal_nstreams": lambda s, a: s.normal((3, 5), nstreams=4),
    "mrg_truncated_normal": lambda s, a: s.truncated_normal((20, 7)),
    "mrg_truncated_normal_odd": lambda s, a: s.truncated_normal((3, 5), avg=1.0, std=2.0),
    "mrg_normal_truncate": lambda s, a: s.normal(
        (3, 25), avg=1.0, std=2.0, truncate=True, nstreams=6
    ),
}
WITH_PVALS = {  # of mrg_multinomial_more
    "mrg_multinomial_n": lambda s, a: s.multinomial(
        pvals=a["pvals"], n=4, dtype=pytensor.config.floatX
    ),
    "mrg_multinomial_odd": lambda s, a: s.multinomial(
        pvals=a["odd"], n=3, dtype=pytensor.config.floatX
    ),
    "mrg_choice_1": lambda s, a: s.choice(size=1, replace=False, p=a["pvals"]),
    "mrg_choice_3": lambda s, a: s.choice(size=3, replace=False, p=a["pvals"]),
    "mrg_choice_5": lambda s, a: s.choice(size=5, replace=False, p=a["pvals"]),
}
SYMBOLIC = {  # shape of the input x
    "mrg_binomial_symbolic": ((5, 7), lambda s, x: s.binomial(x.shape, p=0.5, n=1, dtype=x.dtype)),
    "mrg_uniform_symbolic": ((130, 120), lambda s, x: s.uniform(x.shape)[126:]),
    "mrg_uniform_mixed_size": ((4, 2), lambda s, x: s.uniform((x.shape[0], 3))),
    "mrg_uniform_vector_size": ((4, 3), lambda s, x: s.uniform(x.shape, ndim=2, nstreams=5)),
    "mrg_normal_symbolic": ((3, 5), lambda s, x: s.normal(x.shape, std=0.1)),
}
FIRST_STATES = {  # rows that the golden file has of each state
    "mrg_uniform_symbolic/states": (0, slice(235, 245)),
    "mrg_uniform_mixed_size/states": (0, slice(8, 16)),
    "mrg_truncated_normal/states0": (0, slice(0, 80)),
    "mrg_truncated_normal/states1": (1, slice(0, 80)),
}


class Cases:
    """Draws of many cases, to be compiled into one function."""

    def __init__(self, floatX, backend, names=None):
        self.arrays = {
            **golden(dtypes_file(floatX, more=False)),
            **golden(dtypes_file(floatX, more=True)),
        }
        self.inputs, self.values, self.draws, self.streams = [], [], {}, {}
        pvals = {name: self.arrays[f"mrg_multinomial_more/{name}"] for name in ("pvals", "odd")}
        for table in (SIMPLE, MORE, WITH_PVALS):
            for name, call in table.items():
                if names is None or name in names:
                    own = {
                        key.split("/")[1]: value
                        for key, value in self.arrays.items()
                        if key.startswith(f"{name}/")
                    }
                    self.add(name, call, pvals if table is WITH_PVALS else own)
        for name, (shape, call) in SYMBOLIC.items():
            if names is None or name in names:
                x = pt.tensor(f"x_{name}", dtype=floatX, shape=(None, None))
                self.inputs.append(x)
                self.values.append(np.zeros(shape, floatX))
                self.add(name, call, x)

    def add(self, name, call, argument):
        self.streams[name] = MRG_RandomStreams(1234)
        draws = call(self.streams[name], argument)
        self.draws[name] = draws if isinstance(draws, list) else [draws]

    def compile(self, backend):
        flat = [draw for draws in self.draws.values() for draw in draws]
        self.function = compiled(backend, self.inputs, flat)
        return self

    def call(self):
        drawn = iter(self.function(*self.values))
        return {
            name: [np.asarray(next(drawn)) for _ in draws] for name, draws in self.draws.items()
        }

    def check_call(self, number):
        for name, drawn in self.call().items():
            for i, draw in enumerate(drawn):
                if f"{name}/call{number}/{i}" in self.arrays:
                    check(name, draw, self.arrays[f"{name}/call{number}/{i}"])

    def check_states(self):
        for key, (i, rows) in FIRST_STATES.items():
            streams = self.streams.get(key.split("/")[0])
            if streams is not None:
                states = np.asarray(streams.state_dict()[f"mrg/{i}"])
                np.testing.assert_array_equal(states[rows], self.arrays[key], key)


def check(name, draw, expected):
    assert draw.dtype == expected.dtype, name
    assert draw.shape == expected.shape, name
    if name in ("mrg_uniform_ends", "mrg_uniform_high") and draw.dtype == "float64":
        # Theano's compiler fuses the product and the sum, which ours may or may not do.
        np.testing.assert_array_max_ulp(1 + abs(draw), 1 + abs(expected), 1)
        return
    if "normal" not in name:
        np.testing.assert_array_equal(draw, expected, name)
        return
    # 4 ulp of the draw before it is moved, or of the mean if that is larger.
    mean = {"mrg_normal_avg": np.array([0, 1, -2, 100])}.get(name, 1)
    mean = abs(np.broadcast_to(mean, draw.shape)) * (name not in CENTRED)
    ulp = np.spacing(np.maximum(abs(expected - mean), mean).astype(draw.dtype))
    assert np.all(abs(draw - expected) <= 4 * ulp), name


CENTRED = ("mrg_normal_even", "mrg_normal_symbolic", "mrg_truncated_normal", "mrg_normal_nstreams")

FEW = {  # of every kind, for the backends that compile slowly
    *("mrg_uniform_1234", "mrg_uniform_range", "mrg_binomial_p8", "mrg_binomial_p"),
    *("mrg_multinomial_n", "mrg_choice_3", "mrg_normal_odd", "mrg_truncated_normal"),
    *("mrg_uniform_symbolic", "mrg_binomial_symbolic", "mrg_two_streams"),
}


def run(floatX, backend, names=None):
    with pytensor.config.change_flags(floatX=floatX):
        cases = Cases(floatX, backend, names).compile(backend)
        for number in range(3):
            cases.check_call(number)
        cases.check_states()


@pytest.mark.core
def test_python():
    run("float32", "python", FEW - {"mrg_uniform_symbolic", "mrg_truncated_normal"})


def test_c():
    run("float32", "c", FEW)


def test_c_float64():
    run("float64", "c", {"mrg_uniform_range", "mrg_binomial_p8", "mrg_normal_odd"})


@pytest.mark.parametrize(
    ("floatX", "names"), [("float32", None), ("float64", {"mrg_uniform_ends", *FEW})]
)
def test_jax(floatX, names):
    """To the bit, whatever JAX's flag for 64-bit types is (it is off)."""
    run(floatX, "jax", names)


def test_numba():
    run("float32", "numba", {"mrg_uniform_range", "mrg_binomial_symbolic", "mrg_normal_odd"})


@pytest.mark.long
@pytest.mark.parametrize("floatX", ["float32", "float64"])
@pytest.mark.parametrize("backend", ["c", "numba"])
def test_all(backend, floatX):
    run(floatX, backend)
