"""The compiled pair: the two phases of an update graph as functions, and the state they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor
from numpy.typing import ArrayLike, NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import graph_inputs, toposort
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.variable import TensorVariable

from symopt.backends import Backend, choose_backend, to_host
from symopt.cache_lines import zeros_beside
from symopt.errors import NonFiniteError, RateError, RateTypeError, ShapeError, StateDictError
from symopt.function import CompiledFunction
from symopt.graph import Group, Phase, Specification, UpdateGraph, merge_phases, specify
from symopt.graph.validate import check_rule
from symopt.rules.rule import PerParameterRule, Rule
from symopt.transforms.transform import GradientTransform, Transform


class PhaseFunction(CompiledFunction):
    """A phase of an update graph as a function; its last argument may be the rate."""

    def __init__(
        self,
        phase: Phase,
        graph: UpdateGraph,
        backend: Backend,
        after: Callable[[], None],
        profile: Any,
    ) -> None:
        self._rate = graph.rate if graph.rate.given in phase.inputs else None
        self._phase = phase
        self._after = after
        super().__init__(
            phase.name,
            phase.inputs,
            phase.outputs[0] if phase.outputs else [],
            backend,
            updates=[(update.target, update.value) for update in phase.updates],
            on_unused_input="ignore",
            profile=profile or None,  # None: as pytensor.config says
            # The rate has been checked when it gets there. PyTensor would go through all shared
            # variables twice to find that out: 10 us for 120 of them.
            trust_input=len(phase.inputs) == (0 if self._rate is None else len(self._rate.inputs)),
        )
        if self._rate is not None:
            kept = len(phase.inputs) - len(self._rate.inputs)
            self.input_names = (*self.input_names[:kept], "rate")
            self._defaults = [*self._defaults[:kept], None]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._rate is not None and self._rate.required and not args and not kwargs:
            raise RateTypeError(
                f"{self.name} needs its rate, since lr is a symbolic input: {self.name}(1.0)."
            )
        # In a loop of small updates the general way would be a tenth of the time.
        plain = not kwargs and len(args) == len(self.input_names)
        values = list(args) if plain else self._bind(args, kwargs)
        if self._rate is not None:
            values[-1:] = self._rate.arguments(values[-1])
        try:
            result = self._run(values)
        except AssertionError as error:
            _explain_failed_check(self._phase, values, error)
            raise
        self._backend.after_call(self._after, self._after)
        return result

    def repeated(
        self, batches: Sequence[Any], rates: Sequence[Any], watched: Sequence[SharedVariable]
    ) -> Iterator[tuple[Any, list[Any]]]:
        """Results of one call after the other, and what is watched after each.

        Parameters
        ----------
        batches
            The inputs of each call but for the rate: a tuple, or a dict by name.
        rates
            The rate of each call; None as in a call.
        watched
            Shared variables that the phase updates.
        """
        calls = []
        for batch, rate in zip(batches, rates, strict=True):
            named = dict(batch) if isinstance(batch, Mapping) else {}
            if self._rate is not None:
                named["rate"] = rate
            values = self._bind(() if isinstance(batch, Mapping) else tuple(batch), named)
            if self._rate is not None:
                values[-1:] = self._rate.arguments(values[-1])
            calls.append(values)
        function = self._prepare()
        with self._backend.first_call():
            yield from self._backend.run_many(function, calls, watched)
        self._called = True


class Optimizer:
    """What a factory returns: ``f_grad_shared, f_update = optimizer``.

    Attributes
    ----------
    graph : UpdateGraph
        The update graph; ``str(opt.graph)`` is a table of it.
    f_grad_shared : PhaseFunction
        Phase 1, ``cost = f_grad_shared(*inputs)``: computes the cost, parks the gradients and runs
        the extra updates.
    f_update : PhaseFunction
        Phase 2, ``f_update(rate)``: runs transforms and rule and moves the parameters.
    f_step : PhaseFunction
        Both in one call, ``cost = f_step(*inputs, rate)``, without the gradient buffers; the same
        numbers.
    params : dict
        Parameter name -> shared variable.
    grads : dict
        Parameter name -> shared buffer of the parked gradient. Between the phases it may be
        looked at, rescaled or all-reduced.
    state : dict
        Name -> shared variable of all state between updates: ``{param}/{rule}/{slot}``, or
        ``{rule}/{slot}`` for what the rule keeps once.
    backend : str
        Name of the backend that compiles the functions.
    """

    def __init__(
        self,
        specification: Specification,
        backend: Backend,
        profile: Any = False,
        *,
        like: UpdateGraph | None = None,
    ) -> None:
        self.graph = graph = specification.build(like)
        self.backend = backend.name
        self._specification, self._backend, self._profile = specification, backend, profile
        self._guarded: Optimizer | None = None
        transforms = [t for group in specification.groups for t in group.transforms]
        self.params = dict(graph.params)
        self.grads = dict(graph.grads)
        self.state = dict(graph.state)
        self._guards = guards = _checks(transforms, graph)

        def compiled(phase: Phase, grads: Mapping[str, SharedVariable]) -> PhaseFunction:
            return PhaseFunction(phase, graph, backend, lambda: _run(guards, grads), profile)

        self.f_grad_shared = compiled(graph.gradient, self.grads)
        self.f_updates = tuple(compiled(phase, self.grads) for phase in graph.updates)
        self.f_step = compiled(merge_phases(graph), {})

    def f_epoch(self, batches: Iterable[Any], rate: Any = None) -> NDArray[Any]:
        """Update with one batch after the other in one call; the numbers are those of f_step.

        On jax, batches of equal shapes that follow each other run without the host in between,
        which is what small models spend their time on; elsewhere this is a loop.

        Parameters
        ----------
        batches
            The inputs of each update but for the rate: a tuple, or a dict by name. All are held in
            memory at once.
        rate
            The learning rate: one for all, or a sequence with one for each batch.

        Returns
        -------
        numpy.ndarray
            The cost of each update, in order.

        Raises
        ------
        NonFiniteError
            ``skip_nonfinite`` was told to raise. The message says at which batch; on jax those
            behind it have been used all the same.
        """
        given = list(batches)
        rates = list(rate) if np.ndim(rate) else [rate] * len(given)
        if len(rates) != len(given):
            raise RateError(
                f"f_epoch: {len(rates)} rates for {len(given)} batches; expected one for each, or "
                "a single number."
            )
        if not given:
            return np.empty(0)
        slots = [slot for _, slots in self._guards for slot in slots.values()]
        costs = []
        for cost, seen in self.f_step.repeated(given, rates, slots):
            costs.append(cost)
            self._check_guards(slots, seen, batch=len(costs))
        return np.array(costs)

    def _check_guards(self, slots: Sequence[SharedVariable], seen: list[Any], batch: int) -> None:
        """What the transforms say of their state after a batch of f_epoch."""
        values = dict(zip(map(id, slots), seen, strict=True))
        for transform, own in self._guards:
            then = {name: _Seen(values[id(slot)]) for name, slot in own.items()}
            try:
                transform.check(then, {})  # type: ignore[arg-type]
            except NonFiniteError as error:
                raise NonFiniteError(f"f_epoch, batch {batch}: {error}") from None

    @property
    def f_update(self) -> PhaseFunction:
        """The update phase (the first one, where there are several)."""
        return self.f_updates[0]

    def _pair(self) -> tuple[PhaseFunction, ...]:
        return (self.f_grad_shared, *self.f_updates)

    def __iter__(self) -> Iterator[PhaseFunction]:
        return iter(self._pair())

    def __len__(self) -> int:
        return len(self._pair())

    def __getitem__(self, index: int) -> PhaseFunction:
        return self._pair()[index]

    def compile(self) -> Optimizer:
        """Compile the phases now. ``opt.f_step.compile()`` does so for the merged step."""
        for phase in self:
            phase.compile()
        return self

    def guarded(self) -> Optimizer:
        """An optimizer that writes nothing where the cost or a gradient is not finite.

        It is over the same parameters, gradient buffers and state, with
        :func:`symopt.skip_nonfinite` first among its transforms; its functions are compiled anew.
        The optimizer itself, if it has that transform already.
        """
        if self._specification.guarded:
            return self
        if self._guarded is None:
            specification = self._specification.with_guard()
            self._guarded = Optimizer(specification, self._backend, self._profile, like=self.graph)
        return self._guarded

    def sync(self) -> None:
        """Bring every variable of the graph to the host, for plain ``pytensor.function``.

        Raises what went wrong in calls that nobody waited for (``lazy`` on jax).
        """
        self._backend.settle()
        for phase in self.graph.phases:
            values = [update.value for update in phase.updates]
            targets = [update.target for update in phase.updates]
            for variable in graph_inputs([*phase.outputs, *values, *targets]):
                if isinstance(variable, SharedVariable):
                    to_host(variable)

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """A copy of the state as NumPy arrays, by the names of :attr:`state`."""
        self._backend.settle()
        return {name: np.array(slot.get_value(borrow=True)) for name, slot in self.state.items()}

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Set the state to what :meth:`state_dict` gave, here or in another process.

        Raises
        ------
        StateDictError
            Lists every name that is missing or unexpected and every array of another shape or
            kind. Nothing is written then.
        """
        arrays = {name: np.asarray(value) for name, value in state.items()}
        faults = [f"{name!r} is missing" for name in self.state if name not in arrays]
        faults += [f"{name!r} is unexpected" for name in arrays if name not in self.state]
        for name, slot in self.state.items():
            if name not in arrays:
                continue
            given, held = arrays[name], np.asarray(slot.get_value(borrow=True))
            if given.shape != held.shape:
                faults.append(f"{name!r} has shape {given.shape}, expected {held.shape}")
            elif not np.can_cast(given.dtype, held.dtype, casting="same_kind"):
                faults.append(f"{name!r} is {given.dtype}, expected {held.dtype}")
        if faults:
            raise StateDictError(
                f"The state does not fit {self.graph.name}: {'; '.join(faults)}. "
                "Nothing was loaded. Build the optimizer with the same rule, transforms and "
                "parameters as the one that was saved."
            )
        for name, slot in self.state.items():
            value = zeros_beside(slot.get_value(borrow=True))
            value[...] = arrays[name]
            slot.set_value(value, borrow=True)

    def __repr__(self) -> str:
        return f"<Optimizer {self.graph.name}: {', '.join(f.name for f in self)}>"


