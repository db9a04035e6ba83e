"""``x.default_update = value`` as Theano took it."""

from __future__ import annotations

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from symopt.nnet.unbroadcast import forget_shape


def as_update_of(x: SharedVariable, value: Any) -> Any:
    """A value of a type that PyTensor takes for the update of a shared variable.

    Parameters
    ----------
    x
        The shared variable.
    value
        Its new value. Where more is known of its lengths than of those of ``x``, that is
        forgotten; anything but a symbolic variable is given back as it is.
    """
    lengths = getattr(x.type, "shape", ())
    known = getattr(value.type, "shape", ()) if isinstance(value, Variable) else ()
    if len(known) != len(lengths):
        return value
    pairs = enumerate(zip(lengths, known, strict=True))
    axes = [axis for axis, (old, new) in pairs if old is None and new is not None]
    return forget_shape(value, axes) if axes else value
