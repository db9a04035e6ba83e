"""Names of Python's and NumPy's that are gone, and what to write now."""

from __future__ import annotations

import libcst as cst

from symopt.legacy.porting.arguments import keyword, with_keyword
from symopt.legacy.porting.bindings import ModuleNames

BUILTINS = {
    "numpy.float": "float",
    "numpy.int": "int",
    "numpy.bool": "bool",
    "numpy.complex": "complex",
    "numpy.object": "object",
    "numpy.str": "str",
    "numpy.long": "int",
    "numpy.unicode": "str",
}
"""NumPy's names for Python's types."""

RENAMED = {
    "numpy.float_": "numpy.float64",
    "numpy.complex_": "numpy.complex128",
    "numpy.cfloat": "numpy.complex128",
    "numpy.singlecomplex": "numpy.complex64",
    "numpy.longfloat": "numpy.longdouble",
    "numpy.string_": "numpy.bytes_",
    "numpy.unicode_": "numpy.str_",
    "numpy.Inf": "numpy.inf",
    "numpy.Infinity": "numpy.inf",
    "numpy.infty": "numpy.inf",
    "numpy.PINF": "numpy.inf",
    "numpy.NaN": "numpy.nan",
    "numpy.NAN": "numpy.nan",
    "numpy.product": "numpy.prod",
    "numpy.cumproduct": "numpy.cumprod",
    "numpy.alltrue": "numpy.all",
    "numpy.sometrue": "numpy.any",
    "numpy.round_": "numpy.round",
    "numpy.row_stack": "numpy.vstack",
    "numpy.rank": "numpy.ndim",
    "numpy.cast": "numpy.asarray",
    "time.clock": "time.process_time",
    "string.letters": "string.ascii_letters",
    "string.lowercase": "string.ascii_lowercase",
    "string.uppercase": "string.ascii_uppercase",
    "itertools.izip": "zip",
    "itertools.imap": "map",
    "itertools.ifilter": "filter",
    "itertools.izip_longest": "itertools.zip_longest",
    "os.getcwdu": "os.getcwd",
    "fractions.gcd": "math.gcd",
    "platform.linux_distribution": "platform.platform",
    "inspect.getargspec": "inspect.getfullargspec",
    **{
        f"collections.{name}": f"collections.abc.{name}"
        for name in (
            *("Awaitable", "Callable", "Container", "Generator", "Hashable", "Iterable"),
            *("Iterator", "Mapping", "MappingView", "MutableMapping", "MutableSequence"),
            *("MutableSet", "ItemsView", "KeysView", "ValuesView", "Sequence", "Set", "Sized"),
        )
    },
}
"""Names that have moved, in Python 3.11 and NumPy 2."""

for _not_renamed in ("numpy.cast", "platform.linux_distribution", "fractions.gcd"):
    del RENAMED[_not_renamed]  # other arguments, or another import: see LEFT

LEFT = {
    "numpy.cast": "gone from NumPy: numpy.asarray(x, dtype)",
    "numpy.asscalar": "gone from NumPy: x.item()",
    "fractions.gcd": "gone from Python: math.gcd",
    "platform.linux_distribution": "gone from Python",
    "scipy.misc.imread": "gone from SciPy: imageio.imread, or PIL.Image.open",
    "scipy.misc.imsave": "gone from SciPy: imageio.imwrite, or PIL.Image.fromarray(x).save",
    "scipy.misc.imresize": "gone from SciPy: PIL.Image.fromarray(x).resize",
    "scipy.misc.toimage": "gone from SciPy: PIL.Image.fromarray",
    "scipy.misc.logsumexp": "gone from SciPy: scipy.special.logsumexp",
    "scipy.weave": "gone from SciPy: write it with NumPy, Cython or Numba",
}
"""Names that are gone and that a human has to write anew."""

PICKLE_LOADERS = ("pickle.load", "pickle.loads", "cPickle.load", "cPickle.loads", "_pickle.load")
PICKLE_DUMPERS = ("pickle.dump", "cPickle.dump")


def modern_call(call: cst.Call, path: str, from_python2: bool) -> cst.BaseExpression | None:
    """A call of Python's or NumPy's as it has to be now; None if it stays."""
    if path in PICKLE_LOADERS and from_python2 and keyword(call, "encoding") is None:
        return with_keyword(call, "encoding", '"latin1"') if len(call.args) == 1 else None
    if path == "numpy.load":
        new = call
        if keyword(call, "allow_pickle") is None and len(call.args) < 3 and not _starred(call):
            new = with_keyword(new, "allow_pickle", "True")
        if from_python2 and keyword(call, "encoding") is None and not _starred(call):
            new = with_keyword(new, "encoding", '"latin1"')
        return None if new is call else new
    if path == "numpy.asscalar" and len(call.args) == 1:
        value = call.args[0].value
        if not isinstance(value, cst.Name | cst.Attribute | cst.Call | cst.Subscript):
            value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return cst.Call(cst.Attribute(value, cst.Name("item")))
    return None


REASONS = {
    "pickle": "a pickle of Python 2's: its strings are bytes",
    "numpy.load": "loads pickled objects, as it did: only for files that you trust",
    "numpy.asscalar": "gone from NumPy",
}


def reason_for(path: str) -> str:
    """Why a call was rewritten."""
    return REASONS["pickle"] if path in PICKLE_LOADERS else REASONS.get(path, "")


def is_unpacked_in_four(node: cst.Call, names: ModuleNames) -> bool:
    """Whether the result of ``inspect.getargspec`` is taken apart at once."""
    parent = names.parents.get(node)
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0].target
    return isinstance(target, cst.Tuple | cst.List) and len(target.elements) == 4


def binary_mode(call: cst.Call) -> cst.Call | None:
    """``open(...)`` of a pickle, in binary; None if it is already."""
    if not call.args or _starred(call):
        return None
    mode = call.args[1] if len(call.args) > 1 and call.args[1].keyword is None else None
    mode = keyword(call, "mode") or mode
    if mode is None:
        return (
            call.with_changes(args=[call.args[0], cst.Arg(cst.SimpleString('"rb"'))])
            if len(call.args) == 1
            else None
        )
    if not isinstance(mode.value, cst.SimpleString) or "b" in mode.value.raw_value:
        return None
    if not set(mode.value.raw_value) <= set("rwaU+t"):
        return None
    text = mode.value.raw_value.replace("U", "").replace("t", "") or "r"
    quote = mode.value.quote
    value = cst.SimpleString(f"{quote}{text[0]}b{text[1:]}{quote}")
    args = [arg.with_changes(value=value) if arg is mode else arg for arg in call.args]
    return call.with_changes(args=args)


def _starred(call: cst.Call) -> bool:
    return any(arg.star for arg in call.args)
