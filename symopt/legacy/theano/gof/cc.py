"""Linkers that compile the whole graph, or each node, to C."""

from pytensor.link.basic import Container as Container
from pytensor.link.c.basic import CLinker as CLinker
from pytensor.link.c.basic import DualLinker as DualLinker
from pytensor.link.c.basic import OpWiseCLinker as OpWiseCLinker
from pytensor.link.c.basic import get_module_cache as get_module_cache
from pytensor.link.c.interface import HideC as HideC

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.link.c.basic")
