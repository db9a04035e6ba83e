"""The jax backend: XLA, for GPUs above all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytensor
from pytensor.compile.executor import Function
from pytensor.compile.sharedvalue import SharedVariable

from symopt.backends.backend import Backend, Diagnosis
from symopt.errors import BackendUnavailableError, HyperparameterError
from symopt.hyperparameters import check_choice
from symopt.pytensor_internals import cell

if TYPE_CHECKING:
    from symopt.backends.jax.pending import Pending
    from symopt.backends.jax.placement import Placement

_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin", "jax_rocm60_plugin", "jax_rocm7_plugin")


class JaxBackend(Backend):
    """Compiles graphs with JAX for the shapes they are called with; state stays on the device.

    Parameters are those of :func:`jax_backend`, which checks them.
    """

    name = "jax"

    def __init__(
        self,
        device: Any = None,
        devices: Sequence[Any] | None = None,
        batch_axes: Mapping[str, int] | None = None,
        lazy: bool = False,
        fallback: bool = False,
        compute_dtype: str | None = None,
    ) -> None:
        self._device = device
        self._devices = devices
        self._batch_axes = dict(batch_axes or {})
        self.lazy = lazy
        self._fallback = fallback
        self._compute_dtype = compute_dtype

    @property
    def native(self) -> type:  # type: ignore[override]
        """JAX's class of arrays."""
        from symopt.backends.jax.arrays import ARRAY

        return ARRAY

    @cached_property
    def pending(self) -> Pending | None:
        """Where errors wait for the next read; None if every call waits for the device."""
        from symopt.backends.jax.pending import Pending

        return Pending() if self.lazy else None

    def diagnose(self) -> Diagnosis:
        try:
            found = version("jax")
        except PackageNotFoundError:
            return Diagnosis(False, "jax is not installed", "pip install symopt[jax]")
        return Diagnosis(True, f"jax {found}")

    @staticmethod
    def sees_gpu() -> bool:
        """Whether JAX has a GPU here. JAX is imported only if something for GPUs is installed."""
        if not any(map(find_spec, _PLUGINS)):
            return False
        import jax

        return jax.default_backend() == "gpu"

    def compile(self, inputs: Sequence[Any], outputs: Any, **keywords: Any) -> Function:
        self.require()
        from symopt.backends.jax import forms  # noqa: F401  # registers them
        from symopt.backends.jax.device_function import DeviceFunction
        from symopt.backends.jax.mode import jax_mode
        from symopt.backends.jax.trace import Options

        keywords["mode"] = keywords.get("mode") or jax_mode()
        function = pytensor.function(inputs, outputs, **keywords)
        if isinstance(function.vm, DeviceFunction):
            given = function.maker.inputs
            function.vm.bind(
                function.input_storage,
                function.name or "function",
                Options(self._compute_dtype, self._fallback),
                self._placement([None if each.implicit else each.variable.name for each in given]),
                self.pending,
                [each.implicit for each in given],
            )
        return function

    def bring_here(self, variable: SharedVariable) -> None:
        from symopt.backends.jax import arrays

        arrays.put(variable, self._placement([]).shared)

    def run_many(
        self,
        function: Function,
        batches: Sequence[Sequence[Any]],
        watched: Sequence[SharedVariable],
    ) -> Iterator[tuple[Any, list[Any]]]:
        from symopt.backends.jax.device_function import DeviceFunction

        device = function.vm
        if not isinstance(device, DeviceFunction):  # a mode that the user asked for
            yield from super().run_many(function, batches, watched)
            return
        containers = [
            c for c, each in zip(device.containers, device.shared, strict=True) if not each
        ]
        filtered = []
        for batch in batches:
            for container, value in zip(containers, batch, strict=True):
                container.value = value  # as PyTensor takes arguments
            filtered.append([container.storage[0] for container in containers])
        cells = [cell(variable) for variable in watched]
        for outputs, seen in zip(*device.run_many(filtered, cells), strict=True):
            yield outputs[0] if len(outputs) == 1 else outputs, seen

    def after_call(self, key: Any, check: Callable[[], None]) -> None:
        if self.pending is None:
            check()
        else:
            self.pending.add_check(key, check)

    def settle(self) -> None:
        if self.pending is not None:
            self.pending.settle()

    def _placement(self, names: Sequence[str | None]) -> Placement:
        """Where inputs of these names go (None for shared variables)."""
        from symopt.backends.jax import placement

        if self._devices is not None:
            axes = {i: self._batch_axes[n] for i, n in enumerate(names) if n in self._batch_axes}
            return placement.split_over(tuple(self._devices), axes)
        return placement.on(self._device) if self._device is not None else placement.Placement()


def jax_backend(
    device: Any = None,
    *,
    devices: Sequence[Any] | None = None,
    batch_axes: Mapping[str, int] | None = None,
    lazy: bool = False,
    fallback: bool = False,
    compute_dtype: str | None = None,
) -> JaxBackend:
    """The jax backend with settings of its own, for the ``backend`` argument of every factory.

    Parameters
    ----------
    device
        Where everything is: "cpu", "gpu", or a ``jax.Device``. None (default): JAX's default.
    devices
        Several devices, for training that splits every batch: parameters and state are on all of
        them, each computes its part of the batch, and cost and gradients are those of the whole
        batch, so masks and clipping agree with one device. A batch that cannot be split evenly is
        computed whole by every device. Under ``jax.distributed`` every process passes its part of
        the batch.
    batch_axes
        With ``devices``: name of an input -> its batch axis, for the inputs that are split:
        ``{"x": 1, "mask": 1, "y": 0}`` for the LSTM tutorial's.
    lazy
        Whether a call returns before the device is done: outputs are then
        :class:`~symopt.backends.jax.pending.DeviceValue`, and an error of the call (an assertion,
        the guard of ``skip_nonfinite``) is raised by the next read: of an output, of
        ``opt.state_dict()``, or by ``opt.sync()``.
    fallback
        Whether a node without a form in JAX runs on the host, in the middle of the program; and the
        whole function, with a warning, where a shape depends on what only the device knows. False
        (default): such a node is an error, which names it.
    compute_dtype
        "bfloat16" or "float16": products and convolutions of float32 take their operands in this
        dtype; parameters, their sums and all else stay float32. None (default): float32 products
        are float32, on GPUs too.

    Raises
    ------
    BackendUnavailableError
        jax is not installed, or there is no such device.
    HyperparameterError
        Arguments contradict each other or are none of their choices.
    """
    if compute_dtype is not None:
        check_choice("jax_backend", "compute_dtype", compute_dtype, ("bfloat16", "float16"))
    if device is not None and devices is not None:
        raise HyperparameterError("jax_backend: device and devices are both given; give one.")
    if (devices is None) != (batch_axes is None):
        raise HyperparameterError(
            "jax_backend: devices and batch_axes go together: devices=jax.devices(), "
            'batch_axes={"x": 1, "y": 0} says which axis of which input is the batch.'
        )
    backend = JaxBackend(device, devices, batch_axes, lazy, fallback, compute_dtype)
    backend.require()
    if isinstance(device, str):
        _check_device(device)
    return backend


def _check_device(device: str) -> None:
    import jax

    try:
        jax.devices(device)
    except RuntimeError as error:
        found = ", ".join(sorted({each.platform for each in jax.devices()}))
        raise BackendUnavailableError(
            f"jax_backend: device={device!r}: JAX has none here; it has {found}. For a GPU install "
            "JAX with its CUDA plugin: pip install 'jax[cuda13]'."
        ) from error
