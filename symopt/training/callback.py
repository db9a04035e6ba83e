"""What may look on while a run trains."""

from __future__ import annotations

from pathlib import Path

from symopt.training.run import Run


class Callback:
    """Looks on while a run trains. Subclasses override what they want to know of.

    One with state that a resumed run needs defines ``state_dict()`` and ``load_state_dict(state)``
    (plain numbers, strings, lists and dicts; checkpoints keep them by the callback's position and
    class).
    """

    def on_start(self, run: Run) -> None:
        """Training begins, or goes on where a checkpoint left it (``run.update`` is then not 0)."""

    def on_gradients(self, run: Run) -> None:
        """Between the phases: ``run.opt.grads`` may be looked at or changed."""

    def on_update(self, run: Run) -> None:
        """An update was made; ``run.costs[-1]`` is its cost."""

    def on_validation(self, run: Run) -> None:
        """The model was validated; ``run.validations[-1]`` says how."""

    def on_message(self, run: Run, text: str) -> None:
        """Something happened that a person should read: a checkpoint that was passed over, say."""

    def on_checkpoint(self, run: Run, path: Path) -> None:
        """A checkpoint was written."""

    def on_end(self, run: Run) -> None:
        """Training ended: ``run.ended`` says why. Also called when an error ends it."""
