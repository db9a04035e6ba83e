"""Rules that look at the curvature of the cost: Newton, Becker-LeCun, vSGD."""

from __future__ import annotations

import warnings

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, NonFiniteError
from symopt.flattening import Flattening
from symopt.hyperparameters import check_choice, check_integer, check_real
from symopt.random import MAX_STREAMS, first_states, rademacher
from symopt.rules.hessian import hessian, hessian_diagonal, hutchinson_diagonal
from symopt.rules.rule import Observed, Rule
from symopt.state import STEP_COUNT, Slot, State, Variables

PROBE_SEED = 12345
MANY_PRODUCTS = 10_000
SLOW_START = 10  # updates of vSGD over which its averages are plain means


_CHECK_SINGULAR = CheckAndRaise(
    NonFiniteError, "newton: the Hessian is singular, so there is no step; give damping > 0."
)


class Newton(Rule):
    """Newton's method with damping; see :func:`symopt.newton` for the formulas."""

    name = "newton"

    def __init__(self, damping: float = 0.0, max_size: int = 2000) -> None:
        self.damping = check_real(self.name, "damping", damping)
        self.max_size = check_integer(self.name, "max_size", max_size, low=1)

    def observe(self, cost: TensorVariable, params: Variables, grads: Variables) -> Observed:
        size = Flattening.of(params).size
        if size > self.max_size:
            raise HyperparameterError(
                f"newton: the parameters ({', '.join(params)}) have {size:,} elements together; "
                f"expected at most max_size={self.max_size:,}, since a Hessian of {size:,} x "
                f"{size:,} is computed and solved in every update. Take becker_lecun, or raise "
                "max_size."
            )
        return Observed(shared={"hessian": hessian(cost, params)})

    def step(
        self, params: Variables, grads: Variables, state: State, rate: TensorVariable
    ) -> tuple[Variables, State]:
        layout = Flattening.of(params)
        held, identity = state.shared["hessian"], pt.eye(layout.size, dtype="float64")
        # Where a guard holds back a NaN cost, its NaN must not be solved with noise.
        finite = pt.all(pt.isfinite(held))
        matrix = pt.switch(finite, held + self.damping * identity, identity)
        grad = pt.cast(layout.flatten(grads), "float64")
        # For a singular matrix PyTensor gives NaN in the matrix's shape, so a column is taken from
        # more than one (of a single column it would take off the dimension instead).
        twice = pt.stack([grad, grad], axis=1)
        solved = pt.linalg.solve(matrix, twice, b_ndim=2)[:, 0]
        solvable = pt.or_(pt.all(pt.isfinite(solved)), pt.invert(pt.all(pt.isfinite(grad))))
        solved = pt.switch(finite, _CHECK_SINGULAR(solved, solvable), np.nan)
        return layout.split(-(rate * solved), params), State()


class DiagonalRule(Rule):
    """Rules over the diagonal of the Hessian, which phase 1 parks as ``curvature``."""

    def __init__(self, mu: float, curvature: str, probes: int) -> None:
        self.mu = check_real(self.name, "mu", mu)
        self.curvature = check_choice(self.name, "curvature", curvature, ("exact", "hutchinson"))
        self.probes = check_integer(self.name, "probes", probes, low=1)
        if self.curvature == "hutchinson":
            self.global_slots += (Slot("probe_stream", initial=self._first_states),)
        elif self.probes != 1:
            raise HyperparameterError(
                f"{self.name}: probes={probes!r} is for curvature='hutchinson'; the exact "
                "curvature draws none."
            )

    def _first_states(self, params: dict[str, NDArray[np.generic]]) -> NDArray[np.int32]:
        size = self.probes * sum(value.size for value in params.values())
        return first_states(PROBE_SEED, min(size, MAX_STREAMS))

    def observe_with(
        self, state: State, cost: TensorVariable, params: Variables, grads: Variables
    ) -> Observed:
        layout = Flattening.of(params)
        if self.curvature == "exact":
            if layout.size > MANY_PRODUCTS:
                warnings.warn(
                    f"{self.name}: curvature='exact' computes {layout.size:,} Hessian-vector "
                    "products in every update; curvature='hutchinson' needs one a probe.",
                    stacklevel=2,
                )
            return Observed({"curvature": hessian_diagonal(cost, params)})
        probes, _ = self._draw(params, state)
        return Observed({"curvature": hutchinson_diagonal(cost, params, probes)})

    def moved_streams(self, params: Variables, state: State) -> dict[str, TensorVariable]:
        """What phase 2 makes of the random stream, so that the next probes are others."""
        if self.curvature == "exact":
            return {}
        return {"probe_stream": self._draw(params, state)[1]}

    def _draw(self, params: Variables, state: State) -> tuple[TensorVariable, TensorVariable]:
        layout = Flattening.of(params)
        shape = (self.probes, layout.size)
        flat, streams = rademacher(
            state.shared["probe_stream"], self.probes * layout.size, layout.dtype
        )
        return pt.specify_shape(flat.reshape(shape), shape), streams


