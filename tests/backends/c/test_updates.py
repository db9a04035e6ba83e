"""Updates run as one launch of one kernel, in place, whatever the parameters look like."""

import re
from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from symopt.backends.c.program import build
from symopt.backends.c.program.op import Program
from tests.backends.graphs.python_mode import unrewritten

RULES = {
    "sgd": (symopt.sgd, {}),
    "momentum": (symopt.momentum, {}),
    "nesterov": (symopt.nesterov, {}),
    "adagrad": (symopt.adagrad, {}),
    "rmsprop": (symopt.rmsprop, {}),
    "rmsprop of the LSTM tutorial": (
        symopt.rmsprop,
        {"centered": True, "momentum": 0.9, "formulation": "classical"},
    ),
    "adadelta": (symopt.adadelta, {}),
    "adadelta, statistics in phase 1": (symopt.adadelta, {"statistics": "phase1"}),
    "adam": (symopt.adam, {}),
    "amsgrad": (symopt.adam, {"amsgrad": True}),
    "adamw": (symopt.adamw, {}),
    "nadam": (symopt.nadam, {}),
    "radam": (symopt.radam, {}),
    "adamax": (symopt.adamax, {}),
    "rprop": (symopt.rprop, {}),
}

TRANSFORMS = {
    "guarded": lambda: [
        symopt.skip_nonfinite(),
        symopt.clip_by_global_norm(0.5),
        symopt.ema(0.9),
    ],
    "accumulated": lambda: [symopt.accumulate(2), symopt.weight_decay(0.1)],
    "clipped one by one": lambda: [symopt.clip_by_norm(0.3), symopt.clip_by_value(0.1)],
    "decoupled decay": lambda: [symopt.weight_decay(0.1, mode="decoupled")],
    "clipped means": lambda: [
        symopt.skip_nonfinite(),
        symopt.accumulate(2),
        symopt.clip_by_global_norm(0.5),
    ],
}

NORMS = {"guarded": 1, "clipped one by one": 1, "clipped means": 2}
"""Launches of reductions."""

SHAPES = {"matrix": (7, 9), "vector": (40,), "kernels": (2, 3, 4, 5), "none": (0, 3), "one": (1,)}
"""All but numbers without dimensions: these are no arrays, and stand in no launch."""


def values_of(shapes, seed, dtype="float64"):
    rng = np.random.default_rng(seed)
    return {name: np.asarray(rng.normal(size=shape), dtype) for name, shape in shapes.items()}


def optimizer(rule, backend, shapes=SHAPES, transforms=(), dtype="float64", **keywords):
    tparams = symopt.init_tparams(values_of(shapes, 0, dtype))
    cost = sum((p**2).sum() for p in tparams.values())  # f_grad_shared is not called
    return rule(
        pt.dscalar("lr"),
        tparams,
        None,
        [],
        cost,
        backend=backend,
        transforms=transforms,
        **keywords,
    )


def update(opt, times=3):
    """Park gradients and move the parameters; the numbers afterwards."""
    for k in range(times):
        dtypes = {name: buffer.type.dtype for name, buffer in opt.grads.items()}
        shapes = {name: buffer.get_value().shape for name, buffer in opt.grads.items()}
        for name, gradient in values_of(shapes, 10 + k).items():
            opt.grads[name].set_value(gradient.astype(dtypes[name]))
        opt.f_update(0.01)
    return {name: v.get_value() for name, v in {**opt.params, **opt.state}.items()}


def program_of(function):
    """The one program of a function."""
    function.compile()
    (program,) = [n.op for n in function.maker.fgraph.apply_nodes if isinstance(n.op, Program)]
    return program


def launches(program):
    """How many launches there are of one loop, of many, and of reductions."""
    calls = "run_elementwise", "run_elementwise_many", "run_reductions"
    return tuple(program.source.count(f"{call}(") for call in calls)


def bytes_kept(function):
    """What a function's program keeps between calls."""
    vm = function.compiled.vm
    (handle,) = [
        t.cthunk for n, t in zip(vm.nodes, vm.thunks, strict=True) if isinstance(n.op, Program)
    ]
    return build.runtime().memory(handle)


def assert_in_place(opt, function):
    """Every parameter and every array of its state is overwritten."""
    program = program_of(function)
    arrays = {k for k, v in enumerate(program.fgraph.outputs) if v.type.ndim}
    assert set(program.overwrites) == arrays
    targets = [u.target for u in opt.graph.updates[0].updates if u.target.type.ndim]
    assert len(arrays) == len(targets)


