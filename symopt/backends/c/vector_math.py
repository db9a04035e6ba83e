"""Vector forms of exp, log, tanh... from glibc's libmvec.

The compiler uses them by itself only under -ffast-math, which gives up NaN. Here each scalar
function is declared to have a vector form, which is all that it needs to know.
"""

from __future__ import annotations

import ctypes
from functools import cache

COMPILE_ARGS = ("-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math")

FUNCTIONS = (
    *("exp", "log", "sin", "cos", "pow"),
    *("tanh", "sinh", "cosh", "expm1", "log1p", "log2", "log10", "exp2"),
    *("erf", "erfc", "atan", "asin", "acos", "atan2", "cbrt", "tan", "asinh", "acosh", "atanh"),
)
_BINARY = ("pow", "atan2")


@cache
def available() -> tuple[str, ...]:
    """C functions, float ones included, of which this machine's libmvec has all vector forms.

    The library is loaded for all to see, so that compiled modules need not be linked with it:
    the system root of another compiler (conda's) may be too old to have it.
    """
    try:
        library = ctypes.CDLL("libmvec.so.1", mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return ()

    def has(name: str, lanes: dict[str, int]) -> bool:
        v = "vv" if name.rstrip("f") in _BINARY else "v"
        return all(hasattr(library, f"_ZGV{isa}N{n}{v}_{name}") for isa, n in lanes.items())

    doubles = {"b": 2, "c": 4, "d": 4, "e": 8}
    floats = {isa: 2 * n for isa, n in doubles.items()}
    return tuple(
        name
        for function in FUNCTIONS
        for name, lanes in ((function, doubles), (f"{function}f", floats))
        if has(name, lanes)
    )


def version() -> str:
    """Of the vector forms, for compile caches. Asking for it loads the library."""
    return " ".join(available())


def declarations() -> str:
    """C++ code that declares the vector forms."""
    lines = []
    for name in available():
        ctype = "float" if name.endswith("f") and name != "erf" else "double"
        arguments = f"{ctype}, {ctype}" if name.rstrip("f") in _BINARY else ctype
        lines += ["#pragma omp declare simd notinbranch", f"{ctype} {name}({arguments}) noexcept;"]
    body = "\n".join(lines)
    return f'\n#include <cmath>\nextern "C" {{\n{body}\n}}\n' if lines else ""
