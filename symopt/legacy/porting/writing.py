"""Puts a port on the disk: never into its source, never over files that it did not write."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path, PurePosixPath

from symopt.errors import PortError
from symopt.legacy.porting.report import as_json, as_text
from symopt.legacy.porting.tree import Port, PortedFile, sha256_of
from symopt.scratch_file import scratch_file, usual_mode


def report_paths(destination: Path, report: Path | None) -> tuple[Path, Path]:
    """Where the text and the JSON of a report are written: beside the port, or where asked."""
    if report is None:
        name = destination.name
        return (
            destination.with_name(f"{name}.report.txt"),
            destination.with_name(f"{name}.report.json"),
        )
    if report.suffix == ".json":
        return report.with_suffix(".txt"), report
    return report, report.with_suffix(".json")


def check_destination(source: Path, destination: Path) -> None:
    """Refuse to write where the source is.

    Raises
    ------
    PortError
        One is the other, or lies within it, links followed.
    """
    real, target = source.resolve(), _resolved(destination)
    if real == target or (destination.exists() and destination.samefile(source)):
        raise PortError(
            f"{destination} is {source} itself; expected another place. Nothing is ever written "
            "into what is ported."
        )
    if real in target.parents or target in real.parents:
        raise PortError(
            f"{destination} and {source} lie one within the other; expected a place beside. "
            "Nothing is ever written into what is ported."
        )
    if destination.exists() and destination.is_dir() != source.is_dir():
        kind = "folder" if source.is_dir() else "file"
        raise PortError(f"{destination} exists and is no {kind}; expected a {kind}, or nothing.")


def write(
    port: Port, destination: Path, *, report: Path | None = None, force: bool = False
) -> tuple[Path, Path]:
    """Write a port and its report.

    Files that are there already are replaced only if an earlier report says that they were
    written so, and they have not been changed since.

    Parameters
    ----------
    port
        What :func:`~symopt.legacy.porting.tree.port` made.
    destination
        A folder for a tree, a file for a file. What is missing is made.
    report
        Where the report goes; None is beside ``destination``. The text and the JSON differ by
        their suffix.
    force
        Whether to write over anything.

    Returns
    -------
    tuple of Path
        The report as text, and as JSON.

    Raises
    ------
    PortError
        ``destination`` is the source or lies within it, or holds files that are not of a port.
        Nothing has been written then.
    """
    check_destination(port.source, destination)
    text_path, json_path = report_paths(destination, report)
    for path in (text_path, json_path):
        _check_report(port, path)
    targets = [(file, _target(port, destination, file)) for file in port.files]
    earlier = _earlier(json_path)
    if not force:
        _check_overwriting(targets, destination, earlier)
        if not earlier:
            _check_no_report(text_path, json_path)
    for file, target in targets:
        _write_file(port, destination, file, target)
    _remove_stale(port, destination, earlier)
    for path, content in ((text_path, as_text(port)), (json_path, as_json(port))):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content.encode(), None)
    return text_path, json_path


def _target(port: Port, destination: Path, file: PortedFile) -> Path:
    if not port.is_tree:
        return destination
    target = destination / file.path
    inside = _resolved(destination)
    parent = _resolved(target.parent)
    if parent != inside and inside not in parent.parents:
        raise PortError(
            f"{target.parent} leads out of {destination}, to {parent}; expected plain folders. "
            "Remove the link."
        )
    return target


def _check_report(port: Port, path: Path) -> None:
    real, target = port.source.resolve(), _resolved(path)
    if target == real or real in target.parents:
        raise PortError(
            f"the report {path} would lie in {port.source}; expected another place. Give --report."
        )


def _check_no_report(*paths: Path) -> None:
    for path in paths:
        if os.path.lexists(path):
            raise PortError(
                f"{path} is there and is no report of a port; the report would be written over it. "
                "Give --report, or --force."
            )


def _check_overwriting(
    targets: list[tuple[PortedFile, Path]], destination: Path, earlier: dict[str, str]
) -> None:
    foreign = []
    for file, target in targets:
        if not os.path.lexists(target):
            continue
        if target.is_symlink():
            if file.action != "linked" or os.readlink(target) != os.readlink(file.source):
                foreign.append(target)
            continue
        if not target.is_file():
            foreign.append(target)
            continue
        there = sha256_of(target)
        if there != earlier.get(str(file.path)) and (
            file.action == "linked" or there != file.sha256()
        ):
            foreign.append(target)
    if foreign:
        listed = ", ".join(str(path) for path in foreign[:5])
        more = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
        raise PortError(
            f"{destination} has files that no port has written, or that were changed since: "
            f"{listed}{more}; expected an empty place. Give another one, or --force to write over "
            "them."
        )


def _earlier(json_path: Path) -> dict[str, str]:
    """What an earlier port wrote: SHA-256 by path."""
    try:
        document = json.loads(json_path.read_text("utf-8"))
        if document["made_by"] != "symopt port":
            return {}
        return {str(f["path"]): str(f["sha256"]) for f in document["files"] if "sha256" in f}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _remove_stale(port: Port, destination: Path, earlier: dict[str, str]) -> None:
    """Files of an earlier port that are not of this one, unless they were changed."""
    if not port.is_tree:
        return
    now = {str(file.path) for file in port.files}
    for name, digest in earlier.items():
        path = destination / PurePosixPath(name)
        if name in now or ".." in PurePosixPath(name).parts or path.is_symlink():
            continue
        inside = _resolved(destination) in _resolved(path).parents
        if inside and path.is_file() and sha256_of(path) == digest:
            path.unlink()


def _write_file(port: Port, destination: Path, file: PortedFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.action != "linked":
        _replace(target, file.source if file.data is None else file.data, file.source)
        return
    link = os.readlink(file.source)
    leads_to = Path(os.path.normpath(file.source.parent / link))
    if not os.path.isabs(link) and port.source in leads_to.parents:
        if os.path.lexists(target):
            target.unlink()
        os.symlink(link, target)
    elif file.source.is_file():  # a file from elsewhere: its content
        _replace(target, file.source, file.source)


def _replace(path: Path, data: bytes | Path, like: Path | None) -> None:
    """Write a file as a whole or not at all; a link in its place is replaced, not followed."""
    with scratch_file(path) as scratch:
        if isinstance(data, Path):
            shutil.copyfile(data, scratch)
        else:
            scratch.write_bytes(data)
        if like is not None:
            shutil.copymode(like, scratch)
        else:
            usual_mode(scratch)
        os.replace(scratch, path)


def _resolved(path: Path) -> Path:
    """The real path of what may not be there yet."""
    return Path(os.path.realpath(path))
