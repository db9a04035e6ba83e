"""The type of a gradient that is not defined."""

from pytensor.graph.null_type import NullType as NullType
from pytensor.graph.null_type import null_type as null_type