def compile_optimizer(
    rule: Rule | PerParameterRule,
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    transforms: Sequence[Transform] = (),
    extra_updates: Any = (),
    backend: str | Backend | None = None,
    name: str | None = None,
    profile: Any = False,
) -> Optimizer:
    """Turn a cost and an update rule into two compiled functions.

    Everything is validated here; each function is compiled at its first call.

    Parameters
    ----------
    rule
        The update rule. Every factory passes one; a rule of one's own goes the same way.
    lr
        The learning rate: a number, a symbolic scalar, a shared scalar, or an expression of
        those. For a symbolic one every ``f_update`` needs a number; for others a number passed to
        ``f_update`` counts for that call. Finite, at least 0.
    tparams
        Parameter name -> float32 or float64 shared variable.
    grads
        Gradients of the cost: a list in the order of ``tparams``, a dict by name, or None to
        differentiate the cost. Real floats of another dtype are cast to their parameter's.
    inputs
        The symbolic inputs of the cost, as a list.
    cost
        Symbolic real float scalar.
    transforms
        Gradient, step and parameter transforms, in this order.
    extra_updates
        Pairs (shared variable, new value), or a dict of them, that phase 1 writes: batch-norm
        statistics, say.
    backend
        "c", "numba", or None for the best one here.
    name
        Prefix of the functions' names; default the rule's.
    profile
        As for ``pytensor.function``.

    Returns
    -------
    Optimizer
        Unpacks to ``f_grad_shared, f_update``.

    Raises
    ------
    DTypeError
        A parameter is an integer, or a gradient or extra update not of a real float dtype.
    ShapeError
        A gradient or extra update has another shape than its target (the first call raises this
        too, where a shape is not known before).
    CostError
        The cost is not a real float scalar.
    DisconnectedParameterError
        The cost does not depend on a parameter, or gradients and parameters do not match.
    DuplicateTargetError, ConflictingUpdateError
        A shared variable is updated twice.
    InputError
        The cost depends on a variable that ``inputs`` lacks.
    RateError, RateTypeError
        ``lr`` is no rate.
    RuleError, TransformOrderError
        The rule or a transform breaks its protocol, or stands in the wrong place.
    UnknownBackendError, BackendUnavailableError
        There is no such backend, or it cannot work here.
    """
    name = name or check_rule(rule).name
    group = Group(rule, tparams, grads, transforms)
    return compile_grouped_optimizer(
        [group],
        lr,
        inputs,
        cost,
        extra_updates=extra_updates,
        backend=backend,
        name=name,
        profile=profile,
    )


