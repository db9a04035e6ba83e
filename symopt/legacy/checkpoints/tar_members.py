"""The members of a tar archive, read from its bytes; nothing is ever put on the disk.

``tarfile`` trusts sizes, follows links and knows sparse files, none of which a checkpoint needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BLOCK = 512
REGULAR = (b"0", b"\0", b"7")
FOLDER = b"5"
LONG_NAME = b"L"
PAX = (b"x", b"X")
PAX_GLOBAL = b"g"
NOT_FILES = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a sparse file",
}


@dataclass(frozen=True)
class Member:
    """One member of the archive.

    Attributes
    ----------
    name
        As the archive says.
    data
        Its bytes.
    fault
        Why there are none; "" if there are.
    """

    name: str
    data: bytes
    fault: str = ""


def is_tar(data: bytes) -> bool:
    """Whether ``data`` begins as a tar archive (of POSIX or GNU)."""
    return data[257:262] == b"ustar" and _checked(data[:BLOCK])


def members(data: bytes) -> Iterator[Member]:
    """The members in their order, folders left out; the last one says if the archive is cut."""
    position = 0
    long_name: str | None = None
    pax: dict[str, str] = {}
    while position + BLOCK <= len(data):
        header = data[position : position + BLOCK]
        if not header.strip(b"\0"):
            return
        size = _number(header[124:136])
        if not _checked(header) or size is None:
            yield Member("", b"", f"damaged at byte {position}")
            return
        kind = header[156:157]
        name = long_name if long_name is not None else pax.get("path") or _name(header)
        if kind not in (LONG_NAME, *PAX, PAX_GLOBAL) and pax.get("size", "").isdigit():
            size = int(pax["size"][:20])
        begin = position + BLOCK
        body = data[begin : begin + size]
        position = begin + -(-size // BLOCK) * BLOCK
        if len(body) < size:
            yield Member(name, b"", f"cut short: {len(body)} of {size} bytes")
            return
        if kind == LONG_NAME:
            long_name = _text(body)
            continue
        if kind in PAX:
            pax = _pax(body)
            continue
        if kind in REGULAR:
            if any(key.startswith("GNU.sparse") for key in pax):
                yield Member(name, b"", "a sparse file, which is not read")
            else:
                yield Member(name, body)
        elif kind in NOT_FILES:
            yield Member(name, b"", f"{NOT_FILES[kind]}, which is not followed")
        elif kind not in (FOLDER, PAX_GLOBAL):
            yield Member(name, b"", f"of the unknown kind {kind!r}")
        long_name, pax = None, {}
    if position > len(data):
        yield Member("", b"", "cut short behind the last member")


def _checked(header: bytes) -> bool:
    """Whether the header's sum is right."""
    said = _number(header[148:156])
    return len(header) == BLOCK and said == sum(header[:148]) + sum(header[156:]) + 8 * ord(" ")


def _number(field: bytes) -> int | None:
    if field[:1] == b"\x80":  # base 256, for what octal digits cannot hold
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b"\0 ")
    if not digits:
        return 0
    try:
        number = int(digits, 8)
    except ValueError:
        return None
    return number if number >= 0 else None


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")


def _pax(body: bytes) -> dict[str, str]:
    """Records of a length, a key and its value; what follows a damaged one is left out."""
    found: dict[str, str] = {}
    position = 0
    while position < len(body):
        digits, space, _ = body[position : position + 20].partition(b" ")
        if not space or not digits.isdigit():
            break
        length = int(digits)
        key, equals, value = body[position + len(digits) + 1 : position + length].partition(b"=")
        if not equals or length <= len(digits) + 2 or position + length > len(body):
            break
        found[key.decode("utf-8", "replace")] = value.removesuffix(b"\n").decode("utf-8", "replace")
        position += length
    return found
