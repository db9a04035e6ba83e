"""Parameters as dicts: names to shared variables, names to arrays, and files of them.

The legacy models keep two ordered dicts. ``params`` maps names to NumPy arrays; ``tparams``
maps the same names to shared variables. These functions move values between the two and to
and from ``.npz`` files, without pickles.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytensor
from numpy.typing import ArrayLike, NDArray
from pytensor.compile.sharedvalue import SharedVariable

from symopt.errors import ParamsError
from symopt.scratch_file import scratch_file, usual_mode

Array = NDArray[Any]

# What checkpoints (symopt.training.checkpoint) are made of.
CHECKPOINT_ARRAYS = "arrays.npz"
CHECKPOINT_MANIFEST = "manifest.json"
CHECKPOINT_PARAMS = "params/"


def init_tparams(params: Mapping[str, ArrayLike]) -> dict[str, SharedVariable]:
    """Make a shared variable of each parameter, under the same name and in the same order.

    Parameters
    ----------
    params
        Names to arrays (or numbers, or nested lists) of any shape. dtypes are kept.

    Returns
    -------
    dict
        Names to shared variables, each holding a copy and carrying its name.

    Raises
    ------
    ParamsError
        A name is not a string, or a value is not a numeric array.
    """
    arrays = {_check_name(name): _as_array(name, value) for name, value in params.items()}
    return {name: pytensor.shared(value.copy(), name=name) for name, value in arrays.items()}


def zipp(params: Mapping[str, ArrayLike], tparams: Mapping[str, SharedVariable]) -> None:
    """Write the arrays of ``params`` into the shared variables of the same names.

    Variables that ``params`` does not name keep their values. A real array of another float
    dtype is cast to its variable's. Nothing is written unless everything fits.

    Raises
    ------
    ParamsError
        A name is not in ``tparams``, or a value has another shape or kind than its variable.
    """
    unknown = [name for name in params if name not in tparams]
    if unknown:
        raise ParamsError(f"zipp: {_quoted(unknown)} not in tparams, which has {_quoted(tparams)}.")
    values = {
        name: _fit(name, value, tparams[name].get_value(borrow=True))
        for name, value in params.items()
    }
    for name, value in values.items():
        tparams[name].set_value(value, borrow=True)


def unzip(tparams: Mapping[str, SharedVariable]) -> dict[str, Array]:
    """Copy the values of the shared variables into a dict of arrays, in the same order."""
    return {name: np.array(variable.get_value(borrow=True)) for name, variable in tparams.items()}


def save_params(
    path: str | os.PathLike[str], params: Mapping[str, ArrayLike], **extra: ArrayLike
) -> Path:
    """Write parameters to an ``.npz`` file that ``numpy.load`` reads without pickles.

    The file appears whole or not at all: it is written beside its place and then renamed.

    Parameters
    ----------
    path
        Where to; ``.npz`` is appended if it is missing, as ``numpy.savez`` does.
    params
        Names to numeric arrays (``unzip(tparams)``).
    **extra
        More arrays for the same file, such as ``history_errs``.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ParamsError
        A name stands in both ``params`` and ``extra``, or a value is not a numeric or text
        array (it would need a pickle). Nothing is written then.
    """
    both = [name for name in extra if name in params]
    if both:
        raise ParamsError(
            f"save_params: {_quoted(both)} given both as a parameter and as an extra array; "
            "rename the extra one."
        )
    arrays = {
        _check_name(name): _as_array(name, value, text=True)
        for name, value in {**params, **extra}.items()
    }
    target = Path(path)
    if target.suffix != ".npz":
        target = target.with_name(target.name + ".npz")
    with scratch_file(target) as scratch:
        with scratch.open("wb") as file:
            # numpy.savez takes the names as keywords and so cannot store one called "file".
            with zipfile.ZipFile(file, "w") as archive:
                for name, value in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                        np.lib.format.write_array(entry, value, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        usual_mode(scratch)
        os.replace(scratch, target)
    return target


def load_params(
    path: str | os.PathLike[str], params: MutableMapping[str, Array] | None = None
) -> MutableMapping[str, Array]:
    """Read arrays from an ``.npz`` file or a checkpoint.

    Parameters
    ----------
    path
        The file. Pickled (object) arrays in it are refused, never opened. Of a checkpoint, its
        folder (``DIR/checkpoints/update-000001200-17``) or the ``arrays.npz`` in it: the
        parameters are read, and not what else it holds.
    params
        Names to arrays to be filled by name, as the LSTM tutorial does: each is replaced by the
        file's array, cast to the float dtype it had. Other arrays of the file are left alone.
        None (default): every array of the file, or parameter of the checkpoint, is returned.

    Returns
    -------
    dict
        ``params`` itself, filled, or a new dict of everything in the file.

    Raises
    ------
    ParamsError
        The file is missing or damaged; names of ``params`` are not in it; a shape differs.
        ``params`` is left as it was.
    """
    names = None if params is None else list(params)
    checkpoint = _checkpoint_folder(Path(path))
    if checkpoint is not None:
        file_arrays = _read_checkpoint(checkpoint, names)
    else:
        file_arrays = _read_npz(Path(path), names)
    if params is None:
        return file_arrays
    missing = [name for name in params if name not in file_arrays]
    if missing:
        raise ParamsError(
            f"load_params: {_quoted(missing)} not in the archive {path}. Load it without params "
            "to see what it holds, or pass only the names to be filled."
        )
    for name, value in params.items():
        if isinstance(value, SharedVariable):
            raise ParamsError(
                f"load_params: {name!r} is a shared variable; load into arrays and write them: "
                "zipp(load_params(path, unzip(tparams)), tparams)."
            )
    filled = {name: _fit(name, file_arrays[name], np.asarray(params[name])) for name in params}
    params.update(filled)
    return params


def _checkpoint_folder(path: Path) -> Path | None:
    """The folder of the checkpoint that ``path`` is or lies in; None if it is another file."""
    if path.is_dir():
        return path
    if path.name == CHECKPOINT_ARRAYS and path.with_name(CHECKPOINT_MANIFEST).exists():
        return path.parent
    return None


def _read_checkpoint(folder: Path, names: list[str] | None) -> dict[str, Array]:
    """The parameters (those in ``names``, if given) of a checkpoint."""
    path = folder / CHECKPOINT_ARRAYS
    if not path.exists():
        inner = sorted(file.parent.name for file in folder.glob(f"update-*/{CHECKPOINT_ARRAYS}"))
        mend = f"It holds checkpoints; give one of them: {_quoted(inner)}." if inner else ""
        raise ParamsError(
            f"{folder} is a folder without {CHECKPOINT_ARRAYS}; expected an .npz written by "
            f"save_params, or the folder of a checkpoint. {mend}".rstrip()
        )
    params = _read_npz(path, names, prefix=CHECKPOINT_PARAMS)
    if names is None and not params:
        raise ParamsError(
            f"{path} holds no parameters; expected arrays called {CHECKPOINT_PARAMS}NAME."
        )
    return params


def _read_npz(path: Path, names: list[str] | None, prefix: str = "") -> dict[str, Array]:
    """The arrays of an npz file (those in ``names``, if given), or an error naming the file.

    With ``prefix``, it is a checkpoint's: only the entries that begin with it, named without.
    """
    try:
        with path.open("rb") as file:  # opened here, for numpy.load leaks it when it fails
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ParamsError(f"{path} holds a single array; expected an .npz of named arrays.")
            entries = {entry: entry for entry in archive.files}
            if prefix:  # checkpoints quote what is unsafe in a name
                named = {unquote(entry): entry for entry in entries}
                entries = {n[len(prefix) :]: e for n, e in named.items() if n.startswith(prefix)}
            wanted = entries if names is None else [name for name in names if name in entries]
            return {name: archive[entries[name]] for name in wanted}
    except FileNotFoundError as error:
        raise ParamsError(
            f"{path}: no such file; expected an .npz written by save_params."
        ) from error
    except ParamsError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ParamsError(
            f"{path} cannot be read as an .npz of plain arrays: {error}. It is damaged, or holds "
            "pickled objects, which are never opened."
        ) from error


def _fit(name: str, value: ArrayLike, like: Array) -> Array:
    """``value`` as an array of the shape and dtype of ``like``, or an error naming it."""
    array = _as_array(name, value)
    if array.shape != like.shape:
        raise ParamsError(f"{name!r} has shape {array.shape}; expected {like.shape}.")
    if not np.can_cast(array.dtype, like.dtype, casting="same_kind"):
        raise ParamsError(
            f"{name!r} is {array.dtype}, which cannot become {like.dtype} without loss; "
            "cast it first."
        )
    return array.astype(like.dtype)


def _as_array(name: str, value: ArrayLike, text: bool = False) -> Array:
    if isinstance(value, SharedVariable):
        raise ParamsError(f"{name!r} is a shared variable; pass its value: unzip(tparams).")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ParamsError(f"{name!r} is not an array: {error}") from error
    if array.dtype.kind not in ("biufcUS" if text else "biufc"):
        raise ParamsError(
            f"{name!r} is of dtype {array.dtype}; expected a numeric array "
            "(an object array would need a pickle)."
        )
    return array


def _check_name(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ParamsError(f"A parameter's name has to be a non-empty string; given {name!r}.")
    return name


def _quoted(names: object) -> str:
    return ", ".join(repr(name) for name in names) or "nothing"  # type: ignore[attr-defined]
