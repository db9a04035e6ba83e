"""Graphs as web pages: PyTensor's, which needs pydot."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.d3viz.d3viz import d3viz as d3viz
from symopt.legacy.theano.d3viz.d3viz import d3write as d3write

__getattr__ = fallback(__name__)
has_requirements = False