def assert_equal(ours, theirs, rtol=1e-12):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert value.dtype == theirs[name].dtype, name
        single = value.dtype == "float32"
        tolerances = (1e-5, 1e-8) if single else (rtol, 1e-15)
        np.testing.assert_allclose(value, theirs[name], *tolerances, err_msg=name)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_one_launch_in_place(name, python_backend):
    rule, keywords = RULES[name]
    ours = optimizer(rule, "c", **keywords)
    program = program_of(ours.f_update)
    copied = name == "rprop"  # the gradient is the next call's last one
    assert launches(program) == (0, 1 + copied, 0)
    assert_in_place(ours, ours.f_update)
    theirs = optimizer(rule, python_backend, **keywords)
    assert_equal(update(ours), update(theirs))
    assert bytes_kept(ours.f_update) < 16_000  # the table of the launch


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_too(name, python_backend):
    ours = optimizer(symopt.adam, "c", transforms=TRANSFORMS[name]())
    assert launches(program_of(ours.f_update)) == (0, 1, NORMS.get(name, 0))
    assert_in_place(ours, ours.f_update)
    theirs = optimizer(symopt.adam, python_backend, transforms=TRANSFORMS[name]())
    assert_equal(update(ours, 4), update(theirs, 4))
    assert bytes_kept(ours.f_update) < 16_000


def test_a_step_that_is_skipped_leaves_everything_as_it_was():
    opt = optimizer(symopt.adam, "c", transforms=TRANSFORMS["guarded"]())
    before = update(opt)
    gradient = opt.grads["kernels"].get_value()
    gradient[1, 2, 3, 4] = np.nan
    opt.grads["kernels"].set_value(gradient)
    opt.f_update(0.01)
    after = {name: v.get_value() for name, v in {**opt.params, **opt.state}.items()}
    moved = [name for name in before if not np.array_equal(before[name], after[name])]
    assert moved == ["skip_nonfinite/consecutive", "skip_nonfinite/total"]


def test_the_norm_has_no_array_of_its_own():
    """1.2 MB of gradients, and a program that keeps a thousandth of that."""
    shapes = {"a": (300, 500), "b": (150_000,)}
    opt = optimizer(symopt.adadelta, "c", shapes, TRANSFORMS["guarded"](), dtype="float32")
    update(opt, 1)
    assert bytes_kept(opt.f_update) < 5_000


@pytest.mark.parametrize("transform", ["max_norm", "centralize"])
def test_norms_along_an_axis_keep_no_array_either(transform, python_backend):
    made = {"max_norm": lambda: symopt.max_norm(1.5, axis=0), "centralize": symopt.centralize}
    shapes = {"a": (600, 70), "b": (40, 1000), "c": (300,)}
    opts = [optimizer(symopt.adam, b, shapes, [made[transform]()]) for b in ("c", python_backend)]
    assert launches(program_of(opts[0].f_update))[1:] == (1, 0)
    assert_in_place(opts[0], opts[0].f_update)
    assert_equal(update(opts[0]), update(opts[1]), rtol=1e-11)
    assert bytes_kept(opts[0].f_update) < 20_000


def test_a_launch_for_each_dtype(python_backend):
    def mixed(backend):
        values = values_of(SHAPES, 0)
        single = {f"{name} single": v.astype("float32") for name, v in values.items()}
        tparams = symopt.init_tparams({**values, **single})
        cost = sum((p.astype("float64") ** 2).sum() for p in tparams.values())
        clip = [symopt.clip_by_global_norm(1.0)]
        return symopt.adam(
            pt.dscalar("lr"), tparams, None, [], cost, backend=backend, transforms=clip
        )

    ours = mixed("c")
    assert launches(program_of(ours.f_update)) == (0, 2, 2)
    assert_in_place(ours, ours.f_update)
    # The norms of half of them are numbers of float32.
    assert_equal(update(ours), update(mixed(python_backend)), rtol=1e-7)


def test_numbers_without_dimensions(python_backend):
    shapes = {"number": (), "matrix": (3, 4), "other number": ()}
    opts = [optimizer(symopt.adadelta, b, shapes) for b in ("c", python_backend)]
    assert_equal(update(opts[0]), update(opts[1]))


