"""The lock on the folder of compiled modules: PyTensor's, which is a context manager."""

from pytensor.compile.compilelock import force_unlock as force_unlock
from pytensor.compile.compilelock import lock_ctx as lock_ctx

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.compile.compilelock")


def get_lock(lock_dir: str | None = None, **keywords: object) -> None:
    """Accepted and ignored: PyTensor takes its lock itself whenever it compiles."""


def release_lock() -> None:
    """Accepted and ignored, as :func:`get_lock`."""
