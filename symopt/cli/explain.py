"""``symopt explain``: what runs each node of a model's functions, and the C++ behind it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symopt.config import BACKENDS, config
from symopt.errors import SymoptError

if TYPE_CHECKING:
    from symopt.function import CompiledFunction
    from symopt.optimizer import Optimizer

DEMO = "demo"
PHASES = ("f_grad_shared", "f_update", "f_step")
MODULE = "symopt_explained"


@click.command()
@click.argument("model", metavar="demo|SCRIPT.py")
@click.argument("name", required=False)
@click.option(
    "--phase",
    type=click.Choice(PHASES),
    help="Of an optimizer, this function only.  [default: f_grad_shared and every f_update]",
)
@click.option("--source", is_flag=True, help="Print the generated C++ instead of the table.")
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    help="What compiles functions that name no backend themselves.  [default: the best one here]",
)
def explain(
    model: str, name: str | None, phase: str | None, source: bool, backend: str | None
) -> None:
    """Show which nodes run natively, which by PyTensor's C code, which in Python, and why.

    The functions are those of `symopt demo`, or what SCRIPT.py has at its top level: optimizers,
    and what symopt.function or pytensor.function returned. NAME is one of them (NAME.ATTRIBUTE: in
    an object there); without it all are shown. The script is run as if it were imported, so what
    stands under `if __name__ == "__main__"` is left out. Functions are compiled, and not called.

    A loop that could not be compiled to a part of a program says which of its nodes was to blame.
    """
    from rich.console import Console

    from symopt.backends.c.explain import sources
    from symopt.backends.explain import node_rows
    from symopt.backends.node_rows import table

    waiting = Console(stderr=True)
    try:
        if backend is not None:
            config.backend = backend
        functions = _functions(
            _named(_demo() if model == DEMO else _run(model), name, model), phase
        )
        if not functions:
            raise click.ClickException(_nothing(model, name, phase))
        for title, function in functions.items():
            with waiting.status(f"compiling {title}"):
                rows = node_rows(getattr(function, "compiled", function))
            if source:
                for number, text in sources(rows).items():
                    click.echo(f"// {title}, program {number}\n{text}")
            else:
                click.echo(table(rows, title))
    except SymoptError as error:
        raise click.ClickException(str(error)) from error
    finally:
        if backend is not None:
            config.backend = None


def _demo() -> Mapping[str, Any]:
    import numpy as np

    from symopt.backends import choose_backend
    from symopt.cli.demo import DIM_PROJ, build_functions
    from symopt.demos.lstm_digits import build_model, init_params
    from symopt.params import init_tparams

    tparams = init_tparams(init_params(np.random.default_rng(0), DIM_PROJ))
    opt, f_probabilities = build_functions(tparams, build_model(tparams), choose_backend())
    return {"opt": opt, "f_probabilities": f_probabilities}


def _run(script: str) -> Mapping[str, Any]:
    """What a script has at its top level."""
    path = Path(script)
    if path.suffix != ".py" or not path.is_file():
        raise click.BadParameter(
            f"{script!r} is neither {DEMO!r} nor a Python script.", param_hint="demo|SCRIPT.py"
        )
    spec = importlib.util.spec_from_file_location(MODULE, path)
    assert spec is not None  # it ends with .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    arguments, sys.argv = sys.argv, [script]
    beside = str(path.parent.resolve())
    sys.path.insert(0, beside)  # as for a script that is run
    sys.modules[MODULE] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = arguments
        if beside in sys.path:
            sys.path.remove(beside)
        del sys.modules[MODULE]
    return vars(module)


def _named(namespace: Mapping[str, Any], name: str | None, model: str) -> Mapping[str, Any]:
    """What is called ``name``, or everything."""
    if name is None:
        return {key: value for key, value in namespace.items() if not key.startswith("_")}
    first, _, rest = name.partition(".")
    try:
        found = namespace[first]
        return {name: attrgetter(rest)(found) if rest else found}
    except (KeyError, AttributeError):
        titles = [title.split(",")[0] for title in _functions(namespace, None)]
        there = f"It has {', '.join(titles)}." if titles else "It has no functions at all."
        raise click.ClickException(f"{model} has no {name}. {there}") from None


def _functions(namespace: Mapping[str, Any], phase: str | None) -> dict[str, Any]:
    """Title -> function, of all functions and optimizers among values, each function once."""
    from pytensor.compile.executor import Function

    from symopt.function import CompiledFunction
    from symopt.optimizer import Optimizer

    found: dict[int, tuple[str, Any]] = {}
    for name, value in namespace.items():
        if isinstance(value, Optimizer):
            for key, function in _phases(value, phase).items():
                found.setdefault(id(function), (f"{name}.{key}", function))
    for name, value in namespace.items():
        if isinstance(value, CompiledFunction | Function) and phase in (None, name):
            found.setdefault(id(value), (name, value))
    return {
        f"{name}, backend {function.backend}" if isinstance(function, CompiledFunction) else name: (
            function
        )
        for name, function in found.values()
    }


def _phases(opt: Optimizer, phase: str | None) -> dict[str, CompiledFunction]:
    if phase == "f_step":
        return {phase: opt.f_step}
    updates = opt.f_updates
    phases: dict[str, CompiledFunction] = {"f_grad_shared": opt.f_grad_shared}
    if len(updates) == 1:
        phases["f_update"] = updates[0]
    else:
        phases |= {f"f_updates[{i}]": update for i, update in enumerate(updates)}
    return {key: f for key, f in phases.items() if phase is None or key.startswith(phase)}


def _nothing(model: str, name: str | None, phase: str | None) -> str:
    wanted = "optimizer or function" if phase is None else f"optimizer, nor a function {phase}"
    if name is not None:
        return f"{name} in {model} is no {wanted}."
    return (
        f"{model} has no {wanted} at its top level. What it makes inside of functions or under "
        '`if __name__ == "__main__"` cannot be seen from here.'
    )
