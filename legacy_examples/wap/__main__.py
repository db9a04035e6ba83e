"""Commands: ``python -m legacy_examples.wap train|decode|score|show``."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

import symopt
from legacy_examples.wap import data
from legacy_examples.wap.model import Sampler, build_sampler
from legacy_examples.wap.options import CONFIGURATIONS
from legacy_examples.wap.saved import Saved, load_model
from legacy_examples.wap.score import score as score_of
from legacy_examples.wap.search import beam_search
from legacy_examples.wap.strips import draw_strip
from legacy_examples.wap.train import decode as read
from legacy_examples.wap.train import train as train_model
from symopt.config import BACKENDS
from symopt.datasets.crohme import Formulas, read_captions
from symopt.datasets.crohme.formulas import PROBLEMS
from symopt.errors import SymoptError

FILE = click.Path(exists=True, path_type=Path)
NEW = click.Path(path_type=Path)
SHOWN = 5
"""How many formulas are named of those that are left out for one reason."""

problems_option = click.option(
    "--problems",
    type=click.Choice(["raise", "skip"]),
    default="raise",
    help="What to do about damaged pictures, empty captions and unknown tokens.",
)
backend_option = click.option(
    "--backend", type=click.Choice(BACKENDS), help="Default: the best one here."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main() -> None:
    """WAP: handwritten formulas read by a neural network."""


@main.command()
@click.argument("pictures", type=FILE)
@click.argument("captions", type=FILE)
@click.argument("dictionary", type=FILE)
@click.option("--valid", nargs=2, type=FILE, required=True, help="Pictures and captions held out.")
@click.option("--out", type=NEW, required=True, help="A folder; a run that was killed goes on.")
@click.option("--model", "name", type=click.Choice(list(CONFIGURATIONS)), default="small")
@click.option("--set", "changes", multiple=True, help="An option of the model: GrowthRate=12.")
@click.option("--start", type=FILE, help="A model to start from.")
@click.option("--max-epochs", type=click.IntRange(1), default=5000)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Of training at most.")
@click.option("--valid-size", type=click.IntRange(1), help="Validate on so many formulas.")
@click.option("--valid-every", type=click.IntRange(1), help="Updates. Default: an epoch.")
@click.option("--seed", type=click.IntRange(0), default=0)
@problems_option
@backend_option
def train(
    pictures: Path,
    captions: Path,
    dictionary: Path,
    valid: tuple[Path, Path],
    out: Path,
    name: str,
    changes: tuple[str, ...],
    start: Path | None,
    max_epochs: int,
    minutes: float | None,
    valid_size: int | None,
    valid_every: int | None,
    seed: int,
    problems: str,
    backend: str | None,
) -> None:
    """Train a model on PICTURES and CAPTIONS."""
    options = {**CONFIGURATIONS[name], **dict(map(_change, changes))}
    begin = load_model(start) if start else None
    formulas = data.load(pictures, captions, dictionary, options, problems)
    held_out = data.load(*valid, dictionary, options, problems)
    _report(formulas, "to train on")
    _report(held_out, "held out")
    if valid_size is not None and valid_size < len(held_out):
        held_out = held_out.at([i * len(held_out) // valid_size for i in range(valid_size)])
    click.echo("Building and compiling the functions; the first time it takes a minute or more.")
    reached = train_model(
        options,
        formulas,
        held_out,
        out,
        start=begin,
        max_epochs=max_epochs,
        max_time=timedelta(minutes=minutes) if minutes else None,
        validate_every=valid_every or "epoch",
        seed=seed,
        backend=backend,
    )
    click.echo(f"Best model, beam of 10: {_text(reached)}")


@main.command()
@click.argument("models", nargs=-1, required=True, type=FILE)
@click.option("--pictures", type=FILE, required=True)
@click.option("--captions", type=FILE, required=True)
@click.option("--dictionary", type=FILE, required=True)
@click.option("--out", type=NEW, required=True, help="A line for each formula: key and tokens.")
@click.option("-k", "--beam", type=click.IntRange(1), default=10, help="1: greedy.")
@problems_option
@backend_option
def decode(
    models: tuple[Path, ...],
    pictures: Path,
    captions: Path,
    dictionary: Path,
    out: Path,
    beam: int,
    problems: str,
    backend: str | None,
) -> None:
    """Read formulas by MODELS; the probabilities of several are averaged."""
    saved = [load_model(path) for path in models]
    formulas = data.load(pictures, captions, dictionary, saved[0].options, problems)
    _report(formulas, "to read")
    samplers = [_sampler(one, backend) for one in saved]
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("reading", total=len(formulas))
        started = time.perf_counter()
        found = read(
            samplers,
            formulas,
            beam,
            saved[0].options["maxlen"],
            lambda done: bar.update(task, completed=done),
        )
    seconds = time.perf_counter() - started
    out.write_text("".join(f"{key} {' '.join(tokens)}\n" for key, tokens in found.items()))
    click.echo(f"{len(found)} formulas in {seconds:.1f} s, {len(found) / seconds:.1f} a second")
    click.echo(f"{out}: {_text(score_of(found, data.captions_of(formulas)))}")


@main.command()
@click.argument("decodes", type=FILE)
@click.argument("captions", type=FILE)
def score(decodes: Path, captions: Path) -> None:
    """Compare DECODES with CAPTIONS: WER and ExpRate."""
    reached = score_of(read_captions(decodes), read_captions(captions))
    click.echo(f"WER {reached.wer:.12g}")
    click.echo(f"ExpRate {reached.exp_rate:.12g}")


@main.command()
@click.argument("model", type=FILE)
@click.argument("keys", nargs=-1)
@click.option("--pictures", type=FILE, required=True)
@click.option("--captions", type=FILE, required=True)
@click.option("--dictionary", type=FILE, required=True)
@click.option("--out", type=NEW, required=True, help="A folder for the pictures.")
@click.option("-k", "--beam", type=click.IntRange(1), default=10)
@backend_option
def show(
    model: Path,
    keys: tuple[str, ...],
    pictures: Path,
    captions: Path,
    dictionary: Path,
    out: Path,
    beam: int,
    backend: str | None,
) -> None:
    """Draw where MODEL looked for each token of the formulas KEYS (default: the first five)."""
    saved = load_model(model)
    formulas = data.load(pictures, captions, dictionary, saved.options, "skip")
    unknown = [key for key in keys if key not in formulas.keys]
    if unknown:
        raise click.ClickException(f"{captions}: no formula is called {', '.join(unknown)}.")
    sampler = _sampler(saved, backend)
    out.mkdir(parents=True, exist_ok=True)
    right = data.captions_of(formulas)
    for key in keys or formulas.keys[:5]:
        picture = formulas.pictures[formulas.keys.index(key)]
        best = beam_search([sampler], picture, beam, 2 * saved.options["maxlen"])[0]
        tokens = [formulas.tokens[number] for number in best.caption]
        verdict = "right" if tokens == right[key] else f"not {' '.join(right[key])}"
        path = out / f"{key}.png"
        title = f"{key}: {' '.join(tokens)} ({verdict})"
        draw_strip(path, picture, best, formulas.tokens, title)
        click.echo(f"{path}: {' '.join(tokens)}")


def _sampler(saved: Saved, backend: str | None) -> Sampler:
    tparams, bn_tparams = (
        symopt.init_tparams(dict(arrays)) for arrays in (saved.params, saved.statistics)
    )
    return build_sampler(tparams, bn_tparams, saved.options, backend)


def _change(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    known = {key for options in CONFIGURATIONS.values() for key in options}
    if name not in known or not value:
        raise click.ClickException(
            f"--set {text}: expected NAME=VALUE, NAME being one of {', '.join(sorted(known))}."
        )
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _report(formulas: Formulas, what: str) -> None:
    reasons = Counter(one.reason for one in formulas.left_out)
    counted = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    click.echo(f"{len(formulas)} formulas {what}; left out: {counted or 'none'}")
    for reason in reasons.keys() & PROBLEMS.keys():
        for one in [one for one in formulas.left_out if one.reason == reason][:SHOWN]:
            click.echo(f"  {one.key}: {one.why}")


def _text(reached: Any) -> str:
    return f"WER {100 * reached.wer:.2f}%, ExpRate {100 * reached.exp_rate:.2f}%"


if __name__ == "__main__":
    try:
        main()
    except SymoptError as error:
        raise SystemExit(f"Error: {error}") from error
