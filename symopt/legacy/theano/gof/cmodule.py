"""The C++ compiler and the cache of compiled modules: PyTensor's."""

from pytensor.link.c.basic import get_module_cache as get_module_cache
from pytensor.link.c.cmodule import Compiler as Compiler
from pytensor.link.c.cmodule import DynamicModule as DynamicModule
from pytensor.link.c.cmodule import ExtFunction as ExtFunction
from pytensor.link.c.cmodule import GCC_compiler as GCC_compiler
from pytensor.link.c.cmodule import ModuleCache as ModuleCache
from pytensor.link.c.exceptions import MissingGXX as MissingGXX

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.link.c.cmodule")
