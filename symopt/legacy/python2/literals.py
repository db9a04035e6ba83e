r"""String literals that Python 3 reads otherwise than Python 2, or not at all.

``ur"..."`` has no form in Python 3: its ``\uXXXX`` were escapes and its other backslashes were
not. In a literal without a prefix ``\u``, ``\U`` and ``\N`` were plain text.
"""

from __future__ import annotations

import re

from symopt.legacy.python2.source import STRINGS_AND_COMMENTS

_LITERALS = re.compile(
    STRINGS_AND_COMMENTS.pattern + r"| (?<![\w.]) (?: 0[0-7]+[lL] (?!\w) | \d+[lL] (?=\.) )",
    STRINGS_AND_COMMENTS.flags,
)
_PREFIX = re.compile(r"[a-zA-Z]*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BACKSLASHES = re.compile(r"(\\+)(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|['\"])?")


def as_python3(source: str, unicode_literals: bool) -> str:
    """The source with each such literal written as Python 3 writes the same value."""

    def replace(found: re.Match[str]) -> str:
        text = found.group()
        if text[0].isdigit():
            # 0777L is octal, which fissix does not see; 7L.bit_length() needs a space without L
            return text[:-1] + (" " if source[found.end() : found.end() + 1] == "." else "")
        match = _PREFIX.match(text)
        assert match is not None
        prefix, body = match.group(), text[match.end() :]
        if prefix.lower() == "ur":
            return _raw_unicode(body)
        if not prefix and not unicode_literals and "\\" in body and body[0] in "'\"":
            return _ESCAPE.sub(
                lambda m: "\\" + m.group() if m.group(1) in "uUN" else m.group(), body
            )
        return text

    return _LITERALS.sub(replace, source)


def _raw_unicode(body: str) -> str:
    """``u"..."`` or ``r"..."`` for the body, quotes included, of a ``ur"..."``."""
    if not re.search(r"\\[uU]", body):
        return "r" + body

    def replace(found: re.Match[str]) -> str:
        slashes, following = found.group(1), found.group(2) or ""
        if following and following in "'\"":  # both stayed in the string
            return slashes * 2 + "\\" + following
        if following and len(slashes) % 2:  # an odd backslash before u was an escape even here
            return slashes[1:] * 2 + "\\" + following
        return slashes * 2 + following

    quote = body[:3] if body[:3] in ('"""', "'''") else body[0]
    return "u" + quote + _BACKSLASHES.sub(replace, body[len(quote) : -len(quote)]) + quote
