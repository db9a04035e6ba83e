"""theano.updates, misc, compat, scalar, sparse, typed_list, raise_op and the rest."""

import io
import pickle
import zipfile

import numpy as np
import pytest
import scipy.sparse

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano import compat, misc, sparse, typed_list
from symopt.legacy.theano.misc import pkl_utils
from symopt.legacy.theano.tests import unittest_tools


@pytest.fixture(autouse=True)
def nothing_is_compiled():
    with theano.change_flags(mode="FAST_COMPILE"):
        yield


@pytest.mark.core
def test_ordered_updates():
    a, b = theano.shared(1.0, "a"), theano.shared(2.0, "b")
    updates = theano.OrderedUpdates([(a, a + 1)])
    updates[b] = b * 2
    assert list(updates) == [a, b]
    more = theano.OrderedUpdates()
    more.update({a: updates[a]})
    assert list((updates + more).items()) == list(updates.items())
    assert list([(b, b * 2)] + theano.OrderedUpdates([(a, a)])) == [b, a]  # noqa: RUF005
    with pytest.raises(KeyError, match="Collision"):
        updates.update({a: a + 3})
    with pytest.raises(TypeError, match="SharedVariable"):
        updates[T.scalar()] = 1
    with pytest.raises(TypeError, match="SharedVariable"):
        theano.OrderedUpdates({1: 2})
    updates.update(None)
    theano.function([], updates=updates)()
    assert (a.get_value(), b.get_value()) == (2.0, 4.0)


@pytest.mark.core
def test_an_array_of_exactly_a_dtype():
    assert theano._asarray([1], dtype="floatX").dtype == theano.config.floatX
    assert theano._asarray(np.ones(2, "int64"), "float32").dtype == np.float32
    assert theano._asarray([1], dtype=np.int64).dtype.num == np.dtype("int64").num


