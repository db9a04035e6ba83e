"""``symopt doctor``: what works here, and what to do about what does not."""

from __future__ import annotations

import os
import platform
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from symopt.config import DEFAULT_KEEP_BUDGET, config
from symopt.errors import SymoptError

if TYPE_CHECKING:
    from rich.table import Table

    from symopt.backends import Backend

TOLERANCE = 1e-5  # the sum of 64 float32 products may come out in another order
RETRY = "PYTENSOR_FLAGS=base_compiledir=/a/new/folder symopt doctor rules out a damaged cache."
ENVIRONMENT = {
    "SYMOPT_BACKEND": "not set: the best backend here",
    "SYMOPT_THREADS": "not set: every processor",
    "SYMOPT_NATIVE": "not set: the c backend makes programs of its own",
    "SYMOPT_KEEP": f"not set: {DEFAULT_KEEP_BUDGET:g} times what loops keep anyway",
    "SYMOPT_CXXFLAGS": "not set: no flags for the C++ compiler but symopt's own",
    "SYMOPT_DATA": "not set: loaders of data sets need path=",
}
OPTIONAL = {
    "matplotlib": "learning curves: pip install symopt[plot]",
    "jax": "pip install symopt[jax]",
}
"""Optional package -> what it is for and how to get it."""


@dataclass(frozen=True)
class Finding:
    """What was found about one backend; the seconds are of a trial that succeeded."""

    name: str
    works: bool
    found: str
    remedy: str = ""
    compile_seconds: float | None = None
    call_seconds: float | None = None


@click.command()
@click.option(
    "--try/--no-try",
    "trial",
    default=True,
    show_default=True,
    help="Compile and run a small graph on every backend.",
)
@click.pass_context
def doctor(context: click.Context, trial: bool) -> None:
    """Show versions, settings and which backends work here.

    The exit code is 0 if at least one backend works, else 1.
    """
    from rich.console import Console

    from symopt.backends import all_backends

    console = Console(highlight=False, markup=False)
    console.print(_surroundings())
    findings = []
    for backend in all_backends().values():
        with console.status(f"trying the {backend.name} backend"):
            findings.append(examine(backend, trial))
    console.print(_backend_table(findings, trial))
    console.print(f"backend=None: {_picked()}")
    for finding in findings:
        if not finding.works:
            console.print(f"{finding.name}: {finding.remedy}")
    if not any(finding.works for finding in findings):
        context.exit(1)


def examine(backend: Backend, trial: bool) -> Finding:
    """Find out whether a backend works, by its own diagnosis and, if ``trial``, by using it."""
    try:
        diagnosis = backend.diagnose()
    except SymoptError as error:  # a setting that makes no sense
        return Finding(backend.name, False, "not examined", str(error))
    if not diagnosis.works or not trial:
        return Finding(backend.name, diagnosis.works, diagnosis.found, diagnosis.remedy)
    try:
        return Finding(backend.name, True, diagnosis.found, "", *try_out(backend))
    except Exception as error:  # whatever a compiler may do
        message = str(error).strip() or "no message"
        return Finding(
            backend.name,
            False,
            diagnosis.found,
            f"A small graph failed ({type(error).__name__}: {message.splitlines()[0]}). {RETRY}",
        )


def try_out(backend: Backend) -> tuple[float, float]:
    """Compile and run ``tanh(x W)`` in float32 and check the numbers.

    Returns
    -------
    tuple of float
        Seconds until the first call returned, and seconds of the second call.

    Raises
    ------
    ArithmeticError
        The backend gives other numbers than NumPy.
    """
    import numpy as np
    import pytensor
    import pytensor.tensor as pt

    from symopt.function import function

    rng = np.random.default_rng(0)
    x_value = rng.standard_normal((64, 64), dtype=np.float32)
    w_value = rng.standard_normal((64, 64), dtype=np.float32) / 8
    x = pt.matrix("x", dtype="float32")
    w = pytensor.shared(w_value, name="W")

    began = time.perf_counter()
    f = function([x], pt.tanh(pt.dot(x, w)), name="doctor", backend=backend)
    result = f(x_value)
    compiled = time.perf_counter()
    f(x_value)
    called = time.perf_counter()

    difference = float(np.abs(result - np.tanh(x_value @ w_value)).max())
    if result.dtype != np.float32 or not difference < TOLERANCE:
        raise ArithmeticError(
            f"tanh(x W) came out as {result.dtype}, {difference:.1e} away from NumPy's"
        )
    return compiled - began, called - compiled


def _picked() -> str:
    from symopt.backends import choose_backend

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table says why the others were passed over
        try:
            return choose_backend().name
        except SymoptError as error:
            return str(error)


def _surroundings() -> Table:
    import pytensor
    from rich.table import Table

    from symopt.backends.c import blas

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for package in ("symopt", "pytensor", "numpy", "numba"):
        table.add_row(package, _version(package))
    table.add_row("python", f"{platform.python_version()} ({platform.python_implementation()})")
    table.add_row("platform", platform.platform())
    table.add_row()
    table.add_row("C++ compiler", pytensor.config.cxx or "none found")
    table.add_row("BLAS", blas.version())
    table.add_row("compiled code", str(pytensor.config.compiledir))
    table.add_row("programs", _kept_programs())
    table.add_row()
    for setting in ("backend", "threads", "native", "keep_budget"):
        table.add_row(f"config.{setting}", _setting(setting))
    for name, unset in ENVIRONMENT.items():
        table.add_row(name, os.environ.get(name) or unset)
    table.add_row()
    for package, purpose in OPTIONAL.items():
        table.add_row(package, _version(package, f"not installed ({purpose})"))
    return table


def _backend_table(findings: list[Finding], trial: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("backend", "works", "built on"):
        table.add_column(title)
    for title in ("compile", "call") if trial else ():
        table.add_column(title, justify="right", no_wrap=True)
    for finding in findings:
        cells = [
            Text(finding.name),
            Text("yes", "green") if finding.works else Text("no", "red"),
            Text(finding.found),
            Text(_in_units(finding.compile_seconds)),
            Text(_in_units(finding.call_seconds)),
        ]
        table.add_row(*cells[: len(table.columns)])
    return table


def _in_units(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{1e6 * seconds:.0f} µs"


def _kept_programs() -> str:
    from rich.filesize import decimal

    from symopt.backends.c.program import cache

    libraries, size = cache.contents()
    return f"{libraries} libraries, {decimal(size)}, in {cache.folder()}"


def _setting(name: str) -> str:
    try:
        value = getattr(config, name)
    except SymoptError as error:
        return str(error)
    return "None: the best one here" if value is None else str(value)


def _version(package: str, missing: str = "not installed") -> str:
    import symopt

    if package == "symopt":  # as imported, which may not be what is installed
        return symopt.__version__
    try:
        return version(package)
    except PackageNotFoundError:
        return missing
