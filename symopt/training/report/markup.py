"""HTML and SVG elements whose text cannot break out of them."""

from __future__ import annotations

import html
import json
import re
from typing import Any


class Markup(str):
    """Text that is markup already. All other text is escaped where it becomes part of some."""

    __slots__ = ()


# What HTML forbids in text, however it is written.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_VOID = ("input",)  # elements without an end


def escaped(text: object) -> Markup:
    """Text as it may stand between tags and inside a quoted attribute."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_FORBIDDEN.sub("\ufffd", str(text)), quote=True))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """An element.

    Parameters
    ----------
    name
        Of the element.
    *children
        What it holds: :class:`Markup`, or text, which is escaped.
    **attributes
        ``_`` stands for ``-`` (and is dropped at the end, as in ``class_``). True is an attribute
        without a value; False and None are left out.
    """
    written = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{escaped(_short(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    inside = "".join(map(escaped, children))
    return Markup(f"<{name}{written}>{inside}</{name}>")


def joined(*parts: object) -> Markup:
    """Parts one after the other, text among them escaped."""
    return Markup("".join(map(escaped, parts)))


def name_of_a_run(name: str) -> Markup:
    """Text whose direction of writing stays inside it."""
    return tag("bdi", name)


def json_for_a_script(value: Any) -> Markup:
    """JSON that may stand inside a ``script`` element: it holds no ``<``, ``>`` or ``&``."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _short(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value
