"""``symopt compare``: train one model with each optimizer and see which arrives first."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symopt.cli.running import choose_backend_aloud, exit_after, one_thread
from symopt.config import BACKENDS
from symopt.errors import DatasetError, SymoptError

if TYPE_CHECKING:
    from rich.table import Table

    from symopt.demos.comparison import Comparison, Contender, Ends, Run
    from symopt.demos.mlp_digits import Split
    from symopt.training.display import PlainDisplay

NAMES = (
    "sgd (which is sgd-0.0001, sgd-0.2 and sgd-0.01), momentum, adagrad, rmsprop, adadelta or adam"
)

RUNS, VALIDATIONS = "runs.csv", "validations.csv"
SUMMARY_COLUMNS = "run updates best_accuracy last_accuracy test_accuracy reason seconds"
HISTORY_COLUMNS = "run updates training_cost validation_cost validation_accuracy"


def _check_names(
    _context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]
) -> list[Contender]:
    from symopt.demos.comparison import contenders_named

    for name in names:
        if not contenders_named([name]):
            raise click.BadParameter(f"{name!r} is not one of {NAMES}.")
    return contenders_named(names)


@click.command()
@click.option(
    "--data",
    type=click.Choice(["digits", "mnist"]),
    default="digits",
    show_default=True,
    help="The 1,797 digits that come with symopt, or MNIST from PATH.",
)
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("symopt-compare"),
    show_default=True,
    help="Folder for the results.",
)
@click.option(
    "--only",
    "contenders",
    metavar="NAME",
    multiple=True,
    callback=_check_names,
    help=f"Run this one; may be repeated. NAME is {NAMES}.",
)
@click.option(
    "--accuracy",
    type=click.FloatRange(0, 1),
    default=0.91,
    show_default=True,
    help="Fraction of the validation digits that the second rule asks for.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Validations in a row that both rules ask for.",
)
@click.option(
    "--max-updates",
    type=click.IntRange(min=1),
    default=40_000,
    show_default=True,
    help="Updates of a run at most.",
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
    help="Of initial parameters and minibatches, which are the same for every run.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the results only.")
def compare(
    data: str,
    path: Path | None,
    out: Path,
    contenders: Sequence[Contender],
    accuracy: float,
    patience: int,
    max_updates: int,
    backend: str | None,
    seed: int,
    quiet: bool,
) -> None:
    """Train one model with each optimizer until it is good or gets no better.

    The model is a perceptron with one hidden layer of 32 rectified linear units and a softmax over
    the ten digits, with Glorot's initial weights; a minibatch has 64 images. It is validated every
    938 updates. A run ends after --patience validations in a row without a new lowest validation
    error (measured by the cost), or after as many with an accuracy of at least --accuracy.

    PATH is a folder with MNIST's idx files or mnist.pkl.gz, or that file: --data mnist PATH.
    Without PATH, the folder that SYMOPT_DATA names is searched. Of the 10,000 images of the t10k
    files alone, 8,000 are trained on, 1,000 validate and 1,000 are held out.

    OUT gets a picture of each run, overlay.png with all of them, runs.csv with what became of each,
    and validations.csv. Ctrl-C ends the comparison early and still writes what there is.
    """
    from rich.console import Console

    from symopt.demos.comparison import Comparison, Ends
    from symopt.training.display import choose_display

    if path is not None and data != "mnist":
        raise click.UsageError(f"PATH is for MNIST: symopt compare --data mnist {path}")
    console = Console()
    display = choose_display(console, quiet)
    ends = Ends(patience, accuracy)
    runs: list[Run] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        split = _load(data, path)
        with one_thread():
            comparison = Comparison(split, seed, choose_backend_aloud(backend, display))
            _introduce(display, comparison, ends)
            for run in _runs(display, comparison, contenders, ends, max_updates):
                runs.append(run)
                _write(out, runs, accuracy)
        console.print(_table(runs))
        _write_overlay(display, out, comparison, runs, accuracy)
    except SymoptError as error:
        hint = " (PATH is the path.)" if isinstance(error, DatasetError) else ""
        raise click.ClickException(f"{error}{hint}") from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written to: {error}.") from error
    if runs[-1].signal is not None:
        exit_after(runs[-1].signal)


def _load(data: str, path: Path | None) -> Split:
    from symopt.demos.mlp_digits import split_digits, split_mnist

    return split_digits() if data == "digits" else split_mnist(path)


def _introduce(display: PlainDisplay, comparison: Comparison, ends: Ends) -> None:
    from symopt.demos.comparison import INTERVAL

    train, validation, test = (len(part.y) for part in comparison.split)
    display.say("symopt compare: one model, trained with each optimizer")
    display.say()
    display.facts(
        {
            "data": f"{train + validation + test:,} digits: {train:,} to train on, "
            f"{validation:,} to validate, {test:,} held out",
            "model": f"perceptron {comparison.sizes}, rectified linear units, softmax",
            "training": f"minibatches of {comparison.batch_size}, validation every {INTERVAL} "
            f"updates, seed {comparison.seed}",
            "stops": f"after {ends.patience} validations without a new lowest error, or with at "
            f"least {100 * ends.accuracy:g}% right",
            "backend": f"{comparison.backend.name}: {comparison.backend.diagnose().found}",
        }
    )
    display.say()


def _runs(
    display: PlainDisplay,
    comparison: Comparison,
    contenders: Sequence[Contender],
    ends: Ends,
    max_updates: int,
) -> Iterator[Run]:
    """Run the contenders one after the other, until Ctrl-C."""
    began = time.perf_counter()
    with display.waiting("compiling (the first time takes longer)"):
        for contender in contenders:
            comparison.compile(contender)
    display.say(f"compiled in {time.perf_counter() - began:.1f} s")

    for contender in contenders:
        run = _run(display, comparison, contender, ends, max_updates)
        display.say(
            f"{contender.label}: {run.reason} after {run.updates:,} updates, {_numbers(run)}"
        )
        yield run
        if run.signal is not None:
            return


def _run(
    display: PlainDisplay,
    comparison: Comparison,
    contender: Contender,
    ends: Ends,
    max_updates: int,
) -> Run:
    with display.progress(contender.label, max_updates) as report:
        return comparison.run(
            contender,
            ends,
            max_updates=max_updates,
            on_validation=lambda run: report(run.updates, _numbers(run)),
        )


def _numbers(run: Run) -> str:
    speed = f"{run.updates / run.seconds:,.0f} updates/s"
    if not run.points:
        return speed
    return f"accuracy {run.last_accuracy:.1%}, best {run.best_accuracy:.1%}, {speed}"


def _write(out: Path, runs: Sequence[Run], accuracy: float) -> None:
    """Write the tables of all runs so far, and the picture of the last one.

    Accuracies are fractions, costs in nats; what a diverged run has not is nan.
    """
    from symopt.demos.comparison_curves import write_run
    from symopt.training.curves import can_draw

    summary = [
        (
            run.contender.name,
            run.updates,
            f"{run.best_accuracy:.6g}",
            f"{run.last_accuracy:.6g}",
            f"{run.test_accuracy:.6g}",
            run.reason,
            f"{run.seconds:.2f}",
        )
        for run in runs
    ]
    history = [
        (
            run.contender.name,
            point.updates,
            f"{point.training_cost:.6g}",
            f"{point.validation.cost:.6g}",
            f"{point.accuracy:.6g}",
        )
        for run in runs
        for point in run.points
    ]
    _write_csv(out / RUNS, SUMMARY_COLUMNS, summary)
    _write_csv(out / VALIDATIONS, HISTORY_COLUMNS, history)
    if can_draw() and runs[-1].points:
        write_run(out / f"{runs[-1].contender.name}.png", runs[-1], accuracy)


def _write_csv(path: Path, columns: str, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns.split(), *rows])


def _table(runs: Sequence[Run]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("run", no_wrap=True)
    for title in ("updates", "best", "last", "held out"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("ended by", no_wrap=True)
    for run in runs:
        accuracies = (run.best_accuracy, run.last_accuracy, run.test_accuracy)
        table.add_row(
            run.contender.label,
            f"{run.updates:,}",
            *("-" if math.isnan(accuracy) else f"{accuracy:.1%}" for accuracy in accuracies),
            run.reason,
        )
    return table


def _write_overlay(
    display: PlainDisplay, out: Path, comparison: Comparison, runs: Sequence[Run], accuracy: float
) -> None:
    from symopt.demos.comparison_curves import write_overlay
    from symopt.training.curves import can_draw

    tables = f"{out / RUNS} and {out / VALIDATIONS}"
    if can_draw():
        title = (
            f"perceptron {comparison.sizes}, {len(comparison.split.train.y):,} training digits "
            f"in minibatches of {comparison.batch_size}"
        )
        overlay = write_overlay(out / "overlay.png", runs, accuracy, title)
        display.result(f"wrote {overlay}, a picture of each run, {tables}")
    else:
        display.result(f"wrote {tables}")
        display.result("no pictures: matplotlib is missing (pip install symopt[plot])")
