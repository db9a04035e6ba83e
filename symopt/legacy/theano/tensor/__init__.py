"""Theano 1.0.5's ``theano.tensor`` on PyTensor's variables.

What PyTensor has with the same meaning is the same object; the rest is made here, with Theano's
arguments. Importing this extends the methods of PyTensor's variables
(:mod:`symopt.legacy.theano.tensor._variable_methods`).
"""

# ruff: noqa: F403  # the same star imports as Theano's: basic lists its names one by one

from importlib import import_module

from pytensor.compile.ops import DeepCopyOp as DeepCopyOp
from pytensor.graph.basic import Constant as Constant
from pytensor.graph.basic import Variable as Variable
from pytensor.tensor.elemwise import CAReduce as CAReduce
from pytensor.tensor.elemwise import Elemwise as Elemwise
from pytensor.tensor.shape import SpecifyShape as SpecifyShape
from pytensor.tensor.shape import specify_shape as specify_shape
from pytensor.tensor.variable import TensorConstant as TensorConstant
from pytensor.tensor.variable import TensorConstantSignature as TensorConstantSignature
from pytensor.tensor.variable import _tensor_py_operators as _tensor_py_operators

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor import _variable_methods as _variable_methods  # extends PyTensor's
from symopt.legacy.theano.tensor import var as _var  # noqa: F401  # before the function of its name
from symopt.legacy.theano.tensor._constants import AsTensorError as AsTensorError
from symopt.legacy.theano.tensor._variables import TensorVariable as TensorVariable
from symopt.legacy.theano.tensor.basic import *
from symopt.legacy.theano.tensor.extra_ops import DiffOp as DiffOp
from symopt.legacy.theano.tensor.extra_ops import bartlett as bartlett
from symopt.legacy.theano.tensor.extra_ops import bincount as bincount
from symopt.legacy.theano.tensor.extra_ops import cumprod as cumprod
from symopt.legacy.theano.tensor.extra_ops import cumsum as cumsum
from symopt.legacy.theano.tensor.extra_ops import fill_diagonal as fill_diagonal
from symopt.legacy.theano.tensor.extra_ops import fill_diagonal_offset as fill_diagonal_offset
from symopt.legacy.theano.tensor.extra_ops import ravel_multi_index as ravel_multi_index
from symopt.legacy.theano.tensor.extra_ops import repeat as repeat
from symopt.legacy.theano.tensor.extra_ops import squeeze as squeeze
from symopt.legacy.theano.tensor.extra_ops import unravel_index as unravel_index
from symopt.legacy.theano.tensor.io import *
from symopt.legacy.theano.tensor.sharedvar import tensor_constructor as _shared  # noqa: F401
from symopt.legacy.theano.tensor.sort import argsort as argsort
from symopt.legacy.theano.tensor.sort import argtopk as argtopk
from symopt.legacy.theano.tensor.sort import sort as sort
from symopt.legacy.theano.tensor.sort import topk as topk
from symopt.legacy.theano.tensor.sort import topk_and_argtopk as topk_and_argtopk
from symopt.legacy.theano.tensor.subtensor import *
from symopt.legacy.theano.tensor.type_other import *

_GRADIENT = (
    "Rop",
    "Lop",
    "grad",
    "numeric_grad",
    "verify_grad",
    "jacobian",
    "hessian",
    "consider_constant",
)
_SUBMODULES = ("blas", "nlinalg", "nnet", "opt", "xlogx")
_OTHER_MODULES = {
    "compile": "symopt.legacy.theano.compile",
    "gof": "symopt.legacy.theano.gof",
    "np": "numpy",
    "scal": "symopt.legacy.theano.scalar",
    "theano": "symopt.legacy.theano",
}
_fallback = fallback(__name__, "pytensor.tensor")


def __getattr__(name: str) -> object:
    if name in _GRADIENT:  # theano.gradient itself needs this module
        from symopt.legacy.theano import gradient

        return getattr(gradient, name)
    if name in _OTHER_MODULES:  # Theano's imports them, so that T.np and T.scal work
        return import_module(_OTHER_MODULES[name])
    return _fallback(name)


# what "from theano.tensor import *" gives
_OWN = {"annotations", "fallback", "import_module"}
__all__ = [name for name in globals() if not name.startswith("_") and name not in _OWN]
__all__ += [*_GRADIENT, *_SUBMODULES, *_OTHER_MODULES]
