"""Minibatches: every example once, in an order that the generator deals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symopt
from symopt.errors import HyperparameterError, ShapeError, TrainingError
from symopt.training.epochs import open_epoch, skip_batches

LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=30)


@given(st.integers(1, 30), st.integers(1, 9), st.booleans(), st.booleans(), st.integers(0, 3))
def test_minibatches_hold_every_example_once(examples, size, shuffle, drop_last, seed):
    x, y = np.arange(examples) * 10, np.arange(examples)
    if drop_last and examples < size:
        with pytest.raises(TrainingError, match="make no minibatch"):
            symopt.minibatches(x, y, batch_size=size, drop_last=True)
        return
    batches = symopt.minibatches(
        x, y, batch_size=size, seed=seed, shuffle=shuffle, drop_last=drop_last
    )
    epochs = [list(batches), list(batches)]
    for epoch in epochs:
        assert len(epoch) == len(batches)
        seen = np.concatenate([labels for _, labels in epoch])
        assert all((rows == labels * 10).all() for rows, labels in epoch)
        assert len(set(seen)) == len(seen) == (examples // size * size if drop_last else examples)
        assert {len(labels) for _, labels in epoch[:-1]} <= {size}
        if not shuffle:
            assert seen.tolist() == list(range(len(seen)))


def test_the_seed_decides_the_order_and_the_next_epoch_has_another():
    def order(batches):
        return np.concatenate([rows for (rows,) in batches]).tolist()

    x = np.arange(50)
    first, again, other = (symopt.minibatches(x, batch_size=8, seed=s) for s in (1, 1, 2))
    epoch = order(first)
    assert order(again) == epoch != order(other)
    assert order(first) != epoch
    state = first.state_dict()
    third = order(first)
    first.load_state_dict(state)
    assert order(first) == third
    assert order(first(np.random.default_rng(7))) == order(other(np.random.default_rng(7)))


def test_time_may_come_first():
    x, mask, y = np.arange(24).reshape(4, 6), np.ones((4, 6, 2)), np.arange(6)
    batches = symopt.minibatches(x, mask, y, batch_size=4, axis=1)
    for rows, kept, labels in batches:
        assert rows.shape == (4, len(labels))
        assert kept.shape == (4, len(labels), 2)
        assert (rows == x[:, labels]).all()


@given(LENGTHS, st.integers(1, 6), st.none() | st.integers(1, 20), st.booleans())
def test_buckets_hold_every_example_once_in_similar_lengths(lengths, size, area, shuffle):
    batches = symopt.bucketed(
        lengths, lambda rows: rows, batch_size=size, seed=3, shuffle=shuffle, max_area=area
    )
    epochs = [list(batches), list(batches)]
    for epoch in epochs:
        assert len(epoch) == len(batches)
        assert sorted(np.concatenate(epoch)) == list(range(len(lengths)))
        ranges = sorted((min(of), max(of)) for of in ([lengths[i] for i in b] for b in epoch))
        assert all(first[1] <= second[0] for first, second in pairwise(ranges))
        for rows in epoch:
            assert 1 <= len(rows) <= size
            if area is not None and len(rows) > 1:
                assert max(lengths[i] for i in rows) * len(rows) <= area
    if not shuffle:
        assert [rows.tolist() for rows in epochs[0]] == [rows.tolist() for rows in epochs[1]]


def wap_batches(sizes, batch_size, batch_area):
    """dataIterator of WAP, on sizes alone."""
    total, batch, biggest, i = [], [], 0, 0
    for uid, size in sorted(enumerate(sizes), key=lambda d: d[1]):
        biggest = max(biggest, size)
        if biggest * (i + 1) > batch_area or i == batch_size:
            total.append(batch)
            i, biggest, batch = 0, size, []
        batch.append(uid)
        i += 1
    return [*total, batch]


@given(LENGTHS, st.integers(1, 6), st.integers(9, 30))
def test_an_area_cuts_as_wap_does(sizes, batch_size, area):
    batches = symopt.bucketed(
        sizes, lambda rows: rows, batch_size=batch_size, shuffle=False, max_area=area
    )
    found = [rows.tolist() for rows in batches]
    assert found == [batch for batch in wap_batches(sizes, batch_size, area) if batch]


@pytest.mark.parametrize("kind", ["minibatches", "bucketed", "generator"])
def test_skipping_makes_no_minibatch_and_ends_at_the_same_place(kind):
    made = []

    def take(rows):
        made.append(rows)
        return rows

    def generator(rng):
        yield from rng.permutation(20).reshape(5, 4)

    batches = {
        "minibatches": symopt.minibatches(np.arange(20), batch_size=4),
        "bucketed": symopt.bucketed(np.arange(20), take, batch_size=4),
        "generator": generator,
    }[kind]
    whole = [np.asarray(b).tolist() for b in open_epoch(batches, np.random.default_rng(1))]
    made.clear()
    opened = open_epoch(batches, np.random.default_rng(1))
    skip_batches(opened, 3)
    assert not made
    assert [np.asarray(b).tolist() for b in opened] == whole[3:]
    with pytest.raises(TrainingError, match="are not those it was started with"):
        skip_batches(open_epoch(batches, np.random.default_rng(1)), 6)


def test_factories_are_called_with_what_they_take():
    seen = []
    factories = [
        lambda: seen.append("nothing") or [1],
        lambda rng: seen.append(type(rng)) or [1],
        lambda rng=None: seen.append(rng) or [1],
    ]
    rng = np.random.default_rng(0)
    assert [list(open_epoch(factory, rng)) for factory in factories] == [[1], [1], [1]]
    assert seen == ["nothing", np.random.Generator, None]
    with pytest.raises(TrainingError, match=r"batches\(\) gave a int"):
        open_epoch(lambda: 3, rng)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: symopt.minibatches(batch_size=2), TrainingError, "no array"),
        (lambda: symopt.minibatches([], batch_size=2), TrainingError, "no examples"),
        (lambda: symopt.minibatches([1], [1, 2], batch_size=2), ShapeError, r"\(1,\), \(2,\)"),
        (lambda: symopt.minibatches(3, batch_size=2), ShapeError, "single number"),
        (lambda: symopt.minibatches([1], batch_size=0), HyperparameterError, "batch_size=0"),
        (lambda: symopt.bucketed([1.5], list, batch_size=2), ShapeError, "float64"),
        (lambda: symopt.bucketed([], list, batch_size=2), ShapeError, "lengths"),
        (lambda: symopt.bucketed([1], list, batch_size=2, max_area=0), HyperparameterError, "area"),
    ],
)
def test_arguments_that_make_no_sense(make, error, match):
    with pytest.raises(error, match=match):
        make()
