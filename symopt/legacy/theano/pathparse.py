"""Parts of a search path."""

from __future__ import annotations

import os


class PathParser:
    """The folders of one or more texts such as PATH's, each once, in order."""

    def __init__(self, *args: str) -> None:
        self.paths: list[str] = []
        for text in args:
            self.parse(text)

    def parse(self, paths: str) -> list[str]:
        """Add the folders of a text."""
        for path in paths.split(os.pathsep):
            if path and path not in self.paths:
                self.paths.append(path)
        return self.paths
