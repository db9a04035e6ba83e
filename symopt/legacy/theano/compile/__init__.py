"""Functions, shared variables, modes and Ops of compilation, under Theano's names."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.compile.builders import OpFromGraph as OpFromGraph
from symopt.legacy.theano.compile.debugmode import DebugMode as DebugMode
from symopt.legacy.theano.compile.function import function_dump as function_dump
from symopt.legacy.theano.compile.function_module import AliasedMemoryError as AliasedMemoryError
from symopt.legacy.theano.compile.function_module import Function as Function
from symopt.legacy.theano.compile.function_module import FunctionMaker as FunctionMaker
from symopt.legacy.theano.compile.function_module import Supervisor as Supervisor
from symopt.legacy.theano.compile.function_module import UnusedInputError as UnusedInputError
from symopt.legacy.theano.compile.function_module import alias_root as alias_root
from symopt.legacy.theano.compile.function_module import (
    convert_function_input as convert_function_input,
)
from symopt.legacy.theano.compile.function_module import infer_reuse_pattern as infer_reuse_pattern
from symopt.legacy.theano.compile.function_module import insert_deepcopy as insert_deepcopy
from symopt.legacy.theano.compile.function_module import orig_function as orig_function
from symopt.legacy.theano.compile.function_module import view_tree_set as view_tree_set
from symopt.legacy.theano.compile.io import In as In
from symopt.legacy.theano.compile.io import Out as Out
from symopt.legacy.theano.compile.io import Param as Param
from symopt.legacy.theano.compile.io import SymbolicInput as SymbolicInput
from symopt.legacy.theano.compile.io import SymbolicOutput as SymbolicOutput
from symopt.legacy.theano.compile.mode import FAST_COMPILE as FAST_COMPILE
from symopt.legacy.theano.compile.mode import FAST_RUN as FAST_RUN
from symopt.legacy.theano.compile.mode import OPT_FAST_COMPILE as OPT_FAST_COMPILE
from symopt.legacy.theano.compile.mode import OPT_FAST_RUN as OPT_FAST_RUN
from symopt.legacy.theano.compile.mode import OPT_FAST_RUN_STABLE as OPT_FAST_RUN_STABLE
from symopt.legacy.theano.compile.mode import OPT_MERGE as OPT_MERGE
from symopt.legacy.theano.compile.mode import OPT_NONE as OPT_NONE
from symopt.legacy.theano.compile.mode import OPT_STABILIZE as OPT_STABILIZE
from symopt.legacy.theano.compile.mode import AddDestroyHandler as AddDestroyHandler
from symopt.legacy.theano.compile.mode import AddFeatureOptimizer as AddFeatureOptimizer
from symopt.legacy.theano.compile.mode import Mode as Mode
from symopt.legacy.theano.compile.mode import PrintCurrentFunctionGraph as PrintCurrentFunctionGraph
from symopt.legacy.theano.compile.mode import get_default_mode as get_default_mode
from symopt.legacy.theano.compile.mode import get_mode as get_mode
from symopt.legacy.theano.compile.mode import local_useless as local_useless
from symopt.legacy.theano.compile.mode import optdb as optdb
from symopt.legacy.theano.compile.mode import predefined_linkers as predefined_linkers
from symopt.legacy.theano.compile.mode import predefined_modes as predefined_modes
from symopt.legacy.theano.compile.mode import predefined_optimizers as predefined_optimizers
from symopt.legacy.theano.compile.mode import register_linker as register_linker
from symopt.legacy.theano.compile.mode import register_mode as register_mode
from symopt.legacy.theano.compile.mode import register_optimizer as register_optimizer
from symopt.legacy.theano.compile.monitormode import MonitorMode as MonitorMode
from symopt.legacy.theano.compile.nanguardmode import NanGuardMode as NanGuardMode
from symopt.legacy.theano.compile.old_pickles import read_old_states
from symopt.legacy.theano.compile.ops import DeepCopyOp as DeepCopyOp
from symopt.legacy.theano.compile.ops import FromFunctionOp as FromFunctionOp
from symopt.legacy.theano.compile.ops import Rebroadcast as Rebroadcast
from symopt.legacy.theano.compile.ops import Shape as Shape
from symopt.legacy.theano.compile.ops import Shape_i as Shape_i
from symopt.legacy.theano.compile.ops import SpecifyShape as SpecifyShape
from symopt.legacy.theano.compile.ops import ViewOp as ViewOp
from symopt.legacy.theano.compile.ops import as_op as as_op
from symopt.legacy.theano.compile.ops import deep_copy_op as deep_copy_op
from symopt.legacy.theano.compile.ops import (
    register_deep_copy_op_c_code as register_deep_copy_op_c_code,
)
from symopt.legacy.theano.compile.ops import register_view_op_c_code as register_view_op_c_code
from symopt.legacy.theano.compile.ops import shape as shape
from symopt.legacy.theano.compile.ops import specify_shape as specify_shape
from symopt.legacy.theano.compile.ops import view_op as view_op
from symopt.legacy.theano.compile.pfunc import pfunc as pfunc
from symopt.legacy.theano.compile.pfunc import rebuild_collect_shared as rebuild_collect_shared
from symopt.legacy.theano.compile.profiling import ProfileStats as ProfileStats
from symopt.legacy.theano.compile.profiling import ScanProfileStats as ScanProfileStats
from symopt.legacy.theano.compile.sharedvalue import SharedVariable as SharedVariable
from symopt.legacy.theano.compile.sharedvalue import shared as shared
from symopt.legacy.theano.compile.sharedvalue import shared_constructor as shared_constructor
from symopt.legacy.theano.configdefaults import config as config

# last: as in Theano, the function takes the name of the module that it is in
from symopt.legacy.theano.compile.function import function as function  # isort: skip

read_old_states()
__getattr__ = fallback(__name__, "pytensor.compile")
