"""theano.scan_module's other modules: clone and what looks into graphs and loops."""

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt.legacy.theano.scan_module import clone, scan, scan_op, scan_utils
from tests.nnet.evaluate import compiled

x, y = pt.dvector("x"), pt.dvector("y")


@pytest.mark.core
def test_clone_replaces_all_at_once():
    both = clone([x * 2 + y, y], replace={x: y, y: x})
    first, second = compiled("python", [x, y], both)([1.0], [10.0])
    assert (first.item(), second.item()) == (21, 1)
    inner = x * 2
    (value,) = compiled("python", [y], [clone(inner + 1, replace=[(inner, y)])])([5.0])
    assert value.item() == 6
    assert clone(x + 1).owner.inputs[0] is x


def test_clone_checks_types():
    with pytest.raises(TypeError, match="expected the same dtype"):
        clone(x + 1, replace={x: pt.lvector()})
    with pytest.raises(TypeError, match="expected the same dtype"):
        clone(x + 1, replace={x: pt.dmatrix()})
    with pytest.raises(ValueError, match="expected a dict"):
        clone(x + 1, replace=3)
    # What is known of lengths is no part of Theano's types.
    clone(x + 1, replace={x: pt.constant(np.zeros(3))})


def test_clone_with_inputs_of_its_own():
    w = pytensor.shared(np.zeros(2), name="w")
    copy = clone(x + w, share_inputs=False)
    assert x not in copy.owner.inputs
    copied = next(v for v in copy.owner.inputs if v.name == "w")
    assert copied is not w
    w.set_value(np.ones(2))
    assert copied.get_value().tolist() == [1, 1]
    with pytest.warns(UserWarning, match="share_inputs"):
        clone(x + 1, copy_inputs=True)


def test_clone_leaves_default_updates_alone():
    """A running mean whose update has another static shape, as batch normalisation writes it."""
    mean = pytensor.shared(np.zeros(4))
    batch = pt.tensor("batch", dtype="float64", shape=(None, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyTensor's newer line has one
        mean.default_update = 0.9 * mean + 0.1 * batch.mean(axis=0)
    clone(batch - mean, replace={batch: batch * 2})
    rows, updates = scan(lambda row: row - mean + batch.sum(), sequences=batch)
    assert list(updates) == [mean]
    assert mean.default_update is not None
    assert rows.ndim == 2


def test_equal_computations():
    equal = scan_utils.equal_computations
    assert equal([x * 2], [x * 2])
    assert not equal([x * 2], [x * 3])
    assert equal([x * 2], [y * 2], [x], [y])
    loops = [scan(lambda row: row * 2, sequences=x)[0] for _ in range(2)]
    assert equal([loops[0]], [loops[1]])


def test_what_a_step_returned():
    s = pytensor.shared(1.0)
    stop = scan_utils.until(x.sum() > 1)
    parse = scan_utils.get_updates_and_outputs
    assert parse(x) == (None, [x], {})
    assert parse((x, y)) == (None, [x, y], {})
    assert parse({s: s}) == (None, [], {s: s})
    assert parse([(s, s)]) == (None, [], {s: s})
    assert parse(([x], {s: s})) == (None, [x], {s: s})
    assert parse((x, stop)) == (stop.condition, [x], {})
    assert parse(({s: s}, stop)) == (stop.condition, [], {s: s})
    assert parse(([x, y], {s: s}, stop)) == (stop.condition, [x, y], {s: s})
    assert parse([]) == (None, [], {})


def test_small_functions():
    known = scan_utils.isNaN_or_Inf_or_None
    assert all(known(value) for value in (None, np.nan, np.inf, pt.constant(np.inf)))
    assert not any(known(value) for value in (3, pt.constant(3), x.sum(), "3"))
    hashed = scan_utils.hash_listsDictsTuples
    assert hashed([1, (2, {"a": 3})]) == hashed([(2, {"a": 3}), 1])
    assert hashed([1]) != hashed([2])
    inputs, (copy,) = scan_utils.reconstruct_graph([x], [x * 2], "_new")
    assert inputs[0].name == "x_new"
    assert compiled("python", inputs, [copy])([2.0])[0].item() == 4
    squashed = pt.sigmoid(x)
    replaced = scan_utils.forced_replace(squashed * (1 - pt.sigmoid(x)), squashed, y)
    assert compiled("python", [y], [replaced])([3.0])[0].item() == -6
    assert scan_utils.forced_replace(None, x, y) is None
    ((length,),) = scan_utils.infer_shape([x[1:]], [x], [(pt.constant(5),)])
    assert compiled("python", [], [length])()[0] == 4


def test_looking_into_a_loop():
    """Theano's names of a loop's parts, for code that walks graphs through loops."""
    state = pt.zeros((), dtype="float64")
    (sums, _), _ = scan(lambda a, h: [h + a, a], sequences=x, outputs_info=[state, None])
    node = next(
        v.owner
        for v in pytensor.graph.traversal.ancestors([sums])
        if v.owner and isinstance(v.owner.op, scan_op.Scan)
    )
    op = node.op
    assert len(op.inputs) == 2
    assert len(op.outputs) == 2
    assert (op.n_seqs, op.n_sit_sot, op.n_nit_sot, op.n_mit_sot) == (1, 1, 1, 0)
    assert (op.n_mit_mot, op.n_mit_mot_outs, op.n_shared_outs) == (0, 0, 0)
    assert op.tap_array == [[-1]]
    assert op.as_while is False
