"""``six.moves``: what Python 3 has under other names."""

from __future__ import annotations

import builtins as builtins
import collections
import importlib
import io
import itertools
import os
import shlex
import sys
from functools import reduce as reduce
from types import ModuleType
from typing import Any

filter = builtins.filter  # six's names
input = builtins.input
map = builtins.map
range = builtins.range
zip = builtins.zip
xrange = builtins.range
filterfalse = itertools.filterfalse
zip_longest = itertools.zip_longest
getcwd = os.getcwd
getcwdb = os.getcwdb
intern = sys.intern
reload_module = importlib.reload
shlex_quote = shlex.quote
cStringIO = io.StringIO
StringIO = io.StringIO
UserDict = collections.UserDict
UserList = collections.UserList
UserString = collections.UserString

_MODULES = {
    "cPickle": "pickle",
    "configparser": "configparser",
    "copyreg": "copyreg",
    "email_mime_text": "email.mime.text",
    "html_entities": "html.entities",
    "html_parser": "html.parser",
    "http_client": "http.client",
    "http_cookies": "http.cookies",
    "http_cookiejar": "http.cookiejar",
    "BaseHTTPServer": "http.server",
    "SimpleHTTPServer": "http.server",
    "_thread": "_thread",
    "queue": "queue",
    "reprlib": "reprlib",
    "socketserver": "socketserver",
    "tkinter": "tkinter",
    "urllib": "urllib",
    "urllib_parse": "urllib.parse",
    "urllib_error": "urllib.error",
    "urllib_robotparser": "urllib.robotparser",
    "xmlrpc_client": "xmlrpc.client",
    "xmlrpc_server": "xmlrpc.server",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"six.moves has no {name!r}")
    if name == "urllib":
        for part in ("parse", "error", "request", "response", "robotparser"):
            importlib.import_module(f"urllib.{part}")
    module: ModuleType = importlib.import_module(_MODULES[name])
    return module
