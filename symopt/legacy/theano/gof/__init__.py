"""Graphs: variables, nodes, Ops, types, rewrites and linkers, under Theano's names."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof.cc import CLinker as CLinker
from symopt.legacy.theano.gof.cc import DualLinker as DualLinker
from symopt.legacy.theano.gof.cc import HideC as HideC
from symopt.legacy.theano.gof.cc import OpWiseCLinker as OpWiseCLinker
from symopt.legacy.theano.gof.destroyhandler import DestroyHandler as DestroyHandler
from symopt.legacy.theano.gof.fg import CachedConstantError as CachedConstantError
from symopt.legacy.theano.gof.fg import FunctionGraph as FunctionGraph
from symopt.legacy.theano.gof.fg import InconsistencyError as InconsistencyError
from symopt.legacy.theano.gof.fg import MissingInputError as MissingInputError
from symopt.legacy.theano.gof.graph import Apply as Apply
from symopt.legacy.theano.gof.graph import Constant as Constant
from symopt.legacy.theano.gof.graph import Variable as Variable
from symopt.legacy.theano.gof.graph import view_roots as view_roots
from symopt.legacy.theano.gof.link import Container as Container
from symopt.legacy.theano.gof.link import Linker as Linker
from symopt.legacy.theano.gof.link import LocalLinker as LocalLinker
from symopt.legacy.theano.gof.link import PerformLinker as PerformLinker
from symopt.legacy.theano.gof.link import WrapLinker as WrapLinker
from symopt.legacy.theano.gof.link import WrapLinkerMany as WrapLinkerMany
from symopt.legacy.theano.gof.op import COp as COp
from symopt.legacy.theano.gof.op import Op as Op
from symopt.legacy.theano.gof.op import OpenMPOp as OpenMPOp
from symopt.legacy.theano.gof.op import PureOp as PureOp
from symopt.legacy.theano.gof.op import ops_with_inner_function as ops_with_inner_function
from symopt.legacy.theano.gof.opt import CheckStackTraceOptimization as CheckStackTraceOptimization
from symopt.legacy.theano.gof.opt import EquilibriumOptimizer as EquilibriumOptimizer
from symopt.legacy.theano.gof.opt import LocalOptGroup as LocalOptGroup
from symopt.legacy.theano.gof.opt import LocalOptimizer as LocalOptimizer
from symopt.legacy.theano.gof.opt import MergeOptimizer as MergeOptimizer
from symopt.legacy.theano.gof.opt import NavigatorOptimizer as NavigatorOptimizer
from symopt.legacy.theano.gof.opt import OpKeyOptimizer as OpKeyOptimizer
from symopt.legacy.theano.gof.opt import OpRemove as OpRemove
from symopt.legacy.theano.gof.opt import OpSub as OpSub
from symopt.legacy.theano.gof.opt import Optimizer as Optimizer
from symopt.legacy.theano.gof.opt import PatternSub as PatternSub
from symopt.legacy.theano.gof.opt import SeqOptimizer as SeqOptimizer
from symopt.legacy.theano.gof.opt import TopoOptimizer as TopoOptimizer
from symopt.legacy.theano.gof.opt import inplace_optimizer as inplace_optimizer
from symopt.legacy.theano.gof.opt import local_optimizer as local_optimizer
from symopt.legacy.theano.gof.opt import optimizer as optimizer
from symopt.legacy.theano.gof.optdb import DB as DB
from symopt.legacy.theano.gof.optdb import EquilibriumDB as EquilibriumDB
from symopt.legacy.theano.gof.optdb import LocalGroupDB as LocalGroupDB
from symopt.legacy.theano.gof.optdb import ProxyDB as ProxyDB
from symopt.legacy.theano.gof.optdb import Query as Query
from symopt.legacy.theano.gof.optdb import SequenceDB as SequenceDB
from symopt.legacy.theano.gof.params_type import Params as Params
from symopt.legacy.theano.gof.params_type import ParamsType as ParamsType
from symopt.legacy.theano.gof.toolbox import Bookkeeper as Bookkeeper
from symopt.legacy.theano.gof.toolbox import Feature as Feature
from symopt.legacy.theano.gof.toolbox import History as History
from symopt.legacy.theano.gof.toolbox import NodeFinder as NodeFinder
from symopt.legacy.theano.gof.toolbox import NoOutputFromInplace as NoOutputFromInplace
from symopt.legacy.theano.gof.toolbox import PrintListener as PrintListener
from symopt.legacy.theano.gof.toolbox import (
    ReplacementDidntRemovedError as ReplacementDidntRemovedError,
)
from symopt.legacy.theano.gof.toolbox import ReplaceValidate as ReplaceValidate
from symopt.legacy.theano.gof.toolbox import Validator as Validator
from symopt.legacy.theano.gof.type import CEnumType as CEnumType
from symopt.legacy.theano.gof.type import EnumList as EnumList
from symopt.legacy.theano.gof.type import EnumType as EnumType
from symopt.legacy.theano.gof.type import Generic as Generic
from symopt.legacy.theano.gof.type import Type as Type
from symopt.legacy.theano.gof.type import generic as generic
from symopt.legacy.theano.gof.utils import MethodNotDefined as MethodNotDefined
from symopt.legacy.theano.gof.utils import hashtype as hashtype
from symopt.legacy.theano.gof.utils import object2 as object2

__getattr__ = fallback(__name__)
