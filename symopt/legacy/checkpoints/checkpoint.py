"""A legacy checkpoint as names and arrays, with its options and history."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.errors import CheckpointError
from symopt.legacy.checkpoints.contents import Contents, read_contents
from symopt.legacy.checkpoints.gathering import gather
from symopt.legacy.checkpoints.natural import natural
from symopt.legacy.checkpoints.options import options_beside, read_options

Array = NDArray[Any]

HISTORY = re.compile(
    r"(?:.*[/.])?(?:history(?:_.*)?|.*_history|uidx|eidx|(?:best_)?(?:train|valid|test|dev)_"
    r"(?:err|errs|error|errors|cost|costs|loss|losses|acc|accs|ppl|perplexity|score|scores))"
)
"""Names of what scripts save beside the parameters: history_errs, train_err, uidx..."""

ZIPPED = "zipped_params"
OTHERS = (f"{ZIPPED}/", "optimizer_weights/")
NUMBERED = re.compile(r"arr_\d+")
NUMERIC = "biufc"
ARCHIVES = ("of Blocks", "of theano.misc.pkl_utils")
"""Their pickles refer to arrays that are entries of their own."""


@dataclass(eq=False, repr=False)
class LegacyCheckpoint(Mapping[str, Array]):
    """What a legacy file of parameters holds; itself a mapping of names to parameters.

    So it can be given to :func:`symopt.init_tparams`, :func:`symopt.zipp` and
    :func:`symopt.save_params` as it is.

    Attributes
    ----------
    path
        The file.
    format
        What it is, for people: "npz file", "gzipped pickle", "tar archive of Blocks"...
    arrays
        Names to parameters, in the order of the file; arrays of numbers of any shape and dtype, as
        they were saved.
    options
        Names to plain values: numbers, text, None, and lists and dicts of those. From the file
        itself and from the file of options beside it. Classes and functions are their names.
    history
        Names to arrays of what was saved about the run: history_errs, train_err, uidx...
    others
        Names to arrays that are no parameters: text, an optimizer's state, zipped_params where
        they differ from the parameters.
    unread
        What is damaged or cannot be read, and why, one text each.
    left_out
        What was not meant to be read, one text each: the states of random generators.
    options_path
        The file beside it that options came from; None if there is none.
    """

    path: Path
    format: str
    arrays: dict[str, Array] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    history: dict[str, Array] = field(default_factory=dict)
    others: dict[str, Array] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    options_path: Path | None = None

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def __repr__(self) -> str:
        numbers = sum(array.size for array in self.arrays.values())
        left = f", {len(self.unread)} unread" if self.unread else ""
        return (
            f"<LegacyCheckpoint {str(self.path)!r}: {self.format}, {len(self.arrays):,} parameters "
            f"of {numbers:,} numbers, {len(self.options):,} options{left}>"
        )

    def under(self, prefix: str) -> dict[str, Array]:
        """The parameters below a name, called without it: ``under("params")`` of ``params/W``."""
        found = {}
        for name, array in self.arrays.items():
            rest = name.removeprefix(prefix)
            if name.startswith(prefix) and rest[:1] in ("/", "."):
                found[rest[1:]] = array
        return found


def load_checkpoint(
    path: str | os.PathLike[str], *, options: str | os.PathLike[str] | None = None
) -> LegacyCheckpoint:
    """Read the parameters that a script of Theano's time saved.

    The format shows in the file's bytes, whatever its name: ``.npz`` and ``.npy``; pickles of any
    protocol and of Python 2 or 3, compressed or not, one or several in the file, of arrays,
    shared variables, GPU arrays, compiled functions, and objects with these in attributes; the zip
    files of ``theano.misc.pkl_utils``; Blocks' tar and zip files; Keras' and other HDF5 files
    (h5py); MATLAB's ``.mat`` files; joblib's files.

    Nothing in the file is executed or imported, no link in it is followed, and not more is
    allocated than its size accounts for.

    Parameters
    ----------
    path
        The file.
    options
        A pickle or JSON file of options. None (default): ``PATH.pkl`` (the LSTM tutorial, dl4mt,
        WAP) or ``PATH.json`` (Nematus), the same without an ``.iter1000`` in it, or
        ``PREFIXstate.pkl`` beside a ``PREFIXmodel.npz`` (GroundHog), if there is one.

    Returns
    -------
    LegacyCheckpoint
        ``arrays``, ``options``, ``history``, and in ``unread`` what could not be had. Arrays are
        called by their names in the file, or by the way to them: ``layers[0].W``. Arrays without
        a name are ``arr_0``, ``arr_1``... in order. Blocks' parameters are called as Blocks does,
        ``/mlp/linear_0.W``; Keras' by their weights' names, ``dense_1/kernel:0``.

    Raises
    ------
    symopt.errors.CheckpointError
        There is no such file, or nothing in it can be read; or ``options`` is no file of options.
    """
    file = Path(path)
    if file.is_dir():
        raise CheckpointError(
            f"{file}: a folder; expected a file. What symopt.fit saved is read by "
            "symopt.load_params."
        )
    contents = read_contents(file)
    archive = contents.kind.endswith(ARCHIVES)
    found = gather(_root(contents), contents.objects if archive else None)
    made = LegacyCheckpoint(file, contents.kind, unread=[*contents.faults, *found.faults])
    made.left_out = found.left_out
    for name in sorted(found.arrays, key=_order):
        _sort(made, name, found.arrays[name])
    _take_zipped(made)
    for name, value in found.values.items():
        if name == ZIPPED and value is None:  # the tutorial's, before its first validation
            continue
        numbers = _numbers(value) if HISTORY.fullmatch(name) else None
        if numbers is None:
            made.options[name] = value
        else:
            made.history[name] = numbers
    whole = found.values.get("arr_0")
    if list(found.values) == ["arr_0"] and isinstance(whole, dict) and not found.arrays:
        made.options = dict(whole)
    made.options_path = Path(options) if options is not None else options_beside(file)
    if made.options_path is not None:
        beside, faults = read_options(made.options_path, must=options is not None)
        made.options |= beside
        made.unread += faults
    return made


def _root(contents: Contents) -> Any:
    names = set(contents.objects)
    if names == {""}:
        return contents.objects[""]
    if all(re.fullmatch(r"\[\d+\]", name) for name in names):
        return list(contents.objects.values())  # several dumps in one file
    return contents.objects


def _order(name: str) -> Any:
    """``arr_10`` behind ``arr_9``; what has a name of its own stays where it was."""
    return natural(name) if NUMBERED.fullmatch(name) else []


def _sort(made: LegacyCheckpoint, name: str, array: Array) -> None:
    if HISTORY.fullmatch(name) and array.dtype.kind in NUMERIC:
        made.history[name] = array
    elif array.dtype.kind not in NUMERIC or name.startswith(OTHERS):
        made.others[name] = array
    else:
        made.arrays[name] = array


def _take_zipped(made: LegacyCheckpoint) -> None:
    """The tutorial's ``zipped_params``: the best parameters, beside the last ones or alone."""
    prefix = f"{ZIPPED}/"
    zipped = {n.removeprefix(prefix): n for n in made.others if n.startswith(prefix)}
    for name, entry in zipped.items():
        array = made.others[entry]
        if array.dtype.kind not in NUMERIC:
            continue
        if name not in made.arrays:
            made.arrays[name] = made.others.pop(entry)
        elif _same(made.arrays[name], array):
            del made.others[entry]


def _same(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _numbers(value: Any) -> Array | None:
    """A number, or a list of them, as an array; None if it is anything else."""
    if isinstance(value, bool | str) or not isinstance(value, int | float | list | tuple):
        return None
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in NUMERIC else None
