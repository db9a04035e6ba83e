"""The thread that makes minibatches ahead: order, errors, and that it never stays behind."""

from __future__ import annotations

import gc
import threading
import time
import traceback

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError, TrainingError
from symopt.training.prefetch import PrefetchIterator


def threads():
    return [t for t in threading.enumerate() if t.name == "symopt-prefetch" and t.is_alive()]


def wait_for_no_threads():
    deadline = time.monotonic() + 10
    while threads():
        assert time.monotonic() < deadline, "a thread was left behind"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    wait_for_no_threads()


@pytest.mark.parametrize("size", [1, 2, 50])
def test_the_order_is_kept_over_epochs(size):
    ahead = symopt.prefetch(range(20), size)
    assert list(ahead) == list(ahead) == list(range(20))


def test_it_is_dealt_by_the_generator_it_is_given():
    batches = symopt.minibatches(np.arange(20), batch_size=3)
    plain = [rows.tolist() for (rows,) in batches(np.random.default_rng(5))]
    ahead = [rows.tolist() for (rows,) in symopt.prefetch(batches)(np.random.default_rng(5))]
    assert ahead == plain


def test_it_is_ahead_but_not_further_than_told():
    made = []

    def batches():
        for i in range(10):
            made.append(i)
            yield i

    iterator = iter(symopt.prefetch(batches, 2))
    assert next(iterator) == 0
    deadline = time.monotonic() + 10
    while len(made) < 4 and time.monotonic() < deadline:  # one given, two queued, one in hand
        time.sleep(0.01)
    time.sleep(0.05)
    assert made == [0, 1, 2, 3]
    assert list(iterator) == list(range(1, 10))


def failing():
    yield 1
    yield 2
    raise ValueError("the third one")


def test_an_error_comes_where_the_minibatch_would_with_its_traceback():
    iterator = iter(symopt.prefetch(failing))
    assert [next(iterator), next(iterator)] == [1, 2]
    with pytest.raises(ValueError, match="the third one") as caught:
        next(iterator)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "failing" in names
    assert list(iterator) == []


@pytest.mark.parametrize("how", ["close", "drop", "end"])
def test_the_thread_stops_with_its_consumer(how):
    closed = []

    def forever():
        try:
            yield from iter(int, 1)
        finally:
            closed.append(True)

    iterator = iter(symopt.prefetch(forever if how != "end" else (lambda: iter([0])), 2))
    assert next(iterator) == 0
    if how == "close":
        iterator.close()
        assert not threads()
        assert list(iterator) == []
    elif how == "end":
        assert list(iterator) == []
    del iterator
    gc.collect()
    wait_for_no_threads()
    assert closed == ([] if how == "end" else [True])


def test_it_begins_at_a_minibatch_and_notes_the_place():
    count = iter(range(100))
    iterator = symopt.prefetch(range(6), 3).open(
        np.random.default_rng(0), skip=4, note=lambda: next(count)
    )
    assert (next(iterator), iterator.noted) == (4, 0)
    assert (next(iterator), iterator.noted) == (5, 1)
    assert list(iterator) == []
    assert iterator.noted == 2  # at the end of the epoch


def test_too_few_to_skip_is_an_error_of_the_consumer():
    iterator = PrefetchIterator(iter([1, 2]), 2, 3, lambda: None)
    with pytest.raises(TrainingError, match="ended after 2 minibatches"):
        next(iterator)


def test_arguments():
    with pytest.raises(HyperparameterError, match="size=0"):
        symopt.prefetch([1], 0)
    with pytest.raises(TrainingError, match=r"state\['rng'\] is a int"):
        symopt.prefetch([1], state={"rng": 3})
