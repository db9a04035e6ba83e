"""The virtual machines that run a compiled graph node by node."""

from pytensor.link.vm import VM as VM
from pytensor.link.vm import Loop as Loop
from pytensor.link.vm import Stack as Stack
from pytensor.link.vm import VMLinker as VMLinker

from symopt.legacy.theano._fallback import fallback

VM_Linker = VMLinker
LoopGC = Loop

__getattr__ = fallback(__name__, "pytensor.link.vm")
