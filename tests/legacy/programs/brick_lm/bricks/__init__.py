"""A small framework: bricks that are applied, annotated graphs, step rules, a main loop."""

import graph
from base import Brick, Linear, Lookup, Activation
from recurrent import GatedLayer, SimpleLayer

__all__ = ["Brick", "Linear", "Lookup", "Activation", "GatedLayer", "SimpleLayer", "graph"]
