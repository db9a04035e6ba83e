"""``symopt demo``: train an LSTM on handwritten digits."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symopt.cli.running import choose_backend_aloud, interrupt_as_request, one_thread
from symopt.config import BACKENDS
from symopt.errors import SymoptError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pytensor.compile.sharedvalue import SharedVariable

    from symopt.backends import Backend
    from symopt.demos.display import PlainDisplay
    from symopt.demos.lstm_digits import Model, Split
    from symopt.demos.training import History
    from symopt.function import CompiledFunction
    from symopt.optimizer import Optimizer

DIM_PROJ = 64
BATCH_SIZE = 16
PATIENCE = 20
NOISE = 0.5  # standard deviation, on pixels in [-1, 1]; without it 3% fewer are read right
# Zeiler's 1e-6 starts slowly: the very first steps are of the size of its square root.
EPSILON = 1e-4
CLIP = 5.0


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("symopt-demo"),
    show_default=True,
    help="Folder for the results.",
)
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    help="What compiles the model.  [default: the best one here]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of initial parameters, minibatches and noise.",
)
@click.option(
    "--max-epochs",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Epochs of training at most.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the result only.")
def demo(out: Path, backend: str | None, seed: int, max_epochs: int, quiet: bool) -> None:
    """Train an LSTM to read handwritten digits, a minute or so.

    It is the Theano LSTM tutorial's model, over the rows of 1,797 digits that come with symopt,
    trained by adadelta. Learning curves go to OUT/curves.png, the parameters to OUT/params.npz.
    Ctrl-C ends the training early and still writes both.
    """
    from rich.console import Console

    from symopt.demos.display import choose_display

    try:
        out.mkdir(parents=True, exist_ok=True)
        with one_thread():
            _run(choose_display(Console(), quiet), out, backend, seed, max_epochs)
    except SymoptError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written to: {error}.") from error


def _run(
    display: PlainDisplay, out: Path, backend_name: str | None, seed: int, max_epochs: int
) -> None:
    import numpy as np

    from symopt.demos.lstm_digits import Sequences, build_model, init_params, load_split
    from symopt.demos.training import Validation, train
    from symopt.params import init_tparams, zipp

    began = time.perf_counter()
    rng = np.random.default_rng(seed)
    split = load_split()
    tparams = init_tparams(init_params(rng, DIM_PROJ))
    backend = choose_backend_aloud(backend_name, display)
    _introduce(display, split, tparams, backend, seed)

    with display.waiting("compiling (the first time takes longer)"):
        opt, f_probabilities = _compile(tparams, build_model(tparams), split, backend)
    display.say(f"compiled in {time.perf_counter() - began:.1f} s")

    def take(digits: NDArray[np.int64]) -> Sequences:
        return split.train.take(digits).with_noise(rng, NOISE)

    def judge(digits: Sequences) -> Validation:
        return Validation.of(f_probabilities(digits.x, digits.mask), digits.y)

    examples = len(split.train.y)
    updates = max_epochs * math.ceil(examples / BATCH_SIZE)
    with display.training(max_epochs, updates) as watch, interrupt_as_request() as stop:
        history = train(
            opt.f_grad_shared,
            opt.f_update,
            tparams,
            examples,
            take,
            lambda: judge(split.validation),
            rng,
            batch_size=BATCH_SIZE,
            max_epochs=max_epochs,
            patience=PATIENCE,
            on_update=watch,
            stop=stop,
        )
    display.say(_summary(history))
    zipp(history.best_params, tparams)
    accuracy = 1 - judge(split.test).error
    display.result(
        f"{accuracy:.2%} of {len(split.test.y)} held-out digits right, "
        f"{time.perf_counter() - began:.1f} s in all"
    )
    _write(display, out, history, f"LSTM on digits, seed {seed}: {accuracy:.2%} held-out accuracy")


def _introduce(
    display: PlainDisplay,
    split: Split,
    tparams: Mapping[str, SharedVariable],
    backend: Backend,
    seed: int,
) -> None:
    train, validation, test = (len(part.y) for part in split)
    parameters = sum(value.get_value(borrow=True).size for value in tparams.values())
    display.say("symopt demo: an LSTM reads handwritten digits, row by row")
    display.say()
    display.facts(
        {
            "data": f"{train + validation + test:,} digits of 8 x 8 pixels: {train:,} to train on, "
            f"{validation} to validate, {test} held out",
            "model": f"masked LSTM of {DIM_PROJ} units, mean over the rows, softmax over 10 "
            f"digits: {parameters:,} parameters",
            "training": f"adadelta, minibatches of {BATCH_SIZE}, noise of {NOISE} on the pixels, "
            f"seed {seed}",
            "backend": f"{backend.name}: {backend.diagnose().found}",
        }
    )
    display.say()


def build_functions(
    tparams: Mapping[str, SharedVariable], model: Model, backend: Backend
) -> tuple[Optimizer, CompiledFunction]:
    """The functions of the demo, not compiled yet: those that train, and the probabilities."""
    from symopt.factories import adadelta
    from symopt.function import function
    from symopt.transforms import clip_by_global_norm

    opt = adadelta(
        1.0,  # Zeiler's own
        tparams,
        None,
        [model.x, model.mask, model.y],
        model.cost,
        epsilon=EPSILON,
        transforms=[clip_by_global_norm(CLIP)],
        backend=backend,
    )
    f_probabilities = function(
        [model.x, model.mask], model.probabilities, name="f_probabilities", backend=backend
    )
    return opt, f_probabilities


def _compile(
    tparams: Mapping[str, SharedVariable], model: Model, split: Split, backend: Backend
) -> tuple[Optimizer, CompiledFunction]:
    opt, f_probabilities = build_functions(tparams, model, backend)
    opt.compile()
    # Some parts are compiled at the first call; phase 1 moves nothing but the parked gradients.
    opt.f_grad_shared(*split.validation)
    f_probabilities(*split.validation[:2])
    return opt, f_probabilities


def _summary(history: History) -> str:
    why = {
        "epochs": "all epochs done",
        "patience": f"no better for {PATIENCE} epochs",
        "stopped": "ended by Ctrl-C",
    }[history.ended]
    updates = len(history.costs)
    text = f"trained for {history.seconds:.1f} s ({why}): {updates:,} updates"
    if history.best is None:
        return text
    best = history.best
    return (
        f"{text}, {updates / history.seconds:.0f} a second\n"
        f"kept the parameters of epoch {best.number}, "
        f"which get {best.validation.error:.1%} of the validation digits wrong"
    )


def _write(display: PlainDisplay, out: Path, history: History, title: str) -> None:
    from symopt.demos.curves import can_draw, write_curves
    from symopt.params import save_params

    path = save_params(
        out / "params.npz",
        history.best_params,
        history_costs=history.costs,
        history_errors=[epoch.validation.error for epoch in history.epochs],
    )
    display.result(f"wrote {path}")
    if not history.epochs:
        return
    if can_draw():
        display.result(f"wrote {write_curves(out / 'curves.png', history, title)}")
    else:
        display.result("no curves.png: matplotlib is missing (pip install symopt[plot])")
