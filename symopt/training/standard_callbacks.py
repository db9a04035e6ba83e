"""The callbacks of ``fit`` itself: what it writes into its folder, and what a person sees."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from symopt.training.callback import Callback
from symopt.training.run import Run


def standard_callbacks(
    run: Run,
    progress: bool | Callback,
    quiet: bool,
    tensorboard: bool | None,
    on_message: Callable[[str], None],
) -> list[Callback]:
    """Metrics file, run record, event files and curves if there is a folder; then the display."""
    from symopt.training.curves import CurvesFile
    from symopt.training.display import choose_display
    from symopt.training.metrics import MetricsFile
    from symopt.training.run_record import RunRecord
    from symopt.training.tensorboard import TensorBoard

    found: list[Callback] = []
    if run.out is not None:
        found += [MetricsFile(on_message=on_message), RunRecord(on_message=on_message)]
        installed = find_spec("tensorboardX") is not None
        if tensorboard or (tensorboard is None and installed):
            found.append(TensorBoard(on_message=on_message))
        found.append(CurvesFile(on_message=on_message))
    if isinstance(progress, Callback):
        found.append(progress)
    elif progress:
        found.append(choose_display(quiet=quiet))
    return found
