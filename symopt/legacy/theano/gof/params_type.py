"""Parameters that an Op hands to its C code, or to ``perform``."""

from pytensor.link.c.params_type import Params as Params
from pytensor.link.c.params_type import ParamsType as ParamsType
