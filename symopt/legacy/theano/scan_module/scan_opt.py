"""``theano.scan_module.scan_opt``: rewrites of loops, PyTensor's."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(
    __name__,
    "pytensor.scan.rewriting",
    "pytensor.scan.rewriting.push_out",
    "pytensor.scan.rewriting.merge",
)
