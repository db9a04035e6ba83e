"""A breakpoint in the middle of a compiled function: PyTensor's."""

from pytensor.breakpoint import PdbBreakpoint as PdbBreakpoint
