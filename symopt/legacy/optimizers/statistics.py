"""Batch-normalisation statistics as the legacy optimizers take them: two dicts by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from symopt.errors import InputError


def with_statistics(
    bn_tparams: Mapping[str, SharedVariable], opt_ret: Mapping[str, Variable], extra_updates: Any
) -> list[tuple[SharedVariable, Variable]]:
    """The update of every statistic to its expression of that name, then the extra ones."""
    missing = [name for name in bn_tparams if name not in opt_ret]
    if missing:
        raise InputError(
            f"opt_ret has no new value for {', '.join(map(repr, missing))}, which bn_tparams "
            f"holds; expected an expression under each of its names. opt_ret has {list(opt_ret)}."
        )
    statistics = [(variable, opt_ret[name]) for name, variable in bn_tparams.items()]
    more = extra_updates.items() if isinstance(extra_updates, Mapping) else extra_updates
    return [*statistics, *more]
