"""Theano 1.0.5's namespace on PyTensor and symopt: the same names, with the same meaning.

``import symopt.legacy.theano as theano``, or :func:`symopt.legacy.install`, after which
``import theano`` gives it. Variables are PyTensor's own; functions are compiled by symopt's
backends. Each module has the name of Theano's; what one does not define itself, PyTensor's module
of that kind answers for.
"""

from __future__ import annotations

import logging
from typing import Any

from symopt.legacy.theano import version as version
from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.configdefaults import config as config
from symopt.legacy.theano.configparser import change_flags as change_flags

# isort: split
# the order of Theano's own imports: graphs, compilation, then what is built on both
from symopt.legacy.theano.gof import Apply as Apply
from symopt.legacy.theano.gof import CLinker as CLinker
from symopt.legacy.theano.gof import Constant as Constant
from symopt.legacy.theano.gof import Container as Container
from symopt.legacy.theano.gof import DualLinker as DualLinker
from symopt.legacy.theano.gof import FunctionGraph as FunctionGraph
from symopt.legacy.theano.gof import Generic as Generic
from symopt.legacy.theano.gof import InconsistencyError as InconsistencyError
from symopt.legacy.theano.gof import Linker as Linker
from symopt.legacy.theano.gof import LocalLinker as LocalLinker
from symopt.legacy.theano.gof import Op as Op
from symopt.legacy.theano.gof import OpenMPOp as OpenMPOp
from symopt.legacy.theano.gof import OpWiseCLinker as OpWiseCLinker
from symopt.legacy.theano.gof import PerformLinker as PerformLinker
from symopt.legacy.theano.gof import Type as Type
from symopt.legacy.theano.gof import Variable as Variable
from symopt.legacy.theano.gof import generic as generic
from symopt.legacy.theano.gof import object2 as object2
from symopt.legacy.theano.gof import opt as opt
from symopt.legacy.theano.gof import toolbox as toolbox
from symopt.legacy.theano.gof import utils as utils

# isort: split
from symopt.legacy.theano.compile import FunctionMaker as FunctionMaker
from symopt.legacy.theano.compile import In as In
from symopt.legacy.theano.compile import Mode as Mode
from symopt.legacy.theano.compile import OpFromGraph as OpFromGraph
from symopt.legacy.theano.compile import Out as Out
from symopt.legacy.theano.compile import Param as Param
from symopt.legacy.theano.compile import ProfileStats as ProfileStats
from symopt.legacy.theano.compile import SharedVariable as SharedVariable
from symopt.legacy.theano.compile import SymbolicInput as SymbolicInput
from symopt.legacy.theano.compile import SymbolicOutput as SymbolicOutput
from symopt.legacy.theano.compile import as_op as as_op
from symopt.legacy.theano.compile import function as function
from symopt.legacy.theano.compile import function_dump as function_dump
from symopt.legacy.theano.compile import predefined_linkers as predefined_linkers
from symopt.legacy.theano.compile import predefined_modes as predefined_modes
from symopt.legacy.theano.compile import predefined_optimizers as predefined_optimizers
from symopt.legacy.theano.compile import shared as shared
from symopt.legacy.theano.misc.safe_asarray import _asarray as _asarray
from symopt.legacy.theano.printing import pp as pp
from symopt.legacy.theano.printing import pprint as pprint

# isort: split
from symopt.legacy.theano import scalar as scalar
from symopt.legacy.theano import tensor as tensor
from symopt.legacy.theano.gradient import Lop as Lop
from symopt.legacy.theano.gradient import Rop as Rop
from symopt.legacy.theano.gradient import grad as grad
from symopt.legacy.theano.gradient import subgraph_grad as subgraph_grad
from symopt.legacy.theano.scan_module import clone as clone
from symopt.legacy.theano.scan_module import foldl as foldl
from symopt.legacy.theano.scan_module import foldr as foldr
from symopt.legacy.theano.scan_module import map as map
from symopt.legacy.theano.scan_module import reduce as reduce
from symopt.legacy.theano.scan_module import scan as scan
from symopt.legacy.theano.scan_module import scan_checkpoints as scan_checkpoints
from symopt.legacy.theano.tensor import shared_randomstreams as _shared_randomstreams  # noqa: F401
from symopt.legacy.theano.updates import OrderedUpdates as OrderedUpdates

__version__ = version.version
__api_version__ = 1
theano_logger = logging.getLogger("theano")
logging_default_handler = logging.StreamHandler()

__getattr__ = fallback(__name__)


def dot(l: Any, r: Any) -> Any:  # noqa: E741  # Theano's names
    """The product of two matrices, dense or sparse.

    Raises
    ------
    NotImplementedError
        Neither has a product with the other.
    """
    errors = []
    for method, operand, other in (("__dot__", l, r), ("__rdot__", r, l)):
        if hasattr(operand, method):
            try:
                result = getattr(operand, method)(other)
            except Exception as error:
                errors.append(error)
            else:
                if result is not NotImplemented:
                    return result
    raise NotImplementedError("Dot failed for the following reasons:", tuple(errors))


def get_scalar_constant_value(v: Any) -> Any:
    """The number that a variable always is; see :func:`theano.tensor.get_scalar_constant_value`."""
    return tensor.get_scalar_constant_value(v)


def sparse_grad(var: Any) -> Any:
    """Rows of a matrix, ``a[indices]``, as they are.

    In Theano their gradient is a sparse matrix. Here it is dense; symopt's backends add it to
    the rows in place.
    """
    return var


def disable_log_handler(
    logger: Any = theano_logger, handler: Any = logging_default_handler
) -> None:
    """Take a handler from a logger."""
    logger.removeHandler(handler)


def test(*args: Any, **kwargs: Any) -> None:
    """Theano's own tests are not here."""
    raise ImportError("Theano's own tests are not part of symopt.")
