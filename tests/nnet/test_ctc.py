"""CTC: PyTorch's numbers, every alignment counted, impossible labels, errors."""

import itertools

import numpy as np
import pytensor.tensor as pt
import pytest

from symopt import nnet
from symopt.errors import DTypeError, HyperparameterError, ShapeError
from tests.nnet.evaluate import COMPILED, evaluate, evaluate_with_gradients
from tests.nnet.golden_cases import check_torch_cases


def torchs(*args, **keywords):
    """PyTorch's ``zero_infinity`` says 0 where the labels do not fit."""
    cost = nnet.ctc(*args, **keywords)
    return pt.switch(pt.isinf(cost), np.zeros((), cost.dtype), cost)


CASES = {
    "ctc": torchs,
    "ctc_blank4": lambda a, labels, lengths: torchs(a, labels, lengths, blank=4),
    "ctc_one": nnet.connectionist_temporal_classification,
}


@pytest.mark.core
def test_pytorchs_numbers():
    check_torch_cases("python", CASES)


@pytest.mark.parametrize("backend", COMPILED)
def test_pytorchs_numbers_compiled(backend):
    check_torch_cases(backend, {"ctc": torchs})


def by_counting(a, labels, blank):
    """Sum the probabilities of all sequences of classes that collapse to the labels."""
    frames, classes = a.shape
    p = np.exp(a) / np.exp(a).sum(1, keepdims=True)
    total = 0.0
    for path in itertools.product(range(classes), repeat=frames):
        merged = [c for c, _ in itertools.groupby(path) if c != blank]
        if merged == list(labels):
            total += np.prod(p[np.arange(frames), path])
    return -np.log(total) if total else np.inf


@pytest.mark.core
def test_every_alignment_counts():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(5, 6, 3))
    labels = [(1,), (), (2, 2), (1, 2, 1), (2, 2, 2), (1, 1, 1, 1)]
    padded = np.full((6, 4), -1, "int32")
    for row, values in zip(padded, labels, strict=True):
        row[: len(values)] = values
    (costs,) = evaluate(
        "python", nnet.ctc, activations=a, labels=padded, input_lengths=np.full(6, 5)
    )
    wanted = [by_counting(a[:, i], values, 0) for i, values in enumerate(labels)]
    assert np.isinf(wanted[-1])
    np.testing.assert_allclose(costs, wanted, 1e-12)


@pytest.mark.core
def test_lengths_padding_and_far_out_logits_in_float32():
    rng = np.random.default_rng(2)
    a = (rng.choice([-1e4, 0, 1e4], size=(6, 4, 3))).astype("float32")
    a[0, 0, 1] = -np.inf  # a class that is masked out
    labels = np.array([[1, 2], [2, 9], [9, 9], [1, 1]], "int8")  # 9: beyond the length
    label_lengths = np.array([2, 1, 0, 2], "int32")
    frames = np.array([6, 3, 0, 2], "int16")

    def build(a, labels, frames, label_lengths):
        labels = pt.switch(pt.eq(labels, 9), np.int8(2), labels)
        return nnet.ctc(a, labels, frames, label_lengths)

    (cost,), (slope,) = evaluate_with_gradients(
        "python", build, [np.ones(4, "float32")], ["a"],
        a=a, labels=labels, frames=frames, label_lengths=label_lengths,
    )  # fmt: skip
    assert cost.dtype == slope.dtype == "float32"
    assert np.isfinite(cost[:3]).all()
    assert cost[2] == 0  # no label, no frame
    assert cost[3] == np.inf  # twice the same label in two frames
    assert np.isfinite(slope).all()
    assert (slope[:, 3] == 0).all()
    assert (slope[3:, 1] == 0).all()
    assert (slope[:, 0] != 0).any()


@pytest.mark.core
def test_empty_and_static_shapes():
    (no_labels,) = evaluate(
        "python", nnet.ctc, activations=np.zeros((3, 2, 4)), labels=np.zeros((2, 0), "int64"),
        input_lengths=np.array([3, 1]),
    )  # fmt: skip
    np.testing.assert_allclose(no_labels, [3 * np.log(4), np.log(4)], 1e-14)
    (no_batch,) = evaluate(
        "python", nnet.ctc, activations=np.zeros((3, 0, 4)), labels=np.zeros((0, 2), "int64"),
        input_lengths=np.zeros(0, "int64"),
    )  # fmt: skip
    assert no_batch.shape == (0,)
    assert nnet.ctc(pt.ftensor3(), pt.imatrix(), pt.ivector()).dtype == "float32"
    assert nnet.ctc(pt.dtensor3(), pt.imatrix(), pt.ivector()).ndim == 1


@pytest.mark.core
def test_strided_read_only_input():
    rng = np.random.default_rng(3)
    big = rng.normal(size=(8, 4, 6))
    a = big[::-2, ::2, ::2]
    a.flags.writeable = False
    labels, frames = np.array([[1, 2], [2, -1]])[:, ::1], np.array([4, 3])
    arrays = {"labels": labels, "input_lengths": frames}
    (cost,) = evaluate("python", nnet.ctc, activations=a, **arrays)
    (same,) = evaluate("python", nnet.ctc, activations=a.copy(), **arrays)
    np.testing.assert_array_equal(cost, same)
    np.testing.assert_allclose(cost[0], by_counting(a[:, 0], (1, 2), 0), 1e-12)


@pytest.mark.core
def test_errors():
    a, labels, lengths = pt.dtensor3(), pt.imatrix(), pt.ivector()
    with pytest.raises(ShapeError, match=r"activations has 2 dim.*\(time, batch, classes\)"):
        nnet.ctc(pt.matrix(), labels, lengths)
    with pytest.raises(DTypeError, match="ctc: labels is float64; expected integers"):
        nnet.ctc(a, pt.dmatrix(), lengths)
    with pytest.raises(ShapeError, match="input_lengths has 0 dim"):
        nnet.ctc(a, labels, 7)
    with pytest.raises(DTypeError, match="label_lengths is float64"):
        nnet.ctc(a, labels, lengths, pt.dvector())
    with pytest.raises(HyperparameterError, match="blank=-1"):
        nnet.ctc(a, labels, lengths, blank=-1)
