"""Old test suites under pytest and unittest."""

SUITE = """\
    import unittest
    from nose.tools import assert_raises, eq_, assert_almost_equal, with_setup, raises, ok_
    from nose.plugins.skip import SkipTest
    from nose.plugins.attrib import attr
    from code_under_test import half
    prepared = []
    def setup():
        prepared.append('module')
    def prepare():
        prepared.append('function')
    @with_setup(prepare)
    def test_setup():
        print 'a statement'
        assert half(5) == 2
        assert prepared == ['module', 'function']
        with assert_raises(ZeroDivisionError):
            1 / 0
    def test_skipped():
        raise SkipTest('later')
    @attr('slow', speed=1)
    @raises(ValueError)
    def test_raises():
        raise ValueError, 'x'
    def check(a, b):
        eq_(a, b)
    def test_generated():
        for i in xrange(3):
            yield check, i / 2, (0, 0, 1)[i]
    class TestOld(object):
        def setup(self):
            self.x = 7 / 2
        def test_x(self):
            ok_(self.x == 3)
    class TestCase(unittest.TestCase):
        def test_old_names(self):
            self.assertEquals(7 / 2, 3)
            self.assertItemsEqual([1, 2], [2, 1])
    """


def test_pytest(project):
    project.write(
        conftest="print 'c'\nimport pytest\n@pytest.fixture\ndef half(): return 7 / 2\n",
        code_under_test="def half(n): return n / 2\n",
        test_old=SUITE,
        test_failing="def test_fails(half):\n    print 'x'\n    assert half == 4\n",
    )
    done = project.run("-m", "pytest", "-p", "no:cacheprovider", "-v")
    assert "1 failed, 7 passed, 1 skipped" in done.stdout, done.stdout
    assert "assert 3 == 4" in done.stdout
    assert ">       assert half == 4" in done.stdout
    assert "test_generated[2] PASSED" in done.stdout
    assert done.returncode == 1


def test_unittest(project):
    project.write(code_under_test="def half(n): return n / 2\n", test_old=SUITE)
    done = project.run("-m", "unittest", "test_old")
    assert done.returncode == 0, done.stderr
    assert "OK" in done.stderr


def test_workers_of_xdist(project):
    project.write(
        code_under_test="import theano.tensor as T\ndef half(n): return n / 2\n",
        test_old="from code_under_test import half\ndef test_half():\n    print half(3)\n",
    )
    done = project.run("-m", "pytest", "-p", "no:cacheprovider", "-n", "1", "-q")
    assert "1 passed" in done.stdout, done.stdout
