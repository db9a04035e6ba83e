"""Lists of variables of one type: PyTensor's."""

from pytensor.typed_list import *  # noqa: F403  # the same star import as Theano's

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.typed_list", "pytensor.typed_list.basic")
