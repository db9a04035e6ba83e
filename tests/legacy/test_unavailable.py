"""What symopt cannot have can be imported and named, but not used."""

import pytest

from symopt.errors import SymoptError, UnavailableError
from symopt.legacy.unavailable import unavailable_class, unavailable_function


@pytest.mark.core
def test_use_says_what_to_write_instead():
    Kernel = unavailable_class("theano.gpuarray.basic_ops.Kernel", "Write the formula.")
    kernel = unavailable_function("theano.gpuarray.kernel", "Write the formula.")

    class Mine(Kernel):
        def __init__(self, code):
            self.code = code

    for use in (lambda: Kernel(), lambda: Mine("code"), lambda: kernel(1, a=2)):
        with pytest.raises(UnavailableError, match=r"theano\.gpuarray.*Write the formula"):
            use()
    assert not isinstance(1, Kernel)
    assert Kernel.__name__ == "Kernel"
    assert kernel.__name__ == "kernel"


def test_the_error_is_one_that_legacy_code_catches():
    for kind in (SymoptError, TypeError, NotImplementedError):
        assert issubclass(UnavailableError, kind)
