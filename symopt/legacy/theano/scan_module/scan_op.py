"""``theano.scan_module.scan_op``: the operation of a loop, PyTensor's, with Theano's attributes."""

from __future__ import annotations

from typing import Any

from pytensor.scan.op import Scan as Scan

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.scan.op")


def _add_theanos_attributes() -> None:
    """Let code that looks into a loop find what it looks for; PyTensor has other names for it."""

    def inner(name: str) -> property:
        return property(lambda op: getattr(op, name), doc=f"Theano's name of ``{name}``.")

    def information(name: str) -> property:
        return property(lambda op: getattr(op.info, name), doc=f"``info.{name}``.")

    attributes: dict[str, Any] = {
        "inputs": inner("inner_inputs"),
        "outputs": inner("inner_outputs"),
        "n_shared_outs": information("n_untraced_sit_sot"),
        "tap_array": property(
            lambda op: [list(taps) for taps in op.info.tap_array], doc="The taps of each state."
        ),
        "mit_mot_out_slices": information("mit_mot_out_slices"),
    }
    for name in (
        *("n_seqs", "n_mit_mot", "n_mit_mot_outs", "n_mit_sot", "n_sit_sot", "n_nit_sot"),
        "as_while",
    ):
        attributes[name] = information(name)
    for name, attribute in attributes.items():
        if not hasattr(Scan, name):
            setattr(Scan, name, attribute)


_add_theanos_attributes()