def test_two_hundred_parameters(python_backend):
    shapes = {f"p{k:03}": (k % 7, 3) if k % 2 else (k,) for k in range(200)}
    opts = [optimizer(symopt.momentum, b, shapes) for b in ("c", python_backend)]
    program = program_of(opts[0].f_update)
    assert launches(program) == (0, 1, 0)
    assert len(re.findall(r"\n", program.source)) < 1500  # a table, which takes no time to compile
    assert_equal(update(opts[0]), update(opts[1]))


def test_more_than_one_reduction_of_two_hundred():
    """Sums with and without anything in front, the largest, and whether all are finite."""
    rng = np.random.default_rng(0)
    arrays = [pytensor.shared(rng.normal(size=(k % 40, 3))) for k in range(1, 201)]
    kinds = {
        "sum": (pt.sum, np.sum),
        "norm": (lambda x: pt.sum(x**2), lambda x: np.sum(x**2)),
        "max": (lambda x: pt.max(abs(x)), lambda x: np.max(abs(x), initial=0)),
        "finite": (lambda x: pt.all(pt.isfinite(x)), lambda x: np.all(np.isfinite(x))),
        "product": (pt.prod, np.prod),
        "any": (lambda x: pt.any(x > 2), lambda x: np.any(x > 2)),
    }
    arrays = [x for x in arrays if x.get_value().size]
    outputs = [of(x) for of, _ in kinds.values() for x in arrays]
    f = symopt.function([], outputs, backend="c")
    assert launches(program_of(f))[:2] == (0, 0)
    assert launches(program_of(f))[2] <= len(kinds)
    expected = [of(x.get_value()) for _, of in kinds.values() for x in arrays]
    for ours, theirs in zip(f(), expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    arrays[70].set_value(np.full((3, 3), np.nan))
    results = dict(zip(kinds, np.split(np.array(f()), len(kinds)), strict=True))
    assert np.isnan([results[kind][70] for kind in ("sum", "norm", "max", "product")]).all()
    assert not results["finite"][70]
    assert results["finite"].sum() == len(arrays) - 1


def test_the_largest_of_nothing_is_an_error():
    x = pytensor.shared(np.zeros((0, 3)))
    f = symopt.function([], pt.max(abs(x)), backend="c")
    with pytest.raises(ValueError, match="zero-size array"):
        f()


@pytest.mark.parametrize("layout", ["fortran", "read-only", "strided", "somewhere in a line"])
def test_memory_of_any_kind(layout, python_backend):
    def built(backend):
        opt = optimizer(symopt.adam, backend, {"a": (30, 70), "b": (7, 3, 2), "c": (65,)})
        for variables in (opt.params, opt.state):
            for k, variable in enumerate(variables.values()):
                variable.set_value(placed(variable.get_value(), layout, k), borrow=True)
        return opt

    given = built("c")
    held = {name: p.get_value(borrow=True) for name, p in given.params.items()}
    before = {name: array.copy() for name, array in held.items()}
    assert_equal(update(given), update(built(python_backend)))
    if layout == "read-only":
        for name, array in held.items():
            np.testing.assert_array_equal(array, before[name])
    if layout == "somewhere in a line":  # they are written where they are
        assert all(held[name] is p.get_value(borrow=True) for name, p in given.params.items())


def placed(array, layout, k):
    if array.ndim == 0:
        return array
    if layout == "fortran":
        return np.asfortranarray(array)
    if layout == "read-only":
        array = array.copy()
        array.setflags(write=False)
        return array
    if layout == "strided":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]))
        wide[..., ::2] = array
        return wide[..., ::2]
    memory = np.empty(array.size + k % 8)
    place = memory[k % 8 :].reshape(array.shape)
    place[...] = array
    return place


@pytest.fixture
def threads(monkeypatch):
    before = symopt.config._threads
    yield lambda count: setattr(symopt.config, "threads", count)
    symopt.config.threads = before


@pytest.mark.parametrize("name", ["plain", "guarded"])
def test_no_bit_depends_on_threads_or_addresses(name, threads):
    """Also where arrays lie: a vector's begin is not the same element then."""
    shapes = {"large": (333, 331), "small": (77,), "long": (100_003,), "kernels": (16, 3, 7, 5)}
    transforms = TRANSFORMS.get(name, list)
    results = []
    for count in (1, 2, 3, 2):
        threads(count)
        opt = optimizer(symopt.adadelta, "c", shapes, transforms(), dtype="float32")
        if len(results) == 3:
            for k, variable in enumerate([*opt.params.values(), *opt.state.values()]):
                if variable.type.ndim:
                    value = variable.get_value()
                    memory = np.empty(value.size + k, "float32")
                    memory[k:] = value.ravel()
                    variable.set_value(memory[k:].reshape(value.shape), borrow=True)
        results.append(update(opt))
    for other in results[1:]:
        for key, value in results[0].items():
            np.testing.assert_array_equal(value, other[key], err_msg=key)


