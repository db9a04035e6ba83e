"""Every setting of Theano 1.0.5, and those of older versions that flag files still name."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Callable
from typing import Any

import pytensor

from symopt.legacy.theano import configparser
from symopt.legacy.theano.configparser import (
    THEANO_FLAGS_DICT as THEANO_FLAGS_DICT,
)
from symopt.legacy.theano.configparser import (
    AddConfigVar as AddConfigVar,
)
from symopt.legacy.theano.configparser import (
    BoolParam,
    ConfigParam,
    EnumStr,
    FloatParam,
    IntParam,
    StrParam,
)
from symopt.legacy.theano.configparser import (
    TheanoConfigParser as TheanoConfigParser,
)
from symopt.legacy.theano.configparser import (
    config as config,
)

_RELEASES = (
    *("None", "all", "0.3", "0.4", "0.4.1", "0.5", "0.6", "0.7", "0.8", "0.8.1", "0.8.2"),
    *("0.10", "1.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5"),
)
_SETERR = ("ignore", "warn", "raise", "call", "print", "log", "None")
_FFT = ("fft", "fft_tiling", "winograd", "winograd_non_fused")
_CHOSEN = ("guess_once", "guess_on_shape_change", "time_once", "time_on_shape_change")
_OPTIMIZERS = ("o4", "o3", "o2", "o1", "unsafe", "fast_run", "fast_compile", "merge", "None")
_COMPILEDIR_FORMAT = (
    "compiledir_%(short_platform)s-%(processor)s-%(python_version)s-%(python_bitwidth)s"
)


def _floatX(value: Any) -> Any:
    """Theano takes the number of bits too, as text."""
    return f"float{value}" if value in ("16", "32", "64") else value


def local_bitwidth() -> int:
    """The number of bits of an address."""
    return struct.calcsize("P") * 8


def python_int_bitwidth() -> int:
    """The number of bits of a C long."""
    return struct.calcsize("l") * 8


def _compiledir() -> str:
    return str(pytensor.config.compiledir)


def _base_compiledir() -> str:
    return str(pytensor.config.base_compiledir)


_SETTINGS: dict[str, ConfigParam] = {
    "floatX": EnumStr("float64", "float32", "float16", convert=_floatX, engine=True),
    "warn_float64": EnumStr("ignore", "warn", "raise", "pdb", engine=True),
    "pickle_test_value": BoolParam(True),
    "cast_policy": EnumStr("custom", "numpy+floatX", engine=True),
    "int_division": EnumStr("int", "raise", "floatX"),
    "deterministic": EnumStr("default", "more"),
    "device": ConfigParam("cpu"),
    "init_gpu_device": ConfigParam(""),
    "force_device": BoolParam(False),
    "conv.assert_shape": BoolParam(False),
    "print_global_stats": BoolParam(False, engine=True),
    "contexts": ConfigParam(""),
    "print_active_device": BoolParam(True),
    "gpuarray.sync": ConfigParam(False),
    "gpuarray.preallocate": FloatParam(0),
    "gpuarray.sched": EnumStr("default", "multi", "single"),
    "gpuarray.single_stream": BoolParam(True),
    "cuda.root": StrParam(""),
    "cuda.include_path": StrParam(""),
    "dnn.conv.workmem": ConfigParam(""),
    "dnn.conv.workmem_bwd": ConfigParam(""),
    "dnn.conv.algo_bwd": ConfigParam(""),
    "dnn.conv.algo_fwd": EnumStr("small", "none", "large", *_FFT, *_CHOSEN),
    "dnn.conv.algo_bwd_data": EnumStr("none", "deterministic", *_FFT, *_CHOSEN),
    "dnn.conv.algo_bwd_filter": EnumStr("none", "deterministic", "small", *_FFT, *_CHOSEN),
    "dnn.conv.precision": EnumStr("as_input_f32", "as_input", "float16", "float32", "float64"),
    "dnn.base_path": StrParam(""),
    "dnn.include_path": StrParam(""),
    "dnn.library_path": StrParam(""),
    "dnn.bin_path": StrParam(""),
    "dnn.enabled": EnumStr("auto", "True", "False", "no_check"),
    "magma.include_path": StrParam(""),
    "magma.library_path": StrParam(""),
    "magma.enabled": BoolParam(False),
    "assert_no_cpu_op": EnumStr("ignore", "warn", "raise", "pdb"),
    "mode": ConfigParam("Mode"),
    "cxx": StrParam("", engine=True),
    "linker": EnumStr("cvm", "c|py", "py", "c", "c|py_nogc", "vm", "vm_nogc", "cvm_nogc"),
    "allow_gc": BoolParam(True, engine=True),
    "optimizer": EnumStr(*_OPTIMIZERS),
    "optimizer_verbose": BoolParam(False, engine=True),
    "on_opt_error": EnumStr("warn", "raise", "pdb", "ignore", engine=True),
    "nocleanup": BoolParam(False, engine=True),
    "on_unused_input": EnumStr("raise", "warn", "ignore", engine=True),
    "tensor.cmp_sloppy": IntParam(0, engine=True),
    "tensor.local_elemwise_fusion": BoolParam(True),
    "gpu.local_elemwise_fusion": BoolParam(True),
    "lib.amdlibm": BoolParam(False),
    "gpuelemwise.sync": BoolParam(True),
    "traceback.limit": IntParam(8, engine=True),
    "traceback.compile_limit": IntParam(0, engine=True),
    "experimental.unpickle_gpu_on_cpu": BoolParam(False),
    "numpy.seterr_all": EnumStr("ignore", *_SETERR),
    "numpy.seterr_divide": EnumStr("None", *_SETERR),
    "numpy.seterr_over": EnumStr("None", *_SETERR),
    "numpy.seterr_under": EnumStr("None", *_SETERR),
    "numpy.seterr_invalid": EnumStr("None", *_SETERR),
    "warn.ignore_bug_before": EnumStr("0.9", *_RELEASES),
    "warn.argmax_pushdown_bug": BoolParam(False),
    "warn.gpusum_01_011_0111_bug": BoolParam(False),
    "warn.sum_sum_bug": BoolParam(False),
    "warn.sum_div_dimshuffle_bug": BoolParam(False),
    "warn.subtensor_merge_bug": BoolParam(False),
    "warn.gpu_set_subtensor1": BoolParam(False),
    "warn.vm_gc_bug": BoolParam(False),
    "warn.signal_conv2d_interface": BoolParam(False),
    "warn.reduce_join": BoolParam(False),
    "warn.inc_set_subtensor1": BoolParam(False),
    "warn.round": BoolParam(False),
    "warn.inc_subtensor1_opt": BoolParam(True),
    "compute_test_value": EnumStr("off", "ignore", "warn", "raise", "pdb"),
    "print_test_value": BoolParam(False),
    "compute_test_value_opt": EnumStr("off", "ignore", "warn", "raise", "pdb"),
    "unpickle_function": BoolParam(True, engine=True),
    "reoptimize_unpickled_function": BoolParam(False),
    "exception_verbosity": EnumStr("low", "high", engine=True),
    "openmp": BoolParam(False),
    "openmp_elemwise_minsize": IntParam(200000),
    "check_input": BoolParam(True, engine=True),
    "cache_optimizations": BoolParam(False),
    "unittests.rseed": StrParam(666),
    "NanGuardMode.nan_is_error": BoolParam(True, engine=True),
    "NanGuardMode.inf_is_error": BoolParam(True, engine=True),
    "NanGuardMode.big_is_error": BoolParam(True, engine=True),
    "NanGuardMode.action": EnumStr("raise", "warn", "pdb", engine=True),
    "optimizer_excluding": StrParam(""),
    "optimizer_including": StrParam(""),
    "optimizer_requiring": StrParam(""),
    "DebugMode.patience": IntParam(10, engine=True),
    "DebugMode.check_c": BoolParam(True, engine=True),
    "DebugMode.check_py": BoolParam(True, engine=True),
    "DebugMode.check_finite": BoolParam(True, engine=True),
    "DebugMode.check_strides": IntParam(0, engine=True),
    "DebugMode.warn_input_not_reused": BoolParam(True, engine=True),
    "DebugMode.check_preallocated_output": StrParam("", engine=True),
    "DebugMode.check_preallocated_output_ndim": IntParam(4, engine=True),
    "profiling.time_thunks": BoolParam(True, engine=True),
    "profiling.n_apply": IntParam(20, engine=True),
    "profiling.n_ops": IntParam(20, engine=True),
    "profiling.output_line_width": IntParam(512, engine=True),
    "profiling.min_memory_size": IntParam(1024, engine=True),
    "profiling.min_peak_memory": BoolParam(False, engine=True),
    "profiling.destination": StrParam("stderr", engine=True),
    "profiling.debugprint": BoolParam(False, engine=True),
    "profiling.ignore_first_call": BoolParam(False, engine=True),
    "optdb.position_cutoff": FloatParam(math.inf, engine=True),
    "optdb.max_use_ratio": FloatParam(8, engine=True),
    "gcc.cxxflags": StrParam(""),
    "cmodule.warn_no_version": BoolParam(False),
    "cmodule.remove_gxx_opt": BoolParam(False),
    "cmodule.compilation_warning": BoolParam(False),
    "cmodule.preload_cache": BoolParam(False),
    "cmodule.age_thresh_use": IntParam(2073600),
    "cmodule.debug": BoolParam(False),
    "blas.ldflags": StrParam(""),
    "blas.check_openmp": BoolParam(True),
    "metaopt.verbose": IntParam(0),
    "metaopt.optimizer_excluding": StrParam(""),
    "metaopt.optimizer_including": StrParam(""),
    "profile": BoolParam(False, engine=True),
    "profile_optimizer": BoolParam(False, engine=True),
    "profile_memory": BoolParam(False, engine=True),
    "vm.lazy": ConfigParam("None"),
    "warn.identify_1pexp_bug": BoolParam(False),
    "on_shape_error": EnumStr("warn", "raise", engine=True),
    "tensor.insert_inplace_optimizer_validate_nb": IntParam(-1),
    "experimental.local_alloc_elemwise": BoolParam(True),
    "experimental.local_alloc_elemwise_assert": BoolParam(True),
    "scan.allow_gc": BoolParam(False, engine=True),
    "scan.allow_output_prealloc": BoolParam(True, engine=True),
    "scan.debug": BoolParam(False),
    "compile.wait": IntParam(5),
    "cycle_detection": EnumStr("regular", "fast", engine=True),
    "check_stack_trace": EnumStr("off", "log", "warn", "raise", engine=True),
    "compile.timeout": IntParam(120),
    "compiledir_format": StrParam(_COMPILEDIR_FORMAT),
    "base_compiledir": ConfigParam(_base_compiledir),
    "compiledir": ConfigParam(_compiledir),
    "gpuarray.cache_path": ConfigParam(""),
    "ctc.root": StrParam(""),
}

_OLD_SETTINGS: dict[str, ConfigParam] = {
    "home": StrParam(""),
    "lib.cnmem": FloatParam(0),
    "nvcc.flags": StrParam(""),
    "nvcc.fastmath": BoolParam(False),
    "nvcc.compiler_bindir": StrParam(""),
    "cuda.enabled": BoolParam(False),
    "cublas.lib": StrParam("cublas"),
    "dnn.version": StrParam(""),
    "enable_initial_driver_test": BoolParam(True),
    "pycuda.init": BoolParam(False),
    "tag": StrParam(""),
}

for _table in (_SETTINGS, _OLD_SETTINGS):
    for _name, _param in _table.items():
        AddConfigVar(_name, "As in Theano 1.0.5.", _param)


def read_flags() -> Callable[[], None]:
    """Take over what THEANO_FLAGS and .theanorc say, the device included.

    A device of "gpu..." or "cuda..." means the jax backend where JAX sees a GPU and nobody chose
    a backend, else the CPU, with a notice. ``theano.config.device`` reads "cpu" either way: what
    asks for CUDA's own operations then takes the forms for the CPU, which every backend has.

    Returns
    -------
    callable
        The undo.
    """
    from symopt.config import config as settings

    before = configparser.read_flags()
    backend = settings.backend
    device = config.device or "cpu"
    if not device.startswith("cpu"):
        config.device = "cpu"
        _use_accelerator(device)

    def undo() -> None:
        configparser.put_back(before)
        if backend is None and settings.backend == chosen and chosen is not None:
            settings.backend = None

    chosen = settings.backend if backend is None else None
    return undo


def _use_accelerator(device: str) -> None:
    from symopt.backends.jax.backend import JaxBackend
    from symopt.config import config as settings

    if settings.backend is not None:
        return
    if JaxBackend.sees_gpu():
        settings.backend = "jax"
    else:
        warnings.warn(
            f"theano.config.device is {device!r}, but JAX sees no GPU here: the CPU is used. "
            "(pip install 'jax[cuda12]' gives JAX the GPU; SYMOPT_BACKEND chooses a backend.)",
            stacklevel=4,
        )


_test_value_notice = False


def _notice_test_values(value: Any) -> None:
    global _test_value_notice
    if value != "off" and not _test_value_notice:
        _test_value_notice = True
        warnings.warn(
            "theano.config.compute_test_value has no effect here: tag.test_value can be set and "
            "is ignored. (A call with small arrays finds wrong shapes as well.)",
            stacklevel=3,
        )


_CXX: Any = _SETTINGS["cxx"]
_CXX.turned_off = False


def _notice_compiler(value: str) -> None:
    _CXX.turned_off = not value


_CXX.on_set = _notice_compiler
_SETTINGS["compute_test_value"].on_set = _notice_test_values
