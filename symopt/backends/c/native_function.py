"""Native operations inside programs: their C++ as a library of functions, compiled without Python.

A program calls such a function by its name. So the source, which takes seconds to compile, is
compiled once for each dtype and not in each program.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

from pytensor.graph.basic import Apply

from symopt.backends.c import vector_math
from symopt.backends.c.native_op import CTYPES, NativeOp
from symopt.backends.c.program import build, compiler
from symopt.backends.c.program.build import Library
from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer

_HERE = Path(__file__).parent
_PROGRAM = _HERE / "program"
_HEADERS = (
    "algorithm",
    "cmath",
    "cstdarg",
    "cstring",
    "exception",
    "memory",
    "new",
    "string",
    "vector",
)


class Functions(Library):
    """A library of functions for programs, which find them once it is loaded."""

    def load_for_programs(self) -> None:
        """Wait for it to be compiled, and load it where it is not yet."""
        if self.name not in _loaded:
            self.load(lambda path: ctypes.CDLL(str(path), mode=os.RTLD_NOW | ctypes.RTLD_GLOBAL))
            _loaded.add(self.name)


_loaded: set[str] = set()


def functions(native: type[NativeOp], dtype: str) -> Functions:
    """The library of all functions of an operation's source, for one dtype."""
    key = native.kind, dtype
    if key not in _libraries:
        _libraries[key] = _library(native, dtype)
    return _libraries[key]


_libraries: dict[tuple[str, str], Functions] = {}


def _library(native: type[NativeOp], dtype: str) -> Functions:
    ctype, _ = CTYPES[dtype]
    exports = "".join(
        f'extern "C" __attribute__((visibility("default"))) void {symbol(native, dtype, name)}'
        f"(const symopt::Call& call) {{ run_call(call, {name}); }}\n"
        for name in native.functions
    )
    # In a namespace without a name: float and double have functions of equal names.
    source = "\n".join(
        [
            *(f"#include <{header}>" for header in (*_HEADERS, *native.headers)),
            '#include "calls.h"',
            "namespace {",
            f"typedef {ctype} real;",
            (_HERE / "without_python.h").read_text(encoding="utf-8"),
            native.source_for_programs(),
            "}",
            exports,
        ]
    )
    flags = [
        *compiler.flags(),
        *vector_math.COMPILE_ARGS,
        "-fvisibility=hidden",
        "-pthread",
        f"-I{_PROGRAM}",
    ]
    return Functions(native.kind, source, flags, extra=build.header_texts())


def symbol(native: type[NativeOp], dtype: str, function: str) -> str:
    """The name of a function in its library."""
    return f"symopt_{native.kind}_{dtype}_{function}"


def write_call(
    native: NativeOp, node: Apply, w: Writer, explain: Callable[[str], Exception] | None = None
) -> None:
    """Write a call of an operation's function.

    ``explain`` makes the exception for inputs that do not fit, from the text that the function
    fails with; default: ValueError with that text.
    """
    dtype = node.outputs[0].type.dtype
    if dtype not in CTYPES:
        raise NotNative(f"its C++ has no {dtype}")
    kind = type(native)
    name = symbol(kind, dtype, native.function)
    w.libraries[functions(kind, dtype)] = None
    w.support('#include "calls.h"')
    w.support(f'extern "C" void {name}(const symopt::Call&);')
    outputs = []
    for out in node.outputs:
        array, dims = w.name("v"), w.name("d")
        w.line(f"{w.type_of(out)} {array};")
        made, buffer = w.place(out, w.ctype(out), w.ndim(out), dims)
        outputs.append((out, array, dims, made, buffer))
    error = "VALUE_ERROR" if explain is None else w.failure(explain)
    with w.block():
        w.line(f"static const i64 settings[] = {{{', '.join(map(str, native.settings()))}}};")
        inputs = []
        for x in node.inputs:
            value = w[x]
            if w.ndim(x) == 0:  # it may be a literal
                value = w.name("v")
                w.line(f"const {w.ctype(x)} {value} = {w[x]};")
            inputs.append(f"plain({value})")
        w.line(f"const Plain in[] = {{{', '.join(inputs)}}};")
        head = f"call({name}, host, in, {len(outputs)}, settings, {error}"
        w.line(f"{head}, [&](int k, const i64* dims) -> void* {{")
        for k, (out, array, dims, made, _) in enumerate(outputs):
            w.line(
                f"if (k == {k}) {{ i64 {dims}[{w.ndim(out)}]; "
                f"std::memcpy({dims}, dims, sizeof {dims}); {array} = {made}; return {array}.p; }}"
            )
        w.line("return NULL; });")
    for out, array, _, _, buffer in outputs:
        w.bind(out, array, buffer, whole=True)
