"""Theano 1.0.5's ``theano.tensor.type_other``: slices and None as variables."""

from pytensor.gradient import DisconnectedType as DisconnectedType
from pytensor.graph.basic import Apply as Apply
from pytensor.graph.basic import Constant as Constant
from pytensor.link.c.type import Generic as Generic
from pytensor.tensor.type_other import MakeSlice as MakeSlice
from pytensor.tensor.type_other import NoneConst as NoneConst
from pytensor.tensor.type_other import NoneTypeT as NoneTypeT
from pytensor.tensor.type_other import SliceConstant as SliceConstant
from pytensor.tensor.type_other import SliceType as SliceType
from pytensor.tensor.type_other import as_int_none_variable as as_int_none_variable
from pytensor.tensor.type_other import make_slice as make_slice
from pytensor.tensor.type_other import none_type_t as none_type_t
from pytensor.tensor.type_other import slicetype as slicetype

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof.op import Op as Op
from symopt.legacy.theano.gof.type import Type as Type

__getattr__ = fallback(__name__, "pytensor.tensor.type_other")
