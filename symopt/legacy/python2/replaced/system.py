"""``sys``, ``os``, ``time``, ``types``, ``inspect``, ``thread`` and ``__builtin__``."""

from __future__ import annotations

import inspect
import os
import sys
import time
import types
from collections import namedtuple
from typing import Any

from symopt.legacy.python2.builtin_functions import unicode
from symopt.legacy.python2.files import File, file
from symopt.legacy.python2.replaced.facade import Facade, over
from symopt.legacy.python2.text import ByteString, as_bytes


def sys_module() -> types.ModuleType:
    """``maxint``, ``setdefaultencoding`` and the last exception."""
    return over(
        "sys",
        {
            "maxint": sys.maxsize,
            "setdefaultencoding": lambda name: None,
            "getdefaultencoding": lambda: "ascii",
            "exc_clear": lambda: None,
            "setcheckinterval": lambda interval: None,
            "getcheckinterval": lambda: 100,
            "subversion": ("CPython", "", ""),
            "long_info": sys.int_info,
            "py3kwarning": False,
        },
    )


def os_module() -> types.ModuleType:
    """``getcwdu``, and byte strings for file descriptors."""
    return over(
        "os",
        {
            "getcwdu": os.getcwd,
            "errno": __import__("errno"),
            "read": lambda descriptor, count: ByteString(os.read(descriptor, count)),
            "write": lambda descriptor, data: os.write(descriptor, as_bytes(data)),
            "fdopen": _fdopen,
            "tmpnam": lambda: __import__("tempfile").mktemp(),
        },
    )


def _fdopen(descriptor: int, mode: str = "r", buffering: int = -1) -> File:
    kind = mode.replace("b", "").replace("U", "") or "r"
    return File(os.fdopen(descriptor, kind + "b", buffering), mode, "<fdopen>")


def time_module() -> types.ModuleType:
    """``clock``: seconds of processor time, as on Unix."""
    return over("time", {"clock": time.process_time})


ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")


def inspect_module() -> types.ModuleType:
    """``getargspec``."""

    def getargspec(function: Any) -> ArgSpec:
        if isinstance(function, type):
            raise TypeError(f"{function!r} is not a Python function")
        full = inspect.getfullargspec(function)
        return ArgSpec(full.args, full.varargs, full.varkw, full.defaults)

    return over(
        "inspect",
        {
            "getargspec": getargspec,
            "ArgSpec": ArgSpec,
            "getmoduleinfo": lambda path: None,
        },
    )


def types_module() -> types.ModuleType:
    """The names of the builtin types."""
    return over(
        "types",
        {
            "BooleanType": bool,
            "BufferType": memoryview,
            "ClassType": type,
            "ComplexType": complex,
            "DictType": dict,
            "DictionaryType": dict,
            "EllipsisType": type(Ellipsis),
            "FileType": file,
            "FloatType": float,
            "InstanceType": object,
            "IntType": int,
            "ListType": list,
            "LongType": int,
            "NoneType": type(None),
            "NotImplementedType": type(NotImplemented),
            "ObjectType": object,
            "SliceType": slice,
            "StringType": str,
            "StringTypes": (str, unicode),
            "TupleType": tuple,
            "TypeType": type,
            "UnboundMethodType": types.FunctionType,
            "UnicodeType": unicode,
            "XRangeType": range,
        },
    )


def thread_module() -> types.ModuleType:
    """``thread``, which is ``_thread``."""
    import _thread

    return over(
        "_thread",
        {
            "start_new": _thread.start_new_thread,
            "allocate": _thread.allocate_lock,
            "exit_thread": _thread.exit,
        },
        "thread",
    )


class _Builtin(Facade):
    """What is set on it every translated Python 2 module finds."""

    def __setattr__(self, name: str, value: Any) -> None:
        from symopt.legacy.python2.namespace import python2_builtins

        vars(self)[name] = value
        python2_builtins()[name] = value


def builtin_module() -> types.ModuleType:
    """``__builtin__``: the builtins of Python 2."""
    from symopt.legacy.python2.namespace import python2_builtins

    return _Builtin("__builtin__", None, python2_builtins())
