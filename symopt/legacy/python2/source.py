"""From the bytes of a source file to text that Python 3's and fissix's tokenizers can read."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
STRINGS_AND_COMMENTS = re.compile(
    r"""
      \#[^\n]*
    | [uUbBrR]{0,2} (?: \"\"\" (?: \\. | [^\\] )*? \"\"\" | ''' (?: \\. | [^\\] )*? ''' )
    | [uUbBrR]{0,2} (?: \" (?: \\. | [^\\\n"] )* \" | ' (?: \\. | [^\\\n'] )* ' )
    """,
    re.VERBOSE | re.DOTALL,
)
_INDENT = re.compile(r"^[ \t\f]*", re.MULTILINE)
TAB_SIZE = 8
"""What a tab counts in Python 2's indentation."""


def decode(data: bytes) -> tuple[str, str]:
    """Decode a source file as Python would, and where Python would not, as latin1.

    Parameters
    ----------
    data
        The bytes of the file.

    Returns
    -------
    str
        The text, with a newline (and nothing else) between lines.
    str
        The name of the encoding: the one declared, else utf-8, else latin1, which fits any bytes.
    """
    encoding = declared_encoding(data)
    text = None
    if data.startswith(codecs.BOM_UTF8):
        encoding, data = "utf-8", data[len(codecs.BOM_UTF8) :]
    for candidate in (encoding, "utf-8"):
        if candidate is not None:
            try:
                text, encoding = data.decode(candidate), candidate
                break
            except (UnicodeDecodeError, LookupError):
                continue
    if text is None:
        text, encoding = data.decode("latin-1"), "latin-1"
    assert encoding is not None
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def declared_encoding(data: bytes) -> str | None:
    """What the first or second line declares; None where there is no such line."""
    for line in data.split(b"\n", 2)[:2]:
        found = _DECLARED.match(line)
        if found:
            return found.group(1).decode("ascii", "replace")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return None


def tidy(source: str) -> str:
    """Indentation by spaces where a file mixes it with tabs, and a newline at the end.

    Python 2 counted a tab as the next multiple of eight columns; Python 3 refuses the mixture.
    Lines stay where they are, and strings as they are.
    """
    if source and not source.endswith("\n"):
        source += "\n"
    if source.endswith("\\\n"):
        source += "\n"
    if "\t" not in source:
        return source
    spans = [match.span() for match in STRINGS_AND_COMMENTS.finditer(source)]
    spans = [(start, end) for start, end in spans if "\n" in source[start:end]]
    indents = [m for m in _INDENT.finditer(source) if not _is_inside(m.start(), spans)]
    if not (_some(indents, "\t") and _some(indents, " ")):
        return source
    pieces, done = [], 0
    for match in indents:
        pieces += [source[done : match.start()], match.group().expandtabs(TAB_SIZE)]
        done = match.end()
    return "".join([*pieces, source[done:]])


def _some(indents: list[re.Match[str]], character: str) -> bool:
    return any(character in match.group() for match in indents)


def _is_inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < position < end for start, end in spans)
