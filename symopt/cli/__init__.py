"""The ``symopt`` command, one subcommand a file.

The files import what they need when a subcommand runs, so that ``symopt --help`` is quick.
"""

from __future__ import annotations

import click

from symopt import __version__
from symopt.cli import compare, convert, demo, doctor, explain, inspect, port, report, run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="symopt")
def main() -> None:
    """symopt: Theano-style training, compiled."""


main.add_command(compare.compare)
main.add_command(convert.convert)
main.add_command(demo.demo)
main.add_command(doctor.doctor)
main.add_command(explain.explain)
main.add_command(inspect.inspect)
main.add_command(port.port)
main.add_command(report.report)
main.add_command(run.run)
