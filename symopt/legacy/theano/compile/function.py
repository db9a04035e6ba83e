"""``theano.function``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symopt.legacy.theano.compile.function_module import Function, orig_function
from symopt.legacy.theano.compile.pfunc import pfunc


def function(
    inputs: Sequence[Any],
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: Any = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
) -> Function:
    r"""Compile a function, at once, by the backend that symopt has chosen.

    Parameters
    ----------
    inputs
        Symbolic variables, or :class:`In` objects, which may have default values and updates.
    outputs
        A variable, a list of them, a dict of names to them (the function then returns a dict),
        or None. A variable may be in an ``Out(variable, borrow=True)``.
    mode
        None or "FAST_RUN": the backend's own way. Else a name or an object of PyTensor's modes:
        "FAST_COMPILE", "DebugMode", "NanGuardMode"...
    updates
        Pairs, or a dict, of shared variables to their new values. All are computed from the old
        ones.
    givens
        Pairs, or a dict: what takes the place of a variable in the graph.
    no_default_updates
        Whether the ``default_update`` of shared variables (random streams have one) is not
        done; or a list of those for which it is not.
    accept_inplace, rebuild_strict, profile
        As for ``pytensor.function``.
    name
        Its name. None: the file and the line of the call, "file.py:12".
    allow_input_downcast
        Whether values may lose precision when they are cast to the type of their input. None:
        Python floats may.
    on_unused_input
        What to do about an input that nothing depends on: "raise", "warn" or "ignore". None:
        what ``theano.config.on_unused_input`` says.

    Returns
    -------
    Function
        A callable. It returns arrays of NumPy, 0-d ones for scalars: one, a list, or a dict, as
        ``outputs`` is given.

    Raises
    ------
    MissingInputError
        Something that is computed depends on a variable that is no input.
    UnusedInputError
        Nothing depends on an input, or it is listed twice.
    TypeError
        An update is not of the type of its shared variable.
    """
    if name is None:
        caller = sys._getframe(1)
        name = f"{caller.f_code.co_filename}:{caller.f_lineno}"
    output_keys = None
    if isinstance(outputs, dict):
        for key in outputs:
            assert isinstance(key, str), f"outputs has the key {key!r}; expected strings"
        output_keys = sorted(outputs)
        outputs = [outputs[key] for key in output_keys]
    if any(isinstance(each, tuple) for each in inputs):
        assert not updates, "inputs as tuples allow no updates"
        assert not givens, "inputs as tuples allow no givens"
        return orig_function(
            inputs,
            outputs,
            mode,
            accept_inplace=accept_inplace,
            name=name,
            profile=profile,
            on_unused_input=on_unused_input,
            output_keys=output_keys,
        )
    return pfunc(
        inputs,
        outputs,
        mode=mode,
        updates=updates,
        givens=givens,
        no_default_updates=no_default_updates,
        accept_inplace=accept_inplace,
        name=name,
        rebuild_strict=rebuild_strict,
        allow_input_downcast=allow_input_downcast,
        profile=profile,
        on_unused_input=on_unused_input,
        output_keys=output_keys,
    )


def function_dump(
    filename: str,
    inputs: Sequence[Any],
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: Any = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
    extra_tag_to_remove: Any = None,
) -> None:
    """Write the arguments of :func:`function` to a file, as a pickled dict."""
    from symopt.legacy.theano.misc.pkl_utils import StripPickler

    arguments = {
        key: value
        for key, value in locals().items()
        if key not in ("filename", "extra_tag_to_remove", "StripPickler")
    }
    with Path(filename).open("wb") as file:
        StripPickler(file, protocol=-1, extra_tag_to_remove=extra_tag_to_remove).dump(arguments)
