"""Operations whose C code stands in a file of its own and takes its settings at run time.

PyTensor compiles a module for each distinct source, about a second each. So the source here
depends on the dtype alone: window sizes, strides and the like are passed as an array of integers,
and all poolings of a model, say, share one module.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.link.c.op import COp
from pytensor.link.c.params_type import Params, ParamsType
from pytensor.tensor.type import TensorType

_HEADERS = ("algorithm", "cmath", "cstring", "exception", "memory", "new")
CTYPES = {"float32": ("float", "NPY_FLOAT32"), "float64": ("double", "NPY_FLOAT64")}


_CALL = """
// What Python calls: the function, whose C++ exceptions become Python errors.
static bool call(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    try {
        return FUNCTION(in, out, settings);
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& error) {  // no more threads
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return false;
}
"""


class NativeOp(COp):
    """``op``, computed by the C++ function ``function`` of the file ``source``.

    The file is compiled inside a namespace, with ``real`` the C type and ``REAL`` NumPy's number
    of the dtype of the first output, and defines::

        static bool function(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings)

    ``in`` are the inputs, of any strides; ``*out[i]`` is NULL or an array of an earlier call, which
    may be written anew if it is of the right shape (``output_like`` of ``arrays.h`` sees to that).
    It returns false with a Python error set.

    Attributes
    ----------
    source
        The C++ file.
    kind
        What the file is about, in one word.
    function, functions
        The function's name, default "run", and all that the file has.
    headers
        What the file needs of the standard library.
    version
        Of the file and what it includes; to be raised with every change of it.
    """

    source: ClassVar[Path]
    kind: ClassVar[str]
    function: ClassVar[str] = "run"
    functions: ClassVar[tuple[str, ...]] = ("run",)
    headers: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int]
    params_type = ParamsType(settings=TensorType("int64", shape=(None,)))
    __props__ = ("op",)

    def __init__(self, op: Op) -> None:
        self.op: Any = op

    def __str__(self) -> str:
        return f"Native{{{self.op}}}"

    def settings(self) -> Sequence[int]:
        """The integers that the function gets."""
        raise NotImplementedError

    def get_params(self, node: Apply) -> Params:
        return self.params_type.get_params(settings=np.array(self.settings(), "int64"))

    def make_node(self, *inputs: Variable) -> Apply:
        node = self.op.make_node(*inputs)
        return Apply(self, node.inputs, [output.type() for output in node.outputs])

    def infer_shape(self, *arguments: Any) -> Any:
        return self.op.infer_shape(*arguments)

    def perform(self, node: Apply, inputs: Any, outputs: Any, params: Any = None) -> None:
        self.op.perform(node, inputs, outputs)

    def c_support_code_apply(self, node: Apply, name: str) -> str:
        ctype, number = CTYPES[node.outputs[0].type.dtype]
        arrays = (Path(__file__).parent / "arrays.h").read_text(encoding="utf-8")
        return (
            f"{self.includes()}\n{self.definitions(ctype)}namespace {name} {{\n"
            f"typedef {ctype} real;\nenum {{ REAL = {number} }};\n{arrays}\n"
            f"{self.source_code()}\n{_CALL.replace('FUNCTION', self.function)}\n}}\n"
        )

    def source_code(self) -> str:
        """The C++ code that stands inside the namespace."""
        return self.source.read_text(encoding="utf-8")

    @classmethod
    def source_for_programs(cls) -> str:
        """The same for a library without Python (``native_function``)."""
        return cls.source.read_text(encoding="utf-8")

    def definitions(self, ctype: str) -> str:
        """Macros that the source needs, for elements of type ``ctype``."""
        return ""

    def includes(self) -> str:
        """Headers that the source needs, which cannot stand inside a namespace."""
        return "".join(f"#include <{header}>\n" for header in (*_HEADERS, *self.headers))

    def c_code(
        self, node: Apply, name: str, inputs: list[str], outputs: list[str], sub: dict[str, str]
    ) -> str:
        return f"""
        {{
        PyArrayObject* in[] = {{{", ".join(inputs)}}};
        PyArrayObject** out[] = {{{", ".join(f"&{o}" for o in outputs)}}};
        if (!{name}::call(in, out, (const npy_int64*)PyArray_DATA({sub["params"]}->settings))) {{
            {sub["fail"]}
        }}
        }}
        """

    def c_code_cache_version(self) -> tuple[int, ...]:
        return (3, self.version)  # the first number is this class's own