def compile_grouped_optimizer(
    groups: Sequence[Group],
    lr: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    name: str,
    extra_updates: Any = (),
    backend: str | Backend | None = None,
    profile: Any = False,
) -> Optimizer:
    """Several groups of parameters over one cost, each with an update phase of its own.

    The optimizer unpacks to ``f_grad_shared`` and one update function for each group, in their
    order. No two groups share a parameter's name; a group's transforms see its own parameters.

    Parameters and errors are those of :func:`compile_optimizer`.
    """
    chosen = choose_backend(backend)
    specification = specify(groups, lr, inputs, cost, extra_updates=extra_updates, name=name)
    return Optimizer(specification, chosen, profile)


@dataclass(frozen=True)
class _Seen:
    """The value that a shared variable had."""

    value: Any

    def get_value(self, borrow: bool = False) -> Any:
        return self.value


Check = tuple[GradientTransform, Mapping[str, SharedVariable]]


def _checks(transforms: Sequence[Transform], graph: UpdateGraph) -> list[Check]:
    """The transforms that look at the host's side after a call, with their global slots."""
    found: list[Check] = []
    for transform in transforms:
        if isinstance(transform, GradientTransform) and transform.runs_first:
            before = sum(other.name == transform.name for other, _ in found)
            owner = f"{transform.name}#{before + 1}" if before else transform.name
            slots = {s.name: graph.state[f"{owner}/{s.name}"] for s in transform.global_slots}
            found.append((transform, slots))
    return found


def _run(checks: Sequence[Check], grads: Mapping[str, SharedVariable]) -> None:
    for transform, slots in checks:
        transform.check(slots, grads)


def _explain_failed_check(phase: Phase, values: Sequence[Any], error: Exception) -> None:
    """Raise ShapeError naming the gradient or extra update whose shape check failed, if one did.

    The compiled code only knows that some shape differs. This runs once, after a failure, and
    computes the shapes in question without compiling native code.
    """
    outputs = [update.value for update in phase.updates]
    checks: list[Any] = [
        node
        for node in toposort(outputs)
        if isinstance(node.op, SpecifyShape) and node.outputs[0].name
    ]
    if not checks:
        return
    shapes = pytensor.function(
        list(phase.inputs),
        [node.inputs[0].shape for node in checks],
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    for node, shape in zip(checks, shapes(*values), strict=True):
        expected = tuple(int(size.data) for size in node.inputs[1:])
        given = tuple(map(int, shape))
        if given != expected:
            raise ShapeError(
                f"The {node.outputs[0].name} has shape {given}; expected {expected}."
            ) from error
