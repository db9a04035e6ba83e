"""Modes: how a graph is rewritten and what runs it, under Theano's names.

None and "FAST_RUN" mean the way of the backend that symopt has chosen; every other mode is
PyTensor's of that name, on the host.
"""

from __future__ import annotations

import warnings
from typing import Any

import pytensor.compile.mode as modes
from pytensor.compile.mode import OPT_FAST_COMPILE as OPT_FAST_COMPILE
from pytensor.compile.mode import OPT_FAST_RUN as OPT_FAST_RUN
from pytensor.compile.mode import OPT_FAST_RUN_STABLE as OPT_FAST_RUN_STABLE
from pytensor.compile.mode import OPT_MERGE as OPT_MERGE
from pytensor.compile.mode import OPT_NONE as OPT_NONE
from pytensor.compile.mode import OPT_O2 as OPT_O2
from pytensor.compile.mode import OPT_O3 as OPT_O3
from pytensor.compile.mode import OPT_STABILIZE as OPT_STABILIZE
from pytensor.compile.mode import OPT_UNSAFE as OPT_UNSAFE
from pytensor.compile.mode import AddDestroyHandler as AddDestroyHandler
from pytensor.compile.mode import AddFeatureOptimizer as AddFeatureOptimizer
from pytensor.compile.mode import PrintCurrentFunctionGraph as PrintCurrentFunctionGraph
from pytensor.compile.mode import local_useless as local_useless
from pytensor.compile.mode import predefined_linkers as predefined_linkers
from pytensor.compile.mode import predefined_optimizers as predefined_optimizers
from pytensor.compile.mode import register_linker as register_linker
from pytensor.compile.mode import register_optimizer as register_optimizer
from pytensor.link.vm import VMLinker

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.configparser import config
from symopt.legacy.theano.gof._stand_in import stand_in
from symopt.legacy.theano.gof.optdb import Registry

__getattr__ = fallback(__name__, "pytensor.compile.mode")

optdb = Registry(modes.optdb)
exclude: list[str] = []
instantiated_default_mode = None


class _Mode(modes.Mode):  # type: ignore[misc]
    """A way to rewrite and to run graphs.

    Parameters
    ----------
    linker
        A linker of PyTensor's, or the name of one: "cvm", "vm", "c|py", "c", "py"... None: what
        ``theano.config.linker`` says.
    optimizer
        A query of rewrites, a rewrite, or a name: "fast_run", "fast_compile", "None"...
        "default": what ``theano.config.optimizer`` says.
    """

    def __init__(self, linker: Any = None, optimizer: Any = "default", db: Any = None) -> None:
        if linker is None:
            linker = config.linker
        if isinstance(optimizer, str) and optimizer == "default":
            optimizer = config.optimizer
        super().__init__(linker, optimizer, getattr(db, "_database", db))


Mode = stand_in(_Mode, stands_for=modes.Mode)
FAST_COMPILE = modes.FAST_COMPILE
FAST_RUN = _Mode("cvm", "fast_run")
predefined_modes: dict[str, Any] = {"FAST_COMPILE": FAST_COMPILE, "FAST_RUN": FAST_RUN}


def register_mode(name: str, mode: Any) -> None:
    """Add a mode that :func:`theano.function` knows by name."""
    if name in predefined_modes:
        raise ValueError(f"Mode name already taken: {name}")
    predefined_modes[name] = mode


def get_mode(orig_string: Any) -> Any:
    """The mode of a name, or the mode itself. None: what ``theano.config.mode`` says.

    Raises
    ------
    Exception
        There is no such mode.
    """
    name = config.mode if orig_string is None else orig_string
    if not isinstance(name, str):
        return name
    if name in ("DebugMode", "DEBUG_MODE"):
        from symopt.legacy.theano.compile.debugmode import DebugMode

        mode: Any = DebugMode(optimizer=config.optimizer)
    elif name == "NanGuardMode":
        from symopt.legacy.theano.compile.nanguardmode import NanGuardMode

        mode = NanGuardMode(True, True, True, optimizer=config.optimizer)
    elif name in ("ProfileMode", "PROFILE_MODE"):
        _notice_profile_mode()
        mode = FAST_RUN
    elif name == "Mode":
        mode = _Mode(config.linker, config.optimizer)
    elif name in predefined_modes:
        mode = predefined_modes[name]
    else:
        raise Exception(f"No predefined mode exist for string: {name}")
    return _with_configured_tags(mode) if orig_string is None else mode


def get_default_mode() -> Any:
    """What ``theano.config.mode`` says."""
    return get_mode(None)


def mode_to_compile_with(mode: Any) -> Any:
    """What a backend is given: a mode, or None for the backend's own way."""
    if mode is FAST_RUN or (isinstance(mode, str) and mode == "FAST_RUN"):
        return None
    if mode is None and config.mode in ("Mode", "FAST_RUN") and _compiler_turned_off():
        return _with_configured_tags(_Mode(VMLinker(use_cloop=False, c_thunks=False)))
    if mode is None:
        tags = [tag for text in _configured_tags().values() for tag in text]
        usual = config.linker in ("cvm", "cvm_nogc", "c|py", "c|py_nogc") and config.optimizer in (
            "o4",
            "fast_run",
        )
        if not tags and (config.mode == "FAST_RUN" or (config.mode == "Mode" and usual)):
            return None
    found = get_mode(mode)
    return None if found is FAST_RUN else found


_GPU_TAGS = ("cudnn", "gpu", "gpuarray", "cuda", "conv_dnn", "conv_gemm", "local_gpu")


def _compiler_turned_off() -> bool:
    """Whether somebody has set ``theano.config.cxx`` to nothing, so that nothing is compiled."""
    return bool(type(config).cxx.turned_off)


def _configured_tags() -> dict[str, list[str]]:
    """Tags by the method of a mode that takes them; those of CUDA's rewrites left out."""
    texts = {
        "excluding": config.optimizer_excluding,
        "including": config.optimizer_including,
        "requiring": config.optimizer_requiring,
    }
    return {
        method: [tag for tag in text.split(":") if tag and tag not in _GPU_TAGS]
        for method, text in texts.items()
    }


def _with_configured_tags(mode: Any) -> Any:
    for method, tags in _configured_tags().items():
        if tags:
            mode = getattr(mode, method)(*tags)
    return mode


_told = False


def _notice_profile_mode() -> None:
    global _told
    if not _told:
        _told = True
        warnings.warn(
            "ProfileMode is gone since Theano 0.9: the function runs as usual. "
            "theano.function(..., profile=True) measures it.",
            stacklevel=4,
        )
