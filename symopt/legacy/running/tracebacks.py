"""Tracebacks without the frames of the runner."""

from __future__ import annotations

import sys
import types
from pathlib import Path

from symopt.errors import SymoptError

_PACKAGE = str(Path(__file__).parents[1])
_OURS = (f"{_PACKAGE}/running/", f"{_PACKAGE}/python2/")


def program_frames(trace: types.TracebackType | None) -> types.TracebackType | None:
    """The traceback from the program's first frame on, without the frames of its support.

    Where no frame of the program is left, as for a script that cannot be translated, None.
    """
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    first = next(
        (i for i, tb in enumerate(frames) if i and _is_runner(frames[i - 1]) and not _is_ours(tb)),
        len(frames),
    )
    kept = [tb for tb in frames[first:] if not _is_ours(tb)]
    # importing shows only as far as it leads to a module of the program
    while kept and _file(kept[-1]).startswith("<frozen importlib"):
        kept.pop()
    result: types.TracebackType | None = None
    for tb in reversed(kept):
        result = types.TracebackType(result, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
    return result


def show(error: BaseException) -> None:
    """Write an exception of the program as Python would at its end."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        part = pending.pop()
        if part is not None and id(part) not in seen:
            seen.add(id(part))
            frames = program_frames(part.__traceback__)
            # nothing of the program: it could not begin, which the message says; or a bug in here
            if frames is not None or isinstance(part, SymoptError):
                part.__traceback__ = frames
            pending += [part.__cause__, part.__context__]
    sys.excepthook(type(error), error, error.__traceback__)


def _file(trace: types.TracebackType) -> str:
    return trace.tb_frame.f_code.co_filename


def _is_ours(trace: types.TracebackType) -> bool:
    return _file(trace).startswith(_OURS)


def _is_runner(trace: types.TracebackType) -> bool:
    return trace.tb_frame.f_code.co_name == "_run_code" and _is_ours(trace)
