"""Tar archives: those of Blocks, and others with files of arrays in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symopt.datasets.pickles import Allowance, PickleError, RefusedError
from symopt.legacy.checkpoints.tar_members import Member, members
from symopt.legacy.checkpoints.theano_objects import loads
from symopt.legacy.checkpoints.unreadable import UnreadableError
from symopt.legacy.checkpoints.zipped import blocks_names, persisted, read_zip

PARAMETERS = "_parameters"
"""The npz file in a tar archive of Blocks."""

DELIMITER = "|"

ReadMember = Callable[[bytes], tuple[dict[str, Any], list[str]]]


def read_tar(data: bytes, read_member: ReadMember) -> tuple[str, dict[str, Any], list[str]]:
    """What kind of archive it is, what its members hold by name, and what is wrong with it.

    Parameters
    ----------
    data
        The archive.
    read_member
        Reads a member of an archive that is not of Blocks.

    Raises
    ------
    UnreadableError
        Nothing in it can be read.
    """
    found = list(members(data))
    faults = [f"{member.name}: {member.fault}".lstrip(": ") for member in found if member.fault]
    files = [member for member in found if not member.fault]
    if any(member.name == PARAMETERS for member in files):
        kind, objects = "tar archive of Blocks", _of_blocks(files, faults)
    else:
        kind, objects = "tar archive", {}
        for member in files:
            try:
                inside, inner_faults = read_member(member.data)
            except UnreadableError as error:
                faults.append(f"{member.name}: {error}")
                continue
            faults += [f"{member.name}: {fault}" for fault in inner_faults]
            objects[member.name] = inside[""] if set(inside) == {""} else inside
    if not objects:
        raise UnreadableError(f"a tar archive without arrays; {'; '.join(faults) or 'it is empty'}")
    return kind, objects, faults


def _of_blocks(files: list[Member], faults: list[str]) -> dict[str, Any]:
    """The parameters under Blocks' names, and what was pickled beside them under the member's."""
    arrays: dict[str, Any] = {}
    for member in files:
        if member.name == PARAMETERS:
            try:
                _, arrays, inner = read_zip(member.data)
            except UnreadableError as error:
                faults.append(f"{PARAMETERS}: {error}")
            else:
                faults += [f"{PARAMETERS}: {fault}" for fault in inner]
    objects = blocks_names(arrays, DELIMITER)
    allowance = Allowance(sum(len(member.data) for member in files))
    for member in files:
        if member.name == PARAMETERS:
            continue
        try:
            value, _ = loads(member.data, 0, persisted(arrays), allowance=allowance)
        except (PickleError, RefusedError) as error:
            faults.append(f"{member.name}: no pickle, or a damaged one: {error}")
        else:
            objects[member.name] = value
    return objects