def test_pickles_in_zip_files_whose_arrays_numpy_reads(tmp_path):
    foo, other = theano.shared(0, name="foo"), theano.shared(1, name="foo")
    with (tmp_path / "model.zip").open("wb") as file:
        pkl_utils.dump((foo, other, np.array(2)), file)
    with np.load(tmp_path / "model.zip", allow_pickle=False) as arrays:
        assert set(arrays.files) >= {"foo", "foo_2", "array_0"}
        assert arrays["foo_2"] == 1
    with (tmp_path / "model.zip").open("rb") as file:
        foo2, other2, array = pkl_utils.load(file)
    assert (foo2.get_value(), other2.get_value(), array) == (0, 1, 2)
    assert foo2.name == "foo"
    with (tmp_path / "bad.zip").open("wb") as file, pytest.raises(ValueError, match="multiple"):
        pkl_utils.dump(
            (foo, other),
            file,
            persistent_id=lambda z: pkl_utils.PersistentSharedVariableID(z, True, False),
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file, pytest.raises(ValueError, match="unnamed"):
        pkl_utils.PersistentSharedVariableID(file, allow_unnamed=False)(theano.shared(1))


def test_pickles_without_traces():
    x = T.scalar("x")
    x.tag.test_value = 1.0
    buffer = io.BytesIO()
    pkl_utils.StripPickler(buffer, protocol=-1, extra_tag_to_remove=["mine"]).dump(x + 1)
    loaded = pickle.loads(buffer.getvalue())
    tags = [vars(v.tag) for v in theano.gof.graph.ancestors([loaded])]
    assert not any({"trace", "test_value"} & set(tag) for tag in tags)
    assert x.tag.test_value == 1.0
    old = pickle.dumps([1, "a"], protocol=2)
    assert pkl_utils.CompatUnpickler(io.BytesIO(old), encoding="latin1").load() == [1, "a"]


@pytest.mark.core
def test_one_python_for_two():
    assert compat.PY3
    assert list(compat.izip([1], [2])) == [(1, 2)]
    assert compat.cmp(1, 2) == -1
    assert compat.exc_message(ValueError(TypeError("inner"))) == "inner"
    assert list(compat.decode_iter([b"a"])) == ["a"]
    counts = compat.DefaultOrderedDict(int)
    counts["a"] += 1
    assert pickle.loads(pickle.dumps(counts)) == counts.copy() == {"a": 1}
    with pytest.raises(KeyError):
        compat.DefaultOrderedDict()["a"]
    with pytest.raises(TypeError):
        compat.DefaultOrderedDict(3)
    assert compat.python2x.OrderedDict is compat.OrderedDict
    assert compat.python2x.any([True])


@pytest.mark.core
def test_six():
    six = compat.six
    assert six.PY3
    assert isinstance("a", six.string_types)
    assert dict(six.iteritems({1: 2})) == {1: 2}
    assert six.moves.xrange(3) == range(3)
    assert six.moves.cPickle is pickle
    assert six.moves.reduce(lambda a, b: a + b, [1, 2]) == 3
    assert six.moves.urllib.parse.quote("a b") == "a%20b"

    class Meta(type):
        pass

    class Based(six.with_metaclass(Meta, object)):
        pass

    assert type(Based) is Meta

    @six.add_metaclass(Meta)
    class Class:
        value = 1

    assert (type(Class), Class.value) == (Meta, 1)
    with pytest.raises(ValueError, match="b"):
        six.reraise(ValueError, ValueError("b"))
    with pytest.raises(AttributeError):
        six.moves.nothing  # noqa: B018


def test_sparse_matrices():
    matrix = scipy.sparse.csr_matrix(np.eye(3))
    a, b = sparse.csr_matrix("a", dtype="float64"), T.dmatrix("b")
    f = theano.function([a, b], [sparse.dot(a, b), theano.dot(a, b), sparse.sp_sum(a, axis=0)])
    results = f(matrix, np.ones((3, 2)))
    np.testing.assert_array_equal(results[0], np.ones((3, 2)))
    np.testing.assert_array_equal(results[1], np.ones((3, 2)))
    np.testing.assert_array_equal(results[2], np.ones(3))
    dense = theano.function([a], sparse.dense_from_sparse(sparse.structured_sigmoid(a)))(matrix)
    assert dense[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert theano.function([a], sparse.sub(a, sparse.mul(a, a)))(matrix).sum() == 0.0
    assert isinstance(a.type, sparse.SparseType)
    assert isinstance(a, sparse.SparseVariable)
    assert sparse.constant(matrix).data.shape == (3, 3)
    assert sparse.utils.hash_from_sparse(matrix) == sparse.utils.hash_from_sparse(matrix.copy())
    assert sparse.shared(matrix, "s").name == "s"


@pytest.mark.core
def test_dot_of_what_has_none():
    with pytest.raises(NotImplementedError, match="Dot failed"):
        theano.dot(1, 2)
    assert theano.get_scalar_constant_value(T.constant(3)) == 3


def test_scalars_and_lists():
    assert theano.scalar.inv is theano.scalar.reciprocal
    assert theano.scalar.upcast("int8", "float32") == "float32"
    assert theano.scalar.Scalar("int8") == theano.scalar.int8
    assert theano.scalar.get_scalar_type("float64").make_variable().dtype == "float64"
    numbers = typed_list.TypedListType(T.dvector)("numbers")
    f = theano.function([numbers], typed_list.length(numbers))
    assert f([np.ones(2), np.ones(3)]) == 2


def test_dicts_that_can_be_hashed():
    frozen = misc.frozendict.frozendict(a=1)
    assert hash(frozen) == hash(misc.frozendict.frozendict({"a": 1}))
    assert frozen.copy(b=2) == {"a": 1, "b": 2}
    assert list(misc.frozendict.FrozenOrderedDict([("b", 1), ("a", 2)])) == ["b", "a"]


def test_memory_that_is_shared():
    from symopt.legacy.theano.misc.may_share_memory import may_share_memory

    array = np.ones(3)
    assert may_share_memory(array, array[1:])
    assert not may_share_memory(array, array.copy())
    with pytest.raises(TypeError):
        may_share_memory(array, "text")


def test_check_blas_multiplies():
    from symopt.legacy.theano.misc.check_blas import execute

    seconds, impl = execute(M=4, N=4, K=4, iters=1, verbose=False)
    assert seconds > 0
    assert "backend" in impl


def test_tools_of_tests():
    assert unittest_tools.fetch_seed() == 666
    assert unittest_tools.fetch_seed(3) == unittest_tools.seed_rng(3) == 3
    with theano.change_flags({"unittests.rseed": "random"}):
        assert unittest_tools.fetch_seed() is None
    unittest_tools.assert_allclose(np.ones(2), np.ones(2) + 1e-12)
    with pytest.raises(unittest_tools.WrongValue, match="largest difference"):
        unittest_tools.assert_allclose(np.ones(2), np.zeros(2))
    attempts = []

    @unittest_tools.AttemptManyTimes(n_attempts=3)
    def sometimes():
        attempts.append(theano.config.unittests.rseed)
        assert len(attempts) == 2

    sometimes()
    assert attempts == ["666", "667"]
    assert theano.config.unittests.rseed == "666"
    assert unittest_tools.MockRandomState(0).rand(2).tolist() == [0.0, 0.0]


def test_the_gpu_that_is_not_here():
    from symopt.legacy.theano.misc import pycuda_init

    assert not pycuda_init.pycuda_available


def test_breakpoints_and_paths():
    from symopt.legacy.theano.pathparse import PathParser
    from symopt.legacy.theano.tests.breakpoint import PdbBreakpoint

    assert PdbBreakpoint("here").name == "here"
    assert PathParser("/a:/b:/a").paths == ["/a", "/b"]
