"""Graphs as text and as pictures, with Theano's arguments."""

from __future__ import annotations

import hashlib
import shutil
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytensor.printing as printing
from pytensor.graph.basic import Variable
from pytensor.printing import DefaultPrinter as DefaultPrinter
from pytensor.printing import FunctionPrinter as FunctionPrinter
from pytensor.printing import IgnorePrinter as IgnorePrinter
from pytensor.printing import LeafPrinter as LeafPrinter
from pytensor.printing import OperatorPrinter as OperatorPrinter
from pytensor.printing import PatternPrinter as PatternPrinter
from pytensor.printing import PPrinter as PPrinter
from pytensor.printing import Print as Print
from pytensor.printing import PrinterState as PrinterState
from pytensor.printing import char_from_number as char_from_number
from pytensor.printing import default_printer as default_printer
from pytensor.printing import leaf_printer as leaf_printer
from pytensor.printing import pp as pp
from pytensor.printing import pprint as pprint

from symopt.errors import MissingPackageError
from symopt.legacy.theano._fallback import fallback

_fallback = fallback(__name__, "pytensor.printing")


def __getattr__(name: str) -> Any:
    if name == "pydot_imported":  # PyTensor's pictures need both
        return find_spec("pydot") is not None and shutil.which("dot") is not None
    if name == "pydot_imported_msg":
        return "" if __getattr__("pydot_imported") else "pydot and Graphviz are not both installed."
    return _fallback(name)


VALID_ASSOC = {"left", "right", "either"}
_print_fn = printing._print_fn


def debugprint(
    obj: Any,
    depth: int = -1,
    print_type: bool = False,
    file: Any = None,
    ids: str = "CHAR",
    stop_on_name: bool = False,
    done: dict[Any, str] | None = None,
    print_storage: bool = False,
    print_clients: bool = False,
    used_ids: dict[Any, str] | None = None,
) -> Any:
    """Print a graph as a tree.

    Parameters
    ----------
    obj
        A variable, a node, a function, a graph, or a list of them.
    depth
        How many levels; -1: all.
    print_type
        Whether each type is printed.
    file
        Where to; None: standard output; "str": the text is returned.
    ids
        How nodes are named: "CHAR", "int", "id", "auto", or "" for not at all.
    stop_on_name
        Whether nothing is printed below a variable that has a name.
    done, used_ids
        Dicts of what other calls have printed.
    print_storage
        Whether values in the storage of a function are printed.
    print_clients
        Accepted for Theano's sake.

    The lay-out is PyTensor's, and so are the names of the operations.
    """
    return printing.debugprint(
        _compiled(obj),
        depth=depth,
        print_type=print_type,
        file=file,
        id_type=ids,  # type: ignore[arg-type]
        stop_on_name=stop_on_name,
        done=done,
        print_storage=print_storage,
        used_ids=used_ids,
    )


def pydotprint(fct: Any, outfile: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Draw a graph into a file; the arguments are those of PyTensor's ``pydotprint``.

    Raises
    ------
    MissingPackageError
        pydot, or the program dot of Graphviz, is not there.
    """
    for gone in ("print_output_file",):
        if gone in kwargs and outfile is None:
            kwargs.pop(gone)
    try:
        return printing.pydotprint(_compiled(fct), outfile, *args, **kwargs)
    except ImportError as error:
        raise MissingPackageError(
            "theano.printing.pydotprint draws with pydot and Graphviz, which are not both there: "
            "pip install pydot, and install Graphviz (Debian, Ubuntu: apt install graphviz). "
            "theano.printing.debugprint prints the same graph as text."
        ) from error


def min_informative_str(
    obj: Any, indent_level: int = 0, _prev_obs: Any = None, _tag_generator: Any = None
) -> str:
    """How a variable is computed, down to variables that have a name, as an indented tree."""
    seen = {} if _prev_obs is None else _prev_obs
    indent = " " * indent_level
    if id(obj) in seen:
        return f"{indent}<{seen[id(obj)]}>"
    tags = _TagGenerator() if _tag_generator is None else _tag_generator
    seen[id(obj)] = tag = tags.get_tag()
    below = ""
    if hasattr(obj, "__array__"):
        name = "<ndarray>"
    elif getattr(obj, "name", None) is not None:
        name = obj.name
    elif getattr(obj, "owner", None) is not None:
        name = str(obj.owner.op)
        below = "".join(
            "\n" + min_informative_str(each, indent_level + 1, seen, tags)
            for each in obj.owner.inputs
        )
    else:
        name = str(obj)
    return f"{indent}{tag}. {name}{below}"


def var_descriptor(obj: Any, _prev_obs: Any = None, _tag_generator: Any = None) -> str:
    """How a variable is computed, on one line, the same in every process."""
    seen = {} if _prev_obs is None else _prev_obs
    if id(obj) in seen:
        return f"<{seen[id(obj)]}>"
    tags = _TagGenerator() if _tag_generator is None else _tag_generator
    seen[id(obj)] = tag = tags.get_tag()
    if hasattr(obj, "__array__"):
        strides = ",".join(map(str, obj.strides))
        digest = hashlib.sha256(np.ascontiguousarray(obj).tobytes()).hexdigest()
        name = f"<ndarray:strides=[{strides}],digest={digest}>"
    elif getattr(obj, "owner", None) is not None:
        inputs = ",".join(var_descriptor(each, seen, tags) for each in obj.owner.inputs)
        name = f"{obj.owner.op}({inputs})"
    elif getattr(obj, "name", None) is not None:
        name = obj.name
    else:
        name = str(obj)
        if " at 0x" in name:
            name = position_independent_str(obj)
    return f"{tag}={name}"


def position_independent_str(obj: Any) -> str:
    """A variable as text, without its address."""
    if not isinstance(obj, Variable):
        raise NotImplementedError(f"position_independent_str of a {type(obj).__name__}")
    return f"theano_var{{type={obj.type}}}"


def hex_digest(x: np.ndarray) -> str:
    """A hash of an array's bytes, with its strides and its shape."""
    assert isinstance(x, np.ndarray)
    digest = hashlib.sha256(x.tobytes()).hexdigest()
    strides, shape = (",".join(map(str, each)) for each in (x.strides, x.shape))
    return f"{digest}|strides=[{strides}]|shape=[{shape}]"


class _TagGenerator:
    """Tags A, B, C and so on."""

    def __init__(self) -> None:
        self.cur_tag_number = 0

    def get_tag(self) -> str:
        """The next one."""
        tag = char_from_number(self.cur_tag_number)
        self.cur_tag_number += 1
        return tag


def _compiled(obj: Any) -> Any:
    """PyTensor's functions in place of those of ``theano.function``."""
    from symopt.legacy.theano.compile.function_module import Function

    if isinstance(obj, Function):
        return obj.maker.fgraph
    if isinstance(obj, list | tuple):
        return [_compiled(each) for each in obj]
    return obj
