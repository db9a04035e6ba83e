"""What a program of this folder answers, in a form that can be kept: runs on Python 3.7 too.

A program is a function without parameters that returns a dictionary of label -> answer. Real
Theano runs it once (``tests/golden/made_by/theano_differential.py``), symopt's namespace in every
test. Both sides turn the answers into the same flat dictionary of plain values with ``leaves``.
"""

import inspect
from collections import OrderedDict

import numpy as np

BOTH = ("float32", "float64")


class Raised:
    """The names of the classes by which a call's exception can be caught; none if it passed."""

    def __init__(self, names):
        self.names = names


def raised(call, *args, **keywords):
    """Call, and say by which names the exception that came could be caught."""
    try:
        call(*args, **keywords)
    except Exception as error:
        return Raised([k.__name__ for k in type(error).__mro__[:-2]])
    return Raised([])


def floatx(*dtypes):
    """Run the program under these values of ``config.floatX`` only."""

    def mark(function):
        function.floatx = dtypes
        return function

    return mark


def tolerance(relative, absolute=0.0):
    """How far float32 numbers may be apart; float64 numbers a ten-thousandth of it."""

    def mark(function):
        function.tolerance = (relative, absolute)
        return function

    return mark


def warns(function):
    """Theano warns in this program, and so may symopt."""
    function.warns = True
    return function


def rewritten(function):
    """The program is about what rewriting its graph does to the numbers."""
    function.rewrites = True
    return function


def programs_of(module):
    """The programs of a module, by name, in the order of the file."""
    found = [
        (inspect.getsourcelines(value)[1], name, value)
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    ]
    return OrderedDict((name, value) for _, name, value in sorted(found))


def compute(inputs, outputs, **keywords):
    """The type of each of the labelled outputs, and its number for one value of each input.

    Parameters
    ----------
    inputs
        Pairs of an input variable and its value.
    outputs
        Label -> expression, or a function that makes it and may fail.
    """
    import theano

    answered = build(outputs)
    made = [label for label, answer in answered.items() if not isinstance(answer, Raised)]
    function = theano.function(
        [variable for variable, _ in inputs],
        [answered[label] for label in made],
        on_unused_input="ignore",
        **keywords,
    )
    results = function(*[value for _, value in inputs])
    for label, result in zip(made, results):  # noqa: B905  (3.7 has no strict)
        answered[label] = OrderedDict([("type", answered[label]), ("value", result)])
    return answered


def build(expressions):
    """Label -> what the function returned, or how it failed; an expression is itself."""
    built = OrderedDict()
    for label, make in expressions.items():
        try:
            built[label] = make() if inspect.isfunction(make) else make
        except Exception as error:
            built[label] = Raised([k.__name__ for k in type(error).__mro__[:-2]])
    return built


def numbers(*shape, **keywords):
    """Sixteenths between -2.5 and 2.5, never 0: exact in float32 and away from kinks."""
    generator = np.random.RandomState(keywords.get("seed", 1))
    values = generator.randint(1, 41, shape) * generator.choice([-1, 1], shape) / 16.0
    return np.asarray(values, keywords.get("dtype") or _floatx())


def positive(*shape, **keywords):
    """Sixteenths between 1/16 and 2.5."""
    return abs(numbers(*shape, **keywords))


def integers(*shape, **keywords):
    """Integers from ``low`` (-4) to ``high`` (4), both included."""
    generator = np.random.RandomState(keywords.get("seed", 1))
    low, high = keywords.get("low", -4), keywords.get("high", 4)
    return np.asarray(generator.randint(low, high + 1, shape), keywords.get("dtype", "int64"))


def _floatx():
    import theano

    return theano.config.floatX


def leaves(answer, path=""):
    """Flatten an answer: path -> a string, a number, None, or the dictionary of an array."""
    if isinstance(answer, dict):
        items = [(str(key), value) for key, value in answer.items()]
    elif isinstance(answer, (list, tuple)) and answer:
        items = [(str(index), value) for index, value in enumerate(answer)]
    else:
        return {path or "answer": _leaf(answer)}
    flat = {}
    for key, value in items:
        flat.update(leaves(value, path + "/" + key if path else key))
    return flat


def _leaf(answer):
    if answer is None or isinstance(answer, (bool, int, str)) or type(answer) is float:
        return answer
    if isinstance(answer, Raised):
        return {"raises": answer.names}
    if isinstance(answer, (np.ndarray, np.generic)):
        return _array(answer)
    if isinstance(answer, type):
        return answer.__name__
    if isinstance(answer, (list, tuple, dict)):
        return "empty " + type(answer).__name__
    if hasattr(answer, "owner") and hasattr(answer, "type"):
        answer = answer.type
    if hasattr(answer, "dtype"):
        pattern = getattr(answer, "broadcastable", (False, False))
        sizes = ",".join("1" if flag else "?" for flag in pattern)
        kind = getattr(answer, "format", None)
        return f"{kind + ' ' if kind else ''}{answer.dtype}({sizes})"
    raise TypeError(f"an answer cannot be a {type(answer)}")


def _array(value):
    leaf = {"dtype": str(value.dtype), "shape": list(value.shape)}
    flat = np.asarray(value).ravel()
    if flat.dtype.kind == "c":
        leaf["values"] = [[_short(v.real), _short(v.imag)] for v in flat]
    elif flat.dtype.kind in "biu":
        leaf["values"] = [int(v) for v in flat]
    elif flat.dtype.kind in "SU":
        leaf["values"] = [str(v) for v in flat]
    else:
        leaf["values"] = [_short(v) for v in flat]
    if isinstance(value, np.generic):
        leaf["scalar"] = True
    return leaf


def _short(value):
    """The shortest decimal that gives the same number of that dtype again."""
    return float(str(value))
