"""Averages of the parameters over the updates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.errors import RuleError
from symopt.hyperparameters import check_real
from symopt.state import Slot, State, Variables
from symopt.transforms.transform import ParameterTransform, SharedVariables, Transformed


class EMA(ParameterTransform):
    """See :func:`ema`."""

    name = "ema"
    slots = (Slot("average", initial=np.array),)

    def __init__(self, decay: float) -> None:
        self.decay = check_real(self.name, "decay", decay, high=1.0, high_open=True)
        self._params: SharedVariables = {}
        self._averages: SharedVariables = {}
        self._kept: dict[str, NDArray[Any]] | None = None

    def apply(self, new_params: Variables, params: Variables, state: State) -> Transformed:
        averages = {
            name: {
                "average": self.decay * state.parameters[name]["average"] + (1 - self.decay) * param
            }
            for name, param in new_params.items()
        }
        return Transformed(new_params, State(averages))

    def attach(self, params: SharedVariables, state: Mapping[str, SharedVariables]) -> None:
        if self._kept is not None:
            raise RuleError(
                "ema: its averages are swapped in while another optimizer is built with it; leave "
                "the with-block first, or make another ema(decay)."
            )
        self._params = params
        self._averages = {name: slots["average"] for name, slots in state.items()}

    def __enter__(self) -> EMA:
        if not self._params:
            raise RuleError(
                "ema: there are no averages to swap in yet; give it to an optimizer first, "
                "transforms=[average]."
            )
        if self._kept is not None:
            raise RuleError("ema: its averages are swapped in already.")
        self._kept = {name: param.get_value() for name, param in self._params.items()}
        for name, param in self._params.items():
            param.set_value(self._averages[name].get_value())
        return self

    def __exit__(self, *_: object) -> None:
        kept, self._kept = self._kept, None
        for name, value in (kept or {}).items():
            self._params[name].set_value(value)


def ema(decay: float) -> EMA:
    r"""Keep an exponential moving average of every parameter.

    .. math:: \overline p_t = d\, \overline p_{t-1} + (1 - d)\, p_t

    from :math:`\overline p_0 = p_0`. The training goes on as without it. The transform is a context
    manager that swaps the averages in, to validate or to save them::

        average = symopt.ema(0.999)
        opt = symopt.adam(0.001, tparams, grads, inputs, cost, transforms=[average])
        ...
        with average:
            symopt.save_params("model.npz", symopt.unzip(tparams))

    After the block the parameters are again what they were before it, whatever has been written
    to them inside.

    Parameters
    ----------
    decay
        :math:`d` in [0, 1).

    Returns
    -------
    ParameterTransform
        State: ``{param}/ema/average``, moved in phase 2.

    Raises
    ------
    HyperparameterError
        ``decay`` is out of range.
    RuleError
        The with-block is entered before an optimizer has been built with it, or twice.

    Notes
    -----
    The averages are those of the optimizer that was built with it last.

    References
    ----------
    Polyak, Juditsky (1992), Acceleration of stochastic approximation by averaging.
    """
    return EMA(decay)