def test_state_begins_where_its_parameter_does():
    values = {"a": np.zeros((50, 50), "float32"), "b": np.zeros(2048, "float32")}
    for transforms in ([], [symopt.accumulate(2), symopt.ema(0.9)]):
        tparams = {}
        for k, (name, value) in enumerate(values.items()):
            memory = np.zeros(value.size + 4 * k + 4, "float32")[4 * k + 4 :]
            tparams[name] = pytensor.shared(memory.reshape(value.shape), name, borrow=True)
        cost = sum((p**2).sum() for p in tparams.values())
        opt = symopt.adam(0.1, tparams, None, [], cost, transforms=transforms)
        opt.load_state_dict(opt.state_dict())
        for name, param in tparams.items():
            state = [v for key, v in opt.state.items() if key.startswith(f"{name}/")]
            assert len(state) == 2 * (1 + bool(transforms))
            starts = {
                v.get_value(borrow=True).ctypes.data % 64 for v in (param, opt.grads[name], *state)
            }
            assert len(starts) == 1


def test_phase_1_and_the_merged_step_write_in_place_too(python_backend):
    x = pt.dmatrix("x")
    results = []
    for backend in ("c", python_backend):
        tparams = symopt.init_tparams(values_of({"W": (5, 4), "b": (4,)}, 0))
        cost = pt.tanh(x @ tparams["W"] + tparams["b"]).mean() ** 2
        opt = symopt.adadelta(
            0.5, tparams, None, [x], cost, backend=backend, statistics="phase1",
            transforms=[symopt.skip_nonfinite()],
        )  # fmt: skip
        batch = np.random.default_rng(1).normal(size=(6, 5))
        for _ in range(3):
            opt.f_grad_shared(batch)
            opt.f_update()
            opt.f_step(batch)
        if backend == "c":
            for function in (opt.f_grad_shared, opt.f_update, opt.f_step):
                program = program_of(function)
                arrays = {k for k, v in enumerate(program.fgraph.outputs) if v.type.ndim}
                assert set(program.overwrites) == arrays
        results.append({name: v.get_value() for name, v in {**opt.params, **opt.state}.items()})
    assert_equal(*results, rtol=1e-10)


@cache
def _operations():
    return [
        lambda x, y: x * 2 + y,
        lambda x, y: x * y - 1,
        lambda x, y: pt.sqrt(x**2 + 1) - y,
        lambda x, y: x * (x**2).sum() / (1 + (y**2).sum()),
        lambda x, y: x - y.max(),
    ]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.data())
def test_random_updates(data):
    """Values that read each other's arrays, sums of them, and new values over old ones."""
    count = data.draw(st.integers(2, 6))
    choice = st.tuples(*[st.integers(0, 30)] * 2, st.sampled_from(range(5)))
    steps = data.draw(st.lists(choice, min_size=4, max_size=14))
    targets = data.draw(st.permutations(range(count)))
    lengths = [40, 3]
    start = [np.random.default_rng(k).normal(size=lengths[k % 2]) for k in range(2 * count)]
    shared = [pytensor.shared(value.copy()) for value in start]
    updates, numbers = [], []
    for kind in range(2):  # the same graph over arrays of two lengths: equal kernels
        own = shared[kind::2]
        values = list(own)
        for i, j, k in steps:
            values.append(_operations()[k](values[i % len(values)], values[j % len(values)]))
        chosen = zip((own[t] for t in targets), reversed(values[count:]), strict=False)
        updates += list(chosen)
        numbers.append(values[-1].sum())
    f = symopt.function([], numbers, updates=updates, backend="c")
    g = unrewritten([], [*numbers, *(value for _, value in updates)])
    expected = g()
    given = f()
    for ours, theirs in zip(given, expected[:2], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    for (target, _), theirs in zip(updates, expected[2:], strict=True):
        np.testing.assert_allclose(target.get_value(), theirs, rtol=1e-9)
    written = {target for target, _ in updates}
    for variable, value in zip(shared, start, strict=True):
        if variable not in written:
            np.testing.assert_array_equal(variable.get_value(), value)
