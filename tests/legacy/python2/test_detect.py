import pytest

from symopt.legacy.python2.detect import is_python2


@pytest.mark.core
@pytest.mark.parametrize(
    "source",
    [
        "print 'a'",
        "print >>f, 'a'",
        "print >>f",
        "if a:\n    print",
        "for i in xrange(3): pass",
        "import cPickle",
        "from itertools import izip",
        "d.iteritems()",
        "x = data.next()",
        "import sys\nsys.maxint",
        "isinstance(x, unicode)",
        "for i in range(n / 2): pass",
        "class A(object):\n    __metaclass__ = M",
        "sorted(x, cmp=f)",
        "#!/usr/bin/env python2.7\nprint('a')",
    ],
)
def test_python2(source):
    assert is_python2(source) is True


@pytest.mark.parametrize(
    "source",
    [
        "print(f'{a}')",
        "def f(a: int): pass",
        "def f(*, a): pass",
        "super().__init__()",
        "a, *b = c",
        "class A(metaclass=M): pass",
        "raise E from e",
        "#!/usr/bin/python3\nprint('a')",
        "yield_ = [*a]\nasync def f(): pass",
    ],
)
def test_python3(source):
    assert is_python2(source) is False


@pytest.mark.parametrize(
    "source",
    [
        "print('a')",
        "f = print",
        "x = n / 2",
        "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle",
        "try:\n    xrange\nexcept NameError:\n    xrange = range\nfor i in xrange(3): pass",
        "import six\nd.iteritems()",
        "import sys\nif sys.version_info[0] < 3:\n    text = unicode",
        "def next(self): pass\nx.next()",
        "from functools import reduce\nreduce(f, x)",
        "from __future__ import division\nfor i in range(int(n / 2)): pass",
        "",
    ],
)
def test_both(source):
    assert is_python2(source) is None
