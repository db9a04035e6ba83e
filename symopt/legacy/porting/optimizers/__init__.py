"""Hand-written optimizers recognised by what they compute."""

from symopt.legacy.porting.optimizers.recognising import Recognised as Recognised
from symopt.legacy.porting.optimizers.recognising import recognise as recognise
