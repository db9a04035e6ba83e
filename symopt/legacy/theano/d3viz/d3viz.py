"""Graphs as web pages: PyTensor's, which needs pydot."""

from __future__ import annotations

from typing import Any

from symopt.errors import MissingPackageError


def d3viz(fct: Any, outfile: str, copy_deps: bool = True, *args: Any, **kwargs: Any) -> None:
    """Write a page on which a graph can be looked at.

    Parameters
    ----------
    fct
        A function, a variable, or a list of variables.
    outfile
        The HTML file.
    copy_deps
        Whether the scripts it needs are put beside it.

    Raises
    ------
    MissingPackageError
        pydot, or the program dot of Graphviz, is not there.
    """
    from symopt.legacy.theano.printing import _compiled

    try:
        from pytensor.d3viz import d3viz as draw

        draw(_compiled(fct), outfile, copy_deps, *args, **kwargs)
    except ImportError as error:
        raise MissingPackageError(
            "theano.d3viz draws with pydot and Graphviz, which are not both there: pip install "
            "pydot, and install Graphviz (Debian, Ubuntu: apt install graphviz). "
            "theano.printing.debugprint prints the same graph as text."
        ) from error


def d3write(fct: Any, path: str, *args: Any, **kwargs: Any) -> None:
    """Write the graph itself, in the form of Graphviz; see :func:`d3viz`."""
    from symopt.legacy.theano.printing import _compiled

    try:
        from pytensor.d3viz import d3write as write

        write(_compiled(fct), path, *args, **kwargs)
    except ImportError as error:
        raise MissingPackageError(
            "theano.d3viz draws with pydot and Graphviz: pip install pydot, and install Graphviz."
        ) from error
