"""``urllib``, ``urllib2``, ``urlparse``, ``HTMLParser`` and ``ConfigParser``."""

from __future__ import annotations

import types
from typing import Any

from symopt.legacy.python2.files import File
from symopt.legacy.python2.replaced.facade import over
from symopt.legacy.python2.text import as_bytes, as_raw_text, as_text

_QUOTING = [
    "quote",
    "quote_plus",
    "unquote",
    "unquote_plus",
    "urlencode",
    "splitattr",
    "splithost",
    "splitnport",
    "splitpasswd",
    "splitport",
    "splitquery",
    "splittag",
    "splittype",
    "splituser",
    "splitvalue",
    "unwrap",
]


def _quoting() -> dict[str, Any]:
    import urllib.parse

    names = {n: getattr(urllib.parse, n) for n in _QUOTING if hasattr(urllib.parse, n)}

    def unquote(text: Any) -> str:
        return urllib.parse.unquote(as_raw_text(text), "latin-1")

    return {
        **names,
        "quote": lambda text, safe="/": urllib.parse.quote(as_bytes(text), safe),
        "unquote": unquote,
        "unquote_plus": lambda text: unquote(as_raw_text(text).replace("+", " ")),
    }


def _urlopen(url: Any, data: Any = None, *args: Any, **kwargs: Any) -> Any:
    import urllib.request

    response = urllib.request.urlopen(url, as_bytes(data), *args, **kwargs)
    return File(response, "rb", getattr(response, "url", None))


def _urlretrieve(url: str, *args: Any, **kwargs: Any) -> Any:
    import urllib.request

    return urllib.request.urlretrieve(url, *args, **kwargs)


def urllib_module() -> types.ModuleType:
    """All of ``urllib``, which became three modules."""
    import urllib.request

    names = _quoting() | {"urlopen": _urlopen, "urlretrieve": _urlretrieve}
    for name in [
        "pathname2url",
        "url2pathname",
        "getproxies",
        "urlcleanup",
        "URLopener",
        "FancyURLopener",
    ]:
        if hasattr(urllib.request, name):
            names[name] = getattr(urllib.request, name)
    return over("urllib", names)


def urllib2_module() -> types.ModuleType:
    """``urllib2``: requests and their errors."""
    import urllib.error

    names = {name: getattr(urllib.error, name) for name in ("URLError", "HTTPError")}
    return over("urllib.request", {**_quoting(), **names, "urlopen": _urlopen}, "urllib2")


def urlparse_module() -> types.ModuleType:
    """``urlparse``."""
    return over("urllib.parse", {}, "urlparse")


def html_parser_module() -> types.ModuleType:
    """``HTMLParser``, with ``unescape``."""
    import html
    import html.parser

    class HTMLParser(html.parser.HTMLParser):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.setdefault("convert_charrefs", False)
            super().__init__(*args, **kwargs)

        def feed(self, data: Any) -> None:
            super().feed(as_text(as_raw_text(data)))

        def unescape(self, text: Any) -> str:
            """The text with its entities replaced."""
            return html.unescape(as_text(as_raw_text(text)))

    class HTMLParseError(Exception):
        """Python 3's parser has no errors."""

    return over(
        "html.parser", {"HTMLParser": HTMLParser, "HTMLParseError": HTMLParseError}, "HTMLParser"
    )


def configparser_module() -> types.ModuleType:
    """``ConfigParser``: keys may stand twice, and ``readfp`` is there."""
    import configparser

    class _Old:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.setdefault("strict", False)
            kwargs.setdefault("inline_comment_prefixes", (";",))
            super().__init__(*args, **kwargs)

        def readfp(self, file: Any, filename: Any = None) -> None:
            """Read an open file."""
            lines = (as_raw_text(line) for line in file)
            self.read_file(lines, filename or getattr(file, "name", None))  # type: ignore[attr-defined]

    def of_then(name: str) -> type:
        return type(name, (_Old, getattr(configparser, name)), {})

    names: dict[str, Any] = {n: of_then(n) for n in ("RawConfigParser", "ConfigParser")}
    names["SafeConfigParser"] = type("SafeConfigParser", (names["ConfigParser"],), {})
    return over("configparser", names, "ConfigParser")
