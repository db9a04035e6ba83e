"""Shared variables and GPU arrays in pickles, and what is found by walking through."""

from __future__ import annotations

import numpy as np
import pytest

from symopt.datasets.pickles import Global, Stub
from symopt.legacy.checkpoints import leaves, loads, shared_value
from tests.legacy.checkpoints.pickled_models import OnTheGPU, dumps, instance, shared, theano_class

pytestmark = pytest.mark.core

W = np.arange(6, dtype="float32").reshape(2, 3)
PROTOCOLS = [0, 1, 2, 4]

# The pickle in Theano's own tests, theano/gpuarray/tests/GpuArray.pkl (BSD 3-clause).
GPU_ARRAY = (
    b"\x80\x02ctheano.gpuarray.type\nGpuArray_unpickler\nq\x00cnumpy.core.multiarray\n"
    b"_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85q\x03U\x01bq\x04\x87q\x05Rq\x06(K\x01K\x01"
    b"\x85q\x07cnumpy\ndtype\nq\x08U\x02f4q\tK\x00K\x01\x87q\nRq\x0b(K\x03U\x01<q\x0cNNNJ\xff\xff"
    b"\xff\xffJ\xff\xff\xff\xffK\x00tq\rb\x89U\x04\x00\x00(\xc2q\x0etq\x0fbN\x86q\x10Rq\x11."
)


def test_theanos_own_pickle_of_a_gpu_array():
    value, end = loads(GPU_ARRAY)
    assert end == len(GPU_ARRAY)
    assert value.dtype == np.float32
    np.testing.assert_array_equal(value, [-42.0])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("unpickler", "more"),
    [
        ("theano.sandbox.cuda.type.CudaNdarray_unpickler", ()),
        ("theano.gpuarray.type.GpuArray_unpickler", ("dev0",)),
        ("theano.sandbox.gpuarray.type.GpuArray_unpickler", (None,)),
    ],
)
def test_gpu_arrays(protocol, unpickler, more):
    on_gpu = OnTheGPU(W, unpickler, *more)
    value, _ = loads(dumps({"W": on_gpu, "again": on_gpu}, protocol))
    np.testing.assert_array_equal(value["W"], W)
    assert value["W"] is value["again"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "kind",
    [
        "theano.tensor.sharedvar.TensorSharedVariable",
        "theano.tensor.sharedvar.ScalarSharedVariable",
        "theano.sandbox.cuda.var.CudaNdarraySharedVariable",
        "theano.gpuarray.type.GpuArraySharedVariable",
        "pytensor.tensor.sharedvar.TensorSharedVariable",
    ],
)
def test_shared_variables(protocol, kind):
    on_gpu = OnTheGPU(W, "theano.sandbox.cuda.type.CudaNdarray_unpickler")
    value, _ = loads(dumps([shared(W, "W", kind), shared(on_gpu, None, kind)], protocol))
    assert [stub.class_name for stub in value] == [kind, kind]
    for stub in value:
        np.testing.assert_array_equal(shared_value(stub), W)
    named, unnamed = leaves(value)
    assert (named.path, named.variable) == ("[0]", "W")
    assert (unnamed.path, unnamed.variable) == ("[1]", "")


def test_what_is_no_shared_variable():
    made_by = Global("theano.tensor.sharedvar", "TensorSharedVariable")
    assert shared_value(Stub(Global("a", "Layer"))) is None
    assert shared_value(Stub(made_by)) is None
    assert shared_value(Stub(made_by, state={"container": 3})) is None
    empty = Stub(Global("theano.gof.link", "Container"), state={"storage": []})
    assert shared_value(Stub(made_by, state={"container": empty})) is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_model_in_a_class(protocol):
    layer = instance(
        theano_class("__main__", "HiddenLayer"), W=shared(W, "W"), b=W[0], params=[W[0]], n_in=2
    )
    model = instance(theano_class("__main__", "MLP"), layers=[layer, layer], name="mlp")
    value, _ = loads(dumps(model, protocol))
    found = {leaf.path: leaf.value for leaf in leaves(value)}
    assert list(found) == [
        ".layers[0].W",
        ".layers[0].b",
        ".layers[0].params[0]",
        ".layers[0].n_in",
        ".name",
    ]
    np.testing.assert_array_equal(found[".layers[0].W"], W)


def test_paths():
    objects = np.empty(2, object)
    objects[0], objects[1] = W, "text"
    root = {
        "layer": {"W": W, 3: [W, {"deep": 1}]},
        ("a", 1): 2,
        "numbers": [1, 2.5, None],
        "objects": objects,
        "empty": {},
        10**5000: 1,
        "x" * 200: 1,
    }
    assert [leaf.path for leaf in leaves(root)] == [
        "layer/W",
        "layer[3][0]",
        "layer[3][1]/deep",
        "[('a', 1)]",
        "numbers",
        "objects[0]",
        "objects[1]",
        "empty",
        "[a very long integer]",
        "x" * 200,
    ]


def test_walking_through_what_holds_itself():
    loop: list = [W]
    loop.append({"again": loop})
    stub = Stub(Global("a", "b"), args=(loop,), kwargs={"k": 1}, items=[loop], entries=[("e", 2)])
    stub.state = (stub, 5)
    found = [(leaf.path, leaf.value) for leaf in leaves(stub)]
    assert [path for path, _ in found] == [".args[0][0]", ".k", ".state[1]", "e"]
