"""``python -m symopt.legacy.names [FILE]``: print the table of names, or write it to FILE."""

from __future__ import annotations

import sys
from pathlib import Path

from symopt.legacy.names.page import page


def main(arguments: list[str]) -> None:
    """Print the page, or write it to the one argument."""
    text = page()
    if arguments:
        Path(arguments[0]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
