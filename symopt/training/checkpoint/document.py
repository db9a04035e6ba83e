"""Documents of a checkpoint: JSON whose floats come back to the bit.

JSON knows neither NaN nor infinities. A float that it cannot hold is written as an object,
``{"$float": "inf"}``, ``{"$float": "-inf"}`` or ``{"$float": "nan:7ff8000000000000"}`` with the
number's 64 bits in hexadecimal. Keys of the document that begin with ``$`` get a second one.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from symopt.errors import CheckpointError

FLOAT = "$float"
DEEPEST = 100
"""Lists and objects inside one another."""

_NAN = re.compile("nan:[0-9a-f]{16}")


def encode(value: Any, where: str = "document", depth: int = 0) -> Any:
    """``value`` in terms of JSON.

    Parameters
    ----------
    value
        None, bool, int, float, str, lists and dicts with string keys. Tuples become lists and
        NumPy scalars the Python numbers of the same value.
    where
        How an error calls it.

    Raises
    ------
    CheckpointError
        Something else is in it; the text says where.
    """
    if depth > DEEPEST:
        raise CheckpointError(f"checkpoint: {where[:80]}... is nested more than {DEEPEST} deep.")
    if isinstance(value, np.bool_ | np.integer | np.floating) and value.dtype.itemsize <= 8:
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return _integer(int(value), where)
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, list | tuple):
        return [encode(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        encoded = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise CheckpointError(
                    f"checkpoint: {where} has the key {key!r}; expected strings, which is all that "
                    "JSON has."
                )
            inner = encode(item, f"{where}[{key!r}]", depth + 1)
            encoded[f"${key}" if key.startswith("$") else str(key)] = inner
        return encoded
    raise CheckpointError(
        f"checkpoint: {where} is of the type {type(value).__name__}; expected numbers, strings, "
        "lists, dicts, booleans or None. Give arrays in `arrays`."
    )


def _integer(value: int, where: str) -> int:
    try:
        str(value)
    except ValueError as error:
        raise CheckpointError(f"checkpoint: {where} is an integer too long for JSON.") from error
    return value


def _float(value: float) -> Any:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return {FLOAT: f"nan:{struct.pack('>d', value).hex()}"}
    return {FLOAT: "inf" if value > 0 else "-inf"}


def decode(value: Any, depth: int = 0) -> Any:
    """What was encoded.

    Raises
    ------
    ValueError
        It is nothing that :func:`encode` gives.
    """
    if depth > DEEPEST:
        raise ValueError(f"nested more than {DEEPEST} deep")
    if isinstance(value, list):
        return [decode(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number too large for a float")
    if not isinstance(value, dict):
        return value
    if FLOAT in value:
        return _special_float(value)
    decoded = {}
    for key, item in value.items():
        if key.startswith("$") and not key.startswith("$$"):
            raise ValueError(f"unknown key {key!r}")
        decoded[key[1:] if key.startswith("$") else key] = decode(item, depth + 1)
    return decoded


def _special_float(value: dict[str, Any]) -> float:
    text = value[FLOAT]
    if len(value) == 1 and text in ("inf", "-inf"):
        return float(text)
    if len(value) == 1 and isinstance(text, str) and _NAN.fullmatch(text):
        (number,) = struct.unpack(">d", bytes.fromhex(text[4:]))
        if math.isnan(number):
            return float(number)
    raise ValueError(f"no float: {value!r:.80}")


def to_text(value: Any) -> str:
    """JSON on one line, in ASCII, without NaN; keys keep their order."""
    return json.dumps(value, allow_nan=False, ensure_ascii=True)


def from_text(text: str) -> Any:
    """Read JSON strictly: no NaN, no key twice.

    Raises
    ------
    ValueError
        It is not such JSON; RecursionError if it is nested too deep.
    """
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value
