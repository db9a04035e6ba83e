"""``manifest.json``: what a checkpoint holds, with a hash of each array and of itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from symopt.training.checkpoint import document as documents
from symopt.training.checkpoint.archive import ArrayRecord

FORMAT = "symopt-checkpoint"
VERSION = 1
KEYS = ("format", "version", "update", "sequence", "document", "arrays", "arrays_bytes", "sha256")

_SHA256 = re.compile("[0-9a-f]{64}")


class ManifestError(ValueError):
    """The text is no manifest, or a damaged one; it says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """What a checkpoint holds.

    Attributes
    ----------
    update
        Updates made.
    sequence
        Which save into its folder of checkpoints it was.
    document
        As :func:`symopt.training.checkpoint.document.encode` gives it.
    arrays
        Names to what is known about the arrays.
    arrays_bytes
        Length of ``arrays.npz``.
    """

    update: int
    sequence: int
    document: Mapping[str, Any]
    arrays: Mapping[str, ArrayRecord]
    arrays_bytes: int


def to_text(manifest: Manifest) -> str:
    """The one text of a manifest; its last entry is the sha256 of all that stands before."""
    arrays = {
        name: {"shape": list(record.shape), "dtype": record.dtype, "sha256": record.sha256}
        for name, record in manifest.arrays.items()
    }
    entries = {
        "format": FORMAT,
        "version": VERSION,
        "update": manifest.update,
        "sequence": manifest.sequence,
        "document": manifest.document,
        "arrays": arrays,
        "arrays_bytes": manifest.arrays_bytes,
    }
    text = "{\n" + "".join(f" {_line(key, value)},\n" for key, value in entries.items())
    return f'{text} "sha256": "{hashlib.sha256(text.encode()).hexdigest()}"\n}}\n'


def _line(key: str, value: Any) -> str:
    if isinstance(value, dict) and value:  # one line for each array and part of the document
        inner = ",\n".join(
            f"  {documents.to_text(name)}: {documents.to_text(item)}"
            for name, item in value.items()
        )
        return f'"{key}": {{\n{inner}\n }}'
    return f'"{key}": {documents.to_text(value)}'


def from_text(text: str) -> Manifest:
    """Read a manifest.

    Raises
    ------
    ManifestError
        It is none, of another version, or not to the last character what was written.
    """
    try:
        entries = documents.from_text(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"no JSON, or cut short: {error}") from error
    if not isinstance(entries, dict) or entries.get("format") != FORMAT:
        raise ManifestError("not the manifest of a symopt checkpoint")
    if entries.get("version") != VERSION:
        raise ManifestError(
            f"version {entries.get('version')!r:.20} of the format; this symopt reads {VERSION}"
        )
    if tuple(entries) != KEYS:
        raise ManifestError("entries are missing or unknown")
    manifest = Manifest(
        _count(entries, "update"),
        _count(entries, "sequence"),
        _document(entries["document"]),
        _records(entries["arrays"]),
        _count(entries, "arrays_bytes"),
    )
    if to_text(manifest) != text:
        raise ManifestError("damaged: its text has another sha256 than it says")
    return manifest


def _count(entries: Mapping[str, Any], key: str) -> int:
    value = entries[key]
    if type(value) is not int or value < 0:
        raise ManifestError(f"{key} is {value!r:.40}")
    return value


def _document(value: Any) -> dict[str, Any]:
    try:
        documents.decode(value)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"the document makes no sense: {error}") from error
    if not isinstance(value, dict):
        raise ManifestError("the document is no object")
    return value


def _records(value: Any) -> dict[str, ArrayRecord]:
    if not isinstance(value, dict):
        raise ManifestError("arrays is no object")
    records = {}
    for name, entry in value.items():
        if not (
            isinstance(entry, dict)
            and list(entry) == ["shape", "dtype", "sha256"]
            and isinstance(entry["shape"], list)
            and all(type(length) is int and length >= 0 for length in entry["shape"])
            and isinstance(entry["dtype"], str)
            and isinstance(entry["sha256"], str)
            and _SHA256.fullmatch(entry["sha256"])
        ):
            raise ManifestError(f"the entry of the array {name!r:.60} makes no sense")
        records[name] = ArrayRecord(tuple(entry["shape"]), entry["dtype"], entry["sha256"])
    return records