class BeckerLeCun(DiagonalRule):
    """Scaling by the Hessian's diagonal; see :func:`symopt.becker_lecun` for the formulas."""

    name = "becker_lecun"

    def __init__(self, mu: float = 1e-3, curvature: str = "exact", probes: int = 1) -> None:
        super().__init__(mu, curvature, probes)

    def step(
        self, params: Variables, grads: Variables, state: State, rate: TensorVariable
    ) -> tuple[Variables, State]:
        steps = {}
        for name, param in params.items():
            h = abs(state.parameters[name]["curvature"])
            steps[name] = -(pt.cast(rate, param.dtype) * grads[name] / (h + self.mu))
        return steps, State(shared=self.moved_streams(params, state))


class VSGD(DiagonalRule):
    """Schaul, Zhang and LeCun's vSGD; see :func:`symopt.vsgd` for the formulas."""

    name = "vsgd"
    global_slots = (STEP_COUNT,)

    def __init__(
        self,
        memory: str = "adaptive",
        window: int | None = None,
        curvature: str = "exact",
        mu: float = 1e-3,
    ) -> None:
        super().__init__(mu, curvature, probes=1)
        self.memory = check_choice(self.name, "memory", memory, ("adaptive", "window"))
        if self.memory == "window":
            self.window = check_integer(self.name, "window", window, low=1)
            self.slots = (Slot("last_grads", initial=self._no_grads),)
        elif window is None:
            averages = ("mean_grad", "mean_square_grad", "mean_curvature")
            self.slots = (*map(Slot, averages), Slot("memory", initial=1.0))
        else:
            raise HyperparameterError(
                f"vsgd: window={window!r} is for memory='window'; expected None with an adaptive "
                "memory, which sets its own length."
            )

    def _no_grads(self, value: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.zeros((self.window, *value.shape), value.dtype)

    def advance(self, state: Variables) -> Variables:
        return {"step": state["step"] + 1}

    def step(
        self, params: Variables, grads: Variables, state: State, rate: TensorVariable
    ) -> tuple[Variables, State]:
        steps, moved = {}, {}
        average = self._windowed if self.memory == "window" else self._adaptive
        for name, param in params.items():
            g, slots = grads[name], state.parameters[name]
            mean, mean_square, h, moved[name] = average(g, slots, state.shared["step"])
            scale = pt.cast(rate, param.dtype) / (h + self.mu)
            steps[name] = -(scale * _certainty(mean, mean_square) * g)
        return steps, State(moved, self.moved_streams(params, state))

    def _windowed(self, grad: TensorVariable, slots: Variables, t: TensorVariable) -> tuple:
        last = pt.concatenate([slots["last_grads"][1:], pt.shape_padleft(grad)])
        filled = pt.cast(pt.minimum(t, self.window), grad.dtype)
        mean, mean_square = last.sum(axis=0) / filled, (last**2).sum(axis=0) / filled
        return mean, mean_square, abs(slots["curvature"]), {"last_grads": last}

    def _adaptive(self, grad: TensorVariable, slots: Variables, t: TensorVariable) -> tuple:
        weight = 1 / slots["memory"]

        def averaged(slot: str, value: TensorVariable) -> TensorVariable:
            return (1 - weight) * slots[slot] + weight * value

        mean, mean_square = averaged("mean_grad", grad), averaged("mean_square_grad", grad**2)
        h = averaged("mean_curvature", abs(slots["curvature"]))
        # A few gradients that happen to agree would shorten the memory to 1, and that for good.
        certainty = pt.switch(t < SLOW_START, 0, _certainty(mean, mean_square))
        moved = {
            "mean_grad": mean,
            "mean_square_grad": mean_square,
            "mean_curvature": h,
            "memory": (1 - certainty) * slots["memory"] + 1,
        }
        return mean, mean_square, h, moved


def _certainty(mean: TensorVariable, mean_square: TensorVariable) -> TensorVariable:
    """``mean**2 / mean_square``, between 0 and 1; 0 where all gradients were 0."""
    return mean**2 / pt.maximum(mean_square, np.finfo(mean_square.dtype).tiny)
