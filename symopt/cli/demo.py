"""``symopt demo``: train an LSTM on handwritten digits."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symopt.cli.running import choose_backend_aloud, exit_after, one_thread
from symopt.config import BACKENDS
from symopt.errors import SymoptError

if TYPE_CHECKING:
    from pytensor.compile.sharedvalue import SharedVariable

    from symopt.backends import Backend
    from symopt.demos.lstm_digits import Model, Sequences, Split
    from symopt.function import CompiledFunction
    from symopt.optimizer import Optimizer
    from symopt.training import FitResult
    from symopt.training.display import PlainDisplay

DIM_PROJ = 64
BATCH_SIZE = 16
PATIENCE = 20
NOISE = 0.5  # standard deviation, on pixels in [-1, 1]; without it 3% fewer are read right
# Zeiler's 1e-6 starts slowly: the very first steps are of the size of its square root.
EPSILON = 1e-4
CLIP = 5.0
CHECKPOINTS = "checkpoints"


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
@click.option(
    "--resume",
    is_flag=True,
    help="Go on from the newest checkpoint in OUT, if there is one, instead of starting over.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the result only.")
def demo(
    out: Path, backend: str | None, seed: int, max_epochs: int, resume: bool, quiet: bool
) -> None:
    """Train an LSTM to read handwritten digits, a minute or so.

    It is the Theano LSTM tutorial's model, over the rows of 1,797 digits that come with symopt,
    trained by adadelta. Learning curves go to OUT/curves.png, the parameters to OUT/params.npz,
    a checkpoint of every epoch to OUT/checkpoints: killed at any moment, it goes on with --resume,
    and ends with the same bits. Ctrl-C ends the training early and still writes everything.
    """
    from rich.console import Console

    from symopt.training.display import choose_display

    display = choose_display(Console(), quiet)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not resume:
            _forget_checkpoints(out / CHECKPOINTS)
        with one_thread():
            result = _run(display, out, backend, seed, max_epochs)
    except SymoptError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written to: {error}.") from error
    if result.signal is not None:
        exit_after(result.signal)


def _forget_checkpoints(folder: Path) -> None:
    """Remove the checkpoints of an earlier run, unless another process trains there."""
    from symopt.training import CheckpointStore

    if folder.is_dir():
        with CheckpointStore(folder) as store:
            for path in store.paths():
                shutil.rmtree(path)


def _run(
    display: PlainDisplay, out: Path, backend_name: str | None, seed: int, max_epochs: int
) -> FitResult:
    import numpy as np

    from symopt.demos.classification import Score
    from symopt.demos.lstm_digits import build_model, init_params, load_split
    from symopt.params import init_tparams, zipp
    from symopt.training import fit, minibatches, stopping

    began = time.perf_counter()
    rng = np.random.default_rng(seed)
    split = load_split()
    tparams = init_tparams(init_params(rng, DIM_PROJ))
    backend = choose_backend_aloud(backend_name, display)
    _introduce(display, split, tparams, backend, seed)

    with display.waiting("compiling (the first time takes longer)"):
        opt, f_probabilities = _compile(tparams, build_model(tparams), split, backend)
    display.say(f"compiled in {time.perf_counter() - began:.1f} s")

    numbers = minibatches(np.arange(len(split.train.y)), batch_size=BATCH_SIZE)

    def batches() -> Iterator[Sequences]:
        for (digits,) in numbers(rng):
            yield split.train.take(digits).with_noise(rng, NOISE)

    def judge(digits: Sequences) -> Score:
        return Score.of(f_probabilities(digits.x, digits.mask), digits.y)

    result = fit(
        opt,
        batches,
        rate=1.0,  # Zeiler's own
        max_epochs=max_epochs,
        validate=lambda: judge(split.validation).metrics,
        stop=stopping.no_better(PATIENCE),
        state={"rng": rng},
        seed=seed,
        how_to_resume=f"symopt demo --out {out} --seed {seed} --resume",
        progress=display,
        out=out,
        settings={"units": DIM_PROJ, "batch_size": BATCH_SIZE, "noise": NOISE, "seed": seed},
    )
    if result.best is not None:
        display.say(
            f"kept the parameters of epoch {result.best.epoch}, "
            f"which get {result.best.metrics['error']:.1%} of the validation digits wrong"
        )
        zipp(result.best_params or {}, tparams)
    accuracy = 1 - judge(split.test).error
    display.result(
        f"{accuracy:.2%} of {len(split.test.y)} held-out digits right, "
        f"{time.perf_counter() - began:.1f} s in all"
    )
    title = f"LSTM on digits, seed {seed}: {accuracy:.2%} held-out accuracy"
    _write(display, out, tparams, result, title)
    return result


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
    from symopt.transforms import clip_by_global_norm, skip_nonfinite

    opt = adadelta(
        1.0,
        tparams,
        None,
        [model.x, model.mask, model.y],
        model.cost,
        epsilon=EPSILON,
        transforms=[skip_nonfinite(), clip_by_global_norm(CLIP)],
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


def _write(
    display: PlainDisplay,
    out: Path,
    tparams: Mapping[str, SharedVariable],
    result: FitResult,
    title: str,
) -> None:
    from symopt.params import save_params, unzip
    from symopt.training.curves import can_draw, write_curves

    path = save_params(
        out / "params.npz",
        unzip(tparams),
        history_costs=result.costs,
        history_errors=[validation.metrics["error"] for validation in result.validations],
    )
    display.result(f"wrote {path}")
    if can_draw():
        write_curves(out / "curves.png", result, title)
        display.result(f"wrote {out / 'curves.png'}")
